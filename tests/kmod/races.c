// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who takes a line from whom, at the same time: a CLEAR must not hang up the
 * owner that came after the one it cleared, and an open that was under way
 * when the line was stolen, cleared or unbound must not be left beside what
 * came next. For RACES_SECONDS (4) a race.
 */
#include "kt.h"
#include "ktnl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define CLEARERS	2
#define OWNERS		3
#define OPENERS		3
#define CLAIMS		400	/* at least, */
#define ROUNDS		100
#define SLOW_MS		60000	/* which may take so much longer */
#define NONBLOCK	(O_RDWR | O_NOCTTY | O_NONBLOCK)

static unsigned int line;
static const char *backing;

static struct shared {
	bool over;
	/* Clears and owners. */
	uint32_t clearing;	/* CLEARs under way */
	uint32_t held;		/* owners that want none */
	uint64_t clears, claims;
	uint32_t hung;		/* failures */
	/* Thieves and openers: odd while no opener may use the line. */
	uint32_t turn;
	uint64_t turns, opens, tries, refused;
	uint32_t beside, odd;	/* failures */
} *shared;

static uint32_t get(const uint32_t *value)
{
	return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void add(uint32_t *value, uint32_t n)
{
	__atomic_add_fetch(value, n, __ATOMIC_SEQ_CST);
}

static void count(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

static bool over(void)
{
	return __atomic_load_n(&shared->over, __ATOMIC_SEQ_CST);
}

static void clear_once(struct ktnl *nl)
{
	add(&shared->clearing, 1);
	if (!get(&shared->held)) {
		if (ktnl_clear(nl, line) < 0)
			add(&shared->odd, 1);
		count(&shared->clears);
	}
	add(&shared->clearing, -1U);
}

static void clearer(void)
{
	struct ktnl *nl = ktnl_open();

	while (!over()) {
		clear_once(nl);
		sched_yield();
	}
}

static bool live(int fd)
{
	struct vtymux_status status;

	return kt_status(fd, &status) == 0 &&
	       status.revoked == VTYMUX_REVOKE_NONE;
}

/*
 * A claim's descriptor is hung up before the claim says that it has ended: who
 * looks in between waits until no CLEAR is under way that could still say so.
 */
static void check_hung_up(int fd)
{
	if (!live(fd))
		return;
	add(&shared->held, 1);
	if (KT_WAIT(!get(&shared->clearing), 20000) && live(fd))
		add(&shared->hung, 1);
	add(&shared->held, -1U);
}

/*
 * The line is someone else's the moment that a CLEAR gives it back. Whoever has
 * it is in read(2) until then, which a hangup waits for.
 */
static void owner(void)
{
	while (!over()) {
		int fd = kt_claims(), tty, r;
		char byte;

		while ((r = kt_claim(fd, line, 0, "owner")) == -EBUSY && !over())
			sched_yield();
		if (r < 0 && r != -EBUSY)
			add(&shared->odd, 1);
		if (r == 0) {
			count(&shared->claims);
			tty = kt_claim_open(fd, O_NOCTTY);
			if (tty >= 0) {
				if (read(tty, &byte, 1) <= 0)
					check_hung_up(fd);
				close(tty);
			} else if (tty != -EIO) {
				add(&shared->odd, 1);
			}
		}
		close(fd);
	}
}

/* Neither hung up: what is hung up gives EIO. */
static bool usable(int tty)
{
	struct termios t;
	bool can = write(tty, "x", 1) == 1 || tcgetattr(tty, &t) == 0;

	tcflush(tty, TCOFLUSH);
	return can;
}

/* Opens the line plainly, and uses it for a while. */
static void opener(void)
{
	while (!over()) {
		int tty = kt_open_line(line, NONBLOCK);

		count(&shared->tries);
		if (tty == -EBUSY || tty == -ENODEV || tty == -EIO) {
			count(&shared->refused);
			sched_yield();
			continue;
		}
		if (tty < 0) {
			add(&shared->odd, 1);
			kt_comment("open gives %d", tty);
			return;
		}
		count(&shared->opens);
		for (int i = 0; i < 20; i++) {
			uint32_t turn = get(&shared->turn);
			bool can = usable(tty);

			if (can && turn % 2 && turn == get(&shared->turn)) {
				add(&shared->beside, 1);
				break;
			}
			if (!can)
				break;
			sched_yield();
		}
		close(tty);
	}
}

/* Until openers have tried in vain, or were not able to. */
static void hold_turn(void)
{
	uint64_t tries = shared->tries;

	add(&shared->turn, 1);
	KT_WAIT(shared->tries >= tries + 2 * OPENERS, 50);
	add(&shared->turn, 1);
	count(&shared->turns);
}

static void take(uint32_t flags)
{
	int fd = kt_claims(), tty, r = kt_claim(fd, line, flags, "thief");

	if (r == 0) {
		tty = kt_claim_open(fd, O_NOCTTY | O_NONBLOCK);
		if (tty < 0)
			add(&shared->odd, 1);
		hold_turn();
		if (tty >= 0) {
			if (kt_poll(tty, POLLIN, 0) & POLLHUP)
				add(&shared->hung, 1);
			close(tty);
		}
	} else if (r != -EBUSY || flags) {
		add(&shared->odd, 1);
		kt_comment("a claim with flags %u gives %d", flags, r);
	}
	close(fd);
}

static void steal(struct ktnl *nl)
{
	(void)nl;
	take(VTYMUX_CLAIM_F_STEAL);
}

static void clear(struct ktnl *nl)
{
	if (ktnl_clear(nl, line) < 0)
		add(&shared->odd, 1);
	take(0);
}

static void unbind(struct ktnl *nl)
{
	int r = kt_unbind(line);

	(void)nl;
	if (r < 0)
		add(&shared->odd, 1);
	hold_turn();
	r = kt_set(line, "backing", backing);
	if (r < 0) {
		add(&shared->odd, 1);
		kt_bail("line %u cannot be bound again: %d", line, r);
	}
}

static void start(pid_t *pids, int n, void (*fn)(void))
{
	for (int i = 0; i < n; i++) {
		pids[i] = kt_fork();
		if (pids[i])
			continue;
		fn();
		_exit(0);
	}
}

static bool reap(const pid_t *pids, int n)
{
	bool ended = true;

	for (int i = 0; i < n; i++)
		ended &= kt_reap(pids[i], 30000) == 0;
	return ended;
}

static uint64_t duration(void)
{
	const char *text = getenv("RACES_SECONDS");

	return 1000 * (text && *text ? strtoul(text, NULL, 10) : 4);
}

/* For the time that was asked for, and until @counter was enough. */
static bool wait_for(const uint64_t *counter, uint64_t enough)
{
	KT_WAIT(false, duration());
	return KT_WAIT(__atomic_load_n(counter, __ATOMIC_SEQ_CST) >= enough,
		       SLOW_MS);
}

/* Those in read(2) need another CLEAR to end. */
static bool reap_owners(const pid_t *pids)
{
	struct ktnl *nl = ktnl_open();
	uint64_t end = kt_now_ms() + SLOW_MS;
	int left = OWNERS;

	for (int i = 0; i < OWNERS; i++)
		while (kt_now_ms() < end) {
			clear_once(nl);
			if (kt_reap(pids[i], 100) == 0) {
				left--;
				break;
			}
		}
	ktnl_close(nl);
	return !left;
}

static void check_clear(int clearers)
{
	pid_t owners[OWNERS], others[CLEARERS];
	bool enough, ended;

	*shared = (struct shared){ 0 };
	start(owners, OWNERS, owner);
	start(others, clearers, clearer);
	enough = wait_for(&shared->claims, CLAIMS);
	__atomic_store_n(&shared->over, true, __ATOMIC_SEQ_CST);
	ended = reap(others, clearers) & reap_owners(owners);
	kt_comment("%llu claims, %llu CLEARs",
		   (unsigned long long)shared->claims,
		   (unsigned long long)shared->clears);
	kt_ok(ended, "clear by %d: owners and who clears them end", clearers);
	kt_ok(enough, "clear by %d: ... after %d claims", clearers, CLAIMS);
	kt_is(shared->hung, 0, "clear by %d: no later owner is hung up",
	      clearers);
	kt_is(shared->odd, 0, "clear by %d: all calls give what they may",
	      clearers);
	kt_ok(kt_idle(line), "clear by %d: the line is idle in the end",
	      clearers);
}

static void check_opens(void (*take_it)(struct ktnl *nl), const char *how)
{
	struct ktnl *nl = ktnl_open();
	uint64_t end = kt_now_ms() + duration();
	uint64_t slow = end + SLOW_MS;
	pid_t openers[OPENERS];
	bool ended;

	*shared = (struct shared){ 0 };
	start(openers, OPENERS, opener);
	while (kt_now_ms() < end ||
	       ((shared->turns < ROUNDS || shared->opens < ROUNDS) &&
		kt_now_ms() < slow)) {
		uint64_t opens = shared->opens;

		take_it(nl);
		/* Not always the same moment of an open. */
		if (random() % 4)
			KT_WAIT(shared->opens != opens, 20);
		for (long n = random() % 2000; n > 0; n--)
			__asm__ volatile("" ::: "memory");
	}
	__atomic_store_n(&shared->over, true, __ATOMIC_SEQ_CST);
	ended = reap(openers, OPENERS);
	kt_comment("%s: %llu times, %llu opens, %llu refused", how,
		   (unsigned long long)shared->turns,
		   (unsigned long long)shared->opens,
		   (unsigned long long)shared->refused);
	kt_ok(ended && shared->opens >= ROUNDS && shared->turns >= ROUNDS,
	      "%s: there were opens to race with", how);
	kt_is(shared->beside, 0, "%s: no open is left that was before", how);
	kt_is(shared->hung, 0, "%s: ... nor is its own open hung up", how);
	kt_is(shared->odd, 0, "%s: ... and all calls give what they may", how);
	kt_ok(kt_idle(line), "%s: the line is idle in the end", how);
	ktnl_close(nl);
}

static void run(const struct kt_args *args)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	line = args->line;
	backing = args->backing;
	kt_bind(line, backing);
	kt_set(line, "exec", "1");
	check_clear(1);
	check_clear(CLEARERS);
	check_opens(steal, "steal");
	check_opens(clear, "clear");
	check_opens(unbind, "unbind");
	kt_is(kt_unbind(line), 0, "the line can be unbound in the end");
}

int main(int argc, char **argv)
{
	return kt_main("races", 600, argc, argv, run);
}
