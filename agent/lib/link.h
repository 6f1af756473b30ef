/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages between vtymuxd and a monitor: SOCK_SEQPACKET, fixed sizes,
 * both root. The daemon sends LINK_CONFIG first and then only LINK_CLEAR and
 * LINK_PRIVILEGE; the monitor reports. The daemon never waits for an answer. A monitor whose link
 * ends goes on with its session: the session belongs to the user.
 */
#ifndef AGENT_LINK_H
#define AGENT_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define LINK_VERSION		5
#define LINK_FD_CONNECTION	3	/* vtymux-monitor: the TCP connection */
#define LINK_FD_DAEMON		4	/* vtymux-monitor: its end of the link */

#define LINK_VTY_WORDS		128	/* VTYMUX_LINE_MAX / 32, rounded up */
#define LINK_USER_MAX		64
#define LINK_PATH_MAX		255
#define LINK_METHOD_MAX		31
#define LINK_TEXT_MAX		255

enum link_type {
	LINK_NONE,
	LINK_CONFIG,		/* daemon -> monitor, once, first */
	LINK_CLEAR,		/* daemon -> monitor: end the session */
	LINK_AUTHENTICATED,	/* monitor -> daemon: user, method, privilege */
	LINK_OPENED,		/* monitor -> daemon: line */
	LINK_CLOSED,		/* monitor -> daemon: line */
	LINK_VTY,		/* monitor -> daemon: line, its virtual one */
	LINK_ALGORITHMS,	/* monitor -> daemon: algorithms */
	LINK_FAILED,		/* monitor -> daemon: user ("": none), method */
	LINK_SCP,		/* monitor -> daemon: text, for "debug ip scp" */
	LINK_PRIVILEGE,		/* daemon -> monitor: of its control connection */
	__LINK_LAST
};

struct link_config {
	uint32_t version;	/* LINK_VERSION */
	uint32_t session;	/* id, unique until the next boot */
	uint32_t timeout;	/* seconds for negotiation and login, 1..600 */
	uint32_t retries;	/* re-authentications after the first, 0..5 */
	uint32_t vty_first;	/* number of the first virtual line */
	uint32_t vty_count;	/* how many there are */
	uint32_t vty_reserve;	/* the last of them are for privilege 15 */
	uint32_t scp;		/* 0 or 1: SCP and SFTP are on */
	uint32_t rotary;	/* what a user without a target means, 0: EXEC */
	char scp_root[LINK_PATH_MAX + 1];	/* empty: all of the system */
	/* Virtual lines whose access class takes the peer: bit N % 32 of N / 32 */
	uint32_t vtys[LINK_VTY_WORDS];
};

struct link_msg {
	uint32_t type;		/* enum link_type */
	uint32_t line;
	uint32_t unit;		/* LINK_OPENED: N of link_unit_name(), or 0 */
	uint32_t privilege;
	struct link_config config;
	char user[LINK_USER_MAX + 1];
	char method[LINK_METHOD_MAX + 1];	/* "password" */
	struct proto_algorithms algorithms;
	char text[LINK_TEXT_MAX + 1];
};

/* "vtymux-7-1.service": the Nth program of a session. */
void link_unit_name(uint32_t session, uint32_t n, char *ret, size_t size);

/**
 * link_send() - send one message, never blocking
 * Return: 0, or -errno (-EAGAIN when the peer does not read).
 */
int link_send(int fd, const struct link_msg *msg);

/**
 * link_recv() - receive and check one message
 * Return: 0; -EAGAIN; -ECONNRESET at end of file; -EPROTO for a wrong size,
 * type or a string that is not NUL-terminated.
 */
int link_recv(int fd, struct link_msg *msg);

#endif /* AGENT_LINK_H */
