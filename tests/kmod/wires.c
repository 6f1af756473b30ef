// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a null modem's far end does to a line, and sees of it: modem lines and
 * the attribute "modem", breaks and errors, RTS and XOFF of a reader that is
 * slow.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <linux/serial.h>

#define NONBLOCK	(O_RDWR | O_NOCTTY | O_NONBLOCK)
#define XON		0x11
#define XOFF		0x13
/* More than two ttys and the far end's FIFO take while nobody reads. */
#define FLOOD		6000000

static struct ktnm nm;
static struct ktnl *nl;
static int far;			/* the far end, open throughout */

static int open_line(void)
{
	int tty = kt_open_line(nm.line, NONBLOCK);

	if (tty < 0)
		kt_bail("cannot open line %u: %s", nm.line, strerror(-tty));
	return tty;
}

static bool line_is(int tty, int bit, bool high)
{
	int bits;

	return ioctl(tty, TIOCMGET, &bits) == 0 && !!(bits & bit) == high;
}

static struct serial_icounter_struct counters(int tty)
{
	struct serial_icounter_struct c = { 0 };

	if (ioctl(tty, TIOCGICOUNT, &c) < 0)
		kt_bail("TIOCGICOUNT: %s", strerror(errno));
	return c;
}

/* The next event of that kind for the line, within 2 s. */
static bool event(uint32_t type, uint32_t value)
{
	struct ktnl_message m;

	while (ktnl_event(nl, &m, 2000) == 0)
		if (m.line == nm.line && m.event == type)
			return m.value == value;
	return false;
}

/*
 * How many times INPUT is told while a byte comes every 100 ms for @ms, and no
 * more often than once a second?
 */
static int inputs(uint64_t ms)
{
	uint64_t begin = kt_now_ms(), took;
	struct ktnl_message m;
	int n = 0;

	do {
		if (write(far, ".", 1) != 1)
			kt_bail("the far end: %s", strerror(errno));
		while (ktnl_event(nl, &m, 100) == 0)
			n += m.line == nm.line && m.event == VTYMUX_EVENT_INPUT;
		took = kt_now_ms() - begin;
	} while (took < ms);
	kt_ok((uint64_t)n <= 1 + took / 1000, "input: %d events in %d ms", n,
	      (int)took);
	return n;
}

/* One login is asked for, and where it does not come, again. */
static void check_input(void)
{
	close(open_line());
	kt_set(nm.line, "exec", "0");
	kt_is(inputs(1500), 1, "exec 0: only the first byte is told");
	kt_set(nm.line, "exec", "1");
	kt_ok(inputs(3500) >= 2, "exec 1: bytes are told until there is a login");
	kt_set(nm.line, "exec", "0");
	close(open_line());
	kt_is(inputs(1000), 1, "... and the first one after a login");
}

static void check_modem_lines(void)
{
	int tty = open_line();
	struct serial_icounter_struct before, after;

	kt_ok(line_is(tty, TIOCM_CAR | TIOCM_DSR | TIOCM_CTS, true),
	      "the far end's DTR and RTS are carrier, DSR and CTS");
	before = counters(tty);
	ktnm_bits(far, false, TIOCM_DTR);
	kt_ok(event(VTYMUX_EVENT_CARRIER, 0), "a carrier that drops: event");
	kt_ok(line_is(tty, TIOCM_CAR, false) && line_is(tty, TIOCM_DSR, false),
	      "... and TIOCMGET says so");
	kt_is(kt_poll(tty, POLLIN, 0), 0, "... and modem none goes on");
	ktnm_bits(far, true, TIOCM_DTR);
	kt_ok(event(VTYMUX_EVENT_CARRIER, 1), "... and when it is back");
	ktnm_bits(far, false, TIOCM_RTS);
	kt_ok(line_is(tty, TIOCM_CTS, false), "CTS follows the far RTS");
	ktnm_bits(far, true, TIOCM_RTS);
	ktnm_set(nm.end, "ring", "1");
	kt_ok(line_is(tty, TIOCM_RI, true), "the ring indicator is seen");
	ktnm_set(nm.end, "ring", "0");
	after = counters(tty);
	kt_ok(after.dcd - before.dcd == 2 && after.dsr - before.dsr == 2 &&
	      after.cts - before.cts == 2 && after.rng - before.rng == 1,
	      "TIOCGICOUNT counts the changes");
	ktnm_bits(tty, false, TIOCM_DTR | TIOCM_RTS);
	kt_ok(!ktnm_high(ktnm_far(&nm), "car") &&
	      !ktnm_high(ktnm_far(&nm), "cts"), "the line's DTR and RTS drop");
	close(tty);
	kt_ok(ktnm_high(ktnm_far(&nm), "car") && ktnm_high(ktnm_far(&nm), "cts"),
	      "... until the last close");
}

