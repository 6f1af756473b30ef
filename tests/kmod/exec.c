// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exec attribute: without it no open that could make the line a
 * controlling terminal gets through, with it a login can live there.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static unsigned int line;

static int open_and_close(int flags)
{
	int tty = kt_open_line(line, flags | O_NONBLOCK);

	if (tty < 0)
		return tty;
	close(tty);
	return 0;
}

/* As getty does: a new session without a terminal. */
static int leader_opens(void *arg)
{
	if (setsid() < 0)
		return -errno;
	return open_and_close(*(int *)arg);
}

/* A leader that has a terminal cannot get another by open. */
static int leader_with_terminal_opens(void *arg)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	if (setsid() < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1001;
	if (open(ptsname(master), O_RDWR) < 0)	/* no O_NOCTTY */
		return -1002;
	return open_and_close(*(int *)arg);
}

/* No leader: the grandchild of one. */
static int member_opens(void *arg)
{
	if (setsid() < 0)
		return -errno;
	return kt_in_child((int (*)(void *))leader_with_terminal_opens, arg);
}

/* Return: 1 if the line became the controlling terminal of a new session. */
static int becomes_terminal(void *arg)
{
	int tty, r;

	signal(SIGHUP, SIG_IGN);
	if (setsid() < 0)
		return -errno;
	tty = kt_open_line(line, *(int *)arg | O_NONBLOCK);
	if (tty < 0)
		return tty;
	r = tcgetsid(tty) == getsid(0);
	if (r == 0 && ioctl(tty, TIOCSCTTY, 0) == 0)
		r = tcgetsid(tty) == getsid(0) ? 2 : 0;
	close(tty);
	return r;
}

static void check_exec_0(void)
{
	int rdwr = O_RDWR, noctty = O_RDWR | O_NOCTTY, rdonly = O_RDONLY;
	int wronly = O_WRONLY;

	kt_set(line, "exec", "0");
	kt_is(open_and_close(noctty), 0, "exec 0: who leads no session opens");
	kt_is(open_and_close(rdwr), 0, "exec 0: ... without O_NOCTTY too");
	kt_is(kt_in_child(leader_opens, &rdwr), -EPERM,
	      "exec 0: a leader without a terminal does not");
	kt_is(kt_in_child(leader_opens, &noctty), -EPERM,
	      "exec 0: ... nor with O_NOCTTY");
	kt_is(kt_in_child(leader_opens, &rdonly), -EPERM,
	      "exec 0: ... nor to read");
	kt_is(kt_in_child(leader_opens, &wronly), -EPERM,
	      "exec 0: ... nor to write");
	kt_is(kt_in_child(leader_with_terminal_opens, &rdwr), 0,
	      "exec 0: a leader that has a terminal opens");
	kt_is(kt_in_child(member_opens, &rdwr), 0,
	      "exec 0: and its children do");
	kt_ok(kt_idle(line), "exec 0: the line is idle after all that");
}

static void check_exec_1(void)
{
	int rdwr = O_RDWR, noctty = O_RDWR | O_NOCTTY;

	kt_set(line, "exec", "1");
	kt_is(kt_in_child(becomes_terminal, &rdwr), 1,
	      "exec 1: an open makes it a controlling terminal");
	kt_is(kt_in_child(becomes_terminal, &noctty), 2,
	      "exec 1: TIOCSCTTY makes it one");
	kt_ok(kt_idle(line), "exec 1: the line is idle after that");
	kt_set(line, "exec", "0");
	kt_is(kt_in_child(leader_opens, &rdwr), -EPERM,
	      "exec 0 again: refused again");
}

/* Under a claim a leader may open: the session process is one. */
static int leader_opens_claim(void *arg)
{
	int fd, tty, r;

	(void)arg;
	if (setsid() < 0)
		return -errno;
	fd = kt_claimed(line, "leader");
	tty = kt_claim_open(fd, O_NOCTTY | O_NONBLOCK);
	if (tty < 0)
		return tty;
	r = tcgetsid(tty) == getsid(0);
	close(tty);
	close(fd);
	return r;
}

/*
 * A descriptor that was opened properly, given to a session leader that takes
 * it as its terminal: exec 0 hangs it up at its first write.
 */
static int smuggles(void *arg)
{
	int tty = *(int *)arg;

	signal(SIGHUP, SIG_IGN);
	if (setsid() < 0)
		return -errno;
	if (ioctl(tty, TIOCSCTTY, 0) < 0)
		return 0;
	if (write(tty, "login: ", 7) >= 0 && !kt_hung_up(tty))
		return 1;
	return kt_hung_up(tty) ? 0 : 2;
}

static void check_ways_around(void)
{
	int tty;

	kt_is(kt_in_child(leader_opens_claim, NULL), 0,
	      "exec 0: a leader opens what it claimed, as no terminal of its");
	tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_is(kt_in_child(smuggles, &tty), 0,
	      "exec 0: a terminal of a session by TIOCSCTTY is hung up");
	tcflush(tty, TCOFLUSH);
	close(tty);
	kt_ok(kt_idle(line), "exec 0: the line is idle in the end");
}

static void run(const struct kt_args *args)
{
	line = args->line;
	kt_bind(line, args->backing);
	check_exec_0();
	check_exec_1();
	check_ways_around();
}

int main(int argc, char **argv)
{
	return kt_main("exec", 60, argc, argv, run);
}
