// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints: that each is there and says what happened. A pts stands in
 * for the device, as nothing else can be made to overrun, stall and vanish at
 * will. Other lines are quiet meanwhile, or are not looked at.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <termios.h>
#include <unistd.h>

#define TRACING	"/sys/kernel/tracing/"
#define BURST	1400000	/* more than a tty buffers */

static unsigned int line;
static char path[32];		/* of the pts */

static bool put_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) ==
		  (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void forget(void)
{
	put_file(TRACING "trace", "");
}

/* Was the event seen, with this in what it says? */
static bool traced(const char *event, const char *what)
{
	FILE *file = fopen(TRACING "trace", "re");
	char text[512], name[64], number[32];
	bool found = false;

	if (!file)
		kt_bail("no trace");
	snprintf(name, sizeof(name), " %s: ", event);
	snprintf(number, sizeof(number), "line=%u", line);
	while (!found && fgets(text, sizeof(text), file)) {
		text[strcspn(text, "\n")] = '\0';
		strcat(text, " ");
		found = strstr(text, name) && strstr(text, number) &&
			strstr(text, what);
	}
	fclose(file);
	return found;
}

/* The sum of what one event says after @key, for our line. */
static unsigned long long sum(const char *event, const char *key)
{
	FILE *file = fopen(TRACING "trace", "re");
	char text[512], name[64], number[32];
	unsigned long long n = 0;
	const char *at;

	if (!file)
		kt_bail("no trace");
	snprintf(name, sizeof(name), " %s: ", event);
	snprintf(number, sizeof(number), "line=%u ", line);
	while (fgets(text, sizeof(text), file)) {
		at = strstr(text, key);
		if (at && strstr(text, name) && strstr(text, number))
			n += strtoull(at + strlen(key), NULL, 10);
	}
	fclose(file);
	return n;
}

static int bind_pts(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, path, sizeof(path)) != 0)
		kt_bail("no pseudo terminals");
	kt_bind(line, path);
	return master;
}

static void check_life(void)
{
	char what[64];
	int master, claims, tty;

	forget();
	master = bind_pts();
	snprintf(what, sizeof(what), "backing=%s ", path);
	kt_ok(traced("vtymux_bind", what), "bind, with the backing");
	claims = kt_claimed(line, "trace:1");
	kt_ok(traced("vtymux_claim", "owner=trace:1 "), "claim, with the owner");
	tty = kt_opened(claims);
	kt_ok(traced("vtymux_open", ""), "open");
	kt_ok(write(tty, "hello", 5) == 5 &&
	      traced("vtymux_tx", "count=5 taken=5 "), "tx");
	kt_ok(write(master, "abcdefg", 7) == 7 &&
	      (kt_poll(tty, POLLIN, 2000) & POLLIN) &&
	      traced("vtymux_rx", "count=7 taken=7 "), "rx");
	kt_ok(!traced("vtymux_close", ""), "nothing is said before it happens");
	close(claims);
	kt_ok(traced("vtymux_release", "why=0 "), "release");
	kt_ok(traced("vtymux_close", ""), "close, by the hangup");
	close(tty);
	claims = kt_claimed(line, "trace:2");
	tty = kt_claims();
	kt_claim(tty, line, VTYMUX_CLAIM_F_STEAL, "trace:3");
	kt_ok(traced("vtymux_claim", "owner=trace:3 "), "a steal claims");
	close(claims);
	close(tty);
	close(master);
	kt_ok(KT_WAIT(traced("vtymux_down", ""), 3000), "down");
	kt_unbind(line);
	master = bind_pts();
	forget();
	kt_unbind(line);
	kt_ok(traced("vtymux_unbind", ""), "unbind");
	close(master);
}

