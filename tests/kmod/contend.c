// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32 processes fight over the lines of one rotary group for CONTEND_SECONDS
 * (10), and on a slow machine until there was something to fight over: no line
 * has two owners at a time, none is lost, none is hung up for another's sake,
 * all are free in the end. A pts is behind each line. Lines are cleared and
 * stolen and owners are killed all the while.
 */
#include "kt.h"
#include "ktnl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define CLAIMERS	32
#define LINES		200	/* wanted; with fewer it is tested, too */
#define HELD_MAX	9	/* by a claimer: more than there are, together */
#define WORDS		VTYMUX_CLAIM_WORDS_MAX
#define CLAIMS		(10 * CLAIMERS)	/* at least */
#define SLOW_MS		180000		/* that may take so much longer */

/*
 * In memory that all share; an owner writes its own number only. Between the
 * claim and that a claimer may lose the line, and overwrite the next owner's
 * number: it adds PENDING until it has seen that the line is still its own.
 */
#define PENDING	(1U << 31)

static struct shared {
	uint32_t owner[VTYMUX_LINE_MAX + 1];	/* 0 is none */
	uint64_t claims, busy, revoked, opens, stolen;
	uint32_t twice, hung, odd;		/* failures */
	bool over;
} *shared;

static unsigned int lines[LINES], line_count;
static int masters[LINES];
static unsigned int group;

static unsigned int any(unsigned int n)
{
	return (unsigned int)random() % n;
}

