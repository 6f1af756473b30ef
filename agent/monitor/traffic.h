/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many bytes a session has carried, for the journal and for accounting: its
 * line's counters now, less what they were when it began.
 */
#ifndef MONITOR_TRAFFIC_H
#define MONITOR_TRAFFIC_H

#include <stdint.h>

enum traffic_kind {
	TRAFFIC_LINE,	/* the line receives from its device */
	TRAFFIC_WATCH,	/* the same; what is sent to it is another session's */
	TRAFFIC_VTY,	/* the line receives from the client */
};

struct traffic {
	unsigned int line;	/* 0: of pipes nobody counts */
	enum traffic_kind kind;
	uint64_t rx, tx;	/* of the line, at the beginning */
};

/* Counts from now on. @line 0: nothing. */
void traffic_begin(struct traffic *t, unsigned int line,
		   enum traffic_kind kind);

/* Bytes from the client and to it; 0 without a line. */
void traffic_get(const struct traffic *t, uint64_t *ret_in, uint64_t *ret_out);

#endif /* MONITOR_TRAFFIC_H */
