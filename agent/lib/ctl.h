/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket of vtymuxd, /run/vtymux/control: SOCK_SEQPACKET, one
 * request at a time, packets of a fixed head and up to CTL_TEXT_MAX bytes.
 *
 * Who asks is what SO_PEERCRED says: root has privilege 15, everybody else 1.
 * A root process may instead speak for a user whom it authenticated: the
 * monitor connects, sends CTL_BIND once, and hands the descriptor to the
 * session's shell (`vtymux`, as user of the session) with its number in the
 * environment variable CTL_FD_VARIABLE. From CTL_BIND on the connection has
 * that identity for good, whoever holds the descriptor:
 *
 *	fd = ctl_connect();
 *	ctl_bind(fd, &(struct ctl_identity){ .privilege = 15, .session = 7,
 *		 .line = 49, .user = "lab", .peer = "192.0.2.1" });
 *	setenv(CTL_FD_VARIABLE, "5", 1);	in the child, fd moved to 5
 *
 * That descriptor is of no more use when the daemon has gone. For the next one
 * the shell has a second, a SOCK_SEQPACKET pair whose other end the monitor
 * keeps (CTL_BROKER_VARIABLE): a byte asks for a connection that is bound as
 * the first was, at the level that the daemon last gave it. To hold it is all
 * the proof there is, as with the first. A session has one connection: binding
 * another ends those before.
 *
 * An answer is any number of CTL_TEXT and then one CTL_RESULT. Between answers
 * a client that asked for CTL_MONITOR gets CTL_LOG packets.
 */
#ifndef AGENT_CTL_H
#define AGENT_CTL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CTL_VERSION	1
#define CTL_FD_VARIABLE	"VTYMUX_CONTROL_FD"
#define CTL_BROKER_VARIABLE	"VTYMUX_MONITOR_FD"
#define CTL_RUNNING_ALL	(1U << 31)	/* with defaults of lines */
#define CTL_SOCKET	"control"	/* in the run directory */
#define CTL_TEXT_MAX	16384
#define CTL_USER_MAX	64
#define CTL_PEER_MAX	79
#define CTL_UPLOAD_MAX	(4U << 20)	/* bytes of all CTL_DATA before a request */

enum ctl_type {
	CTL_NONE,
	/* requests */
	CTL_HELLO,	/* who am I */
	CTL_BIND,	/* struct ctl_identity; root only, once */
	CTL_COMMAND,	/* "HEADER\0COMMAND": see conf_parser_header() */
	CTL_RUNNING,	/* running-config; number: 0, line + 1, CTL_RUNNING_ALL */
	CTL_STARTUP,	/* startup-config */
	CTL_PUBLIC,	/* the daemon's part of running-config, no secrets */
	CTL_DIFF,	/* of start-up against running configuration */
	CTL_SAVE,	/* copy running-config startup-config */
	CTL_ERASE,	/* write erase */
	CTL_DATA,	/* a piece of a file; not answered; any request ends it */
	CTL_REPLACE,	/* configure replace, of the file in CTL_DATA */
	CTL_SESSIONS,	/* one struct ctl_session a CTL_TEXT */
	CTL_SSH,	/* one struct ctl_ssh in a CTL_TEXT */
	CTL_CLEAR,	/* number: line */
	CTL_DISCONNECT,	/* number: connection */
	CTL_ENABLE,	/* number: level; text: the secret, perhaps "" */
	CTL_DISABLE,	/* number: level */
	CTL_LOGGING,	/* what was logged last */
	CTL_MONITOR,	/* number: 1 on, 0 off */
	CTL_CRYPTO,	/* text: "key ..."; number: 1 replaces keys (-EEXIST) */
	/* answers */
	CTL_TEXT,
	CTL_RESULT,	/* struct ctl_result */
	CTL_LOG,	/* a line of text */
	/* requests again: numbers of before stay what they are */
	CTL_DEBUG,	/* number: enum ctl_debug to turn on; see below */
	CTL_UNDEBUG,	/* number: enum ctl_debug to turn off */
};

/*
 * What the log also tells. The answer to both requests is a CTL_TEXT with an
 * uint32_t: what is on now. It is the daemon's, not the client's, and ends with
 * the daemon.
 */
