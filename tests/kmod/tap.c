// SPDX-License-Identifier: GPL-2.0-only
/*
 * History and taps: that they hold what the line received, all of it and
 * nothing else, and that what a tap missed is told to the byte. The backing
 * is a 16550 that loops back what is sent; every byte's value follows from its
 * position, so one that is lost, twice or misplaced is seen.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define TIOCM_LOOP	0x8000
/* What a tap may be behind on a line without history; see the uapi. */
#define RING_MIN	16384
/* More under way would overrun the looping UART. */
#define WINDOW		64
/* More than a tty buffers, which is 1280 KiB without flags, and less than two. */
#define STALL		1400000
#define ALL		VTYMUX_TAP_REPLAY_ALL

static unsigned int line;
static uint64_t sent;		/* position of the next byte */

/* A tap and the position it has to be at. */
struct follower {
	int fd;
	uint64_t pos;
};

static unsigned char pattern(uint64_t pos)
{
	return (unsigned char)(pos ^ pos >> 8 ^ (pos >> 16) * 3);
}

static bool is_pattern(const unsigned char *buf, size_t n, uint64_t pos)
{
	for (size_t i = 0; i < n; i++)
		if (buf[i] != pattern(pos + i)) {
			kt_comment("byte %llu is wrong",
				   (unsigned long long)(pos + i));
			return false;
		}
	return true;
}

static int try_tap(uint32_t number, uint32_t *replay, uint32_t flags)
{
	struct vtymux_tap arg = {
		.line = number, .replay = *replay, .flags = flags,
	};
	int claims = kt_claims();
	int fd = ioctl(claims, VTYMUX_IOC_TAP, &arg);

	fd = fd < 0 ? -errno : fd;
	close(claims);
	*replay = arg.replay;
	return fd;
}

/* A tap of the line that begins with @replay bytes, or with what there is. */
static struct follower tap(uint32_t replay)
{
	struct follower f;

	f.fd = try_tap(line, &replay, O_NONBLOCK | O_CLOEXEC);
	if (f.fd < 0)
		kt_bail("cannot tap line %u: %s", line, strerror(-f.fd));
	f.pos = sent - replay;
	return f;
}

/* Reads what is there. Return: bytes, all right, or -errno. */
static ssize_t follow(struct follower *f)
{
	unsigned char buf[4096];
	ssize_t n = read(f->fd, buf, sizeof(buf));

	if (n < 0)
		return -errno;
	if (!is_pattern(buf, (size_t)n, f->pos))
		return -EBADMSG;
	f->pos += (uint64_t)n;
	return n;
}

/* Reads up to the last byte that was sent. */
static bool catch_up(struct follower *f)
{
	while (f->pos < sent) {
		ssize_t n;

		if (!(kt_poll(f->fd, POLLIN, 3000) & POLLIN)) {
			kt_comment("at %llu of %llu nothing more comes",
				   (unsigned long long)f->pos,
				   (unsigned long long)sent);
			return false;
		}
		n = follow(f);
		if (n <= 0) {
			kt_comment("a read at %llu gives %zd",
				   (unsigned long long)f->pos, n);
			return false;
		}
	}
	return follow(f) == -EAGAIN;
}

static uint64_t lost(const struct follower *f)
{
	uint64_t n = UINT64_MAX;

	return ioctl(f->fd, VTYMUX_IOC_TAP_LOST, &n) < 0 ? UINT64_MAX : n;
}

static int open_loop(void)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	int loop = TIOCM_LOOP;
	struct termios t;

	if (tty < 0 || tcgetattr(tty, &t) < 0)
		kt_bail("cannot open line %u", line);
	cfsetspeed(&t, B115200);
	tcsetattr(tty, TCSANOW, &t);
	if (ioctl(tty, TIOCMBIS, &loop) < 0)
		kt_bail("the UART does not loop");
	return tty;
}

static void close_loop(int tty)
{
	int loop = TIOCM_LOOP;

	ioctl(tty, TIOCMBIC, &loop);
	close(tty);
}

