/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often somebody else may have the monitor do something: so many at once,
 * then one in a while. Starts full when it is zero.
 */
#ifndef MONITOR_TOKENS_H
#define MONITOR_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

struct tokens {
	unsigned int left;
	int64_t filled;		/* monitor_now() clock */
	unsigned int refused;	/* since the start */
};

/**
 * tokens_take() - one more?
 * @burst: at once
 * @refill: ms for one more
 * Return: false when it is too soon; that is counted.
 */
bool tokens_take(struct tokens *t, unsigned int burst, int64_t refill);

#endif /* MONITOR_TOKENS_H */
