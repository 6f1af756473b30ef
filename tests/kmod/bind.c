// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binding: the backing is exclusive while bound and as it was when it is given
 * back, and nobody keeps a line that was unbound.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define CYCLES 200
#define N_LDISC 29
#define NONBLOCK (O_RDWR | O_NOCTTY | O_NONBLOCK)

static unsigned int line, second;
static const char *backing;

static void check_names(void)
{
	static const char *const bad[] = {
		" ttyS0", "ttyS0 ", "tty S0", "tty\tS0", "tty\x7f",
		"\xc3\xa9", "tty$", "tty:0", "tty\\S0",
	};
	char name[80], path[80];
	bool ok = true;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok &= kt_set(line, "backing", bad[i]) == -EINVAL;
	kt_ok(ok, "malformed names give EINVAL");
	/* What looks like a path is for pts, where they can be bound. */
	kt_is_either(kt_set(line, "backing", "../ttyS0"), -EINVAL, -EOPNOTSUPP,
		     "a path upwards is refused");
	snprintf(path, sizeof(path), "/dev/%s", backing);
	kt_is_either(kt_set(line, "backing", path), -EINVAL, -EOPNOTSUPP,
		     "a path to a device is refused");
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	kt_is_either(kt_set(line, "backing", name), -EINVAL, -ERANGE,
		     "a name of 79 characters");
	kt_is(kt_set(line, "backing", "ttyNONE7"), -ENODEV,
	      "a tty that is not there gives ENODEV");
	snprintf(name, sizeof(name), VTYMUX_LINE_PREFIX "%u", line);
	kt_is_either(kt_set(line, "backing", name), -EINVAL, -ENODEV,
		     "a line cannot be bound to itself");
	snprintf(name, sizeof(name), VTYMUX_LINE_PREFIX "%u", second);
	kt_is_either(kt_set(line, "backing", name), -EINVAL, -ENODEV,
		     "... nor to another line");
	kt_ok(kt_set(line, "backing", "tty") < 0 &&
	      kt_set(line, "backing", "console") < 0 &&
	      kt_set(line, "backing", "tty1") < 0 &&
	      kt_set(line, "backing", "ptmx") < 0,
	      "terminals that are no serial port are refused");
	kt_is(kt_unbind(line), 0, "an unbound line can be unbound");
	kt_ok(kt_state_is(line, "unbound") && kt_attr_is(line, "backing", ""),
	      "refused names leave it unbound");
}

/* The port of console=ttyS0, if the kernel was started so. */
static void check_console(void)
{
	char active[2] = "";
	int attr = open("/sys/class/tty/ttyS0/console", O_RDONLY | O_CLOEXEC);

	if (attr < 0 || read(attr, active, 1) != 1 || active[0] != 'Y')
		kt_skip("it is not on ttyS0",
			"the kernel's console can not be bound");
	else
		kt_is(kt_set(line, "backing", "ttyS0"), -EBUSY,
		      "the kernel's console can not be bound");
	if (attr >= 0)
		close(attr);
}

static void check_exclusive(void)
{
	int tty = kt_open_tty(backing, NONBLOCK), ldisc = N_LDISC;

	kt_ok(tty >= 0, "the backing can be opened before");
	kt_is(kt_set(line, "backing", backing), -EBUSY,
	      "a tty that is open cannot be bound");
	kt_ok(kt_state_is(line, "unbound") && kt_attr_is(line, "backing", ""),
	      "... and the line stays unbound");
	kt_ok(ioctl(tty, TIOCSETD, &ldisc) < 0,
	      "user space cannot attach the line discipline");
	kt_is(tcflush(tty, TCIOFLUSH), 0, "... and the tty goes on");
	close(tty);
	kt_is(kt_set(line, "backing", backing), 0, "it can be bound after");
	kt_ok(kt_state_is(line, "idle"), "the line is idle");
	kt_ok(kt_attr_is(line, "backing", backing), "and names its backing");
	kt_is(kt_open_tty(backing, NONBLOCK), -EBUSY,
	      "root cannot open a tty that is bound");
	kt_is(kt_open_tty(backing, O_RDONLY | O_NOCTTY | O_NONBLOCK), -EBUSY,
	      "... nor only to read");
	kt_is(kt_set(second, "backing", backing), -EBUSY,
	      "it cannot be bound to a second line");
	kt_ok(kt_state_is(second, "unbound"), "... which stays unbound");
	kt_is(kt_set(line, "backing", backing), 0,
	      "binding what is bound changes nothing");
	kt_ok(kt_state_is(line, "idle"), "... and the line is idle as before");
	kt_ok(kt_set(line, "backing", "ttyNONE7") < 0 &&
	      kt_attr_is(line, "backing", backing) && kt_state_is(line, "idle"),
	      "another name is refused and leaves the binding");
}

