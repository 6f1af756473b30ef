/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lines take the peer of this connection: their access classes. */
#ifndef MONITOR_GATE_H
#define MONITOR_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vtymux.h>

struct monitor;
struct policy;

/* Whether a line takes the peer. It is logged when it does not. */
bool gate_takes(const struct monitor *m, const struct policy *policy,
		unsigned int line);

/**
 * gate_lines() - leave out the lines that do not take the peer
 * @set: bitmap of line numbers
 * Return: the lowest line that is left, 0 for none.
 */
unsigned int gate_lines(const struct monitor *m, const struct policy *policy,
			uint64_t set[VTYMUX_CLAIM_WORDS_MAX]);

#endif /* MONITOR_GATE_H */
