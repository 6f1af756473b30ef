// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight processes use a few virtual lines at random and at the same time, while
 * lines come and go; run it where the kernel watches itself. Afterwards all
 * lines are idle and work. HAMMER_SECONDS (10) and HAMMER_SEED are read from
 * the environment.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define WORKERS		8
#define LINES		3	/* the fewer, the more they meet */
#define FILES		3

static unsigned int lines[LINES], all;
static struct ktnl *nl;
static unsigned int *operations;
static int claims[FILES] = { -1, -1, -1 }, masters[FILES] = { -1, -1, -1 };
static int ttys[FILES] = { -1, -1, -1 };

static unsigned int any(unsigned int n)
{
	return (unsigned int)random() % n;
}

static int *any_file(void)
{
	int *sets[] = { claims, masters, ttys };

	return &sets[any(3)][any(FILES)];
}

static void do_claim(void)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX] = { 0 };
	int *fd = &claims[any(FILES)];

	if (*fd < 0)
		*fd = kt_open_claims(O_RDWR);
	for (int i = 0; i < LINES; i++)
		set[lines[i] / 64] |= 1ULL << lines[i] % 64;
	switch (any(3)) {
	case 0:
		kt_claim(*fd, lines[any(LINES)], VTYMUX_CLAIM_F_STEAL, "thief");
		break;
	case 1:
		kt_claim(*fd, lines[any(LINES)], 0, "hammer");
		break;
	default:
		ktv_claim_any(*fd, set, VTYMUX_CLAIM_WORDS_MAX);
	}
}

static void do_attach(void)
{
	int *fd = &masters[any(FILES)];

	ktv_drop(fd);
	*fd = ktv_attach(claims[any(FILES)], O_NONBLOCK);
}

static void do_open(void)
{
	int *fd = &ttys[any(FILES)];

	ktv_drop(fd);
	*fd = any(8) ? kt_claim_open(claims[any(FILES)],
				     O_NOCTTY | O_NONBLOCK) :
		       kt_open_line(lines[any(LINES)],
				    O_RDWR | O_NOCTTY | O_NONBLOCK);
}

/* Both ends of a line that nobody else has, so that bytes flow. */
static void do_session(void)
{
	do_claim();
	for (int i = 0; i < FILES; i++) {
		ktv_drop(&masters[i]);
		masters[i] = ktv_attach(claims[i], O_NONBLOCK);
		ktv_drop(&ttys[i]);
		ttys[i] = kt_claim_open(claims[i], O_NOCTTY | O_NONBLOCK);
	}
}

static void do_write(void)
{
	static const char data[6000] = "hammer \003 \032 \023\021 x\n\r\n";
	int fd = any(2) ? masters[any(FILES)] : ttys[any(FILES)];

	if (write(fd, data, 1 + any(any(4) ? 64 : sizeof(data) - 1)) < 0)
		return;
}

static void do_read(void)
{
	char data[6000];
	int fd = any(2) ? masters[any(FILES)] : ttys[any(FILES)];

	kt_poll(fd, POLLIN | POLLOUT, 1);
	if (read(fd, data, 1 + any(sizeof(data) - 1)) < 0)
		return;
}

static void do_close(void)
{
	ktv_drop(any_file());
}

static void do_clear(void)
{
	ktnl_clear(nl, lines[any(LINES)]);
}

static void do_ioctl(void)
{
	int fd = *any_file(), n;
	struct winsize size = { .ws_row = (unsigned short)any(5) };
	struct termios t;

	switch (any(9)) {
	case 0:
		ioctl(fd, TIOCSWINSZ, &size);
		break;
	case 1:
		ioctl(fd, TIOCGWINSZ, &size);
		break;
	case 2:
		ioctl(fd, TIOCSIG, SIGINT);
		break;
	case 3:
	case 4:
		if (tcgetattr(fd, &t) == 0) {
			t.c_lflag ^= any(2) ? ICANON : ECHO;
			t.c_oflag ^= any(2) ? OPOST : 0;
			tcsetattr(fd, any(2) ? TCSAFLUSH : TCSANOW, &t);
		}
		break;
	case 5:
		tcflush(fd, any(2) ? TCIFLUSH : TCOFLUSH);
		break;
	case 6:
		n = any(2) ? N_TTY : 27 /* N_NULL */;
		ioctl(fd, TIOCSETD, &n);
		break;
	case 7:
		ioctl(fd, TIOCSTI, "s");
		break;
	default:
		ioctl(fd, FIONREAD, &n);
		tcflow(fd, any(2) ? TCOOFF : TCOON);
	}
}