static void check_inout(void)
{
	int tty;

	kt_set(nm.line, "modem", "inout");
	tty = open_line();
	kt_is(kt_poll(tty, POLLIN, 600), 0, "inout: with a carrier it stays");
	ktnm_bits(far, false, TIOCM_DTR);
	kt_ok(kt_hung_up(tty), "inout: without it is hung up");
	kt_ok(KT_WAIT(!ktnm_high(ktnm_far(&nm), "car"), 500),
	      "inout: ... and the far end sees DTR drop");
	close(tty);
	kt_ok(KT_WAIT(ktnm_high(ktnm_far(&nm), "car"), 5000),
	      "inout: ... and rise again");
	tty = open_line();
	kt_is(kt_poll(tty, POLLIN, 600), 0, "inout: an open needs no carrier");
	ktnm_bits(far, true, TIOCM_DTR);
	kt_ok(KT_WAIT(line_is(tty, TIOCM_CAR, true), 1000) &&
	      kt_poll(tty, POLLIN, 600) == 0, "inout: it may come later");
	kt_is(ktnm_unplug(ktnm_far(&nm)), 0, "inout: the cable is pulled");
	kt_ok(kt_hung_up(tty), "inout: ... and that hangs up");
	close(tty);
	close(far);
	ktnm_plug(ktnm_far(&nm));
	far = ktnm_open(ktnm_far(&nm), 0);
	kt_set(nm.line, "modem", "none");
}

static void check_cts_required(void)
{
	int tty, claims = kt_claims();

	kt_set(nm.line, "modem", "cts-required");
	ktnm_bits(far, false, TIOCM_RTS);
	kt_ok(KT_WAIT((tty = kt_open_line(nm.line, NONBLOCK)) == -ENODEV ||
		      (close(tty), false), 2000),
	      "cts-required: without CTS no open");
	kt_is(kt_claim(claims, nm.line, 0, "wires"), -ENODEV,
	      "cts-required: ... and no claim");
	ktnm_bits(far, true, TIOCM_RTS);
	kt_ok(KT_WAIT(kt_claim(claims, nm.line, 0, "wires") == 0, 2000),
	      "cts-required: with CTS there is a claim");
	tty = kt_opened(claims);
	kt_is(kt_poll(tty, POLLIN, 600), 0, "cts-required: its open stays");
	ktnm_bits(far, false, TIOCM_RTS);
	kt_ok(kt_hung_up(tty), "cts-required: ... as long as CTS is high");
	close(tty);
	close(claims);
	ktnm_bits(far, true, TIOCM_RTS);
	kt_set(nm.line, "modem", "none");
}

static void check_dtr_active(void)
{
	pid_t waiting;
	int tty;

	kt_set(nm.line, "modem", "dtr-active");
	kt_ok(!ktnm_high(ktnm_far(&nm), "car"), "dtr-active: idle is DTR low");
	waiting = kt_fork();
	if (waiting == 0)
		_exit(ioctl(far, TIOCMIWAIT, TIOCM_CAR) != 0);
	kt_is(kt_reap(waiting, 50), -1, "dtr-active: the far end waits for it");
	tty = open_line();
	kt_ok(ktnm_high(ktnm_far(&nm), "car") && kt_reap(waiting, 1000) == 0,
	      "dtr-active: open is DTR high");
	close(tty);
	kt_ok(!ktnm_high(ktnm_far(&nm), "car"), "dtr-active: and low again");
	kt_set(nm.line, "modem", "none");
}

