/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a session on a line may last. The values are the line's attributes,
 * read when the session begins; that of the idle time-out once more when it is
 * over, so that a longer one holds at once. The session process sees the bytes
 * and says when there were none for long; the monitor keeps all other time.
 */
#ifndef MONITOR_LIMITS_H
#define MONITOR_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct monitor;
union proto_any;

enum limits_kind {
	LIMITS_SESSION,	/* reverse: session-timeout and absolute-timeout */
	LIMITS_EXEC,	/* exec-timeout and absolute-timeout */
	LIMITS_ABSOLUTE,	/* only that: commands, watching */
};

/* Zero: no limits. */
struct limits {
	unsigned int line;
	const char *idle_attribute;	/* NULL: none */
	uint32_t idle;		/* seconds, 0: never */
	int64_t end, warn;	/* monitor_now() clock, 0: never */
	unsigned int warning;	/* seconds from warn to end */
};

/**
 * limits_start() - a session begins
 * @line: whose attributes count
 * @m: its settings are read. m->limits.idle and, where output counts, the flag
 * PROTO_LINE_OUTPUT belong into PROTO_OPENED.
 */
void limits_start(struct monitor *m, unsigned int line, enum limits_kind kind);

/* When limits_check() has something to do, 0: never. */
int64_t limits_next(const struct monitor *m);

/* Warns, or ends the session, if it is time. */
void limits_check(struct monitor *m);

/* Handler of session.c's table. */
int limits_on_idle(struct monitor *m, const union proto_any *msg);

#endif /* MONITOR_LIMITS_H */
