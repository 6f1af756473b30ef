// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pts as backing. Its master plays the device, so here bytes can come at any
 * speed, also while nobody has the line open. The serial backing of the
 * command line is not used.
 */
#include "kt.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include <linux/capability.h>

#define MB	1000000

static unsigned int line;

static unsigned char pattern(size_t pos)
{
	return (unsigned char)(pos ^ pos >> 8 ^ (pos >> 16) * 3);
}

/* A new pair; @path receives the slave's. Return: the master. */
static int new_pts(char path[32])
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, path, 32) != 0)
		kt_bail("no pseudo terminals");
	return master;
}

static int bound_pts(char path[32])
{
	int master = new_pts(path);

	kt_bind(line, path);
	return master;
}

static int open_line(int flags)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | flags);

	if (tty < 0)
		kt_bail("cannot open line %u: %s", line, strerror(-tty));
	return tty;
}

static void check_refused(void)
{
	char path[128], slave[32];
	int master, fd;

	kt_is(kt_set(line, "backing", "/dev/pts/99999"), -ENODEV,
	      "a pts that is not there");
	kt_is(kt_set(line, "backing", "/dev/null"), -EINVAL, "no pts");
	kt_is(kt_set(line, "backing", "/dev/ptmx"), -EINVAL, "the master");
	kt_is(kt_set(line, "backing", "/proc/self/stat"), -EINVAL, "a file");
	kt_is(kt_set(line, "backing", "/dev"), -EINVAL, "a directory");
	kt_is(kt_set(line, "backing", "pts/0"), -EINVAL, "a relative path");
	kt_is(kt_set(line, "backing", "/dev/pts/ 0"), -EINVAL, "a blank");
	memset(path, '/', sizeof(path));
	snprintf(path + 55, sizeof(path) - 55, "dev/pts/0");
	kt_is(kt_set(line, "backing", path), -EINVAL, "64 characters");
	master = posix_openpt(O_RDWR | O_NOCTTY);
	ptsname_r(master, slave, sizeof(slave));
	kt_is(kt_set(line, "backing", slave), -EIO, "a pts that is locked");
	unlockpt(master);
	fd = open(slave, O_RDWR | O_NOCTTY);
	kt_is(kt_set(line, "backing", slave), -EBUSY, "a pts that is open");
	close(fd);
	kt_ok(kt_attr_is(line, "backing", "") && kt_state_is(line, "unbound"),
	      "what was refused has changed nothing");
	kt_bind(line, slave);
	kt_ok(kt_attr_is(line, "backing", slave), "backing reads as written");
	kt_is(kt_set(line, "backing", slave), 0, "... twice is once");
	kt_is(kt_unbind(line), 0, "it can be unbound");
	close(master);
}

static int open_without_cap(void *path)
{
	kt_drop_cap(CAP_SYS_ADMIN);
	return open(path, O_RDWR | O_NOCTTY) < 0 ? -errno : 0;
}

static void check_exclusive(void)
{
	char path[32], byte = 'x';
	int master = bound_pts(path), fd, ntty = 0, ldisc = -1;
	struct termios t;

	kt_is(kt_in_child(open_without_cap, path), -EBUSY,
	      "others cannot open the pts");
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(fd >= 0, "CAP_SYS_ADMIN can");
	kt_ok(read(fd, &byte, 1) < 0 && errno == EIO &&
	      write(fd, &byte, 1) < 0 && errno == EIO,
	      "... but neither read nor write");
	kt_ok(kt_state_is(line, "idle"), "... and the line works on");
	kt_ok(ioctl(fd, TIOCSETD, &ntty) == 0 &&
	      KT_WAIT(kt_state_is(line, "down"), 2000),
	      "... but can take it away: the line is down");
	close(fd);
	kt_is(kt_set(line, "backing", path), 0, "it can be bound again");
	kt_is(kt_unbind(line), 0, "... and unbound");
	kt_is(kt_in_child(open_without_cap, path), 0, "then it is free");
	fd = open(path, O_RDWR | O_NOCTTY);
	kt_ok(ioctl(fd, TIOCGETD, &ldisc) == 0 && ldisc == 0 &&
	      tcgetattr(fd, &t) == 0 && (t.c_lflag & (ICANON | ECHO)) ==
	      (ICANON | ECHO) && (t.c_oflag & OPOST),
	      "with N_TTY and as a terminal is at first");
	kt_ok(write(master, "a\n", 2) == 2 && kt_poll(fd, POLLIN, 1000) &&
	      read(fd, &t, sizeof(t)) == 2 && kt_poll(master, POLLIN, 1000) &&
	      read(master, &t, sizeof(t)) == 3, "... that works");
	close(fd);
	close(master);
}

