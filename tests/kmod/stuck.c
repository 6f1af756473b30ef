// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that takes nothing: CTS is down and output waits. That must not
 * keep the line from its next owner, and what waits must not reach him. The
 * UART's loop makes CTS of RTS, so that no peer is needed.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* asm/termios.h has it, which <termios.h> excludes. */
#define TIOCM_LOOP 0x8000

static unsigned int line;

static int waiting(int tty)
{
	int n = -1;

	return ioctl(tty, TIOCOUTQ, &n) < 0 ? -errno : n;
}

/* CTS is looked at when the settings change, no interrupt tells of it here. */
static void look_at_cts(int tty)
{
	struct termios t;

	tcgetattr(tty, &t);
	cfsetspeed(&t, cfgetospeed(&t) == B115200 ? B57600 : B115200);
	tcsetattr(tty, TCSANOW, &t);
}

/* Return: is there output that waits? */
static bool get_stuck(int tty)
{
	int loop = TIOCM_LOOP, rts = TIOCM_RTS;
	char data[300];

	memset(data, 's', sizeof(data));
	if (ioctl(tty, TIOCMBIS, &loop) < 0 || ioctl(tty, TIOCMBIC, &rts) < 0)
		return false;
	look_at_cts(tty);
	if (write(tty, data, sizeof(data)) != sizeof(data))
		return false;
	return !KT_WAIT(waiting(tty) < (int)sizeof(data), 200);
}

/* CTS comes back for the next owner: nothing may come out of the past. */
static void check_next(const char *how)
{
	int fd = kt_claimed(line, "next"), tty = kt_opened(fd), n = 0;
	int up = TIOCM_LOOP | TIOCM_RTS, loop = TIOCM_LOOP;

	kt_is(waiting(tty), 0, "%s: nothing waits on the next open", how);
	ioctl(tty, TIOCMBIS, &up);
	look_at_cts(tty);
	kt_is(kt_poll(tty, POLLIN, 300), 0, "%s: nor is anything sent", how);
	kt_ok(write(tty, "mine", 4) == 4 &&
	      KT_WAIT(ioctl(tty, FIONREAD, &n) == 0 && n == 4, 2000),
	      "%s: the next owner's output goes", how);
	ioctl(tty, TIOCMBIC, &loop);
	close(tty);
	close(fd);
	kt_ok(kt_idle(line), "%s: the line is idle in the end", how);
}

