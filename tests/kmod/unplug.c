// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that vanishes, at any moment, and comes back: who opened the line
 * without a claim is hung up and nobody inherits his session; who has a claim
 * goes on where he was.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ROUNDS		20
#define RACE_MS		5000

static struct ktnm nm, other;
static struct ktnl *nl;

static bool is_down(void)
{
	return KT_WAIT(kt_state_is(nm.line, "down"), 3000);
}

/* Plugs the end in and binds it. */
static bool bring_back(void)
{
	return ktnm_plug(nm.end) == 0 &&
	       kt_set(nm.line, "backing", nm.backing) == 0;
}

/* Both ways; the far end is opened for it. */
static bool passes(int tty)
{
	int far = ktnm_open(ktnm_far(&nm), 0);
	bool ok;

	ok = write(far, "to-line", 7) == 7 &&
	     ktnm_reads(tty, "to-line", 7, 2000) &&
	     write(tty, "to-far", 6) == 6 && ktnm_reads(far, "to-far", 6, 2000);
	close(far);
	return ok;
}

static bool event(uint32_t type)
{
	struct ktnl_message m;

	while (ktnl_event(nl, &m, 2000) == 0)
		if (m.line == nm.line && m.event == type)
			return true;
	return false;
}

static void check_idle(void)
{
	uint64_t downs = kt_stat(nm.line, "downs");
	int claims = kt_claims();

	kt_is(ktnm_unplug(nm.end), 0, "idle: the device goes");
	kt_ok(is_down() && kt_attr_is(nm.line, "backing", nm.backing),
	      "idle: the line is down and keeps the name");
	kt_ok(event(VTYMUX_EVENT_DOWN), "idle: an event says so");
	kt_is((long)(kt_stat(nm.line, "downs") - downs), 1, "idle: it counts");
	kt_is(kt_open_line(nm.line, O_RDWR | O_NOCTTY), -ENODEV, "down: no open");
	kt_is(kt_claim(claims, nm.line, 0, "unplug"), -ENODEV, "down: no claim");
	kt_is(kt_claim(claims, nm.line, VTYMUX_CLAIM_F_STEAL, "unplug"), -ENODEV,
	      "down: nor one that steals");
	kt_is(kt_set(nm.line, "backing", nm.backing), -ENODEV,
	      "down: what is not there cannot be bound");
	kt_ok(kt_state_is(nm.line, "down"), "down: ... it stays");
	kt_is(kt_set(nm.line, "speed", "19200"), 0, "down: it can be set");
	kt_ok(bring_back() && kt_idle(nm.line), "down: bound again it is idle");
	kt_ok(event(VTYMUX_EVENT_BOUND), "down: ... an event says so");
	kt_set(nm.line, "speed", "9600");
	ktnm_unplug(nm.end);
	kt_ok(is_down() && kt_unbind(nm.line) == 0 &&
	      kt_state_is(nm.line, "unbound"), "down: it can be unbound");
	kt_ok(bring_back(), "down: and bound");
	close(claims);
}

static void check_open(void)
{
	int tty = kt_open_line(nm.line, O_RDWR | O_NOCTTY);
	pid_t reading = kt_fork(), polling;
	char byte;

	if (reading == 0)
		_exit(read(tty, &byte, 1) == 0 ? 0 : 1);
	polling = kt_fork();
	if (polling == 0)
		_exit(kt_poll(tty, POLLIN, 10000) & POLLHUP ? 0 : 1);
	kt_is(ktnm_unplug(nm.end), 0, "open: the device goes");
	kt_is(kt_reap(reading, 2000), 0, "open: read gives EOF");
	kt_is(kt_reap(polling, 2000), 0, "open: poll gives HUP");
	kt_ok(write(tty, "x", 1) < 0 && errno == EIO, "open: write gives EIO");
	kt_ok(is_down(), "open: the line is down");
	kt_ok(bring_back(), "open: it comes back");
	kt_ok(kt_hung_up(tty), "open: ... the old open stays hung up");
	kt_ok(kt_idle(nm.line), "open: ... and the line is idle");
	close(tty);
}