/* PARMRK: what comes in its place can be seen. */
static void set_input(int tty, tcflag_t set, tcflag_t clear)
{
	struct termios t;

	tcgetattr(tty, &t);
	t.c_iflag = (t.c_iflag & ~clear) | set;
	tcsetattr(tty, TCSANOW, &t);
}

static void check_break_out(void)
{
	struct serial_icounter_struct before = counters(far);
	int tty = open_line();

	set_input(far, PARMRK, IGNBRK | BRKINT);
	kt_ok(tcsendbreak(tty, 0) == 0 &&
	      ktnm_reads(far, "\377\0\0", 3, 1000),
	      "a break of the line reaches the far end");
	kt_is((long)(counters(far).brk - before.brk), 1, "... once");
	kt_ok(ioctl(tty, TIOCSBRK) == 0 && write(tty, "x", 1) == 1 &&
	      ktnm_reads(far, "\377\0\0", 3, 1000) && ktnm_quiet(far, 200),
	      "nothing is sent in a break");
	close(tty);
	kt_ok(kt_idle(nm.line), "the close ends the break");
	kt_ok(ktnm_quiet(far, 200), "... and what it held back is not sent");
	tty = open_line();
	kt_ok(write(tty, "y", 1) == 1 && ktnm_reads(far, "y", 1, 1000),
	      "... and the next session can send");
	close(tty);
	tcflush(far, TCIFLUSH);
	set_input(far, 0, PARMRK);
}

static void check_break_in(void)
{
	uint64_t breaks = kt_stat(nm.line, "breaks");
	uint64_t rx = kt_stat(nm.line, "rx");
	int tty;

	kt_is(tcsendbreak(far, 0), 0, "a break from the far end");
	kt_ok(event(VTYMUX_EVENT_BREAK, 0), "... is an event");
	kt_is((long)(kt_stat(nm.line, "breaks") - breaks), 1, "... counted");
	kt_is((long)(kt_stat(nm.line, "rx") - rx), 0, "... and no byte");
	tty = open_line();
	tcsendbreak(far, 0);
	kt_ok(event(VTYMUX_EVENT_BREAK, 0) && ktnm_quiet(tty, 100),
	      "... nor one that is read");
	set_input(tty, PARMRK, IGNBRK | BRKINT);
	tcsendbreak(far, 0);
	kt_ok(ktnm_reads(tty, "\377\0\0", 3, 1000),
	      "... without IGNBRK it is marked");
	kt_is((long)(kt_stat(nm.line, "breaks") - breaks), 3, "all counted");
	kt_is((long)counters(tty).brk, (long)kt_stat(nm.line, "breaks"),
	      "... and by TIOCGICOUNT");
	close(tty);
}