/* Whether the tty or the claim is closed first, as any death of a process. */
static void check_killed(bool tty_first)
{
	const char *how = tty_first ? "killed, tty first" :
				      "killed, claim first";
	int ready[2];
	char byte = 0;
	pid_t pid;

	if (pipe(ready) < 0)
		kt_bail("pipe: %s", strerror(errno));
	pid = kt_fork();
	if (pid == 0) {
		int fd = kt_claimed(line, "stuck"), tty = kt_opened(fd);

		if (tty_first) {	/* descriptors are closed in order */
			int above = fcntl(fd, F_DUPFD, tty + 1);

			close(fd);
			fd = above;
		}
		byte = get_stuck(tty);
		if (fd < 0 || write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (!(kt_poll(ready[0], POLLIN, 10000) & POLLIN) ||
	    read(ready[0], &byte, 1) != 1)
		byte = 0;
	close(ready[0]);
	kt_ok(byte, "%s: output waits", how);
	kt_kill(pid);
	kt_ok(kt_idle(line), "%s: the line is free within a second", how);
	check_next(how);
}

static void check_clear(struct ktnl *nl)
{
	int fd = kt_claimed(line, "stuck"), tty = kt_opened(fd);
	uint64_t begin;

	kt_ok(get_stuck(tty), "clear: output waits");
	begin = kt_now_ms();
	kt_is(ktnl_clear(nl, line), 0, "clear: it is cleared");
	kt_ok(kt_idle(line) && kt_now_ms() - begin < 1000,
	      "clear: within a second");
	kt_ok(kt_hung_up(tty), "clear: the old open is hung up");
	close(tty);
	close(fd);
	check_next("clear");
}

static void check_steal(void)
{
	int fd = kt_claimed(line, "stuck"), tty = kt_opened(fd);
	int thief = kt_claims();
	uint64_t begin;

	kt_ok(get_stuck(tty), "steal: output waits");
	begin = kt_now_ms();
	kt_is(kt_claim(thief, line, VTYMUX_CLAIM_F_STEAL, "thief"), 0,
	      "steal: the line is stolen");
	kt_ok(kt_now_ms() - begin < 1000, "steal: within a second");
	close(tty);
	close(fd);
	close(thief);
	check_next("steal");
}

static void check_close(void)
{
	int fd = kt_claimed(line, "stuck"), tty = kt_opened(fd);
	uint64_t begin;

	kt_ok(get_stuck(tty), "close: output waits");
	begin = kt_now_ms();
	close(tty);
	close(fd);
	kt_ok(kt_idle(line) && kt_now_ms() - begin < 2000,
	      "close: the line is free within two seconds");
	kt_comment("%u ms", (unsigned int)(kt_now_ms() - begin));
	check_next("close");
}

/* Whose terminal a claimed line is may open it again, which changes nothing. */
static int closes_terminal(void *arg)
{
	uint64_t begin;
	int fd, tty, again;

	(void)arg;
	signal(SIGHUP, SIG_IGN);
	if (setsid() < 0)
		return -errno;
	fd = kt_claimed(line, "stuck");
	tty = kt_claim_open(fd, 0);
	again = open("/dev/tty", O_RDWR | O_NONBLOCK);
	if (tty < 0 || again < 0)
		return -1001;
	close(again);
	if (!get_stuck(tty))
		return -1002;
	begin = kt_now_ms();
	close(tty);
	close(fd);
	return kt_now_ms() - begin < 2000 ? 0 : -1003;
}

static void check_terminal(void)
{
	kt_set(line, "exec", "1");
	kt_is(kt_in_child(closes_terminal, NULL), 0,
	      "terminal: reopened, closed within two seconds");
	kt_set(line, "exec", "0");
	check_next("terminal");
}

static void check_unbind(const char *backing)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	uint64_t begin;

	kt_ok(get_stuck(tty), "unbind: output waits");
	begin = kt_now_ms();
	kt_is(kt_unbind(line), 0, "unbind: it is unbound");
	kt_ok(kt_now_ms() - begin < 2000, "unbind: within two seconds");
	kt_comment("%u ms", (unsigned int)(kt_now_ms() - begin));
	close(tty);
	kt_bind(line, backing);
	check_next("unbind");
}

static bool can_loop(void)
{
	int fd = kt_claimed(line, "loop"), tty = kt_opened(fd);
	int loop = TIOCM_LOOP, got = 0;

	ioctl(tty, TIOCMBIS, &loop);
	ioctl(tty, TIOCMGET, &got);
	ioctl(tty, TIOCMBIC, &loop);
	close(tty);
	close(fd);
	return got & TIOCM_LOOP;
}

static int drains(void *arg)
{
	int tty = kt_open_line(*(unsigned int *)arg, O_RDWR | O_NOCTTY);

	if (tty < 0 || write(tty, "stuck", 5) != 5)
		return -1001;
	tcdrain(tty);
	return 0;
}

static int closes(void *arg)
{
	int tty = kt_open_line(*(unsigned int *)arg, O_RDWR | O_NOCTTY);

	if (tty < 0 || write(tty, "stuck", 5) != 5)
		return -1001;
	close(tty);		/* waits half a minute */
	return 0;
}

static int unbinds(struct ktnl *nl, struct ktnm *nm)
{
	(void)nl;
	return kt_unbind(nm->line);
}

static int clears(struct ktnl *nl, struct ktnm *nm)
{
	return ktnl_clear(nl, nm->line);
}

static int steals(struct ktnl *nl, struct ktnm *nm)
{
	int fd = kt_claims(), err;

	(void)nl;
	err = kt_claim(fd, nm->line, VTYMUX_CLAIM_F_STEAL, "thief");
	close(fd);
	return err;
}

/* What waits is inside the device, where nobody but its driver waits for it. */
static void check_inside(struct ktnl *nl, struct ktnm *nm, int (*fn)(void *),
			 int (*end)(struct ktnl *nl, struct ktnm *nm),
			 const char *how)
{
	uint64_t begin, tx = kt_stat(nm->line, "tx");
	pid_t pid;

	pid = kt_fork();
	if (pid == 0)
		_exit(fn(&nm->line) != 0);
	kt_ok(KT_WAIT(kt_stat(nm->line, "tx") == tx + 5, 5000) &&
	      kt_reap(pid, 300) == -1, "%s: it waits", how);
	begin = kt_now_ms();
	kt_is(end(nl, nm), 0, "%s: the line is taken away", how);
	kt_ok(kt_now_ms() - begin < 3000, "%s: within three seconds", how);
	kt_comment("%u ms", (unsigned int)(kt_now_ms() - begin));
	kt_is(kt_reap(pid, 3000), 0, "%s: and nobody waits any more", how);
	kt_bind(nm->line, nm->backing);
}

static void check_device(const struct kt_args *args, struct ktnl *nl)
{
	struct ktnm nm;
	int far;

	if (!ktnm_pair(args, 0, &nm, "output stuck in the device"))
		return;
	far = ktnm_open(ktnm_far(&nm), 0);
	ktnm_bits(far, false, TIOCM_RTS);
	kt_bind(nm.line, nm.backing);
	kt_set(nm.line, "flowcontrol", "hardware");
	ktnm_set(nm.end, "hidden", "1");
	check_inside(nl, &nm, drains, unbinds, "drain, unbind");
	check_inside(nl, &nm, closes, unbinds, "close, unbind");
	check_inside(nl, &nm, drains, clears, "drain, clear");
	check_inside(nl, &nm, closes, clears, "close, clear");
	check_inside(nl, &nm, drains, steals, "drain, steal");
	check_inside(nl, &nm, closes, steals, "close, steal");
	ktnm_set(nm.end, "hidden", "0");
	kt_set(nm.line, "flowcontrol", "none");
	kt_unbind(nm.line);
	close(far);
}

static void run(const struct kt_args *args)
{
	struct ktnl *nl = ktnl_open();

	check_device(args, nl);
	line = args->line;
	kt_bind(line, args->backing);
	if (!can_loop()) {
		kt_skip("TIOCM_LOOP does not reach the UART", "stuck output");
		return;
	}
	kt_set(line, "flowcontrol", "hardware");
	check_clear(nl);
	check_steal();
	check_close();
	check_killed(false);
	check_killed(true);
	check_terminal();
	check_unbind(args->backing);
	ktnl_close(nl);
}

int main(int argc, char **argv)
{
	return kt_main("stuck", 180, argc, argv, run);
}
