// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line as a terminal: its termios, modem lines, counters and break. The
 * backing is a 16550, which can loop what it sends back to itself; so bytes
 * go out and in without a peer.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <linux/serial.h>

#define RAW_IFLAGS (BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | \
		    IXOFF | IXANY | INPCK)
#define RAW_LFLAGS (ECHO | ECHONL | ICANON | ISIG | IEXTEN | TOSTOP)
/* asm/termios.h has it, which <termios.h> excludes. */
#define TIOCM_LOOP 0x8000
#define FRAMING (CSIZE | PARENB | PARODD | CMSPAR | CSTOPB | CRTSCTS)

static unsigned int line;

static int open_line(void)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (tty < 0)
		kt_bail("cannot open line %u: %s", line, strerror(-tty));
	return tty;
}

static bool is(int tty, speed_t speed, tcflag_t framing)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0)
		return false;
	if (cfgetospeed(&t) == speed && (t.c_cflag & FRAMING) == framing)
		return true;
	kt_comment("speed code %#o, framing %#o", cfgetospeed(&t),
		   t.c_cflag & FRAMING);
	return false;
}

static void check_defaults(void)
{
	struct termios t = { 0 };
	int tty = open_line();

	kt_is(tcgetattr(tty, &t), 0, "tcgetattr");
	kt_ok(!(t.c_lflag & RAW_LFLAGS), "no echo, no editing, no signals");
	kt_ok(!(t.c_iflag & RAW_IFLAGS), "input is not translated");
	kt_ok(!(t.c_oflag & OPOST), "output is not translated");
	kt_ok(is(tty, B9600, CS8), "9600 bit/s, 8 bits, no parity, 1 stop bit");
	kt_ok((t.c_cflag & (CREAD | CLOCAL)) == (CREAD | CLOCAL),
	      "receives, whatever the carrier says");
	kt_ok(t.c_cc[VMIN] == 1 && t.c_cc[VTIME] == 0, "reads take one byte");
	close(tty);
}

static int set(int tty, speed_t speed, tcflag_t framing)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0)
		return -errno;
	cfsetspeed(&t, speed);
	t.c_cflag = (t.c_cflag & ~(tcflag_t)FRAMING) | framing;
	return tcsetattr(tty, TCSANOW, &t) < 0 ? -errno : 0;
}

static void check_tcsetattr(void)
{
	static const struct {
		speed_t speed;
		tcflag_t framing;
		const char *name;
	} cases[] = {
		{ B115200, CS7 | PARENB | CSTOPB, "115200 7E2" },
		{ B38400, CS8 | PARENB | PARODD, "38400 8O1" },
		{ B300, CS5, "300 5N1" },
		{ B57600, CS8 | PARENB | CMSPAR, "57600 8S1" },
		{ B19200, CS8 | CRTSCTS, "19200 8N1 with RTS/CTS" },
	};
	int tty = open_line(), again;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		kt_ok(set(tty, cases[i].speed, cases[i].framing) == 0 &&
		      is(tty, cases[i].speed, cases[i].framing),
		      "tcsetattr: %s reads back", cases[i].name);
	again = open_line();
	kt_ok(is(again, B19200, CS8 | CRTSCTS), "a second open has the same");
	close(tty);
	kt_ok(is(again, B19200, CS8 | CRTSCTS), "it lasts while one is open");
	close(again);
	tty = open_line();
	kt_ok(is(tty, B9600, CS8), "... and until the last close");
	close(tty);
	kt_ok(kt_attr_is(line, "speed", "9600") &&
	      kt_attr_is(line, "flowcontrol", "none"),
	      "the attributes keep what is configured");
}

static void check_attributes(void)
{
	struct termios t;
	int tty = open_line();

	kt_ok(kt_set(line, "speed", "57600") == 0 && is(tty, B57600, CS8),
	      "a speed that is written reaches the open line");
	kt_ok(kt_set(line, "databits", "7") == 0 &&
	      kt_set(line, "parity", "even") == 0 &&
	      kt_set(line, "stopbits", "2") == 0 &&
	      kt_set(line, "flowcontrol", "hardware") == 0 &&
	      is(tty, B57600, CS7 | PARENB | CSTOPB | CRTSCTS),
	      "so do framing and flow control");
	kt_ok(kt_set(line, "flowcontrol", "software") == 0 &&
	      tcgetattr(tty, &t) == 0 && (t.c_iflag & (IXON | IXOFF)) ==
	      (IXON | IXOFF) && !(t.c_cflag & CRTSCTS),
	      "software flow control is IXON and IXOFF");
	close(tty);
	kt_set(line, "flowcontrol", "none");
	tty = open_line();
	kt_ok(is(tty, B57600, CS7 | PARENB | CSTOPB),
	      "the next open begins with what is configured");
	close(tty);
	kt_set(line, "speed", "9600");
	kt_set(line, "databits", "8");
	kt_set(line, "parity", "none");
	kt_set(line, "stopbits", "1");
	tty = open_line();
	kt_ok(is(tty, B9600, CS8), "also with what was written while closed");
	close(tty);
}

