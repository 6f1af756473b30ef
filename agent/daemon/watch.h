/* SPDX-License-Identifier: GPL-2.0-only */
/* Follows monitors: what they report and when they end. */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include <sys/types.h>

#include "adopt.h"

struct server;
struct session;

/* Follows the link of a session. Return: 0 or -errno. */
int watch_link(struct session *session);

/* Reaps the monitor, which we started, and removes the session. 0, -errno. */
int watch_child(struct session *session);

/* Closes the link. */
void watch_drop(struct session *session);

/*
 * Sends SIGTERM to a monitor of another version, which understands nothing else
 * (lib/adopt.h). Return: 0; -ESRCH when it has ended; -errno.
 */
int watch_terminate(const struct session *session);

/**
 * watch_adopt() - enter a session that another daemon started
 * @fd: the link, the session's from now on if this succeeds; @pid: the monitor
 * Return: 0; -EINVAL for a peer that is no address; -ENOSPC; -errno.
 */
int watch_adopt(struct server *server, int fd, pid_t pid,
		const struct adopt_msg *msg);

#endif /* DAEMON_WATCH_H */
