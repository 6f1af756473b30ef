// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a byte costs on its ways: writes to a device, and from a write to the
 * read at the other end.
 */
#include "guest.h"
#include "paths.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TOTAL	(256 * 1024)	/* bytes a run */
#define ROUNDS	5

static char buf[4096];

static double write_run(int fd, int to, size_t size)
{
	long long begin = now();
	size_t done;

	(void)to;
	for (done = 0; done < TOTAL; done += size)
		if (write(fd, buf, size) != (ssize_t)size)
			die("write");
	return (double)(now() - begin) / TOTAL;
}

static double pair_run(int from, int to, size_t size)
{
	long long begin = now();
	size_t done, got;
	ssize_t n;

	for (done = 0; done < TOTAL; done += size) {
		if (write(from, buf, size) != (ssize_t)size)
			die("write");
		for (got = 0; got < size; got += (size_t)n) {
			n = read(to, buf, sizeof(buf));
			if (n <= 0)
				die("read");
		}
	}
	return (double)(now() - begin) / TOTAL;
}

/* The least of some rounds: interrupts and boot noise only ever add. */
static void measure(const char *label, int from, int to,
		    double (*run)(int from, int to, size_t size))
{
	static const size_t sizes[] = { 256, 1024 };
	double best, cost;
	size_t i;
	int n;

	memset(buf, 'x', sizeof(buf));
	run(from, to, 1024);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		best = run(from, to, sizes[i]);
		for (n = 1; n < ROUNDS; n++) {
			cost = run(from, to, sizes[i]);
			if (cost < best)
				best = cost;
		}
		report(label, sizes[i], best);
	}
}

void measure_write(const char *label, int fd)
{
	measure(label, fd, -1, write_run);
}

void measure_pair(const char *label, int from, int to)
{
	measure(label, from, to, pair_run);
}

/* One byte at a time, each alone: the end is waited for outside. */
void measure_call(const char *label, int fd)
{
	long long begin, cost, best = 0;
	int n;

	for (n = 0; n < 2000; n++) {
		begin = now();
		if (write(fd, buf, 1) != 1)
			die("write");
		cost = now() - begin;
		if (!n || cost < best)
			best = cost;
		tcdrain(fd);
	}
	report(label, 1, (double)best);
}
