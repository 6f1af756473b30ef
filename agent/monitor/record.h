/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounting: one entry in the journal for each login, each line or program
 * opened and closed, and the end of a connection, with fields VTYMUX_*. record.c
 * is the one file that includes libsystemd's journal. vtymuxd(8) lists them.
 */
#ifndef MONITOR_RECORD_H
#define MONITOR_RECORD_H

#include <stdint.h>

struct monitor;

/* What a line or program has carried; of pipes nobody knows. */
struct record_count {
	unsigned int line;	/* 0: none */
	uint64_t rx, tx;	/* of its statistics at the beginning */
};

void record_login(const struct monitor *m);

/**
 * record_open() - a session has begun
 * @what: "line", "shell", "command", "copy"
 * @line: whose statistics count, 0 for none
 */
void record_open(struct monitor *m, const char *what, unsigned int line);

/* ... and is over. @reason: a word or two, for people */
void record_close(struct monitor *m, const char *reason);

/* The connection of somebody who had logged in is over. */
void record_end(const struct monitor *m);

#endif /* MONITOR_RECORD_H */
