// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight processes do to the lines whatever user space can do, at random and at
 * the same time, and pull and plug the devices that are null modems; run it
 * where the kernel watches itself. Afterwards every line must be idle and work.
 * HAMMER_SECONDS (10, or as long as 1000 operations take) and HAMMER_SEED are
 * read from the environment.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define WORKERS		8
#define FILES		4	/* open at the same time, a worker */
#define OPERATIONS	1000	/* at least */

static const struct kt_args *args;
static struct ktnl *nl;
static unsigned int *done;	/* shared: operations of each kind */

static int ttys[FILES] = { -1, -1, -1, -1 };
static int claims[FILES] = { -1, -1, -1, -1 };
static int taps[FILES] = { -1, -1, -1, -1 };

static unsigned int any(unsigned int n)
{
	return (unsigned int)random() % n;
}

static const struct kt_pair *any_pair(void)
{
	return &args->pairs[any(args->count)];
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool do_open(void)
{
	int *tty = &ttys[any(FILES)];

	drop(tty);
	*tty = kt_open_line(any_pair()->line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	return *tty >= 0;
}

static bool do_claim(void)
{
	int *fd = &claims[any(FILES)];
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];

	if (*fd < 0)
		*fd = kt_open_claims(O_RDWR);
	switch (any(4)) {
	case 0:
		return kt_claim(*fd, any_pair()->line, VTYMUX_CLAIM_F_STEAL,
				"thief") == 0;
	case 1:
		memset(set, 0xff, sizeof(set));
		return kt_claim_rotary(*fd, 1 + any(3), set,
				       VTYMUX_CLAIM_WORDS_MAX) > 0;
	default:
		return kt_claim(*fd, any_pair()->line, 0, "hammer") == 0;
	}
}

static bool do_claim_open(void)
{
	int *tty = &ttys[any(FILES)];

	drop(tty);
	*tty = kt_claim_open(claims[any(FILES)], O_NOCTTY | O_NONBLOCK);
	return *tty >= 0;
}

static bool do_write(void)
{
	static const char data[300] = "hammer";

	return write(ttys[any(FILES)], data, 1 + any(sizeof(data) - 1)) > 0;
}

static bool do_read(void)
{
	char data[300];
	int fd = ttys[any(FILES)];

	kt_poll(fd, POLLIN, 1);
	return read(fd, data, sizeof(data)) > 0;
}

static bool do_close(void)
{
	int *sets[] = { ttys, ttys, claims, taps };
	int *fd = &sets[any(4)][any(FILES)];
	bool open = *fd >= 0;

	/* Output that a peer does not take would hold the close up. */
	if (any(4))
		tcflush(*fd, TCIOFLUSH);
	drop(fd);
	return open;
}

static bool do_bind(void)
{
	const struct kt_pair *pair = any_pair();

	return kt_set(pair->line, "backing", pair->backing) == 0;
}

static bool do_unbind(void)
{
	return kt_unbind(any_pair()->line) == 0;
}

static bool do_clear(void)
{
	return ktnl_clear(nl, any_pair()->line) == 0;
}

static bool do_tap(void)
{
	struct vtymux_tap arg = {
		.line = any_pair()->line, .replay = any(100000),
		.flags = O_NONBLOCK,
	};
	int *tap = &taps[any(FILES)], claim = kt_open_claims(O_RDWR);

	drop(tap);
	*tap = ioctl(claim, VTYMUX_IOC_TAP, &arg);
	close(claim);
	return *tap >= 0;
}

static bool do_tap_read(void)
{
	char data[3000];
	uint64_t lost;
	int fd = taps[any(FILES)];

	if (read(fd, data, sizeof(data)) > 0)
		return true;
	return errno == EOVERFLOW && ioctl(fd, VTYMUX_IOC_TAP_LOST, &lost) == 0;
}

static bool do_resize(void)
{
	static const char *const sizes[] = {
		"0", "1", "5000", "65536", "300000",
	};

	return kt_set(any_pair()->line, "history", sizes[any(5)]) == 0;
}

/* The device itself, or its far end. */
static bool do_plug(bool plug)
{
	const struct kt_pair *pair = any_pair();
	unsigned int end;

	if (sscanf(pair->backing, "ttyNM%u", &end) != 1)
		return false;
	end ^= !any(4);
	return ktnm_set(end, "plugged", plug ? "1" : "0") == 0;
}

static bool do_unplug(void)
{
	return do_plug(false);
}

static bool do_replug(void)
{
	return do_plug(true);
}

/* What a device does: it sends, and errors and breaks with it. */
static bool do_device(void)
{
	static const char *const things[] = {
		"break", "overrun", "parity 41", "framing 42",
	};
	static const char data[300];
	const struct kt_pair *pair = any_pair();
	char name[16];
	unsigned int end;
	int tty;

	if (sscanf(pair->backing, "ttyNM%u", &end) != 1)
		return false;
	ktnm_set(end, "inject", things[any(4)]);
	ktnm_set(end, "rate", any(3) ? "0" : "20000");
	snprintf(name, sizeof(name), "ttyNM%u", end ^ 1);
	tty = kt_open_tty(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (tty < 0)
		return false;
	if (write(tty, data, sizeof(data)) < 0 && errno != EAGAIN &&
	    errno != EIO)
		kt_comment("%s: %s", name, strerror(errno));
	kt_poll(tty, POLLIN, (int)any(3));
	tcflush(tty, TCIOFLUSH);
	close(tty);
	return true;
}

static bool do_attribute(void)
{
	static const char *const writes[][2] = {
		{ "speed", "115200" }, { "speed", "300" }, { "speed", "x" },
		{ "databits", "7" }, { "databits", "8" }, { "parity", "even" },
		{ "parity", "none" }, { "stopbits", "2" }, { "stopbits", "1" },
		{ "flowcontrol", "software" }, { "flowcontrol", "none" },
		{ "flowcontrol", "hardware" }, { "exec", "1" }, { "exec", "0" },
		{ "name", "hammer" }, { "name", "" }, { "rotary", "1 2 3" },
		{ "rotary", "" }, { "transport_input", "all" },
		{ "login_authentication", "x" }, { "rotary", "1 1" },
		{ "modem", "inout" }, { "modem", "none" },
		{ "modem", "cts-required" }, { "modem", "dtr-active" },
	};
	unsigned int i = any(sizeof(writes) / sizeof(writes[0]));

	return kt_set(any_pair()->line, writes[i][0], writes[i][1]) == 0;
}

static bool do_ioctl(void)
{
	int tty = ttys[any(FILES)], bits = TIOCM_RTS, loop = 0x8000, n;
	struct vtymux_status status;
	struct termios t;

	switch (any(8)) {
	case 0:
		if (tcgetattr(tty, &t) == 0) {
			cfsetspeed(&t, any(2) ? B115200 : B1200);
			t.c_cflag ^= any(2) ? CRTSCTS : 0;
			tcsetattr(tty, TCSANOW, &t);
		}
		break;
	case 1:
		ioctl(tty, any(2) ? TIOCMBIS : TIOCMBIC, &bits);
		break;
	case 2:
		ioctl(tty, any(2) ? TIOCMBIS : TIOCMBIC, &loop);
		break;
	case 3:
		ioctl(tty, any(2) ? TIOCSBRK : TIOCCBRK, 0);
		break;
	case 4:
		tcflow(tty, any(2) ? TCOOFF : TCOON);
		break;
	case 5:
		ioctl(tty, FIONREAD, &n);
		ioctl(tty, TIOCVHANGUP, 0);
		break;
	case 6:
		n = N_TTY;
		ioctl(tty, TIOCSETD, &n);
		break;
	default:
		kt_status(claims[any(FILES)], &status);
	}
	return tty >= 0;
}

static bool do_backing(void)
{
	int tty = kt_open_tty(any_pair()->backing,
			      O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (tty >= 0) {
		tcflush(tty, TCIOFLUSH);
		close(tty);
	}
	return tty >= 0;
}

static bool do_look(void)
{
	struct ktnl_message message;
	unsigned int line = any_pair()->line;

	kt_get(line, "state");
	kt_get(line, "owner");
	kt_stat(line, "rx");
	return ktnl_get(nl, line, &message) == 0;
}

/*
 * An operation of a kind counts if it did what it is for; must: one that never
 * does is a failure. Others need some luck.
 */
static const struct {
	const char *name;
	bool (*run)(void);
	unsigned int weight;
	bool must;
} kinds[] = {
	{ "open", do_open, 6, true },
	{ "close", do_close, 8, true },
	{ "bind", do_bind, 6, true },
	{ "unbind", do_unbind, 1, true },
	{ "claim", do_claim, 6, true },
	{ "open a claim", do_claim_open, 6, false },
	{ "clear", do_clear, 3, true },
	{ "tap", do_tap, 3, true },
	{ "read a tap", do_tap_read, 3, false },
	{ "resize", do_resize, 3, true },
	{ "set", do_attribute, 5, true },
	{ "unplug", do_unplug, 1, true },
	{ "plug", do_replug, 3, true },
	{ "device", do_device, 3, false },
	{ "backing", do_backing, 3, false },
	{ "write", do_write, 6, false },
	{ "read", do_read, 6, false },
	{ "ioctl", do_ioctl, 6, false },
	{ "look", do_look, 3, false },
};
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static unsigned int any_kind(void)
{
	unsigned int sum = 0, i;

	for (i = 0; i < KINDS; i++)
		sum += kinds[i].weight;
	sum = any(sum);
	for (i = 0; sum >= kinds[i].weight; i++)
		sum -= kinds[i].weight;
	return i;
}

static unsigned int all_done(void)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < KINDS; i++)
		sum += __atomic_load_n(&done[i], __ATOMIC_RELAXED);
	return sum;
}

static void work(unsigned int seed, uint64_t end)
{
	srandom(seed);
	nl = ktnl_open();
	while (kt_now_ms() < end || all_done() < OPERATIONS) {
		unsigned int kind = any_kind();

		if (kinds[kind].run())
			__atomic_add_fetch(&done[kind], 1, __ATOMIC_RELAXED);
	}
	for (int i = 0; i < FILES; i++) {
		tcflush(ttys[i], TCIOFLUSH);
		drop(&ttys[i]);
		drop(&claims[i]);
		drop(&taps[i]);
	}
	_exit(0);
}

static unsigned int setting(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? (unsigned int)strtoul(text, NULL, 10) : otherwise;
}

/* A worker is killed now and then: its claims and opens end with it. */
static void reap(pid_t *pids, unsigned int seed, uint64_t end)
{
	unsigned int restarts = 0, i;

	srandom(seed);
	while (kt_now_ms() < end) {
		kt_poll(-1, 0, 100);
		if (kt_now_ms() + 1000 > end || any(5))
			continue;
		i = any(WORKERS);
		kt_kill(pids[i]);
		restarts++;
		pids[i] = kt_fork();
		if (pids[i] == 0)
			work(seed + i + 100 * restarts, end);
	}
	kt_comment("%u workers were killed", restarts);
}

static void check_line(const struct kt_pair *pair)
{
	unsigned int end;
	int tty;

	if (sscanf(pair->backing, "ttyNM%u", &end) == 1) {
		kt_ok(ktnm_plug(end) == 0 && ktnm_plug(end ^ 1) == 0 &&
		      ktnm_set(end, "rate", "0") == 0,
		      "%s and its far end can be plugged in", pair->backing);
		kt_set(pair->line, "backing", pair->backing);
	}
	kt_set(pair->line, "modem", "none");
	/* A close under way may wait for output to go. */
	kt_ok(!kt_state_is(pair->line, "unbound") ||
	      kt_set(pair->line, "backing", pair->backing) == 0,
	      "line %u is or can be bound", pair->line);
	if (!kt_ok(KT_WAIT(kt_state_is(pair->line, "idle"), 40000) &&
		   kt_attr_is(pair->line, "owner", ""),
		   "line %u is idle and has no owner", pair->line))
		kt_comment("state %s, owner '%s', exec %s",
			   kt_get(pair->line, "state"),
			   kt_get(pair->line, "owner"),
			   kt_get(pair->line, "exec"));
	kt_check_usable(pair);
	tty = kt_open_tty(pair->backing, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0, "%s can be opened", pair->backing);
	drop(&tty);
}

static void check_kind(unsigned int kind)
{
	struct ktnm nm;
	bool device = kinds[kind].run == do_unplug ||
		      kinds[kind].run == do_replug;

	if (!kinds[kind].must)
		kt_comment("%s, %u times", kinds[kind].name, done[kind]);
	else if (!device || done[kind] ||
		 ktnm_pair(args, 0, &nm, kinds[kind].name))
		kt_ok(done[kind], "%s, %u times", kinds[kind].name, done[kind]);
}

static void run(const struct kt_args *a)
{
	unsigned int seconds = setting("HAMMER_SECONDS", 10);
	unsigned int seed = setting("HAMMER_SEED", (unsigned int)kt_now_ms());
	uint64_t end = kt_now_ms() + seconds * 1000;
	pid_t pids[WORKERS];
	int failed = 0;

	args = a;
	kt_comment("%u seconds, HAMMER_SEED=%u", seconds, seed);
	done = mmap(NULL, KINDS * sizeof(*done), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned int i = 0; i < WORKERS; i++) {
		pids[i] = kt_fork();
		if (pids[i] == 0)
			work(seed + i, end);
	}
	reap(pids, seed, end);
	for (int i = 0; i < WORKERS; i++) {
		int r = kt_reap(pids[i], 60000);

		if (r)
			kt_comment("worker %d (%d): %d", i, (int)pids[i], r);
		failed += r != 0;
	}
	kt_is(failed, 0, "all workers end by themselves");
	kt_ok(all_done() >= OPERATIONS, "they did %u things", all_done());
	for (unsigned int i = 0; i < KINDS; i++)
		check_kind(i);
	for (unsigned int i = 0; i < a->count; i++)
		check_line(&a->pairs[i]);
}

int main(int argc, char **argv)
{
	return kt_main("hammer", setting("HAMMER_SECONDS", 10) + 180, argc,
		       argv, run);
}