static bool set_speed(int tty, speed_t speed)
{
	struct termios t;

	return tcgetattr(tty, &t) == 0 && cfsetspeed(&t, speed) == 0 &&
	       tcsetattr(tty, TCSANOW, &t) == 0;
}

static bool speed_is(int tty, speed_t speed)
{
	struct termios t;

	return tcgetattr(tty, &t) == 0 && cfgetospeed(&t) == speed;
}

/* A reader and a writer that wait go on with the next device. */
static void check_claimed(void)
{
	int claims = kt_claimed(nm.line, "unplug"), bits, far;
	int tty = kt_claim_open(claims, O_NOCTTY);
	int nonblock = kt_opened(claims);
	pid_t reading = kt_fork(), writing;
	char byte;

	if (reading == 0)
		_exit(read(tty, &byte, 1) == 1 && byte == 'r' ? 0 : 1);
	kt_ok(set_speed(tty, B38400), "claimed: a session sets its speed");
	kt_is(ktnm_unplug(nm.end), 0, "claimed: the device goes");
	kt_ok(is_down() && kt_attr_is(nm.line, "owner", "unplug"),
	      "claimed: the line is down and has its owner");
	kt_is(kt_poll(nonblock, POLLIN | POLLOUT, 100), 0,
	      "claimed: its open is not hung up, nor can it be written");
	kt_ok(write(nonblock, "x", 1) < 0 && errno == EAGAIN,
	      "claimed: write gives EAGAIN");
	kt_ok(ioctl(nonblock, TIOCMGET, &bits) < 0 && errno == EIO,
	      "claimed: there are no modem lines");
	kt_is(tcdrain(nonblock), 0, "claimed: nothing waits to be sent");
	writing = kt_fork();
	if (writing == 0)
		_exit(write(tty, "w", 1) == 1 ? 0 : 1);
	kt_is(kt_reap(reading, 100), -1, "claimed: read waits");
	kt_is(kt_reap(writing, 100), -1, "claimed: write waits");
	kt_is(ktnm_plug(nm.end), 0, "claimed: the device comes back");
	far = ktnm_open(ktnm_far(&nm), 0);
	kt_is(kt_set(nm.line, "backing", nm.backing), 0, "claimed: and is bound");
	kt_ok(ktnm_reads(far, "w", 1, 2000) && kt_reap(writing, 1000) == 0,
	      "claimed: what was to be written is");
	kt_ok(write(far, "r", 1) == 1 && kt_reap(reading, 2000) == 0,
	      "claimed: and read what comes");
	kt_ok(ktnm_high(ktnm_far(&nm), "car"), "claimed: DTR is high again");
	kt_ok(speed_is(tty, B38400), "claimed: the session keeps its speed");
	close(far);
	kt_ok(passes(nonblock) && kt_state_is(nm.line, "active"),
	      "claimed: the session goes on");
	close(nonblock);
	close(tty);
	close(claims);
	kt_ok(kt_idle(nm.line), "claimed: the line is idle in the end");
}

/* What a session made of its modem lines is so on the next device. */
static void check_outputs(void)
{
	int claims = kt_claimed(nm.line, "unplug"), far;
	int tty = kt_opened(claims);

	ktnm_bits(tty, false, TIOCM_RTS);
	kt_is(ktnm_unplug(nm.end), 0, "outputs: the device goes");
	kt_ok(is_down(), "outputs: the line is down");
	kt_is(ktnm_plug(nm.end), 0, "outputs: the device comes back");
	kt_is(kt_set(nm.line, "backing", nm.backing), 0, "outputs: and is bound");
	far = ktnm_open(ktnm_far(&nm), 0);
	kt_ok(!ktnm_high(ktnm_far(&nm), "cts") &&
	      ktnm_high(ktnm_far(&nm), "car"),
	      "outputs: RTS stays low, DTR high");
	ktnm_bits(tty, false, TIOCM_DTR);
	ktnm_bits(tty, true, TIOCM_RTS);
	kt_is(ktnm_unplug(nm.end), 0, "outputs: the device goes again");
	kt_ok(is_down(), "outputs: the line is down");
	kt_is(ktnm_plug(nm.end), 0, "outputs: the device comes back");
	kt_is(kt_set(nm.line, "backing", nm.backing), 0, "outputs: and is bound");
	kt_ok(ktnm_high(ktnm_far(&nm), "cts") &&
	      !ktnm_high(ktnm_far(&nm), "car"),
	      "outputs: now DTR stays low, RTS high");
	kt_is(kt_set(nm.line, "modem", "cts-required"), 0,
	      "outputs: another use of the modem lines");
	kt_ok(!ktnm_high(ktnm_far(&nm), "car"),
	      "outputs: ... leaves the session's DTR alone");
	kt_set(nm.line, "modem", "none");
	close(tty);
	close(claims);
	kt_ok(KT_WAIT(ktnm_high(ktnm_far(&nm), "car"), 2000) &&
	      ktnm_high(ktnm_far(&nm), "cts"),
	      "outputs: both are high when the session is over");
	close(far);
	kt_ok(kt_idle(nm.line), "outputs: the line is idle in the end");
}