static void count(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static void fail(uint32_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

struct held {
	int claims, tty;
	unsigned int line;
	bool hung;		/* was counted */
};

static bool revoked(const struct held *h)
{
	struct vtymux_status status;

	if (kt_status(h->claims, &status) < 0 || status.line != h->line) {
		fail(&shared->odd);
		return true;
	}
	return status.revoked != VTYMUX_REVOKE_NONE;
}

/*
 * What was opened under a claim is hung up only when that ends. It is so a
 * moment before the claim says that it has ended; CLAIM waits for that.
 */
static void check_open(struct held *h)
{
	if (h->tty < 0 || h->hung || !(kt_poll(h->tty, POLLIN, 0) & POLLHUP))
		return;
	if (kt_claim(h->claims, h->line, 0, "probe") != -EBUSY ||
	    KT_WAIT(revoked(h), 1000))
		return;
	h->hung = true;
	fail(&shared->hung);
	kt_comment("line %u is hung up, its claim goes on", h->line);
}

/*
 * The owner's number is still there, or the claim was revoked first: it is
 * looked up after the number, which the next owner overwrites.
 */
static void check_owner(struct held *h, uint32_t me)
{
	uint32_t owner = __atomic_load_n(&shared->owner[h->line],
					 __ATOMIC_SEQ_CST);

	check_open(h);
	if ((owner & ~PENDING) == me || revoked(h))
		return;
	if (owner & PENDING) {
		__atomic_compare_exchange_n(&shared->owner[h->line], &owner, me,
					    false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST);
	} else {
		fail(&shared->twice);
		kt_comment("line %u has the owners %u and %u", h->line, me,
			   owner);
	}
}

static void release(struct held *h, uint32_t me)
{
	uint32_t mine = me;

	check_owner(h, me);
	if (revoked(h))
		count(&shared->revoked);
	else
		__atomic_compare_exchange_n(&shared->owner[h->line], &mine, 0,
					    false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST);
	if (h->tty >= 0)
		close(h->tty);
	close(h->claims);
	h->claims = -1;
}

/* All lines, or a random half of them. */
static void choose(uint64_t set[WORDS])
{
	bool all = any(2);

	for (int i = 0; i < WORDS; i++)
		set[i] = all ? UINT64_MAX :
			       (uint64_t)random() << 33 ^ (uint64_t)random();
}

static bool is_member(unsigned int line)
{
	for (unsigned int i = 0; i < line_count; i++)
		if (lines[i] == line)
			return true;
	return false;
}

/* Return: the line taken. */
static int steal(int fd)
{
	unsigned int line = lines[any(line_count)];
	int r = kt_claim(fd, line, VTYMUX_CLAIM_F_STEAL, "thief");

	if (r == 0)
		count(&shared->stolen);
	return r ?: (int)line;
}

static void acquire(struct held *h, uint32_t me)
{
	uint64_t set[WORDS];
	uint32_t noted = me | PENDING;
	int fd = kt_claims(), line;
	bool thief = !any(8);

	choose(set);
	line = thief ? steal(fd) : kt_claim_rotary(fd, group, set, WORDS);
	if (line <= 0) {
		if (line == -EBUSY && !thief)
			count(&shared->busy);
		else
			fail(&shared->odd);
		close(fd);
		return;
	}
	*h = (struct held){ .claims = fd, .tty = -1,
			    .line = (unsigned int)line };
	__atomic_store_n(&shared->owner[line], noted, __ATOMIC_SEQ_CST);
	if (!revoked(h))
		__atomic_compare_exchange_n(&shared->owner[line], &noted, me,
					    false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST);
	count(&shared->claims);
	if (!is_member(h->line) ||
	    (!thief && !(set[line / 64] >> line % 64 & 1)))
		fail(&shared->odd);
	if (any(4))
		return;
	h->tty = kt_claim_open(fd, O_NOCTTY | O_NONBLOCK);
	if (h->tty >= 0)
		count(&shared->opens);
	else if (!revoked(h))
		fail(&shared->odd);
}

static void work(uint32_t me)
{
	struct held held[HELD_MAX];

	srandom(me);
	for (int i = 0; i < HELD_MAX; i++)
		held[i].claims = -1;
	while (!__atomic_load_n(&shared->over, __ATOMIC_RELAXED)) {
		struct held *h = &held[any(HELD_MAX)];

		if (h->claims < 0)
			acquire(h, me);
		else if (any(3))
			check_owner(h, me);
		else
			release(h, me);
	}
	for (int i = 0; i < HELD_MAX; i++)
		if (held[i].claims >= 0)
			release(&held[i], me);
	_exit(0);
}

static pid_t claimer(uint32_t me)
{
	pid_t pid = kt_fork();

	if (pid == 0)
		work(me);
	return pid;
}

/* Lines were taken often, all of them at a time, opened and lost. */
static bool was_a_fight(void)
{
	return shared->claims > CLAIMS && shared->busy && shared->revoked &&
	       shared->opens && shared->stolen;
}

static void fight(unsigned int seconds)
{
	uint64_t begin = kt_now_ms(), until = begin + seconds * 1000;
	struct ktnl *nl = ktnl_open();
	pid_t pids[CLAIMERS];
	uint32_t next = 1;
	bool ended = true;
	unsigned int killed = 0;

	for (int i = 0; i < CLAIMERS; i++)
		pids[i] = claimer(next++);
	while (kt_now_ms() < until || ((!was_a_fight() || !killed) &&
				       kt_now_ms() < until + SLOW_MS)) {
		unsigned int i = any(CLAIMERS);

		ktnl_clear(nl, lines[any(line_count)]);
		kt_poll(-1, 0, 10);
		if (any(20))
			continue;
		kt_kill(pids[i]);
		pids[i] = claimer(next++);
		killed++;
	}
	__atomic_store_n(&shared->over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < CLAIMERS; i++)
		ended &= kt_reap(pids[i], 60000) == 0;
	ktnl_close(nl);
	kt_comment("%llu s: %llu claims, %llu opens, %llu found none free, "
		   "%llu stolen, %llu lost, %u owners killed",
		   (unsigned long long)(kt_now_ms() - begin) / 1000,
		   (unsigned long long)shared->claims,
		   (unsigned long long)shared->opens,
		   (unsigned long long)shared->busy,
		   (unsigned long long)shared->stolen,
		   (unsigned long long)shared->revoked, killed);
	kt_ok(ended, "%d claimers end", CLAIMERS);
	kt_is(shared->twice, 0, "no line has two owners");
	kt_is(shared->hung, 0, "no claim's open is hung up while it lasts");
	kt_is(shared->odd, 0, "a claim gives a candidate or EBUSY");
	kt_ok(was_a_fight() && killed, "there was something to fight over");
}

/* Every line can be claimed again, and in ascending order. */
static void check_all_free(void)
{
	int fds[LINES + 1], r = 0;
	unsigned int i;
	bool ok = true;

	for (i = 0; i < line_count; i++)
		ok &= kt_idle(lines[i]);
	kt_ok(ok, "%u lines are idle and have no owner", line_count);
	for (i = 0; i <= line_count; i++) {
		fds[i] = kt_claims();
		r = kt_claim_rotary(fds[i], group, NULL, 0);
		if (i == line_count || r != (int)lines[i])
			break;
	}
	kt_ok(i == line_count && r == -EBUSY, "each can be claimed, in order");
	for (unsigned int n = 0; n <= i; n++)
		close(fds[n]);
}

static bool is_used(unsigned int number)
{
	char text[16], groups[KT_ATTR_MAX + 2] = " ";

	snprintf(text, sizeof(text), " %u ", number);
	for (unsigned int l = 1; kt_read(l, "rotary", groups + 1) >= 0; l++) {
		strcat(groups, " ");
		if (strstr(groups, text))
			return true;
	}
	return false;
}

static void set_up(void)
{
	char number[16], path[32];

	for (group = VTYMUX_ROTARY_MAX; group && is_used(group); group--)
		;
	kt_unbound_lines(0, lines, LINES);
	while (line_count < LINES && lines[line_count])
		line_count++;
	if (!group || !line_count)
		kt_bail("no rotary group or no lines");
	if (line_count < LINES)
		kt_skip("there are not as many", "%d lines", LINES);
	snprintf(number, sizeof(number), "%u", group);
	for (unsigned int i = 0; i < line_count; i++) {
		masters[i] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (masters[i] < 0 || unlockpt(masters[i]) < 0 ||
		    ptsname_r(masters[i], path, sizeof(path)))
			kt_bail("no pseudo terminals: %s", strerror(errno));
		kt_bind(lines[i], path);
		if (kt_set(lines[i], "rotary", number) < 0)
			kt_bail("line %u cannot join", lines[i]);
	}
}

static void clean_up(void)
{
	for (unsigned int i = 0; i < line_count; i++) {
		kt_set(lines[i], "rotary", "");
		kt_unbind(lines[i]);
		close(masters[i]);
	}
}

static void run(const struct kt_args *args)
{
	const char *text = getenv("CONTEND_SECONDS");
	const struct rlimit files = { 1024, 4096 };

	(void)args;
	setrlimit(RLIMIT_NOFILE, &files);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	set_up();
	fight(text && *text ? (unsigned int)atoi(text) : 10);
	check_all_free();
	clean_up();
}

int main(int argc, char **argv)
{
	return kt_main("contend", 600, argc, argv, run);
}