static ssize_t send_some(int tty, size_t n)
{
	unsigned char buf[WINDOW];
	ssize_t r;

	n = n < WINDOW ? n : WINDOW;
	for (size_t i = 0; i < n; i++)
		buf[i] = pattern(sent + i);
	r = write(tty, buf, n);
	if (r > 0)
		sent += (uint64_t)r;
	return r < 0 ? -errno : r;
}

/* Sends @n bytes, as fast as @f sees them come. */
static bool feed(int tty, struct follower *f, size_t n)
{
	uint64_t end = sent + n;

	while (sent < end) {
		ssize_t r = send_some(tty, end - sent);

		if (r < 0 && r != -EAGAIN)
			return false;
		if (!catch_up(f))
			return false;
		tcflush(tty, TCIFLUSH);
	}
	return true;
}

static void check_arguments(void)
{
	struct vtymux_tap arg = { .line = line };
	uint32_t none = 0;
	int claims = kt_claims(), fd;
	char byte = 0;

	kt_is(try_tap(line, &none, O_RDWR), -EINVAL, "O_RDWR is refused");
	kt_is(try_tap(line, &none, O_APPEND), -EINVAL, "O_APPEND is refused");
	kt_is(try_tap(0, &none, 0), -ENXIO, "there is no line 0");
	kt_is(try_tap(VTYMUX_LINE_MAX + 1, &none, 0), -ENXIO,
	      "... and none over the highest");
	arg.reserved = 1;
	kt_ok(ioctl(claims, VTYMUX_IOC_TAP, &arg) < 0 && errno == EINVAL,
	      "a reserved field has to be 0");
	kt_ok(ioctl(claims, VTYMUX_IOC_TAP, NULL) < 0 && errno == EFAULT,
	      "no argument gives EFAULT");
	close(claims);

	fd = try_tap(line, &none, O_NONBLOCK | O_CLOEXEC);
	kt_ok(fd >= 0, "anybody who may claim may tap");
	kt_ok(fcntl(fd, F_GETFD) == FD_CLOEXEC, "O_CLOEXEC is kept");
	kt_is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK),
	      O_RDONLY | O_NONBLOCK, "a tap is read-only");
	kt_ok(write(fd, &byte, 1) < 0 && errno == EBADF, "a write gives EBADF");
	kt_ok(read(fd, &byte, 1) < 0 && errno == EAGAIN,
	      "a read of nothing gives EAGAIN");
	kt_is(read(fd, &byte, 0), 0, "a read of no bytes gives 0");
	kt_ok(lseek(fd, 0, SEEK_SET) < 0 && errno == ESPIPE, "it cannot seek");
	kt_ok(ioctl(fd, VTYMUX_IOC_CLAIM, &arg) < 0 && errno == ENOTTY &&
	      ioctl(fd, VTYMUX_IOC_TAP, &arg) < 0 && errno == ENOTTY,
	      "it is no claim file");
	kt_ok(ioctl(fd, VTYMUX_IOC_TAP_LOST, NULL) < 0 && errno == EFAULT,
	      "TAP_LOST without an argument gives EFAULT");
	close(fd);
	fd = try_tap(line, &none, 0);
	kt_is(fcntl(fd, F_GETFD), 0, "without O_CLOEXEC it is inherited");
	close(fd);
}

/* A buffer whose second half cannot be written. */
static void check_fault(int tty, struct follower *f, struct follower *g)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *map = mmap(NULL, (size_t)page * 2, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *buf = map + page - 10;

	mprotect(map, (size_t)page, PROT_READ | PROT_WRITE);
	feed(tty, f, 30);
	kt_ok(read(g->fd, buf, 20) == 10 && is_pattern(buf, 10, g->pos),
	      "a read into half a buffer fills that half");
	g->pos += 10;
	kt_ok(read(g->fd, map + page, 20) < 0 && errno == EFAULT,
	      "... into none gives EFAULT");
	kt_ok(catch_up(g), "... and loses nothing");
	munmap(map, (size_t)page * 2);
}