struct session {
	int claims, tty;
};

/* A session whose device goes. */
static struct session stranded(void)
{
	struct session s = { .claims = kt_claimed(nm.line, "unplug") };

	s.tty = kt_opened(s.claims);
	ktnm_unplug(nm.end);
	if (!is_down())
		kt_bail("line %u does not go down", nm.line);
	return s;
}

static void end(const struct session *s)
{
	close(s->tty);
	close(s->claims);
}

/* What ends a session of a line that is down. */
static void check_ends(void)
{
	struct vtymux_status status;
	struct session s = stranded();

	kt_ok(kt_unbind(nm.line) == 0 && kt_hung_up(s.tty),
	      "down: unbinding hangs a session up");
	kt_ok(kt_status(s.claims, &status) == 0 &&
	      status.revoked == VTYMUX_REVOKE_UNBOUND, "down: ... and says so");
	end(&s);
	bring_back();
	s = stranded();
	kt_ok(ktnl_clear(nl, nm.line) == 0 && kt_hung_up(s.tty),
	      "down: CLEAR hangs a session up");
	kt_ok(kt_state_is(nm.line, "down") && kt_attr_is(nm.line, "owner", ""),
	      "down: ... and the line has no owner");
	end(&s);
	bring_back();
	s = stranded();
	end(&s);
	kt_ok(kt_state_is(nm.line, "down") &&
	      KT_WAIT(kt_attr_is(nm.line, "owner", ""), 1000),
	      "down: a session may end");
	kt_ok(bring_back() && kt_idle(nm.line), "down: ... then it is idle");
}

/* The device may come back under another name. */
static void check_renamed(void)
{
	struct session s = stranded();
	int far;

	kt_ok(kt_set(nm.line, "backing", other.backing) == 0 &&
	      kt_attr_is(nm.line, "backing", other.backing),
	      "another name can be bound");
	far = ktnm_open(ktnm_far(&other), 0);
	kt_ok(write(far, "new", 3) == 3 && ktnm_reads(s.tty, "new", 3, 2000),
	      "... and the session goes on there");
	close(far);
	end(&s);
	kt_unbind(nm.line);
	kt_ok(bring_back(), "... and back");
}