static void check_unload(void)
{
	int tty;

	errno = 0;
	if (syscall(SYS_delete_module, "vtymux", O_NONBLOCK) == 0)
		kt_bail("the module was unloaded while a line was bound");
	/* EWOULDBLOCK is what the kernel says of a module in use. */
	kt_is_either(errno, EBUSY, EWOULDBLOCK,
		     "a module with a bound line is not unloaded");
	tty = kt_open_line(line, NONBLOCK);
	kt_ok(tty >= 0 && write(tty, "x", 1) == 1, "and its line still works");
	tcflush(tty, TCOFLUSH);
	close(tty);
}

static void check_states(void)
{
	int tty, fd;

	kt_is(kt_unbind(line), 0, "unbinding");
	kt_ok(kt_state_is(line, "unbound"), "state: unbound");
	kt_is(kt_open_line(line, NONBLOCK), -ENODEV,
	      "an unbound line cannot be opened");
	kt_bind(line, backing);
	kt_ok(kt_state_is(line, "idle"), "state: idle");
	tty = kt_open_line(line, NONBLOCK);
	kt_ok(tty >= 0 && kt_state_is(line, "active"), "state: active");
	close(tty);
	kt_ok(kt_state_is(line, "idle"), "state: idle again");
	fd = kt_claimed(line, "state-test");
	kt_ok(kt_state_is(line, "claimed"), "state: claimed");
	tty = kt_opened(fd);
	kt_ok(kt_state_is(line, "active"), "state: active under a claim");
	close(tty);
	kt_ok(kt_state_is(line, "claimed"), "state: claimed again");
	close(fd);
	kt_ok(kt_idle(line), "state: idle in the end");
}

/* A child in read(2), another in poll(2): both must be woken. */
static void check_unbind_while_open(bool claimed)
{
	const char *how = claimed ? "claimed" : "plain";
	int fd = claimed ? kt_claimed(line, "unbind-test") : -1;
	int tty = claimed ? kt_claim_open(fd, O_NOCTTY) :
			    kt_open_line(line, O_RDWR | O_NOCTTY);
	pid_t reading, polling;
	char byte;

	kt_ok(tty >= 0, "%s open: before unbinding", how);
	reading = kt_fork();
	if (reading == 0)
		_exit(read(tty, &byte, 1) == 0 ? 0 : 1);
	polling = kt_fork();
	if (polling == 0)
		_exit(kt_poll(tty, POLLIN, 10000) & POLLHUP ? 0 : 1);
	kt_is(kt_unbind(line), 0, "%s open: unbinding", how);
	kt_ok(kt_state_is(line, "unbound") && kt_attr_is(line, "backing", "") &&
	      kt_attr_is(line, "owner", ""), "%s open: the line is unbound",
	      how);
	kt_is(kt_reap(reading, 1000), 0, "%s open: read gives EOF", how);
	kt_is(kt_reap(polling, 1000), 0, "%s open: poll gives HUP", how);
	kt_ok(write(tty, "x", 1) < 0 && errno == EIO,
	      "%s open: write gives EIO", how);
	kt_bind(line, backing);
	kt_ok(kt_hung_up(tty), "%s open: it stays hung up when bound again",
	      how);
	close(tty);
	if (fd >= 0)
		close(fd);
	kt_ok(kt_idle(line), "%s open: its close does not touch the line", how);
}

