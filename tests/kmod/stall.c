// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received bytes go to the reader at once or, when he is slow, flushes, changes
 * his termios or his line discipline, through a buffer. Nothing of that may
 * lose a byte with flow control, mix up bytes, or leave any of them lying until
 * the next one comes. A pts plays a device of any speed.
 */
#include "kt.h"
#include "ktstream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define N_DEVELOPMENT	29
#define MB		1000000
#define FLOOD		(4 * MB)	/* more than all buffers hold */
#define WINDOW		500		/* ms of trouble */

static unsigned int line;
static int master, tty;

static void begin(void)
{
	char path[32];

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, path, sizeof(path)) != 0)
		kt_bail("no pseudo terminals");
	kt_bind(line, path);
	kt_set(line, "flowcontrol", "hardware");
	tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (tty < 0)
		kt_bail("cannot open line %u", line);
}

static void end(void)
{
	close(tty);
	kt_unbind(line);
	close(master);
}

/* Does the line work as if nothing had happened? */
static void check_works(const char *what)
{
	uint64_t lost = kt_stat(line, "overruns");
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(!ktstream_send(master, 5, MB, 4096));
	kt_ok(ktstream_receive(tty, 5, MB, 4096, 0), "%s: 1 MB goes on", what);
	kt_is(kt_reap(pid, 5000), 0, "%s: ... all was sent", what);
	kt_is((long)(kt_stat(line, "overruns") - lost), 0,
	      "%s: ... none is lost", what);
}

/* Reads until nothing comes for @ms. Return: bytes, the last one in @last. */
static size_t drain(int ms, unsigned char *last)
{
	static unsigned char buf[16384];
	size_t n = 0;
	ssize_t r;

	while (kt_poll(tty, POLLIN, ms) & POLLIN) {
		r = read(tty, buf, sizeof(buf));
		if (r <= 0)
			break;
		n += (size_t)r;
		*last = buf[r - 1];
	}
	return n;
}

static unsigned char pattern(size_t pos)
{
	return (unsigned char)(pos ^ pos >> 8 ^ (pos >> 16) * 3);
}

/* Fills all there is with the pattern. Return: bytes. */
static size_t fill(void)
{
	unsigned char buf[4096];
	size_t n = 0, i;
	ssize_t r;

	fcntl(master, F_SETFL, O_NONBLOCK);
	while (n < FLOOD && (kt_poll(master, POLLOUT, 1000) & POLLOUT)) {
		for (i = 0; i < sizeof(buf); i++)
			buf[i] = pattern(n + i);
		r = write(master, buf, sizeof(buf));
		if (r <= 0 && errno != EAGAIN)
			break;
		n += r > 0 ? (size_t)r : 0;
	}
	fcntl(master, F_SETFL, 0);
	kt_ok(n < FLOOD, "a reader that does not read stops the sender");
	return n;
}

/* What a flush makes room for is there without another byte from outside. */
static void check_flush(void)
{
	static unsigned char buf[65536];
	size_t sent, got = 0, i;
	bool right = true;
	ssize_t r;

	begin();
	sent = fill();
	kt_is(tcflush(tty, TCIFLUSH), 0, "flush: of a line that is stalled");
	while (got < sizeof(buf) && (kt_poll(tty, POLLIN, 1000) & POLLIN)) {
		r = read(tty, buf + got, sizeof(buf) - got);
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	kt_comment("%zu of %zu after the flush", got, sent);
	for (i = 0; i < got; i++)
		right = right && buf[i] == pattern(sent - got + i);
	kt_ok(got > 0 && got < sizeof(buf) && right,
	      "flush: what had no room comes then, to the last byte");
	check_works("flush");
	end();
}

/* @trouble in a loop, by a child, while a stream goes through. */
static pid_t start(void (*trouble)(void))
{
	pid_t pid = kt_fork();

	while (pid == 0)
		trouble();
	return pid;
}

static void change_termios(void)
{
	static unsigned int n;
	struct termios t;

	tcgetattr(tty, &t);
	t.c_cc[VMIN] = n++ % 2;
	tcsetattr(tty, TCSANOW, &t);
}

/* TCSADRAIN and the others take what there is from the ldisc again. */
static void look(void)
{
	int n;
	struct pollfd p = { .fd = tty, .events = POLLIN };

	ioctl(tty, FIONREAD, &n);
	poll(&p, 1, 0);
}

static void check_lossless(void (*trouble)(void), int nap, const char *what)
{
	uint64_t rx, lost;
	pid_t sender, other;

	begin();
	rx = kt_stat(line, "rx");
	lost = kt_stat(line, "overruns");
	other = start(trouble);
	sender = kt_fork();
	if (sender == 0)
		_exit(!ktstream_send(master, 9, 2 * MB, 4096));
	kt_ok(ktstream_receive(tty, 9, 2 * MB, 4096, nap),
	      "%s: 2 MB, none lost or misplaced", what);
	kt_is(kt_reap(sender, 5000), 0, "%s: all were sent", what);
	kt_kill(other);
	kt_is((long)(kt_stat(line, "rx") - rx), 2 * MB, "%s: rx", what);
	kt_is((long)(kt_stat(line, "overruns") - lost), 0, "%s: overruns",
	      what);
	end();
}

static void flush(void)
{
	tcflush(tty, TCIFLUSH);
}

/* There is one that everybody is refused, which ends N_TTY and starts it again. */
static void change_ldisc(void)
{
	int ours = N_DEVELOPMENT;

	ioctl(tty, TIOCSETD, &ours);
}

static void reopen(void)
{
	int fd = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	close(fd);
}

/* These lose bytes, as they should; but none may be left behind. */
static void check_goes_on(void (*trouble)(void), bool open, const char *what)
{
	unsigned char last = 0;
	pid_t sender, other;
	uint64_t until;

	begin();
	if (!open)
		close(tty);
	other = start(trouble);
	sender = kt_fork();
	if (sender == 0) {
		char buf[1000] = { 0 };

		for (;;)
			if (write(master, buf, sizeof(buf)) < 0)
				_exit(1);
	}
	for (until = kt_now_ms() + WINDOW; kt_now_ms() < until;)
		if (!open || drain(1, &last) == 0)
			kt_pause();
	kt_kill(other);
	kt_kill(sender);
	if (!open)
		tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (tty < 0)
		kt_bail("%s: cannot open line %u", what, line);
	drain(300, &last);
	kt_ok(write(master, "\1", 1) == 1 && drain(1000, &last) == 1 &&
	      last == 1, "%s: the next byte comes", what);
	check_works(what);
	end();
}

static void check_refused(void)
{
	int ours = N_DEVELOPMENT, now = -1;

	begin();
	kt_is(ioctl(tty, TIOCSETD, &ours) < 0 ? errno : 0, EPERM,
	      "the module's line discipline is refused");
	kt_ok(ioctl(tty, TIOCGETD, &now) == 0 && now == 0, "... N_TTY stays");
	end();
}

static void run(const struct kt_args *args)
{
	line = args->line;
	check_refused();
	check_flush();
	check_lossless(look, 0, "a fast reader");
	check_lossless(look, 2, "a reader that pauses");
	check_lossless(change_termios, 0, "termios changes");
	check_goes_on(flush, true, "flushes");
	check_goes_on(change_ldisc, true, "ldisc changes");
	check_goes_on(reopen, false, "opens and closes");
}

int main(int argc, char **argv)
{
	return kt_main("stall", 240, argc, argv, run);
}
