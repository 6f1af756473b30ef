/* SPDX-License-Identifier: GPL-2.0-only */
/* Many lines at once. Leaves all of them bound: the last of a guest. */
#ifndef TESTS_BENCH_CLAIMS_H
#define TESTS_BENCH_CLAIMS_H

#define MANY_LINES	1000	/* what the module is to be loaded with */

/* Reports how often the module wakes up while bound lines are idle. */
void measure_idle(void);
/* Reports a claim of the only free line of a group of MANY_LINES. */
void measure_rotary(void);

#endif /* TESTS_BENCH_CLAIMS_H */
