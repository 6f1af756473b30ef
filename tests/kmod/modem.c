// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attribute "modem": what DTR does, and what CTS and carrier do to those
 * who have the line open. The backing is a 16550: in its loop mode CTS follows
 * RTS and the carrier follows OUT2. What DTR is while nobody has the line open
 * is read from the serial driver's file in /proc.
 */
#include "kt.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define TIOCM_LOOP	0x8000
#define TIOCM_OUT2	0x4000

static unsigned int line;
static unsigned int port;	/* ttyS number */

/* What the driver has set, for example "RTS|CTS|DTR". */
static bool driver_has(const char *word)
{
	static const char *const names[] = {
		"/proc/tty/driver/serial", "/proc/tty/driver/serial_8250",
	};
	char text[256];
	unsigned int n;
	FILE *f = NULL;
	bool has = false;

	for (int i = 0; i < 2 && !f; i++)
		f = fopen(names[i], "re");
	if (!f)
		kt_bail("no file of the serial driver in /proc");
	while (fgets(text, sizeof(text), f))
		if (sscanf(text, "%u:", &n) == 1 && n == port)
			has = strstr(text, word);
	fclose(f);
	return has;
}

static int open_line(void)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (tty < 0)
		kt_bail("cannot open line %u: %s", line, strerror(-tty));
	return tty;
}

static bool set_bits(int tty, int bits)
{
	return ioctl(tty, TIOCMBIS, &bits) == 0;
}

static bool clear_bits(int tty, int bits)
{
	return ioctl(tty, TIOCMBIC, &bits) == 0;
}

static void check_none(void)
{
	int tty;

	kt_ok(driver_has("DTR") && driver_has("RTS"),
	      "none: a bound line has DTR and RTS high");
	tty = open_line();
	kt_ok(clear_bits(tty, TIOCM_DTR | TIOCM_RTS) && !driver_has("DTR"),
	      "none: a session can drop them");
	close(tty);
	kt_ok(driver_has("DTR") && driver_has("RTS"),
	      "none: ... until the last close");
}

static void check_dtr_active(const char *backing)
{
	int tty, claims;

	kt_is(kt_set(line, "modem", "dtr-active"), 0, "dtr-active is taken");
	kt_ok(!driver_has("DTR"), "dtr-active: an idle line has DTR low");
	tty = open_line();
	kt_ok(driver_has("DTR"), "dtr-active: an open raises it");
	close(tty);
	kt_ok(!driver_has("DTR"), "dtr-active: the last close drops it");
	claims = kt_claimed(line, "modem");
	kt_ok(!driver_has("DTR"), "dtr-active: a claim alone leaves it");
	tty = kt_opened(claims);
	kt_ok(driver_has("DTR"), "dtr-active: its open raises it");
	close(claims);
	kt_ok(kt_hung_up(tty) && !driver_has("DTR"),
	      "dtr-active: a hangup drops it");
	close(tty);
	kt_unbind(line);
	kt_bind(line, backing);
	kt_ok(!driver_has("DTR"), "dtr-active: bound again it is low");
	tty = open_line();
	kt_set(line, "modem", "none");
	kt_set(line, "modem", "dtr-active");
	kt_ok(driver_has("DTR"), "dtr-active: written while open it is high");
	close(tty);
	kt_set(line, "modem", "none");
	kt_ok(driver_has("DTR"), "none again: it is high");
}

static void check_cts(void)
{
	int tty;

	kt_is(kt_set(line, "modem", "cts-required"), 0,
	      "cts-required is taken");
	tty = open_line();
	kt_ok(tty >= 0, "cts-required: with CTS the line can be opened");
	kt_ok(set_bits(tty, TIOCM_LOOP | TIOCM_RTS) &&
	      !(kt_poll(tty, POLLIN, 1000) & POLLHUP),
	      "cts-required: while CTS is high it stays open");
	kt_ok(clear_bits(tty, TIOCM_RTS) && kt_hung_up(tty),
	      "cts-required: without it is hung up");
	close(tty);
	kt_ok(KT_WAIT(driver_has("CTS"), 1000), "the close puts RTS back");
	kt_ok(KT_WAIT((tty = kt_open_line(line, O_RDWR | O_NOCTTY |
					  O_NONBLOCK)) >= 0, 2000),
	      "cts-required: when CTS is back so is the line");
	clear_bits(tty, TIOCM_LOOP);
	close(tty);
	kt_set(line, "modem", "none");
}

