/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a monitor whose daemon has gone joins the next one. It connects to a
 * socket in the run directory and says once what the daemon must know; from
 * then on the connection is a link like any other (link.h).
 *
 * The two may be of different versions. This message is therefore fixed: it
 * grows at its end only, and a daemon takes what it knows of it. From a monitor
 * with another LINK_VERSION it takes nothing else; to end such a session it
 * sends SIGTERM.
 */
#ifndef AGENT_ADOPT_H
#define AGENT_ADOPT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "link.h"

#define ADOPT_SOCKET	"monitors"	/* in the run directory, mode 0600 */
#define ADOPT_MAGIC	0x76746d78U	/* "vtmx" */
#define ADOPT_PEER_MAX	64

enum adopt_state {
	ADOPT_LOGIN,
	ADOPT_AUTHENTICATED,
	ADOPT_OPEN,
	__ADOPT_LAST
};

struct adopt_msg {
	uint32_t magic;
	uint32_t version;	/* the monitor's LINK_VERSION */
	uint32_t session;
	uint32_t state;		/* enum adopt_state */
	uint32_t line;		/* ADOPT_OPEN; of an EXEC session its vty */
	uint32_t vty;		/* number of its virtual line, 0: none */
	int64_t start;		/* seconds since the epoch */
	char peer[ADOPT_PEER_MAX];	/* "2001:db8::1 49152" */
	char user[LINK_USER_MAX + 1];	/* from ADOPT_AUTHENTICATED */
	char pad[7];
	uint32_t unit;		/* of an EXEC session, as in struct link_msg */
	uint32_t reserved;
	struct proto_algorithms algorithms;	/* empty before they are known */
};

/**
 * adopt_connect() - connect to the daemon's socket and send the message
 * Return: descriptor, non-blocking, close-on-exec; -ENOENT or -ECONNREFUSED
 * without a daemon; -EPERM when it is not root's (or the effective user's).
 */
int adopt_connect(const char *path, const struct adopt_msg *msg);

/* Creates the socket, replacing an old one. Return: descriptor, -errno. */
int adopt_listen(const char *path);

/**
 * adopt_accept() - accept a monitor, whose message is yet to come
 * Return: descriptor as of adopt_connect(); -EAGAIN; -EPERM for a peer that is
 * not root (or the effective user); @ret_pid is its process.
 */
int adopt_accept(int fd, pid_t *ret_pid);

/**
 * adopt_recv() - receive the message
 * Return: 0, what a shorter one lacks being zero; -EAGAIN; -ECONNRESET;
 * -EPROTO when it is none.
 */
int adopt_recv(int fd, struct adopt_msg *msg);

#endif /* AGENT_ADOPT_H */
