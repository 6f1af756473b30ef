/* SPDX-License-Identifier: GPL-2.0-only */
/* What a byte costs, reported for 256 and 1024 bytes a write. */
#ifndef TESTS_BENCH_PATHS_H
#define TESTS_BENCH_PATHS_H

/* A device that takes at once what it gets. */
void measure_write(const char *label, int fd);
/* A device to which it is transferred meanwhile. */
void measure_transfer(const char *label, int fd);
/* From a write to @from until all of it was read from @to. */
void measure_pair(const char *label, int from, int to);
/*
 * The write(2) of one byte alone, which comes out at @to; the same of a peer,
 * turn by turn, so that both meet the same. Reports the medians.
 */
void measure_calls(const char *label, int from, int to,
		   const char *peer_label, int peer_from, int peer_to);

#endif /* TESTS_BENCH_PATHS_H */
