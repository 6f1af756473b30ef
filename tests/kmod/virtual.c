// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtual line and its master: attributes, claims, what opens and what does
 * not, bytes both ways, the end of either side. Sessions are in jobs.c.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static unsigned int line, other;	/* virtual, the two lowest */

static void check_attributes(void)
{
	static const char *const absent[] = {
		"speed", "databits", "parity", "stopbits", "flowcontrol",
		"modem", "history", "statistics/tap_lost",
		"statistics/breaks", "statistics/framing", "statistics/parity",
		"statistics/overruns", "statistics/hw_overruns",
		"statistics/downs",
	};
	char text[KT_ATTR_MAX];

	kt_ok(kt_attr_is(line, "type", "virtual"), "the type is virtual");
	kt_ok(kt_attr_is(line, "exec", "1"), "exec is 1");
	kt_ok(kt_attr_is(line, "transport_input", "ssh"), "transport is ssh");
	kt_ok(kt_attr_is(line, "state", "idle"), "the state is idle");
	kt_ok(kt_attr_is(line, "backing", ""), "the backing is empty");
	kt_is(kt_set(line, "backing", "ttyS0"), -EACCES,
	      "... and takes no name");
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		kt_is(kt_read(line, absent[i], text), -ENOENT,
		      "there is no %s", absent[i]);
	kt_ok(kt_stat(line, "rx") != UINT64_MAX &&
	      kt_stat(line, "tx") != UINT64_MAX &&
	      kt_stat(line, "opens") != UINT64_MAX &&
	      kt_stat(line, "noise") != UINT64_MAX,
	      "there are rx, tx, opens and noise");
	kt_is(kt_set(line, "name", "virtual-test"), 0, "it can have a name");
	kt_is(kt_set(other, "name", "virtual-test"), -EEXIST,
	      "... which is its own");
	kt_set(line, "name", "");
}

static void check_netlink(void)
{
	struct ktnl *nl = ktnl_open();
	struct ktnl_message m;

	kt_ok(ktnl_get(nl, line, &m) == 0 && m.type == VTYMUX_LINE_VIRTUAL &&
	      m.state == VTYMUX_STATE_IDLE && m.exec == 1 && !m.backing[0],
	      "netlink says so, too");
	ktnl_close(nl);
}

static void check_claim_any(void)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX] = { 0 };
	struct vtymux_claim c = {
		.flags = VTYMUX_CLAIM_F_VIRTUAL, .number = 1, .owner = "x",
	};
	int a = kt_claims(), b = kt_claims(), d = kt_claims();

	kt_ok(ioctl(a, VTYMUX_IOC_CLAIM, &c) < 0 && errno == EINVAL,
	      "a claim of any virtual line with a number");
	c.number = 0;
	c.flags |= VTYMUX_CLAIM_F_STEAL;
	kt_ok(ioctl(a, VTYMUX_IOC_CLAIM, &c) < 0 && errno == EINVAL,
	      "... or to be stolen");
	kt_is(ktv_claim_any(a, set, VTYMUX_CLAIM_WORDS_MAX), -EBUSY,
	      "an empty candidate set");
	kt_is(ktv_claim_any(a, NULL, 0), line, "the first free one");
	kt_ok(kt_state_is(line, "claimed") &&
	      kt_attr_is(line, "owner", "virtual-test"), "... is claimed");
	kt_is(ktv_claim_any(b, NULL, 0), other, "then the next");
	set[line / 64] |= 1ULL << line % 64;
	kt_is(ktv_claim_any(d, set, VTYMUX_CLAIM_WORDS_MAX), -EBUSY,
	      "a candidate that is busy");
	ktv_drop(&a);
	kt_is(ktv_claim_any(d, set, VTYMUX_CLAIM_WORDS_MAX), line,
	      "... and is free again");
	ktv_drop(&b);
	ktv_drop(&d);
	kt_ok(kt_idle(line) && kt_idle(other), "closing frees them");
}

