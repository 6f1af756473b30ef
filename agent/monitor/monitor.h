/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The monitor of one connection: one process, one thread, one struct. It runs
 * a loop (loop.c) that gives messages of the session process to session.c.
 * While PAM waits for a client's answer, or a failure for its time, the same
 * loop runs nested inside; the state says what may come in meanwhile.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "device.h"
#include "limits.h"
#include "link.h"
#include "lists.h"
#include "pam.h"
#include "params.h"
#include "policy.h"
#include "proto.h"
#include "target.h"
#include "tokens.h"
#include "traffic.h"

#define PRIVILEGE_MAX		15
#define MONITOR_OPEN_WAIT	120	/* s; tests: $VTYMUX_OPEN_WAIT */

enum monitor_state {
	STATE_START,		/* no user name yet */
	STATE_USER,		/* an attempt may begin */
	STATE_BUSY,		/* a question is open: nothing but a log line */
	STATE_CONVERSATION,	/* the client has a prompt */
	STATE_AUTHENTICATED,
	STATE_OPEN,		/* a line is, or was until revoked, open */
	STATES
};

enum monitor_end {
	END_NOT,		/* goes on */
	END_DONE,		/* the session process has ended */
	END_TIMEOUT,
	END_CLEARED,		/* by the daemon or a signal, or its line was */
	END_VIOLATION,		/* the session process broke the protocol */
	END_ERROR,		/* of our own */
};

struct exec;

struct monitor {
	struct link_config config;
	struct params params;	/* algorithms and the banner */
	enum monitor_state state;
	enum monitor_end end;	/* set once, by monitor_end() */
	int64_t deadline;	/* when to end, monitor_now() clock; 0: never */
	bool is_cleared;	/* the deadline is for the last words */

	int session;		/* pair with the session process */
	int daemon;		/* link, -1 when the daemon is gone */
	int64_t rejoin_at;	/* next try to join another one, 0: none */
	int64_t rejoin_wait;	/* ms between two tries */
	int broker;		/* control.c: pair with the program, or -1 */
	int64_t broker_at;	/* no answer before, 0: at once */
	unsigned int level;	/* of the program's control connection */
	int64_t start;		/* seconds since the epoch */
	int signals;		/* signalfd */
	pid_t child;		/* session process, 0 once reaped */
	char peer[PROTO_PEER_MAX];	/* "2001:db8::1 49152" */
	char local[PROTO_PEER_MAX];	/* our end, "192.0.2.1 2200" */

	int vty;		/* claim on the connection's virtual line, or -1 */
	unsigned int vty_line;	/* its number */
	bool vty_reserved;	/* it is one of those for privilege 15 */

	bool is_signed;		/* the session id is */
	struct proto_algorithms algorithms;	/* a kex once they were reported */
	int64_t sign_after;	/* earliest next signature */

	uint8_t session_id[PROTO_HASH_MAX];	/* valid with is_signed */
	size_t session_id_len;

	uint8_t name[PROTO_NAME_MAX];	/* as it came, from STATE_USER */
	size_t name_len;
	struct target target;	/* valid with name_ok */
	bool name_ok;
	unsigned int key_queries;	/* "would this key do?" */
	unsigned int attempts;	/* failed ones */
	int64_t asked;		/* when the attempt's last message came */
	struct pam_round *round;	/* awaits its answers; not ours */
	bool round_spoilt;	/* one of them held a NUL */
	const char *method;	/* of the attempt: "password"; NULL before */
	bool is_logged_in;	/* an attempt has succeeded */
	unsigned int privilege;	/* 0..15, when logged in */
	struct pam_vars vars;	/* of the login, then of its authorization */
	bool exec_refused;	/* authorization said no */
	bool lines_refused;	/* reverse access: to all of them */
	char reverse_list[LISTS_NAME_MAX + 1];	/* that was asked */

	bool is_account;	/* an account of this system logged in */

	unsigned int line;	/* number of the open one, else 0 */
	int64_t opened;
	int claim;		/* -1: none, or revoked */
	int tap;		/* of a line that is watched, else -1 */
	struct policy_settings settings;	/* of the line */
	struct limits limits;
	struct device device;
	int notice;		/* write end of the notice pipe, or -1 */
	uint32_t status;	/* exit status of the channel */
	struct exec *exec;	/* program of an EXEC session; owned by exec.c */
	const char *what;	/* record.c: what is open, or NULL */
	struct traffic traffic;
	unsigned int accounted_line;	/* accounting.c: 0: none */
	bool accounted_exec;
	unsigned int update;	/* seconds between two reports, 0: none */
	int64_t updated;	/* when the last was due */
	char accounted_list[LISTS_NAME_MAX + 1];
	const char *reason;	/* why it ends, for the record; NULL: "closed" */

	struct tokens log_lines;	/* that the session process may log */
	struct tokens kills;	/* signals that the client may send */
};

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t monitor_now(void);

/* Ends the monitor; the first reason stays. */
void monitor_end(struct monitor *m, enum monitor_end why);

/*
 * A connection that has a virtual line but no session gets MONITOR_OPEN_WAIT
 * to open one, and again when one has ended. Not for a cleared one, whose end
 * is near. "ip ssh time-out" has no say in it: it ends with the login.
 */
unsigned int monitor_open_wait(void);	/* seconds */
void monitor_await_open(struct monitor *m);
void monitor_opening(struct monitor *m);

/*
 * Sends an answer to the session process. A peer that does not read, or is
 * gone, ends the monitor; the caller has nothing to check but m->end.
 */
void monitor_answer(struct monitor *m, const union proto_any *msg,
		    const int *fds, size_t nfds);

/* Reports to the daemon, if there is one. */
void monitor_report(struct monitor *m, uint32_t type, unsigned int line);

void monitor_report_algorithms(struct monitor *m);

/* @text: is cut to LINK_TEXT_MAX */
void monitor_report_text(struct monitor *m, uint32_t type, const char *text);

/* Reports a program on the virtual line: LINK_OPENED with its unit. */
void monitor_report_unit(struct monitor *m, unsigned int unit);

#endif /* MONITOR_MONITOR_H */