/* Writes @n bytes of the pattern. Return: it could. */
static bool put(int fd, size_t n)
{
	unsigned char buf[4096];
	size_t pos = 0;

	while (pos < n) {
		size_t part = n - pos < sizeof(buf) ? n - pos : sizeof(buf);
		ssize_t r;

		for (size_t i = 0; i < part; i++)
			buf[i] = pattern(pos + i);
		r = write(fd, buf, part);
		if (r <= 0)
			return false;
		pos += (size_t)r;
	}
	return true;
}

/* Reads until @n bytes came, or none for 3 s. Return: right ones. */
static size_t get(int fd, size_t n, unsigned int pause_us)
{
	unsigned char buf[4096];
	size_t pos = 0;

	while (pos < n && (kt_poll(fd, POLLIN, 3000) & POLLIN)) {
		ssize_t r = read(fd, buf, sizeof(buf));

		if (r <= 0)
			break;
		for (ssize_t i = 0; i < r; i++, pos++)
			if (buf[i] != pattern(pos))
				return pos;
		if (pause_us && pos % 16 == 0)
			usleep(pause_us);
	}
	return pos;
}

/* Sends @n bytes from a child into @from, while @to is read. */
static void transfer(int from, int to, size_t n, unsigned int pause_us,
		     const char *what)
{
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(!put(from, n));
	kt_is((long)get(to, n, pause_us), (long)n, "%s", what);
	kt_is(kt_reap(pid, 5000), 0, "... all were sent");
}

static void make_raw(int fd)
{
	struct termios t;

	tcgetattr(fd, &t);
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
}

static void check_transfer(void)
{
	char path[32];
	int master = bound_pts(path), tty = open_line(0);
	uint64_t rx = kt_stat(line, "rx"), overruns = kt_stat(line, "overruns");

	make_raw(master);
	transfer(tty, master, 3 * MB, 0, "3 MB to the master");
	transfer(tty, master, 200000, 2000, "... to one that is slow");
	kt_set(line, "flowcontrol", "hardware");
	transfer(master, tty, 3 * MB, 0, "with flow control: 3 MB from it");
	transfer(master, tty, 2 * MB, 500, "... to a reader that is slow");
	kt_is((long)(kt_stat(line, "rx") - rx), 5 * MB, "rx counts them");
	kt_is((long)(kt_stat(line, "overruns") - overruns), 0, "none is lost");
	kt_set(line, "flowcontrol", "none");
	close(tty);
	kt_unbind(line);
	close(master);
}

static int tap_all(uint32_t *replay)
{
	struct vtymux_tap arg = {
		.line = line, .replay = *replay, .flags = O_NONBLOCK,
	};
	int claims = kt_claims(), fd = ioctl(claims, VTYMUX_IOC_TAP, &arg);

	close(claims);
	*replay = arg.replay;
	return fd;
}