static void check_claim_number(void)
{
	int a = kt_claimed(line, "first"), b = kt_claims();

	kt_is(kt_claim(b, line, 0, "second"), -EBUSY, "a claim by number");
	kt_is(kt_claim(b, line, VTYMUX_CLAIM_F_STEAL, "thief"), 0,
	      "... which can be stolen");
	kt_ok(kt_poll(a, POLLIN, 1000) & POLLHUP, "... with notice");
	kt_is(ktv_attach(a, 0), -EIO, "a revoked claim attaches nothing");
	ktv_drop(&a);
	ktv_drop(&b);
}

/* A group of a tty line and a virtual one. */
static void check_rotary(const struct kt_args *args)
{
	int a = kt_claims(), b = kt_claims();

	kt_bind(args->line, args->backing);
	kt_set(args->line, "rotary", "99");
	kt_is(kt_set(line, "rotary", "99"), 0, "a virtual line in a group");
	kt_is(kt_claim_rotary(a, 99, NULL, 0), args->line,
	      "the group's tty line comes first");
	kt_is(ktv_attach(a, 0), -ENOTTY, "... and has no master");
	kt_is(kt_claim_rotary(b, 99, NULL, 0), line, "then the virtual one");
	ktv_drop(&a);
	ktv_drop(&b);
	kt_set(line, "rotary", "");
	kt_set(args->line, "rotary", "");
}

static void check_attach(void)
{
	struct vtymux_open reserved = { .reserved = 1 };
	struct vtymux_tap tap = { .line = line };
	int fd = kt_claims(), master, tty;

	kt_ok(ioctl(fd, VTYMUX_IOC_TAP, &tap) < 0 && errno == ENOTTY,
	      "there is no tap of a virtual line");
	kt_is(ktv_attach(fd, 0), -ENOLCK, "ATTACH without a claim");
	kt_is(kt_claim(fd, line, 0, "attach"), 0, "a claim");
	kt_is(ktv_attach(fd, O_NOCTTY), -EINVAL, "ATTACH with another flag");
	kt_is(ktv_attach(fd, O_WRONLY), -EINVAL, "... or O_WRONLY");
	kt_ok(ioctl(fd, VTYMUX_IOC_ATTACH, &reserved) < 0 && errno == EINVAL,
	      "... or a reserved field");
	kt_ok(ioctl(fd, VTYMUX_IOC_ATTACH, 8UL) < 0 && errno == EFAULT,
	      "... or a wild pointer");
	kt_is(kt_claim_open(fd, 0), -EIO, "OPEN without a master");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY), -EBUSY,
	      "open(2) of a claimed line");
	kt_is(kt_open_line(other, O_RDWR | O_NOCTTY), -EIO,
	      "open(2) of one that is not");
	master = ktv_attach(fd, O_NONBLOCK | O_CLOEXEC);
	kt_ok(master >= 0 && fcntl(master, F_GETFD) == FD_CLOEXEC &&
	      (fcntl(master, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) ==
	      (O_RDWR | O_NONBLOCK), "ATTACH gives a master");
	kt_is(ktv_attach(fd, 0), -EBUSY, "... one at a time");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY), -EBUSY,
	      "open(2) is still refused");
	kt_ok(kt_state_is(line, "claimed"), "a master is not an open");
	kt_ok(lseek(master, 0, SEEK_SET) < 0 && errno == ESPIPE,
	      "a master cannot seek");
	tty = kt_claim_open(fd, O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0 && isatty(tty), "OPEN opens the line");
	kt_ok(kt_state_is(line, "active"), "... which is active then");
	ktv_drop(&tty);
	ktv_drop(&master);
	master = ktv_attach(fd, 0);
	kt_ok(master >= 0 && !(fcntl(master, F_GETFL) & O_NONBLOCK) &&
	      fcntl(master, F_GETFD) == 0, "a master after the first");
	ktv_drop(&fd);
	kt_ok(ktv_read_fails(master, EIO), "it reads EIO after the claim");
	kt_ok(kt_idle(line), "it does not keep the line");
	ktv_drop(&master);
}

