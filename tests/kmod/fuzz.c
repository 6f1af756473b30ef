// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random attributes, netlink messages and ioctls, from a process each and all
 * at once, for FUZZ_SECONDS (10) from FUZZ_SEED; run it where the kernel watches
 * itself. Afterwards every line must be idle and work.
 */
#include "fuzz.h"
#include "ktnl.h"
#include "ktvirt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

struct fuzzer {
	const char *what;
	void (*step)(const struct kt_args *args);
};

static const struct fuzzer fuzzers[] = {
	{ "attributes", fuzz_attributes },
	{ "netlink messages", fuzz_netlink },
	{ "ioctls", fuzz_files },
	{ "more ioctls", fuzz_files },
};
#define FUZZERS (sizeof(fuzzers) / sizeof(fuzzers[0]))

static unsigned int *steps;	/* shared: one counter a fuzzer */

unsigned int fuzz_any(unsigned int n)
{
	return (unsigned int)random() % n;
}

uint32_t fuzz_number(void)
{
	switch (fuzz_any(4)) {
	case 0:
		return fuzz_any(8);
	case 1:
		return (1U << fuzz_any(32)) + fuzz_any(3) - 1;
	case 2:
		return fuzz_any(5000);
	default:
		return (uint32_t)random() << 1 ^ (uint32_t)random();
	}
}

void fuzz_bytes(void *buf, size_t n)
{
	unsigned char *p = buf;

	while (n--)
		*p++ = (unsigned char)random();
}

const struct kt_pair *fuzz_pair(const struct kt_args *args)
{
	return &args->pairs[fuzz_any(args->count)];
}

static unsigned int setting(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? (unsigned int)strtoul(text, NULL, 10) : otherwise;
}

static pid_t start(const struct kt_args *args, unsigned int i,
		   unsigned int seed, uint64_t end)
{
	pid_t pid = kt_fork();

	if (pid)
		return pid;
	setsid();	/* so that lines may become controlling terminals */
	srandom(seed + i);
	while (kt_now_ms() < end) {
		fuzzers[i].step(args);
		steps[i]++;
	}
	_exit(0);
}

static void check_line(const struct kt_pair *pair)
{
	kt_ok(KT_WAIT(!kt_state_is(pair->line, "active") &&
		      !kt_state_is(pair->line, "claimed"), 40000),
	      "line %u is nobody's in the end", pair->line);
	kt_unbind(pair->line);
	kt_set(pair->line, "modem", "none");	/* or there is no carrier */
	kt_is(kt_set(pair->line, "backing", pair->backing), 0,
	      "line %u can be bound", pair->line);
	kt_check_usable(pair);
}

static void check_rest(void)
{
	unsigned int first = ktv_parameter("tty_lines") + 1;
	unsigned int n = ktv_parameter("virtual_lines"), busy = 0;
	struct ktnl_message message;
	struct ktnl *nl = ktnl_open();

	for (unsigned int i = 0; i < n; i++)
		busy += !kt_idle(first + i);
	kt_is(busy, 0, "all virtual lines are idle in the end");
	kt_is(ktnl_get(nl, first, &message), 0, "netlink answers in the end");
	ktnl_close(nl);
}

static void run(const struct kt_args *args)
{
	unsigned int seconds = setting("FUZZ_SECONDS", 10);
	unsigned int seed = setting("FUZZ_SEED", (unsigned int)kt_now_ms());
	unsigned int lines = ktv_parameter("virtual_lines");
	uint64_t end = kt_now_ms() + seconds * 1000;
	pid_t pids[FUZZERS];
	char text[16];

	kt_comment("%u seconds, FUZZ_SEED=%u", seconds, seed);
	steps = mmap(NULL, FUZZERS * sizeof(*steps), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned int i = 0; i < FUZZERS; i++)
		pids[i] = start(args, i, seed, end);
	for (unsigned int i = 0; i < FUZZERS; i++) {
		kt_is(kt_reap(pids[i], (int)seconds * 1000 + 90000), 0,
		      "%s: the fuzzer ends by itself", fuzzers[i].what);
		kt_ok(steps[i] > 20, "%s: %u steps", fuzzers[i].what, steps[i]);
	}
	snprintf(text, sizeof(text), "%u", lines);
	kt_is(ktv_resize(text), 0, "there are %u virtual lines again", lines);
	for (unsigned int i = 0; i < args->count; i++)
		check_line(&args->pairs[i]);
	check_rest();
}

int main(int argc, char **argv)
{
	return kt_main("fuzz", setting("FUZZ_SECONDS", 10) + 240, argc, argv,
		       run);
}