static void check_noise(void)
{
	char path[32];
	int master, tap;
	uint64_t noise = kt_stat(line, "noise");
	uint32_t replay = VTYMUX_TAP_REPLAY_ALL;

	kt_set(line, "history", "0");
	kt_set(line, "history", "65536");
	master = bound_pts(path);
	put(master, 5000);
	kt_ok(KT_WAIT(kt_stat(line, "noise") - noise == 5000, 2000),
	      "what comes while nobody has the line open is noise");
	tap = tap_all(&replay);
	kt_ok(replay == 5000 && get(tap, 5000, 0) == 5000,
	      "... and history");
	kt_unbind(line);
	close(master);
	master = bound_pts(path);
	kt_ok(write(master, "again", 5) == 5 &&
	      (kt_poll(tap, POLLIN, 2000) & POLLIN) &&
	      read(tap, path, sizeof(path)) == 5 && !memcmp(path, "again", 5),
	      "a tap goes on with the next backing");
	close(tap);
	kt_unbind(line);
	close(master);
}

/* More than a tty buffers, at full speed, and nobody reads. */
static void check_loss(void)
{
	const size_t n = 2 * MB;
	char path[32];
	int master = bound_pts(path), tty = open_line(O_NONBLOCK);
	uint64_t rx = kt_stat(line, "rx"), lost = kt_stat(line, "overruns");
	uint32_t replay = 0, none = 65536;
	int tap, old;
	size_t got = 0;
	ssize_t r;
	pid_t pid;

	kt_set(line, "history", "1048576");
	tap = tap_all(&replay);
	pid = kt_fork();
	if (pid == 0) {
		/* A tap that gets no turn for a megabyte would miss some. */
		setpriority(PRIO_PROCESS, 0, 19);
		_exit(!put(master, n));
	}
	kt_is((long)get(tap, n, 0), (long)n, "a tap is complete");
	kt_is(kt_reap(pid, 5000), 0, "... though nobody reads the line");
	lost = kt_stat(line, "overruns") - lost;
	while (kt_poll(tty, POLLIN, 300) & POLLIN) {
		unsigned char buf[4096];

		r = read(tty, buf, sizeof(buf));
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	kt_comment("%zu read, %llu lost", got, (unsigned long long)lost);
	kt_ok(lost > 0, "bytes are lost");
	kt_is((long)(got + lost), (long)n, "... and counted to the byte");
	kt_is((long)(kt_stat(line, "rx") - rx), (long)n, "rx counts them all");
	old = tap_all(&none);
	kt_is((long)none, 65536, "the history holds what it should");
	close(old);
	close(tap);
	close(tty);
	kt_set(line, "history", "65536");
	kt_unbind(line);
	close(master);
}

static void check_master_closes(void)
{
	char path[32], text[8];
	int master = bound_pts(path), tty = open_line(O_NONBLOCK), claims;
	uint64_t downs = kt_stat(line, "downs");

	close(master);
	kt_ok(kt_hung_up(tty), "when the master closes, an open is hung up");
	kt_ok(KT_WAIT(kt_state_is(line, "down"), 2000), "... the line is down");
	kt_is((long)(kt_stat(line, "downs") - downs), 1, "... and it counts");
	kt_ok(kt_attr_is(line, "backing", path), "the path stays");
	close(tty);
	master = bound_pts(path);
	claims = kt_claimed(line, "pts-test");
	tty = kt_opened(claims);
	close(master);
	kt_ok(KT_WAIT(kt_state_is(line, "down"), 2000), "with a claim: down");
	kt_is(kt_poll(tty, POLLIN, 100), 0, "... its open is not hung up");
	master = new_pts(path);
	kt_is(kt_set(line, "backing", path), 0, "another pts is bound");
	kt_ok(write(master, "hello", 5) == 5 &&
	      (kt_poll(tty, POLLIN, 2000) & POLLIN) &&
	      read(tty, text, sizeof(text)) == 5 && !memcmp(text, "hello", 5),
	      "... and the session goes on");
	close(tty);
	close(claims);
	kt_unbind(line);
	close(master);
}

/* Whether sysfs "state" polls as changed, and then reads so. */
static bool state_becomes(int fd, const char *state)
{
	char text[16] = "";
	ssize_t n;

	if (!(kt_poll(fd, POLLPRI, 2000) & POLLPRI))
		return false;
	n = pread(fd, text, sizeof(text) - 1, 0);
	return n > 0 && text[n - 1] == '\n' &&
	       !strncmp(text, state, (size_t)n - 1) &&
	       strlen(state) == (size_t)n - 1;
}

static void check_state_is_told(void)
{
	char path[64], text[16];
	int master = bound_pts(path), fd;

	snprintf(path, sizeof(path), "/sys/class/tty/vty%u/state", line);
	fd = open(path, O_RDONLY);
	kt_ok(fd >= 0 && pread(fd, text, sizeof(text), 0) > 0 &&
	      kt_poll(fd, POLLPRI, 100) == 0, "state polls nothing once read");
	close(master);
	kt_ok(state_becomes(fd, "down"), "... the loss of the device");
	master = bound_pts(path);
	kt_ok(state_becomes(fd, "idle"), "... its return");
	kt_unbind(line);
	kt_ok(state_becomes(fd, "unbound"), "... and that it is unbound");
	kt_ok(kt_poll(fd, POLLPRI, 100) == 0, "... each once");
	close(fd);
	close(master);
}

static void check_modem(void)
{
	char path[32];
	int master = bound_pts(path);

	kt_is(kt_set(line, "modem", "cts-required"), 0, "cts-required");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY), -ENODEV,
	      "... a pts has no CTS: it cannot be opened");
	kt_set(line, "modem", "none");
	kt_unbind(line);
	close(master);
}