static void check_termios(void)
{
	struct ktv v = ktv_opened(line);
	struct termios t, u;

	kt_ok(tcgetattr(v.tty, &t) == 0 &&
	      (t.c_lflag & (ICANON | ECHO | ISIG | IEXTEN)) ==
	      (ICANON | ECHO | ISIG | IEXTEN) &&
	      (t.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR) &&
	      (t.c_iflag & (ICRNL | IXON)) == (ICRNL | IXON) &&
	      (t.c_cflag & CSIZE) == CS8 && t.c_cc[VINTR] == 3,
	      "a line starts as a terminal for people");
	kt_ok(isatty(v.master) && tcgetattr(v.master, &u) == 0 &&
	      u.c_lflag == t.c_lflag && u.c_iflag == t.c_iflag,
	      "the master sees the same");
	u.c_lflag &= ~(tcflag_t)ECHO;
	u.c_cc[VINTR] = 7;
	cfsetspeed(&u, B115200);
	kt_ok(tcsetattr(v.master, TCSAFLUSH, &u) == 0 &&
	      tcgetattr(v.tty, &t) == 0 && !(t.c_lflag & ECHO) &&
	      t.c_cc[VINTR] == 7 && cfgetospeed(&t) == B115200,
	      "... and can set it");
	t.c_cflag = (t.c_cflag & ~(tcflag_t)CSIZE) | CS7 | PARENB;
	/* The C library looks and says EINVAL. */
	kt_ok(tcsetattr(v.tty, TCSANOW, &t) < 0 &&
	      tcgetattr(v.tty, &u) == 0 && (u.c_cflag & CSIZE) == CS8 &&
	      !(u.c_cflag & PARENB), "it always has 8 bits");
	ktv_drop(&v.tty);
	kt_ok(tcgetattr(v.master, &u) < 0 && errno == EIO,
	      "the settings end with the last close");
	v.tty = kt_opened(v.claim);
	kt_ok(tcgetattr(v.tty, &t) == 0 && (t.c_lflag & ECHO) &&
	      t.c_cc[VINTR] == 3, "... and begin anew");
	ktv_close(&v);
}

static void check_bytes(void)
{
	uint64_t rx = kt_stat(line, "rx"), tx = kt_stat(line, "tx");
	uint64_t opens = kt_stat(line, "opens");
	struct ktv v = ktv_opened(line);
	int n = -1;

	kt_is(ktv_write(v.tty, "one\ntwo"), 0, "the line writes");
	kt_ok(ioctl(v.master, FIONREAD, &n) == 0 && n == 8, "8 bytes wait");
	kt_ok(ktv_reads(v.master, "one\r\ntwo"), "the master reads");
	kt_is(ktv_write(v.master, "typed\r"), 0, "the master writes");
	kt_ok(ktv_reads(v.tty, "typed\n"), "the line reads it");
	kt_ok(ktv_reads(v.master, "typed\r\n"), "... and echoes");
	kt_ok(ktv_read_fails(v.tty, EAGAIN) == true, "then there is no more");
	kt_is(ktv_write(v.master, "wrong\025right\177T\n"), 0, "line editing");
	kt_ok(ktv_reads(v.tty, "righT\n"), "... is done");
	kt_is(kt_stat(line, "rx") - rx, 20, "rx counts");
	kt_ok(kt_stat(line, "tx") - tx > 16, "tx counts");
	kt_is(kt_stat(line, "opens") - opens, 1, "opens counts");
	ktv_close(&v);
}

/* A child writes a word to @fd, blocking. Exits 0 if it could. */
static pid_t writer(int fd, const char *text)
{
	pid_t pid;

	ktv_block(fd, true);
	pid = kt_fork();
	if (pid == 0)
		_exit(ktv_write(fd, text) != 0);
	return pid;
}

