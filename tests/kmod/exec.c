// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exec attribute: without it no open that could make the line a
 * controlling terminal gets through, with it a login can live there.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define TIOCM_LOOP 0x8000

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

/* What a session does with a line that it took as its terminal. */
enum deed { WRITES, READS_BYTES, SETS_TERMIOS, DOES_NOTHING };

static int set_speed(int tty)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0)
		return -errno;
	cfsetspeed(&t, B19200);
	return tcsetattr(tty, TCSANOW, &t) < 0 ? -errno : 0;
}

/*
 * A descriptor that was opened properly, given to a session leader that takes
 * it as its terminal. The bytes it receives are those that it wrote before;
 * the UART loops them once output may go on.
 */
static int smuggles(int tty, enum deed deed)
{
	int loop = TIOCM_LOOP;

	signal(SIGHUP, SIG_IGN);
	if (deed == READS_BYTES &&
	    (ioctl(tty, TIOCMBIS, &loop) < 0 || tcflow(tty, TCOOFF) < 0 ||
	     write(tty, "bytes", 5) != 5))
		return -1001;
	if (setsid() < 0 || ioctl(tty, TIOCSCTTY, 0) < 0)
		return -1002;
	if (deed == READS_BYTES)
		tcflow(tty, TCOON);
	else if (deed == SETS_TERMIOS)
		set_speed(tty);
	else if (deed == WRITES && write(tty, "login: ", 7) >= 0)
		return -1003;
	/* Nothing at all is no reason to be hung up, yet. */
	if (deed == DOES_NOTHING)
		return kt_poll(tty, POLLIN, 200) == 0 &&
		       tcgetsid(tty) == getsid(0) ? 0 : -1004;
	return kt_hung_up(tty) ? 0 : -1005;
}

static int smuggled;	/* the descriptor */

static int smuggles_and_writes(void *arg)
{
	(void)arg;
	return smuggles(smuggled, WRITES);
}

static int smuggles_and_reads(void *arg)
{
	(void)arg;
	return smuggles(smuggled, READS_BYTES);
}

static int smuggles_and_sets(void *arg)
{
	(void)arg;
	return smuggles(smuggled, SETS_TERMIOS);
}

static int smuggles_only(void *arg)
{
	(void)arg;
	return smuggles(smuggled, DOES_NOTHING);
}

static void smuggle(int (*fn)(void *), const char *what)
{
	smuggled = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_is(kt_in_child(fn, NULL), 0, "exec 0: a terminal by TIOCSCTTY %s",
	      what);
	tcflush(smuggled, TCIOFLUSH);
	close(smuggled);
	kt_ok(kt_idle(line), "exec 0: ... and the line is idle");
}

/* exec is taken away while somebody is logged in. */
static int loses_exec(void *arg)
{
	int tty;

	(void)arg;
	signal(SIGHUP, SIG_IGN);
	if (setsid() < 0)
		return -errno;
	tty = kt_open_line(line, O_RDWR | O_NONBLOCK);
	if (tty < 0 || write(tty, "x", 1) != 1)
		return -1001;
	kt_set(line, "exec", "0");
	if (write(tty, "x", 1) >= 0 || errno != EIO)
		return -1002;
	return kt_hung_up(tty) ? 0 : -1003;
}

static void check_ways_around(void)
{
	uint64_t tx, noise;

	kt_is(kt_in_child(leader_opens_claim, NULL), 0,
	      "exec 0: a leader opens what it claimed, as no terminal of its");
	tx = kt_stat(line, "tx");
	smuggle(smuggles_and_writes, "is hung up when it writes");
	kt_is(kt_stat(line, "tx"), tx, "exec 0: ... of which nothing is sent");
	noise = kt_stat(line, "noise");
	smuggle(smuggles_and_reads, "is hung up when a byte comes");
	kt_ok(kt_stat(line, "noise") > noise, "exec 0: ... which is noise");
	smuggle(smuggles_and_sets, "is hung up when it sets termios");
	kt_ok(kt_attr_is(line, "speed", "9600"), "exec 0: ... the speed stays");
	smuggle(smuggles_only, "is left alone until it does something");
	kt_set(line, "exec", "1");
	kt_is(kt_in_child(loses_exec, NULL), 0,
	      "exec 1 to 0: a login is hung up when it writes");
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
