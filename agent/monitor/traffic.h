/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many bytes a session has carried, for the journal and for accounting: its
 * line's counters now, less what they were when it began. What goes through the
 * pipes of a session without a terminal only the session process counts, and
 * tells at the end.
 */
#ifndef MONITOR_TRAFFIC_H
#define MONITOR_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

enum traffic_kind {
	TRAFFIC_LINE,	/* the line receives from its device */
	TRAFFIC_WATCH,	/* the same; what is sent to it is another session's */
	TRAFFIC_VTY,	/* the line receives from the client */
	TRAFFIC_PIPES,	/* no line: what the session process says */
};

struct traffic {
	unsigned int line;	/* 0 without one */
	enum traffic_kind kind;
	uint64_t rx, tx;	/* of the line, at the beginning */
	bool told;		/* of pipes: the two below are known */
	uint64_t in, out;
};

/* Counts from now on. @line: 0 of TRAFFIC_PIPES. */
void traffic_begin(struct traffic *t, unsigned int line,
		   enum traffic_kind kind);

/* What the session process counted; believed of TRAFFIC_PIPES only. */
void traffic_told(struct traffic *t, uint64_t in, uint64_t out);

/*
 * Bytes from the client and to it.
 * Return: false and both 0 while nobody knows: of pipes, before traffic_told().
 */
bool traffic_get(const struct traffic *t, uint64_t *ret_in, uint64_t *ret_out);

#endif /* MONITOR_TRAFFIC_H */