static void check_early(void)
{
	struct ktv v = ktv_claimed(line);
	pid_t pid;

	kt_ok(ktv_read_fails(v.master, EAGAIN), "before the open: no bytes");
	kt_is(ktv_write(v.master, "x"), -EAGAIN, "before the open: no write");
	kt_is(kt_poll(v.master, POLLIN | POLLOUT, 0), 0,
	      "before the open: no event");
	pid = writer(v.master, "early\n");
	kt_is(kt_reap(pid, 50), -1, "before the open: a write waits");
	v.tty = kt_opened(v.claim);
	kt_is(kt_reap(pid, 2000), 0, "... for the open");
	kt_ok(ktv_reads(v.tty, "early\n"), "... and arrives");
	kt_is(kt_poll(v.master, POLLOUT, 0), POLLOUT, "the master polls OUT");
	ktv_close(&v);
}

static void check_line_close(void)
{
	struct ktv v = ktv_opened(line);

	ktv_write(v.tty, "last words");
	ktv_drop(&v.tty);
	kt_is(kt_poll(v.master, POLLIN | POLLOUT, 1000), POLLIN | POLLHUP,
	      "line closed: the master polls IN and HUP");
	kt_ok(ktv_reads(v.master, "last words"), "line closed: what was left");
	kt_ok(ktv_read_fails(v.master, EIO), "line closed: then EIO");
	kt_is(ktv_write(v.master, "x"), -EIO, "line closed: write gives EIO");
	kt_is(kt_poll(v.master, POLLIN, 0), POLLHUP, "line closed: HUP");
	v.tty = kt_opened(v.claim);
	kt_is(kt_poll(v.master, POLLIN, 0), 0, "opened again: no HUP");
	ktv_write(v.master, "again\n");
	kt_ok(ktv_reads(v.tty, "again\n"), "opened again: bytes go");
	kt_ok(ktv_reads(v.master, "again\r\n"), "opened again: both ways");
	ktv_close(&v);
}

/* Has no other end of @v open than @fd. */
static pid_t blocked_reader(struct ktv v, int fd, int expected)
{
	pid_t pid;

	ktv_block(fd, true);
	pid = kt_fork();
	if (pid == 0) {
		char byte;
		ssize_t n;

		close(v.claim);
		close(fd == v.tty ? v.master : v.tty);
		n = read(fd, &byte, 1);

		_exit((n < 0 ? -errno : (int)n) != expected);
	}
	return pid;
}

static void check_master_close(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = blocked_reader(v, v.tty, 0);

	ktv_drop(&v.master);
	kt_is(kt_reap(pid, 2000), 0, "master closed: a read ends");
	kt_ok(kt_hung_up(v.tty), "master closed: the line is hung up");
	kt_ok(kt_state_is(line, "claimed"), "master closed: still claimed");
	kt_is(kt_claim_open(v.claim, 0), -EIO, "master closed: no open");
	v.master = ktv_attach(v.claim, O_NONBLOCK);
	ktv_drop(&v.tty);
	v.tty = kt_opened(v.claim);
	ktv_write(v.tty, "next");
	kt_ok(ktv_reads(v.master, "next"), "another master serves the line");
	ktv_drop(&v.tty);
	ktv_block(v.master, true);
	kt_ok(ktv_read_fails(v.master, EIO), "a blocking read ends, too");
	ktv_close(&v);
}

/* The old master must not reach the next session, on the same tty. */
static void check_revoked(void)
{
	struct ktv v = ktv_opened(line), w;
	struct ktnl *nl = ktnl_open();
	struct winsize size = { 7, 7, 7, 7 };
	struct termios t;
	pid_t pid = blocked_reader(v, v.master, -EIO);

	kt_is(ktnl_clear(nl, line), 0, "CLEAR");
	kt_is(kt_reap(pid, 2000), 0, "cleared: a master's read ends");
	kt_ok(kt_hung_up(v.tty), "cleared: the line is hung up");
	ktv_block(v.master, false);
	kt_ok(kt_poll(v.master, POLLIN, 0) == POLLHUP, "cleared: HUP");
	w = ktv_opened(line);
	kt_is(ktv_write(v.master, "x"), -EIO, "cleared: write");
	kt_ok(ioctl(v.master, TIOCSWINSZ, &size) < 0 && errno == EIO,
	      "cleared: TIOCSWINSZ");
	kt_ok(ioctl(v.master, TIOCGWINSZ, &size) < 0 && errno == EIO,
	      "cleared: TIOCGWINSZ");
	kt_ok(ioctl(v.master, TIOCSIG, SIGINT) < 0 && errno == EIO,
	      "cleared: TIOCSIG");
	kt_ok(tcgetattr(v.master, &t) < 0 && errno == EIO, "cleared: TCGETS");
	ktv_close(&v);
	ktv_write(w.master, "mine\n");
	kt_ok(ktv_reads(w.tty, "mine\n"), "the next session goes on");
	ktv_close(&w);
	ktnl_close(nl);
}