static int modem(int tty)
{
	int bits = 0;

	return ioctl(tty, TIOCMGET, &bits) < 0 ? -errno : bits;
}

static void check_modem_lines(void)
{
	int rts = TIOCM_RTS, both = TIOCM_RTS | TIOCM_DTR, tty = open_line();

	kt_is(modem(tty) & both, both, "an open line has DTR and RTS up");
	kt_ok(ioctl(tty, TIOCMBIC, &rts) == 0 &&
	      (modem(tty) & both) == TIOCM_DTR, "TIOCMBIC drops RTS");
	kt_ok(ioctl(tty, TIOCMBIS, &rts) == 0 && (modem(tty) & both) == both,
	      "TIOCMBIS raises it");
	kt_ok(ioctl(tty, TIOCMSET, &rts) == 0 && (modem(tty) & both) == rts,
	      "TIOCMSET drops DTR");
	close(tty);
	tty = open_line();
	kt_is(modem(tty) & both, both, "the next open has both up again");
	close(tty);
}

static void check_small_ioctls(void)
{
	struct serial_icounter_struct count;
	int tty = open_line(), n = -1;

	memset(&count, 0xa5, sizeof(count));
	kt_ok(ioctl(tty, TIOCGICOUNT, &count) == 0 &&
	      (uint64_t)(unsigned int)count.rx == kt_stat(line, "rx") &&
	      (uint64_t)(unsigned int)count.tx == kt_stat(line, "tx"),
	      "TIOCGICOUNT counts what the statistics count");
	kt_is(tcsendbreak(tty, 0), 0, "tcsendbreak");
	kt_is(ioctl(tty, TIOCSBRK, 0), 0, "TIOCSBRK");
	kt_is(ioctl(tty, TIOCCBRK, 0), 0, "TIOCCBRK");
	kt_is(tcflush(tty, TCIFLUSH), 0, "tcflush of input");
	kt_is(tcflush(tty, TCIOFLUSH), 0, "tcflush of both");
	kt_is(tcdrain(tty), 0, "tcdrain");
	kt_ok(ioctl(tty, TIOCOUTQ, &n) == 0 && n == 0, "nothing waits to go");
	kt_ok(read(tty, &n, 1) < 0 && errno == EAGAIN,
	      "a read of nothing with O_NONBLOCK gives EAGAIN");
	kt_ok(isatty(tty) && !strncmp(ttyname(tty) ?: "", "/dev/vty", 8),
	      "ttyname is /dev/vtyN");
	close(tty);
}

/* Sends @n bytes and reads what comes back. Return: how much is right. */
static size_t transfer(int tty, const unsigned char *out, size_t n, bool wait)
{
	unsigned char in[512];
	size_t sent = 0, got = 0;
	uint64_t end = kt_now_ms() + 30000;

	while (got < n && kt_now_ms() < end) {
		/* No more under way than a UART's buffer can take. */
		bool more = sent < n && (!wait || sent - got < 64);
		int revents = kt_poll(tty, POLLIN | (more ? POLLOUT : 0), 1000);
		ssize_t r;

		if (revents & POLLIN) {
			r = read(tty, in, sizeof(in));
			if (r <= 0)
				break;
			for (ssize_t i = 0; i < r; i++, got++)
				if (got >= n || in[i] != out[got])
					return got;
		}
		if (more && (revents & POLLOUT)) {
			r = write(tty, out + sent, n - sent > 64 ? 64 : n - sent);
			if (r > 0)
				sent += (size_t)r;
		}
		if (!revents)
			break;
	}
	return got;
}