/* Both ends are lines: the one that stays loses its carrier. */
static void check_both_lines(void)
{
	struct ktnm peer = { .line = other.line, .end = ktnm_far(&nm) };
	char name[16] = "ttyNM";
	int tty, bits = 0;

	name[5] = (char)('0' + peer.end);
	name[6] = '\0';
	kt_bind(peer.line, name);
	tty = kt_open_line(peer.line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(ioctl(tty, TIOCMGET, &bits) == 0 && bits & TIOCM_CAR,
	      "a line at each end: there is a carrier");
	ktnm_unplug(nm.end);
	kt_ok(is_down() && ioctl(tty, TIOCMGET, &bits) == 0 &&
	      !(bits & TIOCM_CAR), "... which goes with the other");
	kt_ok(kt_state_is(peer.line, "active") && kt_poll(tty, POLLIN, 0) == 0,
	      "... and that is all");
	close(tty);
	kt_unbind(peer.line);
	bring_back();
}

/* Output that waits for CTS is gone with the device. */
static void check_waiting(void)
{
	int claims, tty, far, tap = kt_tap(nm.line, 0);
	pid_t draining, closing;
	uint64_t begin;

	kt_set(nm.line, "flowcontrol", "hardware");
	claims = kt_claimed(nm.line, "unplug");
	tty = kt_opened(claims);
	far = ktnm_open(ktnm_far(&nm), 0);
	ktnm_bits(far, false, TIOCM_RTS);
	kt_is((long)write(tty, "lost", 4), 4, "waiting: no CTS");
	draining = kt_fork();
	if (draining == 0)
		_exit(tcdrain(tty) != 0);
	kt_is(kt_reap(draining, 100), -1, "waiting: tcdrain waits");
	ktnm_unplug(nm.end);
	kt_is(kt_reap(draining, 2000), 0, "waiting: ... until the device goes");
	ktnm_bits(far, true, TIOCM_RTS);
	bring_back();
	kt_ok(ktnm_quiet(far, 200), "waiting: what it had is not sent");
	kt_ok(write(far, "tap", 3) == 3 && ktnm_reads(tap, "tap", 3, 2000),
	      "waiting: a tap goes on");
	ktnm_bits(far, false, TIOCM_RTS);
	kt_is((long)write(tty, "lost", 4), 4, "closing: no CTS");
	close(claims);
	close(tty);
	claims = -1;
	kt_ok(kt_idle(nm.line), "closing: a claim's end needs none");
	tty = kt_open_line(nm.line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_is((long)write(tty, "lost", 4), 4, "closing: an open without claim");
	closing = kt_fork();
	if (closing == 0) {
		close(tty);
		_exit(0);
	}
	close(tty);
	begin = kt_now_ms();
	ktnm_unplug(nm.end);
	kt_ok(kt_reap(closing, 5000) == 0 && is_down(),
	      "closing: a close that waits ends with the device");
	kt_comment("%u ms", (unsigned int)(kt_now_ms() - begin));
	bring_back();
	kt_ok(kt_idle(nm.line), "closing: the line is idle");
	kt_set(nm.line, "flowcontrol", "none");
	close(far);
	close(tap);
}

/* Writes and reads until @fd says that it is over. */
static void traffic(int fd, bool out)
{
	static char data[2048];

	for (;;) {
		ssize_t n = out ? write(fd, data, sizeof(data)) :
				  read(fd, data, sizeof(data));

		if (n > 0 || (n < 0 && errno == EAGAIN &&
			      kt_poll(fd, out ? POLLOUT : POLLIN, 30000) > 0))
			continue;
		_exit(0);
	}
}

/* A process each for what comes and goes at both ends. */
static void start_traffic(int tty, int far, pid_t pids[4])
{
	for (int i = 0; i < 4; i++) {
		pids[i] = kt_fork();
		if (pids[i])
			continue;
		close(i < 2 ? far : tty);
		traffic(i < 2 ? tty : far, i % 2);
	}
}

static bool reap_all(pid_t *pids, int n)
{
	bool ok = true;

	for (int i = 0; i < n; i++)
		ok &= kt_reap(pids[i], 3000) == 0;
	return ok;
}

static void check_transfer(bool claimed)
{
	const char *how = claimed ? "claimed" : "plain";
	bool moved = true, ended = true, came_back = true, passed = true;

	for (int i = 0; i < ROUNDS; i++) {
		int claims = claimed ? kt_claimed(nm.line, "unplug") : -1;
		int tty = claimed ? kt_opened(claims) :
			kt_open_line(nm.line, O_RDWR | O_NOCTTY | O_NONBLOCK);
		int far = ktnm_open(ktnm_far(&nm), 0);
		uint64_t rx = kt_stat(nm.line, "rx");
		uint64_t tx = kt_stat(nm.line, "tx");
		pid_t pids[4];

		start_traffic(tty, far, pids);
		moved &= KT_WAIT(kt_stat(nm.line, "rx") - rx > 10000 &&
				 kt_stat(nm.line, "tx") - tx > 10000, 5000);
		usleep((useconds_t)(random() % 5000));
		/* Once this end, once the other. */
		ktnm_unplug(i % 4 == 3 ? ktnm_far(&nm) : nm.end);
		if (i % 4 == 3) {
			kt_kill(pids[2]);
			kt_kill(pids[3]);
			close(far);
			ktnm_plug(ktnm_far(&nm));
			ktnm_unplug(nm.end);
			pids[2] = pids[3] = -1;
		}
		ended &= is_down();
		if (!claimed)
			ended &= reap_all(pids, 2);
		for (int p = claimed ? 0 : 2; p < 4; p++)
			if (pids[p] > 0)
				kt_kill(pids[p]);
		if (i % 4 != 3)
			close(far);
		came_back &= bring_back();
		if (claimed) {
			tcflush(tty, TCIFLUSH);
			passed &= passes(tty);
		} else {
			passed &= kt_hung_up(tty);
		}
		close(tty);
		if (claimed)
			close(claims);
		came_back &= kt_idle(nm.line);
	}
	kt_ok(moved, "%s transfer: bytes go both ways", how);
	kt_ok(ended, "%s transfer: the line is down when the device goes", how);
	kt_ok(came_back, "%s transfer: ... back when it is", how);
	kt_ok(passed, claimed ? "%s transfer: ... and the session goes on" :
	      "%s transfer: ... and the old open stays hung up", how);
}

/* Binds, opens and unbinds while the device comes and goes. */
static void check_bind(void)
{
	uint64_t until = kt_now_ms() + RACE_MS;
	unsigned int bound = 0, refused = 0, opened = 0;
	pid_t pids[2] = { kt_fork(), 0 };
	bool ok = true;

	if (pids[0] == 0)
		while (true) {
			ktnm_unplug(nm.end);
			usleep((useconds_t)(random() % 3000));
			ktnm_set(nm.end, "plugged", "1");
			usleep((useconds_t)(random() % 30000));
		}
	pids[1] = kt_fork();
	if (pids[1] == 0)
		while (true) {
			int tty = kt_open_line(nm.line, O_RDWR | O_NOCTTY |
					       O_NONBLOCK);

			if (tty >= 0 && write(tty, "x", 1))
				usleep((useconds_t)(random() % 2000));
			close(tty);
		}
	while (kt_now_ms() < until && ok) {
		int r = kt_set(nm.line, "backing", nm.backing);

		bound += r == 0;
		refused += r == -ENODEV || r == -EIO || r == -EBUSY;
		ok = r == 0 || r == -ENODEV || r == -EIO || r == -EBUSY;
		if (!ok)
			kt_comment("binding gives %d", r);
		opened += kt_state_is(nm.line, "active");
		if (random() % 2)
			ok &= kt_unbind(nm.line) == 0;
	}
	kt_ok(ok && bound && refused, "a device may go while it is bound");
	kt_comment("%u bound, %u not, %u open", bound, refused, opened);
	kt_kill(pids[0]);
	kt_kill(pids[1]);
	kt_unbind(nm.line);
	kt_ok(bring_back() && kt_idle(nm.line), "... and the line works then");
}

static void run(const struct kt_args *args)
{
	int tty;

	if (!ktnm_pair(args, 0, &nm, "devices that vanish") ||
	    !ktnm_pair(args, 1, &other, "a second device"))
		return;
	srandom(1);
	nl = ktnl_open();
	if (ktnl_subscribe(nl) < 0)
		kt_bail("no events");
	kt_bind(nm.line, nm.backing);
	check_idle();
	check_open();
	check_claimed();
	check_outputs();
	check_ends();
	check_renamed();
	check_both_lines();
	check_waiting();
	check_transfer(false);
	check_transfer(true);
	check_bind();
	tty = kt_open_line(nm.line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0 && passes(tty), "the line works in the end");
	close(tty);
	ktnl_close(nl);
	kt_unbind(nm.line);
}

int main(int argc, char **argv)
{
	return kt_main("unplug", 300, argc, argv, run);
}
