// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes through a virtual line, many and at odd speeds: every one arrives, in
 * order, and who is too fast waits. TRANSFER_MB (10) is read from the
 * environment.
 */
#include "kt.h"
#include "ktstream.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static unsigned int line;
static size_t megabytes = 10;

static pid_t sender(struct ktv *v, int fd, uint64_t seed, size_t total,
		    size_t max)
{
	pid_t pid = kt_fork();

	if (pid == 0) {
		close(fd == v->tty ? v->master : v->tty);
		close(v->claim);
		_exit(!ktstream_send(fd, seed, total, max));
	}
	return pid;
}

static pid_t receiver(int fd, uint64_t seed, size_t total, size_t max)
{
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(!ktstream_receive(fd, seed, total, max, 0));
	return pid;
}

static struct ktv raw_line(bool block)
{
	struct ktv v = ktv_opened(line);

	ktv_raw(v.tty);
	ktv_block(v.tty, block);
	ktv_block(v.master, block);
	return v;
}

static void check_one_way(bool to_master, size_t total, size_t out, size_t in,
			  int nap, const char *name)
{
	struct ktv v = raw_line(true);
	uint64_t begin = kt_now_ms();
	pid_t pid = sender(&v, to_master ? v.tty : v.master, 42, total, out);

	kt_ok(ktstream_receive(to_master ? v.master : v.tty, 42, total, in, nap),
	      "%s", name);
	kt_is(kt_reap(pid, 10000), 0, "... and the sender knows");
	kt_comment("%zu KB in %llu ms", total / 1024,
		   (unsigned long long)(kt_now_ms() - begin));
	ktv_close(&v);
}

static void check_both_ways(void)
{
	struct ktv v = raw_line(true);
	size_t total = megabytes << 20;
	pid_t a = sender(&v, v.tty, 1, total, 4096);
	pid_t b = sender(&v, v.master, 2, total, 4096);
	pid_t c = receiver(v.tty, 2, total, 4096);

	kt_ok(ktstream_receive(v.master, 1, total, 4096, 0),
	      "%zu MB each way at once: to the master", megabytes);
	kt_is(kt_reap(c, 3600000), 0, "... and to the line");
	kt_is(kt_reap(a, 10000), 0, "... which wrote it all");
	kt_is(kt_reap(b, 10000), 0, "... and so did the master");
	ktv_close(&v);
}

/* Writes until the other side holds it up. Return: bytes written. */
static size_t stuff(int fd, uint64_t seed, size_t max)
{
	struct ktstream s = ktstream_of(seed);
	unsigned char byte;
	size_t n = 0;

	while (n < max) {
		ktstream_fill(&s, &byte, 1);
		if (write(fd, &byte, 1) != 1)
			break;
		n++;
	}
	return n;
}

static void check_held(bool to_master)
{
	const char *who = to_master ? "line" : "master";
	struct ktv v = raw_line(false);
	int from = to_master ? v.tty : v.master;
	int to = to_master ? v.master : v.tty;
	size_t n = stuff(from, 7, 1 << 20);
	int queued = -1;

	kt_ok(n >= 4096 && n <= 65536, "a %s nobody reads waits", who);
	kt_comment("after %zu bytes", n);
	kt_is(ktv_write(from, "x"), -EAGAIN, "... or gets EAGAIN");
	kt_is(kt_poll(from, POLLOUT, 0), 0, "... and polls no OUT");
	if (to_master)
		kt_ok(ioctl(to, FIONREAD, &queued) == 0 && queued == (int)n,
		      "... all of it can be read");
	else
		kt_ok(ioctl(from, TIOCOUTQ, &queued) == 0 && queued > 0,
		      "... TIOCOUTQ says that some is left");
	ktv_block(to, true);
	kt_ok(ktstream_receive(to, 7, n, 512, 0), "... read, all of it is there");
	kt_is(kt_poll(from, POLLOUT, 2000), POLLOUT, "... and OUT again");
	kt_is(kt_poll(to, POLLIN, 0), 0, "... and no more");
	ktv_close(&v);
}

/* One process serves both ends by poll, with bytes in both directions. */
static void check_poll(void)
{
	struct ktv v = raw_line(false);
	struct { int fd; struct ktstream out, in; size_t sent, got; } end[2] = {
		{ v.tty, ktstream_of(3), ktstream_of(4), 0, 0 },
		{ v.master, ktstream_of(4), ktstream_of(3), 0, 0 },
	};
	const size_t total = 1 << 20;
	unsigned char buf[4096], expected[4096], ahead[2][4096];
	size_t left[2] = { 0, 0 }, at[2] = { 0, 0 };
	bool ok = true;

	while (ok && (end[0].got < total || end[1].got < total)) {
		struct pollfd p[2];

		for (int i = 0; i < 2; i++)
			p[i] = (struct pollfd){ end[i].fd, POLLIN |
				(end[i].sent < total ? POLLOUT : 0), 0 };
		if (poll(p, 2, 5000) <= 0) {
			kt_comment("nothing after %zu and %zu", end[0].got,
				   end[1].got);
			ok = false;
		}
		for (int i = 0; ok && i < 2; i++) {
			ssize_t r;

			if (p[i].revents & POLLIN) {
				r = read(end[i].fd, buf, sizeof(buf));
				if (r > 0) {
					ktstream_fill(&end[i].in, expected,
						      (size_t)r);
					ok &= !memcmp(buf, expected,
						      (size_t)r);
					end[i].got += (size_t)r;
				} else {
					ok = false;
				}
			}
			if (!(p[i].revents & POLLOUT))
				continue;
			if (at[i] == left[i]) {
				at[i] = 0;
				left[i] = ktstream_size(&end[i].out, 4096);
				if (left[i] > total - end[i].sent)
					left[i] = total - end[i].sent;
				ktstream_fill(&end[i].out, ahead[i], left[i]);
			}
			r = write(end[i].fd, ahead[i] + at[i],
				  left[i] - at[i]);
			if (r > 0) {
				at[i] += (size_t)r;
				end[i].sent += (size_t)r;
			} else if (errno != EAGAIN) {
				ok = false;
			}
		}
	}
	kt_ok(ok, "1 MB each way by poll in one process");
	ktv_close(&v);
}

