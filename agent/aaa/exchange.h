/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to servers are asked by vtymux-exchange, a process of its own that
 * can do nothing but talk to servers: what comes from the network is parsed
 * there and nowhere else. Here are its messages and the side that starts it.
 *
 * One question, then one reply; after a reply of EXCHANGE_CHALLENGE comes one
 * EXCHANGE_ANSWER or EXCHANGE_ABORT and the next reply. SOCK_SEQPACKET, fixed
 * sizes, host byte order, both ends of one build.
 *
 * Certificates and keys of TLS are files of root's. The side that asks opens
 * them and reads nothing; their descriptors come with the question, in the
 * order of the servers, CA, certificate, key: server_files() of each.
 */
#ifndef AGENT_EXCHANGE_H
#define AGENT_EXCHANGE_H

#include <stdint.h>
#include <sys/types.h>

#include "servers.h"

#define EXCHANGE_FD		3	/* vtymux-exchange: its end */
#define EXCHANGE_USER_MAX	64
#define EXCHANGE_PASSWORD_MAX	512
#define EXCHANGE_PEER_MAX	63
#define EXCHANGE_PORT_MAX	15
#define EXCHANGE_HOST_MAX	64
#define EXCHANGE_TEXT_MAX	512
#define EXCHANGE_CLASS_MAX	512
#define EXCHANGE_LINES		4096
#define EXCHANGE_ROUNDS_MAX	8	/* challenges of one login */
#define EXCHANGE_FILES_MAX	(SERVERS_MAX * SERVER_FILES_MAX)

enum exchange_kind {
	EXCHANGE_LOGIN,
	EXCHANGE_EXEC,		/* TACACS+: authorization of a shell */
	EXCHANGE_REVERSE,	/* TACACS+: which lines may be reached */
	EXCHANGE_ACCOUNT,
	EXCHANGE_ENABLE,	/* a password for a level */
	EXCHANGE_ANSWER,	/* to a challenge: in password[] */
	EXCHANGE_ABORT,
	EXCHANGE_KINDS
};

enum exchange_outcome {
	EXCHANGE_ERROR,		/* no server said anything that counts */
	EXCHANGE_PASS,
	EXCHANGE_FAIL,
	EXCHANGE_CHALLENGE,
	EXCHANGE_FAULT,		/* of the configuration: nothing may follow */
	EXCHANGE_OUTCOMES
};

/* How a user logged in, as accounting and authorization tell it. */
enum exchange_method {
	EXCHANGE_BY_NOTHING,	/* not known */
	EXCHANGE_BY_LOCAL,	/* `local` or `system` */
	EXCHANGE_BY_RADIUS,
	EXCHANGE_BY_TACPLUS,
	EXCHANGE_BY_NONE,
};

/* By the value of VTYMUX_METHOD, which may be NULL. */
enum exchange_method exchange_method(const char *name);

enum exchange_status {
	EXCHANGE_START,
	EXCHANGE_STOP,
	EXCHANGE_UPDATE,	/* so far */
	EXCHANGE_ON,		/* the switch begins to account; no session */
	EXCHANGE_OFF,
	EXCHANGE_STATUSES
};

/* What accounting tells of a session. */
struct exchange_record {
	uint32_t status;	/* enum exchange_status */
	uint32_t session;
	uint32_t boot;		/* makes the session number unique */
	uint32_t seconds;	/* it has lasted */
	uint32_t cause;		/* RADIUS Acct-Terminate-Cause, RFC 2866 5.10 */
	uint32_t delay;		/* seconds since it happened */
	uint64_t when;		/* it happened, seconds of the epoch */
	uint64_t in, out;	/* bytes from and to the user */
};

struct exchange_request {
	uint32_t kind;		/* enum exchange_kind */
	uint32_t budget;	/* milliseconds for all servers */
	uint32_t skip;		/* bit N: server N is dead, try it last */
	uint32_t line;		/* number, 0: none */
	uint32_t method;	/* enum exchange_method */
	uint32_t level;
	uint32_t class_len;
	char user[EXCHANGE_USER_MAX + 1];
	char password[EXCHANGE_PASSWORD_MAX + 1];
	char peer[EXCHANGE_PEER_MAX + 1];
	char port[EXCHANGE_PORT_MAX + 1];	/* "tty7", "vty2" */
	char host[EXCHANGE_HOST_MAX + 1];	/* name of this switch */
	uint8_t class[EXCHANGE_CLASS_MAX];
	struct exchange_record record;
	struct servers servers;
};

#define EXCHANGE_NO_LEVEL	(-1)
#define EXCHANGE_NO_TIME	UINT32_MAX

struct exchange_reply {
	uint32_t outcome;	/* enum exchange_outcome */
	uint32_t server;	/* that decided, or SERVERS_MAX */
	uint32_t silent;	/* bit N: server N did not answer as it should */
	int32_t level;		/* 0..15 or EXCHANGE_NO_LEVEL */
	uint32_t echo;		/* CHALLENGE: the answer may be shown */
	uint32_t session_timeout, idle_timeout;
	uint32_t class_len;
	uint8_t class[EXCHANGE_CLASS_MAX];
	uint32_t has_lines;	/* lines[] was given */
	uint8_t lines[EXCHANGE_LINES / 8];	/* bit N % 8 of byte N / 8 */
	char text[EXCHANGE_TEXT_MAX];	/* for the user */
	char why[128];		/* for the log */
};

/* A running vtymux-exchange. */
struct exchange {
	int fd;			/* our end, close-on-exec; or -1 */
	pid_t pid;
};

/* Starts the program. Return: 0 or -errno. */
int exchange_start(struct exchange *x, const char *program);

/* Ends it, by force, and reaps it. Harmless on one that never started. */
void exchange_stop(struct exchange *x);

/**
 * exchange_send() - one message, with the files of its servers
 * Return: 0; -EPERM for a file that is not regular, not root's (or the
 * effective user's), or open to others; -ECONNRESET when the program ended;
 * -errno.
 */
int exchange_send(const struct exchange *x, const struct exchange_request *req);

/* The file that exchange_send() cannot have, or NULL; in @servers. */
const char *exchange_bad_file(const struct servers *servers);

/**
 * exchange_ask() - one message, one reply
 * @wait: milliseconds; the reply should come before
 * Return: 0 with a reply that is well-formed; -ETIMEDOUT; -ECONNRESET when the
 * program ended; -EPROTO; -errno; as exchange_send().
 */
int exchange_ask(const struct exchange *x, const struct exchange_request *req,
		 int wait, struct exchange_reply *ret);

/* Receives a reply of the right form, without waiting. Return: as above. */
int exchange_receive(int fd, struct exchange_reply *ret);

#endif /* AGENT_EXCHANGE_H */