/* A byte with an error is a byte; what the reader gets is up to termios. */
static void check_errors(void)
{
	uint64_t parity = kt_stat(nm.line, "parity");
	uint64_t framing = kt_stat(nm.line, "framing");
	uint64_t hw = kt_stat(nm.line, "hw_overruns");
	uint64_t rx = kt_stat(nm.line, "rx");
	uint64_t lost = kt_stat(nm.line, "overruns");
	int tty = open_line(), tap = kt_tap(nm.line, 0);

	kt_ok(ktnm_set(nm.end, "inject", "parity 41") == 0 &&
	      ktnm_set(nm.end, "inject", "framing 42") == 0,
	      "errors are received");
	kt_ok(ktnm_reads(tty, "AB", 2, 1000), "without INPCK as they are");
	set_input(tty, INPCK | PARMRK, IGNPAR | ISTRIP);
	ktnm_set(nm.end, "inject", "parity 43");
	ktnm_set(nm.end, "inject", "framing 44");
	kt_ok(ktnm_reads(tty, "\377\0C\377\0D", 6, 1000), "PARMRK marks them");
	set_input(tty, INPCK, PARMRK);
	ktnm_set(nm.end, "inject", "parity 45");
	kt_ok(ktnm_reads(tty, "\0", 1, 1000), "INPCK alone makes them NUL");
	set_input(tty, INPCK | IGNPAR, PARMRK);
	ktnm_set(nm.end, "inject", "parity 46");
	kt_is((long)write(far, "G", 1), 1, "a byte without follows");
	kt_ok(ktnm_reads(tty, "G", 1, 1000), "IGNPAR leaves it out");
	set_input(tty, IGNPAR, INPCK);
	ktnm_set(nm.end, "inject", "parity 48");
	kt_ok(ktnm_reads(tty, "H", 1, 1000), "... with INPCK only");
	kt_ok(ktnm_set(nm.end, "inject", "overrun") == 0 &&
	      KT_WAIT(kt_stat(nm.line, "hw_overruns") - hw == 1, 1000),
	      "an overrun of the hardware is counted");
	kt_ok(ktnm_quiet(tty, 50), "... and is no byte");
	kt_is((long)(kt_stat(nm.line, "parity") - parity), 5, "parity errors");
	kt_is((long)(kt_stat(nm.line, "framing") - framing), 2,
	      "framing errors");
	kt_is((long)(kt_stat(nm.line, "overruns") - lost), 0, "none lost here");
	kt_is((long)(kt_stat(nm.line, "rx") - rx), 8, "rx has the bytes");
	kt_ok(ktnm_reads(tap, "ABCDEFGH", 8, 1000) && ktnm_quiet(tap, 0),
	      "... and a tap");
	close(tap);
	close(tty);
}

/* The far end writes what it can. Return: bytes. */
static size_t flood(void)
{
	static const char data[4096];
	size_t sent = 0;
	ssize_t n;

	while (sent < FLOOD && kt_poll(far, POLLOUT, 500) & POLLOUT) {
		n = write(far, data, sizeof(data));
		if (n > 0)
			sent += (size_t)n;
	}
	return sent;
}

