/* SPDX-License-Identifier: GPL-2.0-only */
/* The session process: started, watched and ended by its monitor. */
#ifndef MONITOR_CHILD_H
#define MONITOR_CHILD_H

#include <stdbool.h>

struct monitor;

/**
 * child_start() - start vtymux-sshd on the connection
 *
 * Sets m->session and m->child and closes LINK_FD_CONNECTION here: from then
 * on only the session process can touch the network. It gets the two
 * descriptors of proto.h, /dev/null as stdio, default signals and an empty
 * environment, nothing else.
 *
 * Return: 0 or -errno.
 */
int child_start(struct monitor *m);

/* Reaps the session process if it has ended. Return: true when it is gone. */
bool child_reap(struct monitor *m);

/* Ends the session process, by force, and reaps it. */
void child_kill(struct monitor *m);

#endif /* MONITOR_CHILD_H */
