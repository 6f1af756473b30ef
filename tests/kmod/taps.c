// SPDX-License-Identifier: GPL-2.0-only
/*
 * 64 taps on one line, whose backing is a pts. Each that is read whenever there
 * is something gets every byte, in order. A third of them are read at times of
 * their own: each is told just how many bytes it missed, and gets the rest.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TAPS	64
#define SLOW(i)	((i) % 3 == 0)
#define CHUNK	2048
#define CHUNKS	120
/* What a tap may be behind on a line without history; see the uapi. */
#define RING	16384

static unsigned int line;
static uint64_t sent;

static struct tap {
	int fd;
	uint64_t pos;		/* of the next byte to be read */
	uint64_t got, told, missed;
	bool wrong;
} taps[TAPS];

static unsigned char pattern(uint64_t pos)
{
	return (unsigned char)(pos ^ pos >> 8 ^ (pos >> 16) * 3);
}

/* Return: is it what the line received? */
static bool take(struct tap *t, const unsigned char *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (buf[i] != pattern(t->pos + i)) {
			kt_comment("byte %llu is wrong",
				   (unsigned long long)(t->pos + i));
			return false;
		}
	t->pos += n;
	t->got += n;
	return true;
}

/* What it has missed now, by what is said and by what follows from the ring. */
static bool lost(struct tap *t)
{
	uint64_t behind = sent - t->pos, told = 0;

	if (ioctl(t->fd, VTYMUX_IOC_TAP_LOST, &told) < 0)
		return false;
	t->pos += told;
	t->told += told;
	t->missed += behind - RING;
	if (behind > RING && told == behind - RING)
		return true;
	kt_comment("%llu bytes behind, told that %llu were missed",
		   (unsigned long long)behind, (unsigned long long)told);
	return false;
}

/* Reads up to the last byte that was sent, which all taps have by now. */
static bool catch_up(struct tap *t, int ms)
{
	unsigned char buf[4096];

	while (t->pos < sent) {
		ssize_t n;

		if (!(kt_poll(t->fd, POLLIN, ms) & POLLIN))
			return false;
		n = read(t->fd, buf, sizeof(buf));
		if (n < 0 && errno == EOVERFLOW ? !lost(t) :
		    n <= 0 || !take(t, buf, (size_t)n))
			return false;
	}
	return read(t->fd, buf, sizeof(buf)) < 0 && errno == EAGAIN;
}

static bool send_chunk(int master)
{
	unsigned char buf[CHUNK];
	size_t n = 0;

	for (size_t i = 0; i < CHUNK; i++)
		buf[i] = pattern(sent + i);
	while (n < CHUNK) {
		ssize_t r = write(master, buf + n, CHUNK - n);

		if (r > 0)
			n += (size_t)r;
		else if (!(kt_poll(master, POLLOUT, 10000) & POLLOUT))
			return false;
	}
	sent += CHUNK;
	return true;
}

/* Every slow one has a pace of its own: some miss much, some nothing. */
static bool is_due(int i, int chunk)
{
	return !SLOW(i) || chunk % (2 + i / 3) == 0 || chunk == CHUNKS;
}

/* What the first that reads, a fast one, has got is there for all. */
static void feed(int master)
{
	bool fed = true;

	for (int chunk = 1; fed && chunk <= CHUNKS; chunk++) {
		fed = send_chunk(master);
		for (int i = 0; fed && i < TAPS; i++) {
			int t = (i + 1) % TAPS;

			if (is_due(t, chunk))
				taps[t].wrong |= !catch_up(&taps[t], 10000);
		}
	}
	kt_ok(fed, "the line receives %d bytes", CHUNK * CHUNKS);
}

static void check_taps(uint64_t lost_before, uint64_t rx_before)
{
	unsigned int fast = 0, slow = 0, missing = 0;
	uint64_t told = 0;

	for (int i = 0; i < TAPS; i++) {
		struct tap *t = &taps[i];
		bool right = !t->wrong && t->pos == sent &&
			     t->got + t->told == sent && t->told == t->missed;

		if (!right)
			kt_comment("tap %d got %llu, was told of %llu", i,
				   (unsigned long long)t->got,
				   (unsigned long long)t->told);
		told += t->told;
		missing += t->told != 0;
		if (SLOW(i))
			slow += right;
		else
			fast += right && !t->told;
	}
	kt_is(fast, TAPS - (TAPS + 2) / 3,
	      "taps that are read at once get every byte, in order");
	kt_is(slow, (TAPS + 2) / 3,
	      "slow ones get the rest of what they are told they missed");
	kt_ok(missing > 5, "%u of them missed some, %llu bytes", missing,
	      (unsigned long long)told);
	kt_is((long)(kt_stat(line, "tap_lost") - lost_before), (long)told,
	      "statistics/tap_lost has the sum");
	kt_is((long)(kt_stat(line, "rx") - rx_before), (long)sent,
	      "... and rx each byte once");
}

static void run(const struct kt_args *args)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	uint64_t lost_before, rx_before;
	char path[32];

	line = args->line;
	if (master < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, path, sizeof(path)))
		kt_bail("no pseudo terminals: %s", strerror(errno));
	kt_bind(line, path);
	kt_set(line, "history", "0");
	for (int i = 0; i < TAPS; i++)
		taps[i] = (struct tap){ .fd = kt_tap(line, 0) };
	lost_before = kt_stat(line, "tap_lost");
	rx_before = kt_stat(line, "rx");
	feed(master);
	check_taps(lost_before, rx_before);
	for (int i = 0; i < TAPS; i++)
		close(taps[i].fd);
	kt_unbind(line);
	close(master);
}

int main(int argc, char **argv)
{
	return kt_main("taps", 120, argc, argv, run);
}