static void flood(int master)
{
	int flags = fcntl(master, F_GETFL);
	char buf[4096] = { 0 };

	fcntl(master, F_SETFL, flags | O_NONBLOCK);
	for (int i = 0; i < 20; i++)
		if (write(master, buf, sizeof(buf)) < 0)
			break;
}

/* The master closes while bytes come and the line is bound and unbound. */
static void check_races(void)
{
	uint64_t until = kt_now_ms() + 8000;
	bool ok = true;
	int cycles = 0;

	while (kt_now_ms() < until && ok) {
		char path[32];
		int master = new_pts(path), r;
		pid_t pid = kt_fork();

		if (pid == 0) {
			usleep((useconds_t)(random() % 3000));
			flood(master);
			_exit(0);
		}
		srandom((unsigned int)cycles);
		close(master);	/* the child has it until it ends */
		if (cycles % 2)
			usleep((useconds_t)(random() % 4000));
		r = kt_set(line, "backing", path);
		if (!r && cycles % 3 == 0)
			close(kt_open_line(line, O_RDWR | O_NOCTTY |
					   O_NONBLOCK));
		if (cycles % 4 == 0)
			kt_reap(pid, 2000);
		ok = kt_unbind(line) == 0;
		kt_kill(pid);
		cycles++;
	}
	kt_ok(ok && kt_state_is(line, "unbound"),
	      "a master may close at any moment");
	kt_comment("%d cycles", cycles);
}

/* Its own line discipline again: the terminal that it was. */
static void check_released(void)
{
	char path[32];
	int master = bound_pts(path), tty = open_line(O_RDWR);

	close(tty);
	kt_is(kt_unbind(line), 0, "a pts is given back");
	tty = open(path, O_RDWR | O_NOCTTY);
	kt_ok(tty >= 0 && write(master, "\003", 1) == 1 &&
	      ktnm_reads(master, "^C", 2, 1000),
	      "... and knows an interrupt");
	close(tty);
	close(master);
}

static void run(const struct kt_args *args)
{
	line = args->line;
	check_refused();
	check_exclusive();
	check_noise();
	check_transfer();
	check_loss();
	check_master_closes();
	check_state_is_told();
	check_modem();
	check_released();
	check_races();
}

int main(int argc, char **argv)
{
	return kt_main("pts", 240, argc, argv, run);
}
