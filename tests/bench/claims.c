// SPDX-License-Identifier: GPL-2.0-only
#include "claims.h"
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/vtymux.h>

#define TRACING		"/sys/kernel/tracing/"
#define IDLE_LINES	200
#define IDLE_SECONDS	10
#define GROUP		1

static unsigned int bound;	/* lines 1..bound, each to a pts */

/* The masters stay open. */
static void bind_lines(unsigned int count)
{
	struct rlimit limit = { 8 * MANY_LINES, 8 * MANY_LINES };
	char path[32];

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("RLIMIT_NOFILE");
	while (bound < count) {
		new_pty(path);
		bound++;
		set_line(bound, "history", "0");
		set_line(bound, "backing", path);
	}
}

/* Lines of the trace with a function of the module in them. */
static unsigned int traced(void)
{
	FILE *file = fopen(TRACING "trace", "re");
	char text[512];
	unsigned int n = 0;

	if (!file)
		die(TRACING "trace");
	while (fgets(text, sizeof(text), file))
		n += strstr(text, "[vtymux]") != NULL;
	fclose(file);
	return n;
}

/* Work that ran and timers that fired. */
static unsigned int wakeups(void)
{
	unsigned int n;

	write_file(TRACING "trace", "");
	write_file(TRACING "events/workqueue/workqueue_execute_start/enable", "1");
	write_file(TRACING "events/timer/timer_expire_entry/enable", "1");
	write_file(TRACING "events/timer/hrtimer_expire_entry/enable", "1");
	sleep(IDLE_SECONDS);
	n = traced();
	write_file(TRACING "events/enable", "0");
	return n;
}

/* A line that watches its modem lines shows that there is something to see. */
void measure_idle(void)
{
	bind_lines(IDLE_LINES);
	sleep(1);
	report("wakeups", IDLE_LINES, wakeups());
	set_line(1, "modem", "cts-required");
	report("wakeups-watched", 1, wakeups());
	set_line(1, "modem", "none");
}

static int claim(struct vtymux_claim *arg)
{
	int fd = open_file("/dev/" VTYMUX_DEVICE_NAME);

	arg->number = GROUP;
	if (ioctl(fd, VTYMUX_IOC_CLAIM, arg) == 0)
		return fd;
	close(fd);
	return -1;
}

void measure_rotary(void)
{
	uint64_t words[(MANY_LINES + 64) / 64];
	struct vtymux_claim arg = {
		.flags = VTYMUX_CLAIM_F_ROTARY,
		.candidates = (uintptr_t)words,
		.candidate_words = sizeof(words) / sizeof(*words),
		.owner = "bench",
	};
	long long begin, cost, best = 0;
	unsigned int n;
	int fd;

	memset(words, 0xff, sizeof(words));
	bind_lines(MANY_LINES);
	for (n = 1; n <= MANY_LINES; n++)
		set_line(n, "rotary", "1");
	for (n = 1; n < MANY_LINES; n++)
		if (claim(&arg) < 0)
			die("claim");
	for (n = 0; n < 20; n++) {
		fd = open_file("/dev/" VTYMUX_DEVICE_NAME);
		arg.number = GROUP;
		begin = now();
		if (ioctl(fd, VTYMUX_IOC_CLAIM, &arg) ||
		    arg.number != MANY_LINES)
			die("claim of the last line");
		cost = now() - begin;
		close(fd);
		if (!n || cost < best)
			best = cost;
	}
	report("rotary", MANY_LINES, (double)best);
}