static void check_replay(int tty)
{
	struct follower f, g;
	unsigned char buf[64];

	/* Others may have tested this line before. */
	kt_set(line, "history", "0");
	kt_set(line, "history", "65536");
	f = tap(ALL);
	kt_ok(f.pos == sent, "without history nothing is replayed");
	kt_ok(feed(tty, &f, 1000), "a tap follows live");
	g = tap(ALL);
	kt_ok(g.pos == sent - 1000 && catch_up(&g), "... and replays it all");
	close(g.fd);
	g = tap(10);
	kt_ok(g.pos == sent - 10 && catch_up(&g), "... or the last 10 bytes");
	close(g.fd);
	g = tap(0);
	kt_ok(g.pos == sent && catch_up(&g), "... or none");
	kt_ok(feed(tty, &f, 500) && catch_up(&g),
	      "each tap has its own position");
	close(g.fd);
	g = tap(100);
	kt_ok(read(g.fd, buf, 60) == 60 && is_pattern(buf, 60, g.pos) &&
	      read(g.fd, buf, 60) == 40 && is_pattern(buf, 40, g.pos + 60),
	      "a read takes as much as it asks for, and there is");
	g.pos = sent;
	kt_ok(lost(&g) == 0 && lost(&f) == 0, "nothing was missed");
	check_fault(tty, &f, &g);
	close(g.fd);
	close(f.fd);
}

static int blocking_read(void *arg)
{
	unsigned char byte;

	return read(*(int *)arg, &byte, 1) == 1 ? byte : -errno;
}

static void check_blocking(int tty)
{
	uint32_t none = 0;
	struct follower f = tap(0);
	int fd = try_tap(line, &none, 0);
	uint64_t at = sent;
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(blocking_read(&fd) != pattern(at));
	kt_ok(kt_reap(pid, 100) == -1, "a blocking read waits");
	feed(tty, &f, 1);
	kt_is(kt_reap(pid, 3000), 0, "... and returns what comes");
	close(fd);
	close(f.fd);
}

/* Where nobody has the line open: what a closing session still sent. */
static void check_closed(void)
{
	struct follower f = tap(0);
	int tty = open_loop();
	uint64_t noise = kt_stat(line, "noise"), begin = sent;

	for (int i = 0; i < 10; i++)
		send_some(tty, 16);
	close(tty);
	kt_ok(catch_up(&f), "bytes that come after the close are tapped");
	kt_comment("%llu of %llu bytes came as noise",
		   (unsigned long long)(kt_stat(line, "noise") - noise),
		   (unsigned long long)(sent - begin));
	close(f.fd);
}

static void check_resize(int tty)
{
	struct follower f = tap(0), g, old = tap(300);

	kt_is(kt_set(line, "history", "100"), 0, "history can be made less");
	g = tap(ALL);
	kt_ok(g.pos == sent - 100 && catch_up(&g), "the newest bytes stay");
	close(g.fd);
	kt_ok(catch_up(&old), "a tap still gets what it had not read");
	close(old.fd);
	kt_is(kt_set(line, "history", "200000"), 0, "... or more");
	g = tap(ALL);
	kt_ok(g.pos == sent - 100 && catch_up(&g), "what is gone stays gone");
	close(g.fd);
	kt_ok(feed(tty, &f, 70000), "70000 bytes");
	g = tap(ALL);
	kt_ok(g.pos == sent - 70100 && catch_up(&g), "... are kept");
	close(g.fd);
	g = tap(65000);
	kt_is(kt_set(line, "history", "30000"), 0, "30000 of them");
	old = tap(ALL);
	kt_ok(old.pos == sent - 30000 && catch_up(&old), "... stay");
	close(old.fd);
	kt_ok(follow(&g) == -EOVERFLOW && lost(&g) == 65000 - 32768,
	      "a tap that is behind loses what does not fit any more");
	g.pos += 65000 - 32768;
	kt_ok(catch_up(&g), "... and gets the rest");
	close(g.fd);
	kt_is(kt_set(line, "history", "0"), 0, "history can be switched off");
	g = tap(ALL);
	kt_ok(g.pos == sent, "... then nothing is replayed");
	kt_ok(feed(tty, &f, 500) && catch_up(&g), "... but followed");
	close(g.fd);
	close(f.fd);
	kt_is(kt_set(line, "history", "65536"), 0, "... and on again");
	g = tap(ALL);
	kt_ok(g.pos == sent, "it begins empty");
	close(g.fd);
}