static void check_winsize(void)
{
	struct winsize size = { 24, 80, 640, 480 }, got;
	struct ktv v = ktv_claimed(line);

	kt_ok(ioctl(v.master, TIOCGWINSZ, &got) == 0 && got.ws_row == 0,
	      "a new master has no size");
	kt_ok(ioctl(v.master, TIOCSWINSZ, &size) == 0,
	      "it can be set before the open");
	v.tty = kt_opened(v.claim);
	kt_ok(ioctl(v.tty, TIOCGWINSZ, &got) == 0 &&
	      !memcmp(&got, &size, sizeof(size)), "... and is the line's");
	size.ws_row = 50;
	kt_ok(ioctl(v.tty, TIOCSWINSZ, &size) == 0 &&
	      ioctl(v.master, TIOCGWINSZ, &got) == 0 && got.ws_row == 50,
	      "the master sees what the line sets");
	size.ws_row = 60;
	kt_ok(ioctl(v.master, TIOCSWINSZ, &size) == 0 &&
	      ioctl(v.tty, TIOCGWINSZ, &got) == 0 && got.ws_row == 60,
	      "the line sees what the master sets");
	ktv_close(&v);
}

static void check_ioctls(void)
{
	struct ktv v = ktv_claimed(line);
	void *volatile wild = (void *)8UL;	/* not for the compiler */
	struct termios t;
	int n = 1;

	kt_ok(ioctl(v.master, TIOCGPTN, &n) == 0 && n == (int)line,
	      "TIOCGPTN is the line's number");
	kt_ok(tcgetattr(v.master, &t) < 0 && errno == EIO,
	      "no termios before the open");
	kt_ok(ioctl(v.master, TIOCSIG, SIGINT) < 0 && errno == EIO,
	      "no signal before the open");
	kt_ok(ioctl(v.master, TIOCSIG, SIGKILL) < 0 && errno == EINVAL,
	      "no other signal at all");
	n = 1;
	kt_ok(ioctl(v.master, TIOCPKT, &n) < 0 && errno == ENOTTY,
	      "there is no packet mode");
	kt_ok(ioctl(v.master, TIOCSCTTY, 0) < 0 && errno == ENOTTY,
	      "a master is nobody's terminal");
	kt_ok(ioctl(v.master, VTYMUX_IOC_OPEN, &n) < 0 && errno == ENOTTY &&
	      ioctl(v.master, VTYMUX_IOC_STATUS, &n) < 0 && errno == ENOTTY,
	      "a master has no say in the claim");
	kt_ok(tcgetpgrp(v.master) < 0 && errno == EIO &&
	      tcflush(v.master, TCIFLUSH) < 0 && errno == EIO,
	      "no foreground and nothing to flush before the open");
	v.tty = kt_opened(v.claim);
	kt_is(tcgetpgrp(v.master), 0, "nobody's terminal has no foreground");
	kt_ok(ioctl(v.master, TIOCGSID, &n) < 0 && errno == ENOTTY,
	      "... and no session");
	ktv_write(v.master, "dropped\n");
	kt_ok(ioctl(v.tty, FIONREAD, &n) == 0 && n == 8 &&
	      tcflush(v.master, TCOFLUSH) == 0 &&
	      ioctl(v.tty, FIONREAD, &n) == 0 && n == 0,
	      "TCOFLUSH drops what the line has not read");
	ktv_write(v.tty, "dropped");
	kt_ok(ioctl(v.master, FIONREAD, &n) == 0 && n >= 7 &&
	      tcflush(v.master, TCIFLUSH) == 0 &&
	      ioctl(v.master, FIONREAD, &n) == 0 && n == 0,
	      "TCIFLUSH drops what it wrote");
	kt_ok(tcflush(v.master, 7) < 0 && errno == EINVAL, "no other flush");
	kt_ok(ioctl(v.master, TIOCGWINSZ, 8UL) < 0 && errno == EFAULT &&
	      ioctl(v.master, TIOCSWINSZ, 8UL) < 0 && errno == EFAULT &&
	      ioctl(v.master, FIONREAD, 8UL) < 0 && errno == EFAULT &&
	      ioctl(v.master, TCGETS, 8UL) < 0 && errno == EFAULT &&
	      ioctl(v.master, TCSETS, 8UL) < 0 && errno == EFAULT,
	      "wild pointers give EFAULT");
	ktv_write(v.tty, "kept");
	kt_ok(read(v.master, wild, 4) < 0 && errno == EFAULT,
	      "so does a read");
	kt_ok(ktv_reads(v.master, "kept"), "... which takes nothing");
	kt_ok(write(v.master, wild, 4) < 0 && errno == EFAULT,
	      "... and a write");
	kt_is(write(v.master, "", 0), 0, "a write of nothing");
	kt_is(read(v.master, &n, 0), 0, "a read of nothing");
	ktv_close(&v);
}

