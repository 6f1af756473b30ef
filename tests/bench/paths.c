// SPDX-License-Identifier: GPL-2.0-only
#include "paths.h"
#include "guest.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define TOTAL	(256 * 1024)	/* bytes a run */
#define ROUNDS	7
#define MEAN_ROUNDS 36
#define CALLS	501

typedef double (*run_fn)(int from, int to, size_t size);

static char buf[4096];

/*
 * Where a writer sleeps until the device has room, the clock goes on with
 * nothing executed. So somebody counts in all the time that nobody else wants,
 * and what was spent on counting is taken off.
 */
static volatile unsigned long *spins;
static pid_t spinner;
static double spin_cost;	/* instructions each */

static void spin(volatile unsigned long *count, unsigned long n)
{
	while (n--)
		(*count)++;
}

static void start_spinner(void)
{
	struct sched_param none = { 0 };
	long long begin, cost, best = 0;
	int i;

	if (!spins) {
		spins = mmap(NULL, sizeof(*spins), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (spins == MAP_FAILED)
			die("mmap");
		for (i = 0; i < 10; i++) {
			begin = now();
			spin(spins, 100000);
			cost = now() - begin;
			if (!i || cost < best)
				best = cost;
		}
		spin_cost = best / 100000.0;
	}
	spinner = fork();
	if (spinner < 0)
		die("fork");
	if (spinner)
		return;
	if (sched_setscheduler(0, SCHED_IDLE, &none))
		die("SCHED_IDLE");
	spin(spins, -1UL);
	_exit(0);
}

static void stop_spinner(void)
{
	kill(spinner, SIGKILL);
	waitpid(spinner, NULL, 0);
}

/* Instructions that were for something. */
static double used(void)
{
	return (double)now() - (spins ? (double)*spins * spin_cost : 0);
}

static void write_all(int fd, size_t size)
{
	if (write(fd, buf, size) != (ssize_t)size)
		die("write");
}

static double write_run(int fd, int to, size_t size)
{
	double begin = used();
	size_t done;

	(void)to;
	for (done = 0; done < TOTAL; done += size)
		write_all(fd, size);
	return (used() - begin) / TOTAL;
}

static double pair_run(int from, int to, size_t size)
{
	double begin = used();
	size_t done, got;
	ssize_t n;

	for (done = 0; done < TOTAL; done += size) {
		write_all(from, size);
		for (got = 0; got < size; got += (size_t)n) {
			n = read(to, buf, sizeof(buf));
			if (n <= 0)
				die("read");
		}
	}
	return (used() - begin) / TOTAL;
}

/* What interrupts and boot noise do only ever adds. */
static double least(int from, int to, size_t size, run_fn run)
{
	double cost, best = run(from, to, size);
	int n;

	for (n = 1; n < ROUNDS; n++) {
		cost = run(from, to, size);
		if (cost < best)
			best = cost;
	}
	return best;
}

/* What depends on how write and transfer meet, so no round is like another. */
static double mean(int from, int to, size_t size, run_fn run)
{
	double sum = 0;
	int n;

	for (n = 0; n < MEAN_ROUNDS; n++)
		sum += run(from, to, size);
	return sum / MEAN_ROUNDS;
}

static void measure(const char *label, int from, int to, run_fn run,
		    double (*of)(int from, int to, size_t size, run_fn run))
{
	static const size_t sizes[] = { 256, 1024 };
	size_t i;

	memset(buf, 'x', sizeof(buf));
	run(from, to, 1024);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		report(label, sizes[i], of(from, to, sizes[i], run));
}

void measure_write(const char *label, int fd)
{
	measure(label, fd, -1, write_run, least);
}

void measure_transfer(const char *label, int fd)
{
	start_spinner();
	measure(label, fd, -1, write_run, mean);
	stop_spinner();
}

/*
 * A process and a worker that wake each other: who goes on is left to chance,
 * and costs a switch, unless one of them always gives way.
 */
static void set_policy(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		die("sched_setscheduler");
}

void measure_pair(const char *label, int from, int to)
{
	set_policy(SCHED_IDLE, 0);
	measure(label, from, to, pair_run, least);
	set_policy(SCHED_OTHER, 0);
}

static long long call_cost(int from, int to)
{
	long long begin = now(), cost;
	char byte;

	if (write(from, buf, 1) != 1)
		die("write");
	cost = now() - begin;
	if (read(to, &byte, 1) != 1)
		die("read");
	return cost;
}

static int by_cost(const void *a, const void *b)
{
	const long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void report_median(const char *label, long long cost[CALLS])
{
	qsort(cost, CALLS, sizeof(*cost), by_cost);
	report(label, 1, (double)cost[CALLS / 2]);
}

void measure_calls(const char *label, int from, int to,
		   const char *peer_label, int peer_from, int peer_to)
{
	static long long cost[CALLS], peer_cost[CALLS];
	int n;

	set_policy(SCHED_FIFO, 1);
	for (n = 0; n < CALLS; n++) {
		peer_cost[n] = call_cost(peer_from, peer_to);
		cost[n] = call_cost(from, to);
	}
	set_policy(SCHED_OTHER, 0);
	report_median(label, cost);
	report_median(peer_label, peer_cost);
}