static void check_slow(int tty)
{
	const uint64_t n = 40000, missed = n - RING_MIN;
	uint64_t before = kt_stat(line, "tap_lost");
	struct follower fast, slow;
	int r;

	kt_set(line, "history", "0");
	fast = tap(0);
	slow = tap(0);
	kt_ok(feed(tty, &fast, n), "a fast tap gets 40000 bytes");
	r = kt_poll(slow.fd, POLLIN | POLLPRI, 1000);
	kt_is(r, POLLIN | POLLPRI, "a slow one polls POLLPRI");
	kt_is(follow(&slow), -EOVERFLOW, "its read gives EOVERFLOW");
	kt_is(follow(&slow), -EOVERFLOW, "... and again until it asks");
	kt_is((long)lost(&slow), (long)missed, "it is told what it missed");
	kt_is((long)lost(&slow), 0, "... once");
	kt_is((long)(kt_stat(line, "tap_lost") - before), (long)missed,
	      "statistics/tap_lost counts it");
	slow.pos += missed;
	kt_ok(catch_up(&slow), "... and gets what comes next");
	kt_is(kt_poll(slow.fd, POLLIN | POLLPRI, 0), 0, "then all is quiet");
	kt_ok(feed(tty, &fast, RING_MIN) && catch_up(&slow),
	      "what fits the ring is not missed");
	before = kt_stat(line, "tap_lost");
	kt_ok(feed(tty, &fast, RING_MIN + 5), "5 bytes more than the ring");
	close(slow.fd);
	kt_is((long)(kt_stat(line, "tap_lost") - before), 5,
	      "what a tap had missed when it was closed is counted");
	close(fast.fd);
	kt_set(line, "history", "65536");
}

/* Sends without anybody reading the line. */
static bool feed_only(int tty, struct follower *f, size_t n)
{
	uint64_t end = sent + n;

	while (sent < end) {
		ssize_t r = send_some(tty, end - sent);

		if ((r < 0 && r != -EAGAIN) || !catch_up(f))
			return false;
	}
	return true;
}

static uint64_t read_all(int tty)
{
	unsigned char buf[4096];
	uint64_t got = 0;
	ssize_t n;

	while (kt_poll(tty, POLLIN, 500) & POLLIN) {
		n = read(tty, buf, sizeof(buf));
		if (n <= 0)
			break;
		got += (uint64_t)n;
	}
	return got;
}

static void check_stalled_reader(int tty)
{
	uint64_t overruns = kt_stat(line, "overruns"), got;
	struct follower f = tap(0), g;

	tcflush(tty, TCIFLUSH);
	kt_ok(feed_only(tty, &f, STALL), "a reader that stalls loses no tap a byte");
	overruns = kt_stat(line, "overruns") - overruns;
	kt_ok(overruns > 0, "the reader itself loses some");
	got = read_all(tty);
	kt_comment("%llu read, %llu lost", (unsigned long long)got,
		   (unsigned long long)overruns);
	kt_is((long)(got + overruns), STALL, "... counted to the byte");
	g = tap(ALL);
	kt_ok(g.pos == sent - 65536 && catch_up(&g), "the history is complete");
	close(g.fd);
	close(f.fd);
}

/*
 * With flow control, what the reader does not take stays in the backing, which
 * offers it again: no byte counts twice. (The looping UART does not heed RTS,
 * so the device is not stopped; what is sent has to fit both ttys' buffers.)
 */
