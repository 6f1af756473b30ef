// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is pulled and plugged in again REPLUG_CYCLES (50) times while a
 * claimed session has the line open: its file works after each, and nothing is
 * left behind. What a cycle leaks is seen in the slab caches: one that grows
 * with the cycles, again and again, by an object a cycle.
 */
#include "kt.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHES	400
#define ROUNDS	4	/* a cache that grows in each of them leaks */
#define WARM_UP	10

struct caches {
	unsigned int count;
	struct { char name[48]; long active; } cache[CACHES];
};

static struct ktnm nm;
static int claims, tty, far;
static unsigned int cycle;	/* number of the next */

/* Gives back what processors keep, or free objects count as used. */
static void shrink(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "1", 1) != 1)
		kt_comment("cannot shrink %s", name);
	if (fd >= 0)
		close(fd);
}

static bool read_caches(struct caches *c)
{
	FILE *f = fopen("/proc/slabinfo", "re");
	char text[512];

	c->count = 0;
	while (f && c->count < CACHES && fgets(text, sizeof(text), f))
		if (sscanf(text, "%47[^ #:] %ld", c->cache[c->count].name,
			   &c->cache[c->count].active) == 2)
			c->count++;
	if (f)
		fclose(f);
	return c->count;
}

/* Where the module, a tty and its device take memory from. */
static bool is_ours(const char *name)
{
	return !strncmp(name, "kmalloc", 7) || !strcmp(name, "kernfs_node_cache");
}

static void shrink_all(const struct caches *c)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (is_ours(c->cache[i].name))
			shrink(c->cache[i].name);
}

static long grown(const struct caches *before, unsigned int i,
		  const struct caches *now)
{
	for (unsigned int n = 0; n < now->count; n++)
		if (!strcmp(now->cache[n].name, before->cache[i].name))
			return now->cache[n].active - before->cache[i].active;
	return 0;
}

/* The caches that are so much larger; all are marked 0 in @suspects else. */
static bool judge(const struct caches *before, long much, bool *suspects)
{
	struct caches now;
	bool any = false;

	shrink_all(before);
	read_caches(&now);
	for (unsigned int i = 0; i < before->count; i++) {
		suspects[i] = suspects[i] && is_ours(before->cache[i].name) &&
			      grown(before, i, &now) >= much;
		any |= suspects[i];
	}
	return any;
}

/* Both ways, with the cycle's number. */
static bool talk(void)
{
	char text[32];
	size_t n = (size_t)snprintf(text, sizeof(text), "cycle %u.", cycle);

	return write(far, text, n) == (ssize_t)n &&
	       ktnm_reads(tty, text, n, 5000) &&
	       write(tty, text, n) == (ssize_t)n &&
	       ktnm_reads(far, text, n, 5000);
}

static bool replug(void)
{
	cycle++;
	if (ktnm_unplug(nm.end) != 0)
		return false;
	if (!KT_WAIT(kt_state_is(nm.line, "down"), 5000))
		return false;
	return ktnm_plug(nm.end) == 0 &&
	       kt_set(nm.line, "backing", nm.backing) == 0 && talk();
}

/* Return: how many of them failed. */
static unsigned int run_cycles(unsigned int count)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < count && failed < 3; i++) {
		if (replug())
			continue;
		failed++;
		kt_comment("cycle %u failed, the line is %s", cycle,
			   kt_get(nm.line, "state"));
	}
	return failed;
}

static void print_suspects(const struct caches *c, const bool *suspects)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (suspects[i])
			kt_comment("%s grows", c->cache[i].name);
}

/*
 * Events that udev is behind with wait in memory, and so do devices that it has
 * not let go of.
 * Return: has it caught up? Where there is no udev, it has.
 */
static bool settle(void)
{
	int status = system("udevadm settle --timeout=120 >/dev/null 2>&1");

	return status == 0 || WEXITSTATUS(status) == 127;
}

/*
 * What grew in one round may be anybody's; no round more is needed once none
 * has grown in all of them. Work that frees may be a while behind.
 */
static void check_cycles(unsigned int count)
{
	bool leaks = true, known = true, settled = true, suspects[CACHES];
	unsigned int failed = run_cycles(WARM_UP), done = 0, round;
	uint64_t begin = kt_now_ms();

	memset(suspects, true, sizeof(suspects));
	for (round = 0; round < ROUNDS && leaks && settled && !failed; round++) {
		struct caches before;
		/* The first round is as many cycles as are wanted. */
		unsigned int n = round ? count / 2 + 1 : count;

		settled = settle();
		known = read_caches(&before);
		shrink_all(&before);
		read_caches(&before);
		failed += run_cycles(n);
		done += n;
		settled &= settle();
		leaks = KT_WAIT(!judge(&before, (long)n * 3 / 4, suspects),
				20000) == false;
		if (leaks)
			print_suspects(&before, suspects);
	}
	kt_is(failed, 0, "%u times unplugged, the session goes on", done);
	kt_comment("%u ms a cycle", (unsigned int)(kt_now_ms() - begin) / done);
	if (known && (settled || !leaks))
		kt_ok(!leaks, "no slab cache grows with that, in %u rounds",
		      round);
	else
		kt_skip(known ? "udev does not keep up" : "no /proc/slabinfo",
			"slab caches");
}

static void run(const struct kt_args *args)
{
	const char *text = getenv("REPLUG_CYCLES");
	unsigned int count = text && *text ? (unsigned int)atoi(text) : 50;
	uint64_t downs;

	if (!ktnm_pair(args, 0, &nm, "a device that is plugged in again"))
		return;
	kt_bind(nm.line, nm.backing);
	downs = kt_stat(nm.line, "downs");
	claims = kt_claimed(nm.line, "replug");
	tty = kt_opened(claims);
	far = ktnm_open(ktnm_far(&nm), 0);
	kt_ok(talk(), "the session works");
	check_cycles(count);
	kt_is((long)(kt_stat(nm.line, "downs") - downs), cycle,
	      "each is counted");
	close(tty);
	close(claims);
	close(far);
	kt_ok(kt_idle(nm.line), "the line is idle in the end");
	claims = kt_claimed(nm.line, "after");
	close(claims);
	kt_is(kt_unbind(nm.line), 0, "... and can be unbound");
}

int main(int argc, char **argv)
{
	return kt_main("replug", 3600, argc, argv, run);
}