/* Reads until nothing comes for half a second. Return: bytes. */
static size_t drain(int tty)
{
	char data[4096];
	size_t got = 0;
	ssize_t n;

	while (kt_poll(tty, POLLIN, 500) & POLLIN) {
		n = read(tty, data, sizeof(data));
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

static int unsent(int tty)
{
	int n = -1;

	return ioctl(tty, TIOCOUTQ, &n) < 0 ? -errno : n;
}

static void check_rts(void)
{
	uint64_t lost = kt_stat(nm.line, "overruns");
	size_t sent;
	int tty;

	close(far);
	far = ktnm_open(ktnm_far(&nm), CRTSCTS);
	kt_set(nm.line, "flowcontrol", "hardware");
	tty = open_line();
	sent = flood();
	kt_ok(sent < FLOOD && !ktnm_high(ktnm_far(&nm), "cts"),
	      "hardware: a reader that is slow drops RTS");
	kt_comment("after %zu bytes", sent);
	kt_is((long)drain(tty), (long)sent, "hardware: all can be read");
	kt_ok(ktnm_high(ktnm_far(&nm), "cts"), "hardware: ... RTS is high");
	sent = flood();
	close(tty);
	kt_ok(KT_WAIT(ktnm_high(ktnm_far(&nm), "cts") && unsent(far) == 0,
		      2000),
	      "hardware: the close lets a held sender go");
	kt_is((long)(kt_stat(nm.line, "overruns") - lost), 0,
	      "hardware: nothing is lost");
	tty = open_line();
	ktnm_bits(far, false, TIOCM_RTS);
	kt_ok(write(tty, "held", 4) == 4 && ktnm_quiet(far, 200) &&
	      unsent(tty) == 4, "hardware: without CTS output waits");
	ktnm_bits(far, true, TIOCM_RTS);
	kt_ok(ktnm_reads(far, "held", 4, 1000), "hardware: ... until it is up");
	close(tty);
	kt_set(nm.line, "flowcontrol", "none");
	close(far);
	far = ktnm_open(ktnm_far(&nm), 0);
}

/* A device that does not look at CTS overruns its tty, not the line. */
static void check_deaf(void)
{
	uint64_t lost = kt_stat(nm.line, "overruns");
	uint64_t rx = kt_stat(nm.line, "rx");
	size_t sent, got, spilled;
	int tty;

	ktnm_set(ktnm_far(&nm), "rate", "4000000");
	kt_set(nm.line, "flowcontrol", "hardware");
	tty = open_line();
	sent = flood();
	KT_WAIT(unsent(far) == 0, 5000);
	spilled = (size_t)(kt_stat(nm.line, "overruns") - lost);
	kt_ok(sent >= FLOOD && spilled > 0, "deaf: bytes are lost");
	kt_is((long)counters(tty).buf_overrun, (long)(lost + spilled),
	      "deaf: ... and counted by TIOCGICOUNT");
	kt_is((long)kt_stat(nm.line, "overruns"), (long)(lost + spilled),
	      "deaf: ... once");
	got = drain(tty);
	kt_comment("%zu sent, %zu read, %zu lost", sent, got, spilled);
	kt_is((long)(got + spilled), (long)sent, "deaf: ... to the byte");
	kt_is((long)(kt_stat(nm.line, "rx") - rx), (long)got,
	      "deaf: rx has what came");
	sent = flood();
	KT_WAIT(unsent(far) == 0, 5000);
	lost += spilled;
	kt_unbind(nm.line);
	kt_ok(kt_stat(nm.line, "overruns") > lost,
	      "deaf: what was lost is kept when the device is not");
	close(tty);
	lost = kt_stat(nm.line, "overruns");
	kt_bind(nm.line, nm.backing);
	kt_is((long)(kt_stat(nm.line, "overruns") - lost), 0,
	      "deaf: ... and not counted again");
	ktnm_set(ktnm_far(&nm), "rate", "0");
	kt_set(nm.line, "flowcontrol", "none");
}

/* What the far end got while the line was flooded and drained. */
static bool were_xoff_and_xon(void)
{
	char got[4096];
	ssize_t n = read(far, got, sizeof(got));

	/* One that was not sent yet is replaced by the next. */
	kt_comment("%zd XOFF and XON", n);
	return n > 1 && memchr(got, XOFF, (size_t)n) && got[n - 1] == XON;
}

static void check_xoff(void)
{
	const char on[] = { XON }, off[] = { XOFF };
	size_t sent;
	int tty;

	kt_set(nm.line, "flowcontrol", "software");
	tty = open_line();
	sent = flood();
	kt_is((long)drain(tty), (long)sent, "software: all can be read");
	kt_ok(were_xoff_and_xon(),
	      "software: XOFF goes out while the reader is slow, then XON");
	kt_ok(write(far, off, 1) == 1 && !KT_WAIT(false, 100) &&
	      write(tty, "held", 4) == 4 && ktnm_quiet(far, 200),
	      "software: XOFF holds the output");
	kt_ok(write(far, on, 1) == 1 && ktnm_reads(far, "held", 4, 1000),
	      "software: ... and XON lets it go");
	kt_ok(ktnm_quiet(tty, 0), "software: neither is read");
	close(tty);
	kt_set(nm.line, "flowcontrol", "none");
}

static void run(const struct kt_args *args)
{
	if (!ktnm_pair(args, 0, &nm, "modem lines, breaks, errors"))
		return;
	nl = ktnl_open();
	if (ktnl_subscribe(nl) < 0)
		kt_bail("no events");
	far = ktnm_open(ktnm_far(&nm), 0);
	kt_bind(nm.line, nm.backing);
	check_input();
	check_modem_lines();
	check_inout();
	check_cts_required();
	check_dtr_active();
	check_break_out();
	check_break_in();
	check_errors();
	check_rts();
	check_deaf();
	check_xoff();
	kt_ok(kt_idle(nm.line), "the line is idle in the end");
	kt_unbind(nm.line);
	close(far);
	ktnl_close(nl);
}

int main(int argc, char **argv)
{
	return kt_main("wires", 180, argc, argv, run);
}