static void check_inout(void)
{
	int tty;

	kt_is(kt_set(line, "modem", "inout"), 0, "inout is taken");
	kt_ok(driver_has("DTR"), "inout: an idle line has DTR high");
	tty = open_line();
	kt_ok(set_bits(tty, TIOCM_LOOP | TIOCM_OUT2) &&
	      !(kt_poll(tty, POLLIN, 1000) & POLLHUP),
	      "inout: with a carrier the line stays open");
	kt_ok(clear_bits(tty, TIOCM_OUT2) && kt_hung_up(tty),
	      "inout: when it is lost it is hung up");
	close(tty);
	tty = open_line();
	kt_ok(!(kt_poll(tty, POLLIN, 1000) & POLLHUP),
	      "inout: an open needs no carrier");
	kt_ok(driver_has("DTR"), "inout: an open line has DTR high");
	set_bits(tty, TIOCM_OUT2);
	clear_bits(tty, TIOCM_LOOP);
	close(tty);
	kt_ok(!driver_has("DTR"), "inout: the last close drops DTR");
	kt_ok(KT_WAIT(driver_has("DTR"), 5000), "inout: for a second");
	tty = open_line();
	close(tty);
	tty = open_line();
	kt_ok(driver_has("DTR"), "inout: an open raises it at once");
	close(tty);
	kt_set(line, "modem", "none");
	kt_ok(driver_has("DTR"), "none again: it is high");
}

static bool sleeps(pid_t pid)
{
	char path[32], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (f)
		fclose(f);
	return state == 'S';
}

static bool ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	       info.si_pid == pid;
}

/* A child that waits. */
static pid_t waiter(int tty, unsigned long lines)
{
	pid_t pid = kt_fork();

	if (pid == 0)
		_exit(ioctl(tty, TIOCMIWAIT, lines) < 0 ? errno : 0);
	KT_WAIT(sleeps(pid) || ended(pid), 3000);
	return pid;
}

/* Six times as long as the line is not looked at. */
static bool goes_on(pid_t pid)
{
	return !KT_WAIT(ended(pid), 300);
}

/* CTS and the carrier of the line: by the UART's loop, or by the far end. */
static void set_cts(int tty, int far, bool high)
{
	ktnm_bits(far < 0 ? tty : far, high, TIOCM_RTS);
}

static void set_carrier(int tty, int far, bool high)
{
	ktnm_bits(far < 0 ? tty : far, high, far < 0 ? TIOCM_OUT2 : TIOCM_DTR);
}

static void check_wait(const char *backing, int far)
{
	int tty = open_line(), old;
	pid_t pid;

	if (far < 0)
		set_bits(tty, TIOCM_LOOP);
	set_cts(tty, far, true);
	pid = waiter(tty, TIOCM_CTS);
	kt_ok(goes_on(pid), "TIOCMIWAIT: nothing changes");
	set_cts(tty, far, false);
	kt_is(kt_reap(pid, 3000), 0, "TIOCMIWAIT: CTS drops");
	pid = waiter(tty, TIOCM_CTS | TIOCM_CAR);
	set_carrier(tty, far, false);
	kt_is(kt_reap(pid, 3000), 0, "TIOCMIWAIT: the carrier drops");
	set_carrier(tty, far, true);
	pid = waiter(tty, TIOCM_RNG);
	set_cts(tty, far, true);
	kt_ok(goes_on(pid), "TIOCMIWAIT: CTS is not what it waits for");
	kt_kill(pid);
	pid = waiter(tty, TIOCM_CTS);
	kt_is(kt_unbind(line), 0, "TIOCMIWAIT: an unbind does not wait");
	kt_is(kt_reap(pid, 3000), EIO, "TIOCMIWAIT: ... and ends it");
	old = tty;
	kt_bind(line, backing);
	tty = open_line();
	kt_is(ioctl(old, TIOCMIWAIT, TIOCM_CTS) < 0 ? errno : 0, EIO,
	      "TIOCMIWAIT: hung up");
	close(old);
	if (far < 0)
		clear_bits(tty, TIOCM_LOOP);
	close(tty);
}

static void run_null_modem(const struct kt_args *args)
{
	struct ktnm nm;
	int far;

	if (!ktnm_pair(args, 0, &nm, "modem"))
		return;
	line = nm.line;
	far = ktnm_open(ktnm_far(&nm), CLOCAL);
	kt_bind(line, nm.backing);
	check_wait(nm.backing, far);
	kt_unbind(line);
	close(far);
}

static void run(const struct kt_args *args)
{
	line = args->line;
	if (sscanf(args->backing, "ttyS%u", &port) != 1) {
		kt_skip("the backing is no ttyS", "modem lines");
		run_null_modem(args);
		return;
	}
	kt_bind(line, args->backing);
	check_none();
	check_dtr_active(args->backing);
	check_cts();
	check_inout();
	check_wait(args->backing, -1);
	kt_unbind(line);
	run_null_modem(args);
}

int main(int argc, char **argv)
{
	return kt_main("modem", 60, argc, argv, run);
}