/* A session with the line as its terminal, hung up when it is to be. */
static void do_leader(void)
{
	int tty = ttys[any(FILES)];
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < FILES; i++) {
			close(masters[i]);
			close(claims[i]);
		}
		if (setsid() < 0 || ioctl(tty, TIOCSCTTY, 0) < 0)
			_exit(0);
		if (write(tty, "leader", 6) < 0 || open("/dev/tty", O_RDWR) < 0)
			_exit(1);
		alarm(1);
		if (any(2))
			pause();
		_exit(0);
	}
	if (pid > 0 && any(2))
		kill(pid, SIGKILL);
	if (pid > 0)
		kt_reap(pid, 3000);
}

static void do_attribute(void)
{
	unsigned int line = lines[any(LINES)];

	kt_set(line, "exec", any(4) ? "1" : "0");
	kt_get(line, "state");
	kt_get(line, "owner");
}

static void do_resize(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", all + any(3));
	ktv_resize(text);
}

static void do_extra(void)
{
	int *fd = &claims[any(FILES)];
	unsigned int line = ktv_parameter("tty_lines") + all + 1 + any(2);

	ktv_drop(fd);
	*fd = kt_open_claims(O_RDWR);
	kt_claim(*fd, line, 0, "extra");
	kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	ktnl_clear(nl, line);
}

static void (*const actions[])(void) = {
	do_claim, do_attach, do_open, do_session, do_session, do_write,
	do_write, do_write, do_write, do_read, do_read, do_read, do_close,
	do_close, do_clear, do_ioctl, do_ioctl, do_ioctl, do_leader,
	do_attribute, do_resize, do_extra,
};

static void work(unsigned int worker, unsigned int seed, uint64_t end)
{
	srandom(seed + worker);
	signal(SIGHUP, SIG_IGN);
	nl = ktnl_open();
	while (kt_now_ms() < end) {
		actions[any(sizeof(actions) / sizeof(actions[0]))]();
		operations[worker]++;
	}
	_exit(0);
}

static unsigned int setting(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? (unsigned int)strtoul(text, NULL, 10) : otherwise;
}

/* A worker is killed now and then: what it had ends with it. */
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

static void check_line(unsigned int line)
{
	struct ktv v;

	kt_ok(KT_WAIT(kt_idle(line), 10000), "line %u is idle", line);
	kt_set(line, "exec", "1");
	v = ktv_opened(line);
	ktv_write(v.tty, "out");
	kt_ok(ktv_reads(v.master, "out"), "line %u works one way", line);
	ktv_write(v.master, "in\n");
	kt_ok(ktv_reads(v.tty, "in\n"), "line %u works the other way", line);
	ktv_close(&v);
}

static void run(const struct kt_args *args)
{
	unsigned int seconds = setting("HAMMER_SECONDS", 10);
	unsigned int seed = setting("HAMMER_SEED", (unsigned int)kt_now_ms());
	uint64_t end = kt_now_ms() + seconds * 1000, sum = 0;
	pid_t pids[WORKERS];
	char text[16];
	int failed = 0;

	(void)args;
	ktv_lines(lines, LINES);
	all = ktv_parameter("virtual_lines");
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
	for (int i = 0; i < WORKERS; i++)
		failed += kt_reap(pids[i], 60000) != 0;
	for (int i = 0; i < WORKERS; i++)
		sum += operations[i];
	kt_comment("%llu operations", (unsigned long long)sum);
	kt_is(failed, 0, "all workers end by themselves");
	kt_ok(sum > 100, "they did something");
	for (int i = 0; i < LINES; i++)
		check_line(lines[i]);
	snprintf(text, sizeof(text), "%u", all);
	kt_ok(KT_WAIT(ktv_resize(text) == 0, 10000),
	      "there are as many lines as before");
}

int main(int argc, char **argv)
{
	return kt_main("vhammer", setting("HAMMER_SECONDS", 10) + 180, argc,
		       argv, run);
}