/* Writes what the master takes until it takes no more for a second. */
static size_t flood(int master, size_t most)
{
	static const char buf[4096];
	size_t done = 0;
	ssize_t n;

	fcntl(master, F_SETFL, O_NONBLOCK);
	while (done < most && (kt_poll(master, POLLOUT, 1000) & POLLOUT)) {
		n = write(master, buf, sizeof(buf));
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

/* Nobody reads: bytes are lost, of the line and of a tap. */
static void check_loss(void)
{
	struct vtymux_tap arg = { .line = line, .flags = O_NONBLOCK };
	int master = bind_pts(), claims = kt_claims(), tap, tty;
	uint64_t overruns = kt_stat(line, "overruns"),
		 lost = kt_stat(line, "tap_lost");

	tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	tap = ioctl(claims, VTYMUX_IOC_TAP, &arg);
	forget();
	flood(master, BURST);
	KT_WAIT(kt_poll(master, POLLOUT, 0) & POLLOUT, 2000);
	kt_ok(KT_WAIT(kt_stat(line, "overruns") > overruns, 2000) &&
	      KT_WAIT(sum("vtymux_overrun", "lost=") ==
		      kt_stat(line, "overruns") - overruns, 2000),
	      "overrun tells each byte that is counted");
	close(tap);
	kt_ok(kt_stat(line, "tap_lost") > lost &&
	      sum("vtymux_tap_lost", "lost=") == kt_stat(line, "tap_lost") - lost,
	      "tap_lost, too");
	close(tty);
	close(claims);
	kt_unbind(line);
	close(master);
}

/* With flow control the device waits. */
static void check_stall(void)
{
	int master = bind_pts(), tty;
	char buf[4096];

	kt_set(line, "flowcontrol", "hardware");
	tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	forget();
	flood(master, 2 * BURST);
	kt_ok(traced("vtymux_stall", ""), "stall");
	forget();
	while (read(tty, buf, sizeof(buf)) > 0 || kt_poll(tty, POLLIN, 500) > 0)
		;
	kt_ok(traced("vtymux_resume", ""), "resume");
	forget();
	while (write(tty, buf, sizeof(buf)) > 0)
		;
	kt_ok(!traced("vtymux_wakeup", ""), "a writer waits");
	while (read(master, buf, sizeof(buf)) > 0 ||
	       kt_poll(master, POLLIN, 500) > 0)
		;
	kt_ok(KT_WAIT(traced("vtymux_wakeup", ""), 2000), "wakeup");
	close(tty);
	kt_unbind(line);
	close(master);
}

/* Makes the line a terminal, and something is written to @fd then. */
struct intrusion {
	int tty, fd;
};

static int intrude(void *arg)
{
	const struct intrusion *in = arg;

	signal(SIGHUP, SIG_IGN);
	if (setsid() < 0 || ioctl(in->tty, TIOCSCTTY, 0) < 0)
		return -errno;
	if (write(in->fd, "x", 1) < 0 && errno != EIO)
		return -errno;
	return kt_hung_up(in->tty) ? 0 : -ETIME;
}

static void check_evict(void)
{
	uint64_t noise = kt_stat(line, "noise");
	struct intrusion in;
	int master = bind_pts();

	in.tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	in.fd = in.tty;
	forget();
	kt_is(kt_in_child(intrude, &in), 0, "exec 0: a terminal that writes");
	kt_ok(KT_WAIT(traced("vtymux_evict", ""), 2000), "... evict");
	close(in.tty);
	kt_idle(line);
	in.tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	in.fd = master;
	forget();
	kt_is(kt_in_child(intrude, &in), 0, "exec 0: a byte for a terminal");
	kt_ok(KT_WAIT(traced("vtymux_evict", ""), 2000), "... evict");
	kt_is((long)(kt_stat(line, "noise") - noise), 1, "... it is noise");
	close(in.tty);
	kt_unbind(line);
	close(master);
}

static void run(const struct kt_args *args)
{
	line = args->line;
	if (access(TRACING "trace", F_OK) < 0)
		mount("tracefs", TRACING, "tracefs", 0, NULL);
	if (access(TRACING "events", F_OK) < 0) {
		kt_skip("this kernel has no trace events", "tracepoints");
		return;
	}
	kt_ok(put_file(TRACING "events/vtymux/enable", "1"),
	      "all can be switched on");
	check_life();
	check_loss();
	check_stall();
	check_evict();
	kt_ok(put_file(TRACING "events/vtymux/enable", "0"), "... and off");
	forget();
}

int main(int argc, char **argv)
{
	return kt_main("trace", 120, argc, argv, run);
}