static void check_all_bytes(int tty)
{
	unsigned char bytes[512];
	uint64_t rx = kt_stat(line, "rx"), tx = kt_stat(line, "tx");

	for (int i = 0; i < 512; i++)
		bytes[i] = (unsigned char)(i < 256 ? i : 511 - i);
	kt_is((long)transfer(tty, bytes, 512, true), 512,
	      "loop: all 256 values come back as they went");
	/* A byte may be read just before it is counted. */
	kt_ok(KT_WAIT(kt_stat(line, "rx") - rx == 512, 1000),
	      "loop: rx counts them");
	kt_is((long)(kt_stat(line, "tx") - tx), 512, "loop: tx counts them");
}

static void check_random(int tty)
{
	const size_t n = 16384;
	unsigned char *bytes = malloc(n);
	uint64_t lost = kt_stat(line, "overruns");
	uint64_t begin = kt_now_ms();

	srandom((unsigned int)begin);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)random();
	kt_is((long)transfer(tty, bytes, n, true), (long)n,
	      "loop: 16384 random bytes come back");
	kt_comment("%u ms at 115200 bit/s, seed %u",
		   (unsigned int)(kt_now_ms() - begin), (unsigned int)begin);
	kt_is((long)(kt_stat(line, "overruns") - lost), 0,
	      "loop: none was dropped");
	free(bytes);
}

static void check_flush(int tty)
{
	int n = 0;

	if (write(tty, "to be thrown away", 17) != 17)
		kt_comment("the write was short");
	kt_ok(KT_WAIT(ioctl(tty, FIONREAD, &n) == 0 && n == 17, 2000),
	      "loop: FIONREAD counts what came back");
	kt_ok(tcflush(tty, TCIFLUSH) == 0 && ioctl(tty, FIONREAD, &n) == 0 &&
	      n == 0, "loop: tcflush throws it away");
	kt_is(kt_poll(tty, POLLIN, 50), 0, "loop: for good");
}

static void check_nothing_injected(int tty)
{
	uint64_t rx = kt_stat(line, "rx"), tx = kt_stat(line, "tx");
	int other = open_line();

	kt_is(kt_poll(tty, POLLIN, 200), 0, "loop: an open sends nothing");
	close(other);
	kt_ok(kt_stat(line, "rx") == rx && kt_stat(line, "tx") == tx,
	      "loop: nor does a close");
}

/* What arrives for nobody must not be read by the next who opens. */
static void check_left_over(int tty)
{
	char byte;

	if (write(tty, "secret", 6) != 6)
		kt_comment("the write was short");
	kt_ok(kt_poll(tty, POLLIN, 2000) & POLLIN, "loop: bytes are there");
	tcdrain(tty);
	close(tty);
	tty = open_line();
	kt_ok(kt_poll(tty, POLLIN, 200) == 0 && read(tty, &byte, 1) < 0,
	      "what the last user did not read is gone");
	close(tty);
}

static void check_loop(void)
{
	int loop = TIOCM_LOOP, tty = open_line();

	set(tty, B115200, CS8);
	if (ioctl(tty, TIOCMBIS, &loop) < 0 || !(modem(tty) & TIOCM_LOOP)) {
		kt_skip("TIOCM_LOOP does not reach the UART", "loop");
		close(tty);
		return;
	}
	check_nothing_injected(tty);
	check_all_bytes(tty);
	check_random(tty);
	check_flush(tty);
	check_left_over(tty);
	tty = open_line();
	ioctl(tty, TIOCMBIC, &loop);
	kt_ok(!(modem(tty) & TIOCM_LOOP), "the loop can be opened again");
	close(tty);
}

/* Every open counts once from closed, not once more while it is open. */
static void check_opens(void)
{
	uint64_t opens = kt_stat(line, "opens");
	int a = open_line(), b = open_line();

	kt_is((long)(kt_stat(line, "opens") - opens), 1,
	      "opens counts opens from closed");
	close(a);
	close(b);
	close(open_line());
	kt_is((long)(kt_stat(line, "opens") - opens), 2, "... each time");
}

static void run(const struct kt_args *args)
{
	line = args->line;
	kt_bind(line, args->backing);
	check_defaults();
	check_tcsetattr();
	check_attributes();
	check_modem_lines();
	check_small_ioctls();
	check_opens();
	check_loop();
	kt_ok(kt_idle(line), "the line is idle in the end");
}

int main(int argc, char **argv)
{
	return kt_main("termios", 120, argc, argv, run);
}