/*
 * Lines typed faster than read, edited and echoed by the line discipline. That
 * keeps 4 KiB of echoes and drops what is more, so nobody types further ahead
 * of the one who reads them.
 */
static void check_canonical(void)
{
	struct ktv v = ktv_opened(line);
	const int count = 2000;
	char ahead[64] = { 0 };
	bool ok = true;
	char text[64], got[64];
	pid_t typist, echo;
	int seen[2];

	if (pipe(seen) < 0 ||
	    write(seen[1], ahead, sizeof(ahead)) != sizeof(ahead))
		kt_bail("a pipe: %s", strerror(errno));
	ktv_block(v.tty, true);
	ktv_block(v.master, true);
	typist = kt_fork();
	if (typist == 0) {
		for (int i = 0; i < count; i++) {
			snprintf(text, sizeof(text), "line %d of text\n", i);
			if (read(seen[0], ahead, 1) != 1 ||
			    ktv_write(v.master, text) < 0)
				_exit(1);
		}
		_exit(0);
	}
	echo = kt_fork();
	if (echo == 0) {
		FILE *f = fdopen(v.master, "r");

		for (int i = 0; i < count; i++) {
			snprintf(text, sizeof(text), "line %d of text\r\n", i);
			if (!fgets(got, sizeof(got), f) ||
			    strcmp(got, text) || write(seen[1], ahead, 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; ok && i < count; i++) {
		ssize_t n = read(v.tty, got, sizeof(got) - 1);

		got[n > 0 ? n : 0] = '\0';
		snprintf(text, sizeof(text), "line %d of text\n", i);
		ok = !strcmp(got, text);
	}
	kt_ok(ok, "%d lines are typed and read", count);
	kt_is(kt_reap(typist, 10000), 0, "... the typist is done");
	kt_is(kt_reap(echo, 10000), 0, "... and saw the echo of each");
	close(seen[0]);
	close(seen[1]);
	ktv_close(&v);
}

/*
 * A line that is flushed while the master waits for room: the master goes on.
 * Also with what makes the kernel forget that it throttled.
 */
static void check_flush_wakes(void)
{
	struct ktv v = raw_line(false);
	struct termios t;
	pid_t pid;

	for (int how = 0; how < 3; how++) {
		stuff(v.master, 9, 1 << 20);
		ktv_block(v.master, true);
		pid = kt_fork();
		if (pid == 0)
			_exit(ktv_write(v.master, "go on") != 0);
		kt_is(kt_reap(pid, 50), -1, "a writer waits");
		if (how == 0) {
			tcflush(v.tty, TCIFLUSH);
		} else if (how == 1) {
			tcgetattr(v.tty, &t);
			tcsetattr(v.tty, TCSAFLUSH, &t);
		} else {
			char rest[4096];

			while (read(v.tty, rest, sizeof(rest)) > 0)
				;
		}
		kt_ok(KT_WAIT(tcflush(v.tty, TCIFLUSH) == 0 &&
			      kt_poll(v.master, POLLOUT, 10) == POLLOUT, 3000),
		      "... and can go on after %s",
		      how == 0 ? "TCIFLUSH" : how == 1 ? "TCSAFLUSH" :
		      "reading");
		kt_is(kt_reap(pid, 3000), 0, "... and does");
		tcflush(v.tty, TCIFLUSH);
		ktv_block(v.master, false);
	}
	ktv_close(&v);
}

/* A stalled writer of either side goes when the other side does. */
static void check_stalled_end(void)
{
	struct ktv v = raw_line(false);
	pid_t pid;

	stuff(v.tty, 5, 1 << 20);
	ktv_block(v.tty, true);
	pid = sender(&v, v.tty, 6, 65536, 1024);
	kt_is(kt_reap(pid, 20), -1, "the line's writer is held up");
	ktv_drop(&v.master);
	kt_is(kt_reap(pid, 3000), 1, "... and ends with the master");
	ktv_close(&v);

	v = raw_line(false);
	stuff(v.master, 5, 1 << 20);
	ktv_block(v.master, true);
	pid = sender(&v, v.master, 6, 65536, 1024);
	kt_is(kt_reap(pid, 20), -1, "the master's writer is held up");
	ktv_drop(&v.tty);
	kt_is(kt_reap(pid, 3000), 1, "... and ends with the line");
	ktv_close(&v);
}

static void run(const struct kt_args *args)
{
	const char *text = getenv("TRANSFER_MB");
	size_t total;

	(void)args;
	if (text && *text)
		megabytes = strtoul(text, NULL, 10);
	total = megabytes << 20;
	ktv_lines(&line, 1);
	check_held(true);
	check_held(false);
	check_flush_wakes();
	check_stalled_end();
	check_poll();
	check_canonical();
	check_one_way(true, 1 << 18, 4096, 600, 1, "a slow master");
	check_one_way(false, 1 << 18, 4096, 600, 1, "a slow line");
	check_one_way(true, total, 4096, 4096, 0, "from line to master");
	check_one_way(false, total, 4096, 4096, 0, "from master to line");
	check_both_ways();
	kt_ok(kt_idle(line), "the line is idle in the end");
}

int main(int argc, char **argv)
{
	return kt_main("transfer", 3600, argc, argv, run);
}
