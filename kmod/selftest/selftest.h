/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of the parts that need no device, run when the module is loaded, which
 * fails if one does. Only in a module built with VTYMUX_SELFTEST=1.
 */
#ifndef _VTYMUX_SELFTEST_H
#define _VTYMUX_SELFTEST_H

#include <linux/types.h>

#ifdef VTYMUX_SELFTEST

/**
 * vtymux_selftest() - run all tests
 *
 * Called before there are lines; leaves nothing. Sleeps.
 * Return: 0, or -ENOTRECOVERABLE with what failed in the log.
 */
int vtymux_selftest(void);

/* A part each. Return: did all its checks hold? */
bool vtymux_selftest_conf(void);
bool vtymux_selftest_ring(void);
bool vtymux_selftest_queue(void);
bool vtymux_selftest_choice(void);

/* Says in the log what does not hold. Return: @ok. */
bool vtymux_selftest_check(bool ok, const char *what);
#define CHECK(condition) vtymux_selftest_check(condition, #condition)

#else

static inline int vtymux_selftest(void)
{
	return 0;
}

#endif
#endif /* _VTYMUX_SELFTEST_H */