/* Flow control as a person does it: ^S holds the line's output, ^Q lets it. */
static void check_stop(void)
{
	struct ktv v = ktv_opened(line);

	ktv_write(v.master, "\023");
	kt_is(ktv_write(v.tty, "held"), -EAGAIN, "^S: a write waits");
	kt_is(kt_poll(v.tty, POLLOUT, 0), 0, "^S: the line polls no OUT");
	ktv_write(v.master, "\021");
	kt_is(kt_poll(v.tty, POLLOUT, 1000), POLLOUT, "^Q: it does again");
	kt_is(ktv_write(v.tty, "free"), 0, "^Q: a write goes");
	kt_ok(ktv_reads(v.master, "free"), "^Q: and arrives");
	ktv_close(&v);
}

static void check_flush(void)
{
	struct ktv v = ktv_opened(line);
	struct termios t;

	ktv_write(v.tty, "forgotten");
	kt_ok(tcflush(v.tty, TCOFLUSH) == 0, "TCOFLUSH");
	ktv_write(v.tty, "new");
	kt_ok(ktv_reads(v.master, "new"), "... forgets what was not read");
	ktv_raw(v.tty);
	ktv_write(v.master, "forgotten");
	kt_ok(kt_poll(v.tty, POLLIN, 1000) & POLLIN, "input arrived");
	tcflush(v.tty, TCIFLUSH);
	ktv_write(v.master, "new");
	kt_ok(ktv_reads(v.tty, "new"), "TCIFLUSH forgets it");
	ktv_write(v.master, "forgotten");
	tcgetattr(v.master, &t);
	tcsetattr(v.master, TCSAFLUSH, &t);
	ktv_write(v.master, "new");
	kt_ok(ktv_reads(v.tty, "new"), "so does TCSAFLUSH by the master");
	ktv_close(&v);
}

static void run(const struct kt_args *args)
{
	unsigned int lines[2];

	ktv_lines(lines, 2);
	line = lines[0];
	other = lines[1];
	check_attributes();
	check_netlink();
	check_claim_any();
	check_claim_number();
	check_rotary(args);
	check_attach();
	check_termios();
	check_bytes();
	check_early();
	check_line_close();
	check_master_close();
	check_revoked();
	check_winsize();
	check_ioctls();
	check_stop();
	check_flush();
	kt_ok(kt_idle(line) && kt_idle(other), "the lines are idle in the end");
}

int main(int argc, char **argv)
{
	return kt_main("virtual", 120, argc, argv, run);
}
