/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket: connections and their queues. What a request does is in
 * control-run.c. A client gets one answer at a time and is not read before it
 * has taken it, so a slow one holds its own answer and nothing else; one that
 * does not take it for CONTROL_STALL is dropped. Logs wait as long as they have
 * room: a terminal may be stopped. What finds none is counted, and the client
 * told as soon as it reads again.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl.h"
#include "session.h"

/*
 * Each EXEC session has one, which its monitor, root, binds. Neither they nor
 * other users take what is left, so that root gets in when all are busy.
 */
#define CONTROL_BOUND_MAX	SESSION_MAX
#define CONTROL_OTHERS_MAX	96	/* not root's */
#define CONTROL_UID_MAX		16	/* of one uid that is not root's */
#define CONTROL_CLIENTS_MAX	(CONTROL_BOUND_MAX + CONTROL_OTHERS_MAX + 32)
#define CONTROL_STALL		UINT64_C(30000000)	/* usec */
#define CONTROL_LOG_QUEUE	65536	/* bytes that logs may wait in a queue */
#define CONTROL_LOG_LINES	512	/* that CTL_LOGGING gives */
#define CONTROL_ASKERS_MAX	576	/* whose wrong secrets are remembered */

struct daemon;
struct control;
struct loop_source;

struct control_client {
	struct control *control;
	int fd;				/* owned; -1: a free slot */
	struct loop_source *source;	/* owned */
	struct loop_source *stall;	/* owned; while output waits */
	uid_t uid;
	pid_t pid;
	struct ctl_identity who;
	bool bound;			/* by CTL_BIND */
	uint32_t told;			/* level the monitor knows, when bound */
	bool monitoring;		/* wants CTL_LOG */
	unsigned int lost;		/* CTL_LOG that found no room */
	bool answering;			/* of what waits, not all is CTL_LOG */
	/* Packets on their way, each after its size; owned */
	char *out;
	size_t out_at, out_size, out_room;
	/* CTL_DATA so far; owned */
	char *upload;
	size_t upload_size;
	int upload_fault;		/* why it is not whole; 0 or -errno */
	struct loop_source *child;	/* a program of control-job.c; owned */
	pid_t child_pid;
	/* Of control-enable.c: who asks, while a child checks his secret */
	struct control_asker *asker;
	char *secret;			/* that waits for its turn; owned */
	struct loop_source *delay;	/* until that, or until the answer; owned */
	/* What a program of control-job.c prints; owned; -1 without */
	int job_fd;
	struct loop_source *job_source;
	uint32_t level;			/* that is asked for */
};

/*
 * Who asks for a level: a session, or a uid when not bound. What he has tried
 * is his and not his connection's, so that a new one brings nothing.
 */
struct control_asker {
	bool used, bound;
	uint32_t id;			/* session if bound, else uid */
	unsigned int failures;		/* wrong secrets, one soon after the other */
	uint64_t asked, next;		/* last and next check, loop_now() */
	struct loop_source *child;	/* that checks; owned */
	pid_t pid;
	struct control_client *client;	/* who waits for it; NULL: hung up */
	uint32_t level;
	char name[160];			/* for the log */
};

struct control {
	struct daemon *daemon;
	int fd;				/* owned; listening */
	struct loop_source *source;	/* owned */
	struct control_client clients[CONTROL_CLIENTS_MAX];
	struct control_asker askers[CONTROL_ASKERS_MAX];
	/* Logged last, a ring; owned */
	char *log[CONTROL_LOG_LINES];
	size_t log_next;
	unsigned long log_count;
};

/* Creates the socket, mode 0666, and takes a copy of the log. 0, -errno. */
int control_start(struct control *control, struct daemon *daemon);

/* Closes the socket and all connections. */
void control_stop(struct control *control);

/* Queues one packet. Out of memory ends the connection. */
void control_send(struct control_client *client, uint32_t type,
		  const void *data, size_t size);

/* Queues a text in pieces. */
void control_text(struct control_client *client, const char *text, size_t size);

/* Answers: the rest of @result is filled in. */
void control_result(struct control_client *client, struct ctl_result *result);

/* Answers with a code alone, or with a reason for the user. */
void control_answer(struct control_client *client, int code);
void control_refuse(struct control_client *client, int code,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Logs a change and who made it. @what: without secrets */
void control_log_change(const struct control_client *client, const char *what);

/*
 * control-conf.c: serves requests of configurations. The caller has checked
 * the privilege. Return: false for another request.
 */
bool control_conf(struct control_client *client, const struct ctl_head *head,
		  char *data);

/* control-conf.c: CTL_DATA; after the request that it was for, or any other */
void control_upload(struct control_client *client, const char *data,
		    size_t size);
void control_end_upload(struct control_client *client);

/* Ends the connections that are bound to a session. */
void control_drop_session(struct control *control, uint32_t session);

/* Sends what can be sent now. */
void control_flush(struct control_client *client);

/**
 * control_crypto() - control-job.c: run "crypto COMMAND" as a program
 * @command: is cut into words; @replace: keys that are there
 * Return: 0, and the answer comes later; -E2BIG, -errno.
 */
int control_crypto(struct control_client *client, char *command, bool replace);

/*
 * control-enable.c: CTL_ENABLE; the client goes, its check is finished and
 * logged all the same; the daemon ends, and no check goes on.
 */
void control_enable(struct control_client *client, uint32_t level,
		    const char *secret);
void control_enable_drop(struct control_client *client);
void control_enable_stop(struct control *control);

/* control-run.c: serves a request; the answer comes at once or later. */
void control_run(struct control_client *client, const struct ctl_head *head,
		 char *data);

/* Who it is, for the log: "lab from 192.0.2.1 session 7", "root (pid 321)". */
void control_name(const struct control_client *client, char *text,
		  size_t size);

#endif /* DAEMON_CONTROL_H */