/* The backing's own termios, of a kind that binding does not set. */
static void check_given_back(void)
{
	struct termios mine, after;
	int tty;

	kt_unbind(line);
	tty = kt_open_tty(backing, NONBLOCK);
	kt_ok(tty >= 0, "the backing can be opened after unbinding");
	tcgetattr(tty, &mine);
	cfsetspeed(&mine, B38400);
	mine.c_cflag = (mine.c_cflag & ~(tcflag_t)CSIZE) | CS7 | PARENB |
		       CREAD | CLOCAL;
	mine.c_lflag = ICANON | ECHO | ISIG | IEXTEN;
	mine.c_iflag = ICRNL | IXON;
	mine.c_oflag = OPOST | ONLCR;
	mine.c_cc[VINTR] = 7;
	kt_ok(tcsetattr(tty, TCSANOW, &mine) == 0 &&
	      tcgetattr(tty, &mine) == 0, "it takes a termios of its own");
	close(tty);
	kt_bind(line, backing);
	tty = kt_open_line(line, NONBLOCK);
	tcgetattr(tty, &after);
	kt_ok(cfgetospeed(&after) == B9600 && !(after.c_lflag & ECHO),
	      "the line has its own while bound");
	close(tty);
	kt_unbind(line);
	tty = kt_open_tty(backing, NONBLOCK);
	memset(&after, 0, sizeof(after));
	kt_ok(tcgetattr(tty, &after) == 0 &&
	      after.c_cflag == mine.c_cflag && after.c_lflag == mine.c_lflag &&
	      after.c_iflag == mine.c_iflag && after.c_oflag == mine.c_oflag &&
	      after.c_cc[VINTR] == 7 && cfgetospeed(&after) == B38400,
	      "and gives back the other when unbound");
	close(tty);
}

/* Somebody who tries to get the line discipline on a pts, all the time. */
static pid_t attacher(void)
{
	int master, pts, ldisc = N_LDISC;
	pid_t pid = kt_fork();
	char path[32];

	if (pid)
		return pid;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, path, sizeof(path)))
		_exit(2);
	pts = open(path, O_RDWR | O_NOCTTY);
	while (ioctl(pts, TIOCSETD, &ldisc) < 0 && errno == EPERM)
		;
	_exit(1);
}

static void check_cycles(void)
{
	uint64_t begin = kt_now_ms();
	pid_t pid = attacher();
	int failed = 0;

	for (int i = 0; i < CYCLES; i++) {
		failed += kt_set(line, "backing", backing) != 0;
		failed += !kt_state_is(line, "idle");
		failed += kt_unbind(line) != 0;
		failed += !kt_state_is(line, "unbound");
	}
	kt_is(failed, 0, "%d times bound and unbound", CYCLES);
	kt_comment("%u ms", (unsigned int)(kt_now_ms() - begin));
	kt_is(kt_reap(pid, 0), -1,
	      "... and nobody else gets the line discipline meanwhile");
	kt_kill(pid);
	begin = kt_now_ms();
	for (int i = 0; i < CYCLES; i++) {
		int tty;

		failed += kt_set(line, "backing", backing) != 0;
		tty = kt_open_line(line, NONBLOCK);
		failed += tty < 0;
		failed += kt_unbind(line) != 0;
		failed += !(kt_poll(tty, POLLIN, 0) & POLLHUP);
		close(tty);
	}
	kt_is(failed, 0, "... and %d times under an open", CYCLES);
	kt_comment("%u ms", (unsigned int)(kt_now_ms() - begin));
}

static void run(const struct kt_args *args)
{
	line = args->line;
	backing = args->backing;
	if (!kt_unbound_lines(line, &second, 1))
		kt_bail("there is no second line");
	check_names();
	check_console();
	check_exclusive();
	check_unload();
	check_states();
	check_unbind_while_open(false);
	check_unbind_while_open(true);
	check_given_back();
	check_cycles();
}

int main(int argc, char **argv)
{
	return kt_main("bind", 120, argc, argv, run);
}