enum ctl_debug {
	CTL_DEBUG_SSH	= 1U << 0,
	CTL_DEBUG_SCP	= 1U << 1,
	CTL_DEBUG_ALL	= 3,
};

struct ctl_head {
	uint32_t version;	/* CTL_VERSION */
	uint32_t type;		/* enum ctl_type */
	uint32_t number;
	uint32_t size;		/* of what follows in this packet */
};

/* Strings are NUL-terminated. */
struct ctl_identity {
	uint32_t privilege;	/* 0..15 */
	uint32_t session;	/* id of the monitor's session, 0 for none */
	uint32_t line;		/* the virtual line of the session, 0 for none */
	char user[CTL_USER_MAX + 1];	/* "" : SO_PEERCRED's */
	char peer[CTL_PEER_MAX + 1];	/* address; "" for a local client */
};

struct ctl_result {
	int32_t code;		/* 0 or -errno */
	uint32_t column;	/* CTL_COMMAND: bytes before what is wrong */
	uint32_t known;		/* ... 0: it is no command at all */
	uint32_t mode;		/* ... enum conf_mode afterwards */
	struct ctl_identity who;
	char hostname[68];	/* configured, or the system's */
	char header[128];	/* ... leads back to that mode */
	char note[128];		/* a remark, or "" */
	char error[384];
};

struct ctl_session {
	uint32_t connection;	/* for disconnect, show ssh */
	uint32_t id;
	uint32_t line;		/* that it has open, 0 for none */
	uint32_t state;		/* 1 logging in, 2 authenticated, 3 open */
	int64_t start;		/* seconds since the epoch */
	char user[CTL_USER_MAX + 1];
	char peer[CTL_PEER_MAX + 1];
	/* From the client, to the client; "" while unknown. */
	char cipher[2][64], hmac[2][64];
};

struct ctl_ssh {
	uint32_t enabled;	/* there is a host key */
	uint32_t timeout, retries;
	uint32_t sessions, logging_in;
	int64_t started;	/* the daemon, seconds since the epoch */
	char listening[1024];
	char version[32];	/* of the daemon */
};

struct sockaddr_un;

/* Where the daemon listens. Return: 0, -ENAMETOOLONG. */
int ctl_address(struct sockaddr_un *ret);

/* Return: a connected descriptor, or -errno: -ENOENT, -ECONNREFUSED. */
int ctl_connect(void);

/* For the monitor, see above. Return: 0, or what the daemon answered. */
int ctl_bind(int fd, const struct ctl_identity *identity);

/**
 * ctl_broker_ask() - ask the monitor for a new connection
 * Return: a descriptor, bound; -EPIPE or -ECONNRESET when the monitor has gone;
 * -EAGAIN when it does not answer in time; -errno of its own ctl_connect().
 */
int ctl_broker_ask(int broker);

/*
 * For the monitor: takes a question. Return: 0; -EAGAIN; -ECONNRESET when no
 * program has the other end any more.
 */
int ctl_broker_receive(int broker);

/* For the monitor: @fd stays its own; or it is a -errno. Never blocks. */
int ctl_broker_answer(int broker, int fd);

/**
 * ctl_send() - send one packet; blocks on a blocking socket
 * Return: 0; -EMSGSIZE; -errno.
 */
int ctl_send(int fd, uint32_t type, uint32_t number, const void *data,
	     size_t size);

/**
 * ctl_recv() - receive one packet
 * @data: CTL_TEXT_MAX + 1 bytes; what follows the head, and a NUL
 * Return: 0; -EAGAIN; -ECONNRESET at the end; -EPROTO for what is no packet
 * of this version; -errno.
 */
int ctl_recv(int fd, struct ctl_head *head, char *data);

/* A sink for CTL_TEXT; and for CTL_LOG that comes in between. */
typedef void (*ctl_text_fn)(const char *data, size_t size, void *arg);

/**
 * ctl_ask() - a request and its whole answer
 * @text, @log: may be NULL
 * Return: 0 with @result, whose code may be an error; -errno of the connection.
 */
int ctl_ask(int fd, uint32_t type, uint32_t number, const void *data,
	    size_t size, ctl_text_fn text, ctl_text_fn log, void *arg,
	    struct ctl_result *result);

#endif /* AGENT_CTL_H */
