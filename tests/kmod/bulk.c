// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRANSFER_MB (4) through a line and a null modem: with flow control no byte is
 * lost or out of place, whoever is slow; without it, what a reader does not
 * take in time is counted to the byte, and taps and history have all of it.
 */
#include "kt.h"
#include "ktnm.h"
#include "ktstream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define HISTORY		1048576
#define MAX		4096		/* bytes a call */
/* What is sent before the tap is read: a tap keeps HISTORY. */
#define WINDOW		(HISTORY / 2)
#define BUFFERED	65536		/* by a tty, at least */
#define RATED		200000		/* bytes a second, and how many */

static struct ktnm nm;
static size_t megabytes = 4;

static int open_line(void)
{
	int tty = kt_open_line(nm.line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (tty < 0)
		kt_bail("cannot open line %u: %s", nm.line, strerror(-tty));
	return tty;
}

static pid_t sender(int fd, uint64_t seed, size_t total, size_t max)
{
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(!ktstream_send(fd, seed, total, max));
	return pid;
}

static pid_t receiver(int fd, uint64_t seed, size_t total, size_t max, int nap)
{
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(!ktstream_receive(fd, seed, total, max, nap));
	return pid;
}

/* Both ways at once, four processes. @name tells who is slow. */
static void check_both(size_t total, int line_nap, int far_nap, size_t max,
		       const char *name)
{
	uint64_t lost = kt_stat(nm.line, "overruns"), begin = kt_now_ms();
	uint64_t rx = kt_stat(nm.line, "rx"), tx = kt_stat(nm.line, "tx");
	int far = ktnm_open(ktnm_far(&nm), CRTSCTS), tty = open_line();
	pid_t pids[4] = {
		receiver(tty, 1, total, MAX, line_nap),
		receiver(far, 2, total, MAX, far_nap),
		sender(tty, 2, total, max),
		sender(far, 1, total, max),
	};
	bool ok[4];

	/* A reader gives up; a writer that nobody reads does not. */
	for (int i = 0; i < 4; i++)
		ok[i] = kt_reap(pids[i], i < 2 ? 3600000 : 120000) == 0;
	kt_ok(ok[0], "%s: the line reads what was sent to it", name);
	kt_ok(ok[1], "%s: the far end reads what was sent to it", name);
	kt_ok(ok[2] && ok[3], "%s: all was written", name);
	kt_is((long)(kt_stat(nm.line, "rx") - rx), (long)total, "%s: rx", name);
	kt_is((long)(kt_stat(nm.line, "tx") - tx), (long)total, "%s: tx", name);
	kt_is((long)(kt_stat(nm.line, "overruns") - lost), 0,
	      "%s: nothing is lost", name);
	kt_comment("%zu KB each way in %llu ms", total / 1024,
		   (unsigned long long)(kt_now_ms() - begin));
	close(tty);
	close(far);
}

static void set_rates(const char *rate)
{
	ktnm_set(nm.end, "rate", rate);
	ktnm_set(ktnm_far(&nm), "rate", rate);
}

/* What was read there, how much from its beginning on was the stream. */
struct follower {
	struct ktstream stream;
	int fd;
	size_t got, right;
};

static void follow(struct follower *f)
{
	unsigned char buf[MAX], expected[MAX];
	ssize_t n;

	while ((n = read(f->fd, buf, sizeof(buf))) > 0) {
		ktstream_fill(&f->stream, expected, (size_t)n);
		if (f->right == f->got && !memcmp(buf, expected, (size_t)n))
			f->right += (size_t)n;
		f->got += (size_t)n;
	}
}

/*
 * Sends @total bytes to the line, as fast as the tap is read; reads up to
 * @each bytes of the line now and then. Return: bytes read of the line.
 */
static size_t pour(int far, struct follower *f, size_t total, int tty,
		   size_t each)
{
	struct ktstream out = ktstream_of(3);
	unsigned char buf[MAX];
	size_t sent = 0, read_there = 0;
	ssize_t n = 0, r;

	while (sent < total) {
		if (n <= 0) {
			n = (ssize_t)(total - sent < MAX ? total - sent : MAX);
			ktstream_fill(&out, buf, (size_t)n);
		}
		if (!(kt_poll(far, POLLOUT, 5000) & POLLOUT))
			break;
		r = write(far, buf, (size_t)n);
		if (r > 0) {
			memmove(buf, buf + r, (size_t)(n - r));
			n -= r;
			sent += (size_t)r;
		}
		if (sent - f->got >= WINDOW || sent == total)
			KT_WAIT((follow(f), f->got >= sent), 5000);
		if (each && sent % 16 < 4) {
			char some[MAX];

			r = read(tty, some, each);
			read_there += r > 0 ? (size_t)r : 0;
		}
	}
	return read_there;
}

/* The last of the stream of @total bytes is the history. */
static bool is_history(size_t total)
{
	struct follower f = { .stream = ktstream_of(3) };
	unsigned char skip[MAX];
	size_t before = total > HISTORY ? total - HISTORY : 0, n;

	for (; before; before -= n) {
		n = before < MAX ? before : MAX;
		ktstream_fill(&f.stream, skip, n);
	}
	f.fd = kt_tap(nm.line, VTYMUX_TAP_REPLAY_ALL);
	follow(&f);
	close(f.fd);
	return f.got == (total < HISTORY ? total : HISTORY) &&
	       f.right == f.got;
}

/* @each: 0 for a reader that reads nothing until all was sent. */
static void check_loss(size_t total, size_t each, const char *name)
{
	uint64_t lost = kt_stat(nm.line, "overruns");
	uint64_t rx = kt_stat(nm.line, "rx"), begin = kt_now_ms();
	int far = ktnm_open(ktnm_far(&nm), 0), tty = open_line();
	struct follower rest = { .stream = ktstream_of(3), .fd = tty };
	struct follower f = { .stream = ktstream_of(3) };
	size_t got;

	kt_set(nm.line, "history", "0");
	kt_set(nm.line, "history", "1048576");
	f.fd = kt_tap(nm.line, 0);
	got = pour(far, &f, total, tty, each);
	kt_ok(f.right == total && f.got == total, "%s: a tap has all of it", name);
	kt_is((long)(kt_stat(nm.line, "rx") - rx), (long)total, "%s: rx", name);
	lost = kt_stat(nm.line, "overruns") - lost;
	if (each) {
		char buf[MAX];
		ssize_t n;

		while (kt_poll(tty, POLLIN, 300) & POLLIN &&
		       (n = read(tty, buf, sizeof(buf))) > 0)
			got += (size_t)n;
	} else {
		KT_WAIT((follow(&rest), kt_poll(tty, POLLIN, 300) == 0), 10000);
		got = rest.got;
		/* At the limit, pieces of what comes may still fit. */
		kt_ok(rest.right >= BUFFERED, "%s: the beginning is read", name);
	}
	kt_comment("%zu sent, %zu read, %llu lost, %llu ms", total, got,
		   (unsigned long long)lost,
		   (unsigned long long)(kt_now_ms() - begin));
	kt_ok(lost > 0, "%s: bytes are lost", name);
	kt_is((long)(got + lost), (long)total, "%s: ... and counted", name);
	kt_ok(is_history(total), "%s: the history has the last of it", name);
	kt_set(nm.line, "history", "65536");
	close(f.fd);
	close(tty);
	close(far);
}

static void run(const struct kt_args *args)
{
	const char *text = getenv("TRANSFER_MB");
	size_t total;

	if (!ktnm_pair(args, 0, &nm, "transfers"))
		return;
	if (text && *text)
		megabytes = strtoul(text, NULL, 10);
	total = megabytes << 20;
	kt_bind(nm.line, nm.backing);
	kt_set(nm.line, "flowcontrol", "hardware");
	check_both(total, 0, 0, MAX, "flow control");
	check_both(total, 2, 0, MAX, "a slow line");
	check_both(total, 0, 2, MAX, "a slow far end");
	check_both(total / 4, 2, 2, 100, "small writes");
	set_rates("200000");
	check_both(RATED, 0, 0, MAX, "with a rate");
	check_both(RATED, 5, 5, MAX, "with a rate, slow readers");
	set_rates("0");
	kt_set(nm.line, "flowcontrol", "none");
	check_loss(total, 0, "a stalled reader");
	check_loss(total, 50, "a reader too slow");
	kt_ok(kt_idle(nm.line), "the line is idle in the end");
	kt_unbind(nm.line);
}

int main(int argc, char **argv)
{
	return kt_main("bulk", 3600, argc, argv, run);
}