static void check_flow(int tty)
{
	uint64_t rx = kt_stat(line, "rx"), begin = sent, end = sent + STALL, got;
	uint64_t overruns = kt_stat(line, "hw_overruns");
	struct follower f = tap(0);

	tcflush(tty, TCIFLUSH);
	kt_set(line, "flowcontrol", "hardware");
	kt_set(line, "history", "1048576");
	while (sent < end) {
		if (send_some(tty, end - sent) < 0 &&
		    !(kt_poll(tty, POLLOUT, 3000) & POLLOUT))
			break;
		while (follow(&f) > 0)
			;
	}
	kt_ok(sent == end, "%d bytes are sent", STALL);
	while (kt_poll(f.fd, POLLIN, 500) & POLLIN)
		if (follow(&f) <= 0)
			break;
	kt_ok(f.pos < sent, "a reader that stalls leaves some in the device");
	kt_comment("%llu bytes, the UART was overrun %llu times",
		   (unsigned long long)(sent - f.pos),
		   (unsigned long long)(kt_stat(line, "hw_overruns") - overruns));
	got = read_all(tty);
	kt_is((long)got, (long)(sent - begin), "then it gets them all");
	kt_ok(catch_up(&f), "a tap gets each byte once");
	kt_is((long)(kt_stat(line, "rx") - rx), (long)(sent - begin),
	      "rx counts each byte once");
	kt_set(line, "flowcontrol", "none");
	kt_set(line, "history", "65536");
	close(f.fd);
}

static void check_survival(const char *backing)
{
	struct follower f = tap(0);
	int claims = kt_claimed(line, "tap-test"), tty = kt_opened(claims);
	bool hung_up;

	kt_is(kt_unbind(line), 0, "a line with a tap can be unbound");
	hung_up = kt_hung_up(tty);
	kt_ok(hung_up, "... that hangs up its user");
	kt_is(kt_poll(f.fd, POLLIN | POLLPRI, 0), 0, "... but not the tap");
	close(tty);
	close(claims);
	kt_bind(line, backing);
	tty = open_loop();
	kt_ok(feed(tty, &f, 300), "the tap goes on when it is bound again");
	close_loop(tty);
	close(f.fd);
}

/* Reads at its own pace for @ms; fails on a byte that is not its turn's. */
static int pace(unsigned int seed, uint64_t until)
{
	struct follower f = tap(0);

	srandom(seed);
	while (kt_now_ms() < until) {
		ssize_t n = follow(&f);

		if (n == -EOVERFLOW)
			f.pos += lost(&f);
		else if (n == -EAGAIN)
			kt_poll(f.fd, POLLIN, 100);
		else if (n <= 0)
			return 1;
		if (random() % 16 == 0)
			usleep((useconds_t)(random() % 300000));
	}
	return 0;
}

static int resize(uint64_t until)
{
	static const char *const sizes[] = {
		"0", "1", "100", "16384", "20000", "65536", "1048576",
	};

	while (kt_now_ms() < until) {
		if (kt_set(line, "history", sizes[random() % 7]) < 0)
			return 1;
		kt_pause();
	}
	return 0;
}

static void check_race(int tty)
{
	uint64_t until = kt_now_ms() + 8000;
	pid_t pids[4];
	bool fed = true, right = true;
	struct follower f = tap(0);

	for (unsigned int i = 0; i < 4; i++) {
		pids[i] = kt_fork();
		if (pids[i] == 0)
			_exit(i ? pace(i, until) : resize(until));
	}
	/* They begin at the same position: nothing is sent before. */
	kt_ok(KT_WAIT(kt_now_ms() > until - 7000, 3000), "readers are ready");
	while (fed && kt_now_ms() < until)
		fed = feed(tty, &f, 2000);
	kt_ok(fed, "a tap follows while others come and go");
	for (int i = 0; i < 4; i++)
		right &= kt_reap(pids[i], 5000) == 0;
	kt_ok(right, "readers at any pace see right bytes, also when resized");
	kt_set(line, "history", "65536");
	close(f.fd);
}

static void run(const struct kt_args *args)
{
	int tty;

	line = args->line;
	check_arguments();
	kt_bind(line, args->backing);
	tty = open_loop();
	check_replay(tty);
	check_blocking(tty);
	check_resize(tty);
	check_slow(tty);
	check_stalled_reader(tty);
	check_flow(tty);
	check_race(tty);
	close_loop(tty);
	check_closed();
	check_survival(args->backing);
	kt_unbind(line);
}

int main(int argc, char **argv)
{
	return kt_main("tap", 300, argc, argv, run);
}
