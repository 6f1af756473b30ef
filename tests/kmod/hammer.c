// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight processes do to the lines whatever user space can do, at random and at
 * the same time; run it where the kernel watches itself. Afterwards every line
 * must be idle and work. HAMMER_SECONDS (10) and HAMMER_SEED are read from the
 * environment.
 */
#include "kt.h"
#include "ktnl.h"

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

static const struct kt_args *args;
static struct ktnl *nl;
static unsigned int *operations;	/* shared: one counter a worker */

static int ttys[FILES] = { -1, -1, -1, -1 };
static int claims[FILES] = { -1, -1, -1, -1 };

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

static void do_open(void)
{
	int *tty = &ttys[any(FILES)];

	drop(tty);
	*tty = kt_open_line(any_pair()->line, O_RDWR | O_NOCTTY | O_NONBLOCK);
}

static void do_claim(void)
{
	int *fd = &claims[any(FILES)];
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];

	if (*fd < 0)
		*fd = kt_open_claims(O_RDWR);
	switch (any(4)) {
	case 0:
		kt_claim(*fd, any_pair()->line, VTYMUX_CLAIM_F_STEAL, "thief");
		break;
	case 1:
		memset(set, 0xff, sizeof(set));
		kt_claim_rotary(*fd, 1 + any(3), set, VTYMUX_CLAIM_WORDS_MAX);
		break;
	default:
		kt_claim(*fd, any_pair()->line, 0, "hammer");
	}
}

static void do_claim_open(void)
{
	int *tty = &ttys[any(FILES)];

	drop(tty);
	*tty = kt_claim_open(claims[any(FILES)], O_NOCTTY | O_NONBLOCK);
}

static void do_write(void)
{
	static const char data[300] = "hammer";

	if (write(ttys[any(FILES)], data, 1 + any(sizeof(data) - 1)) < 0)
		return;
}

static void do_read(void)
{
	char data[300];
	int fd = ttys[any(FILES)];

	kt_poll(fd, POLLIN, 1);
	if (read(fd, data, sizeof(data)) < 0)
		return;
}

static void do_close(void)
{
	int *fd = any(2) ? &ttys[any(FILES)] : &claims[any(FILES)];

	/* Output that a peer does not take would hold the close up. */
	if (any(4))
		tcflush(*fd, TCIOFLUSH);
	drop(fd);
}

static void do_bind(void)
{
	const struct kt_pair *pair = any_pair();

	kt_set(pair->line, "backing", pair->backing);
}

static void do_unbind(void)
{
	if (!any(3))
		kt_unbind(any_pair()->line);
}

static void do_clear(void)
{
	ktnl_clear(nl, any_pair()->line);
}

static void do_attribute(void)
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
	};
	unsigned int i = any(sizeof(writes) / sizeof(writes[0]));

	kt_set(any_pair()->line, writes[i][0], writes[i][1]);
}

static void do_ioctl(void)
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
}

static void do_backing(void)
{
	int tty = kt_open_tty(any_pair()->backing,
			      O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (tty >= 0) {
		tcflush(tty, TCIOFLUSH);
		close(tty);
	}
}

static void do_look(void)
{
	struct ktnl_message message;
	unsigned int line = any_pair()->line;

	kt_get(line, "state");
	kt_get(line, "owner");
	kt_stat(line, "rx");
	ktnl_get(nl, line, &message);
}

static void (*const actions[])(void) = {
	do_open, do_open, do_claim, do_claim, do_claim_open, do_claim_open,
	do_write, do_write, do_read, do_read, do_close, do_close, do_bind,
	do_bind, do_unbind, do_clear, do_attribute, do_ioctl, do_ioctl,
	do_backing, do_look,
};

static void work(unsigned int worker, unsigned int seed, uint64_t end)
{
	srandom(seed + worker);
	nl = ktnl_open();
	while (kt_now_ms() < end) {
		actions[any(sizeof(actions) / sizeof(actions[0]))]();
		operations[worker]++;
	}
	for (int i = 0; i < FILES; i++) {
		tcflush(ttys[i], TCIOFLUSH);
		drop(&ttys[i]);
		drop(&claims[i]);
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
			work(i, seed + 100 * restarts, end);
	}
	kt_comment("%u workers were killed", restarts);
}

static void check_line(const struct kt_pair *pair)
{
	int fd, tty;

	/* A close under way may wait for output to go. */
	kt_ok(!kt_state_is(pair->line, "unbound") ||
	      kt_set(pair->line, "backing", pair->backing) == 0,
	      "line %u is or can be bound", pair->line);
	kt_ok(KT_WAIT(kt_state_is(pair->line, "idle"), 40000) &&
	      kt_attr_is(pair->line, "owner", ""),
	      "line %u is idle and has no owner", pair->line);
	fd = kt_claims();
	kt_is(kt_claim(fd, pair->line, 0, "after"), 0,
	      "line %u can be claimed", pair->line);
	tty = kt_claim_open(fd, O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0 && write(tty, "x", 1) == 1,
	      "line %u can be opened and written", pair->line);
	tcflush(tty, TCIOFLUSH);
	drop(&tty);
	drop(&fd);
	kt_is(kt_unbind(pair->line), 0, "line %u can be unbound", pair->line);
	tty = kt_open_tty(pair->backing, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0, "%s can be opened", pair->backing);
	drop(&tty);
}

static void run(const struct kt_args *a)
{
	unsigned int seconds = setting("HAMMER_SECONDS", 10);
	unsigned int seed = setting("HAMMER_SEED", (unsigned int)kt_now_ms());
	uint64_t end = kt_now_ms() + seconds * 1000, sum = 0;
	pid_t pids[WORKERS];
	int failed = 0;

	args = a;
	kt_comment("%u seconds, HAMMER_SEED=%u", seconds, seed);
	operations = mmap(NULL, WORKERS * sizeof(*operations),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	for (unsigned int i = 0; i < WORKERS; i++) {
		pids[i] = kt_fork();
		if (pids[i] == 0)
			work(i, seed, end);
	}
	reap(pids, seed, end);
	for (int i = 0; i < WORKERS; i++) {
		int r = kt_reap(pids[i], 60000);

		if (r)
			kt_comment("worker %d (%d): %d", i, (int)pids[i], r);
		failed += r != 0;
	}
	for (int i = 0; i < WORKERS; i++)
		sum += operations[i];
	kt_comment("%llu operations", (unsigned long long)sum);
	kt_is(failed, 0, "all workers end by themselves");
	kt_ok(sum > 100, "they did something");
	for (unsigned int i = 0; i < a->count; i++)
		check_line(&a->pairs[i]);
}

int main(int argc, char **argv)
{
	return kt_main("hammer", setting("HAMMER_SECONDS", 10) + 180, argc,
		       argv, run);
}
