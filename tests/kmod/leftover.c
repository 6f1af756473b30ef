// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session leaves behind when it ends and somebody still has a descriptor
 * of it, so that the tty lives on: TIOCEXCL, stopped output. The next session
 * must not notice.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktnm.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <linux/capability.h>

#define XOFF	0x13

/* A line and what is at its other end. */
struct end {
	const char *kind;
	unsigned int line;
	bool is_virtual;
	int far;		/* the null modem's, or the master */
};

struct session {
	int claim, tty;
};

static struct ktnl *nl;

static struct session begin(struct end *e)
{
	struct session s = { .claim = kt_claimed(e->line, "leftover") };

	if (e->is_virtual) {
		e->far = ktv_attach(s.claim, O_NONBLOCK | O_CLOEXEC);
		if (e->far < 0)
			kt_bail("cannot attach line %u: %s", e->line,
				strerror(-e->far));
	}
	s.tty = -1;
	return s;
}

/* The claim ends; @s.tty is kept, and with it the tty. */
static void end(struct end *e, struct session *s)
{
	if (ktnl_clear(nl, e->line) < 0)
		kt_bail("cannot clear line %u", e->line);
	if (!kt_hung_up(s->tty))
		kt_bail("the session on line %u is not hung up", e->line);
	ktv_drop(&s->claim);
	if (e->is_virtual)
		ktv_drop(&e->far);
}

static int open_without_cap(void *arg)
{
	int r = kt_drop_cap(CAP_SYS_ADMIN), tty;

	if (r < 0)
		return r;
	tty = kt_claim_open(*(int *)arg, O_NOCTTY | O_NONBLOCK);
	return tty < 0 ? tty : 0;
}

static void check_exclusive(struct end *e)
{
	struct session dead = begin(e), next;
	int plain;

	dead.tty = kt_opened(dead.claim);
	if (ioctl(dead.tty, TIOCEXCL) < 0)
		kt_bail("TIOCEXCL: %s", strerror(errno));
	kt_is(kt_in_child(open_without_cap, &dead.claim), -EBUSY,
	      "%s: TIOCEXCL refuses another open of the session", e->kind);
	end(e, &dead);
	next = begin(e);
	kt_is(kt_in_child(open_without_cap, &next.claim), 0,
	      "%s: ... and none of the next session", e->kind);
	next.tty = kt_opened(next.claim);
	kt_is(kt_in_child(open_without_cap, &next.claim), 0,
	      "%s: ... nor its second one", e->kind);
	close(next.tty);
	close(next.claim);
	if (e->is_virtual)
		ktv_drop(&e->far);
	close(dead.tty);
	if (e->is_virtual)
		return;
	kt_idle(e->line);
	plain = kt_open_line(e->line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(plain >= 0, "%s: the line can be opened without a claim",
	      e->kind);
	if (plain >= 0)
		close(plain);
	kt_idle(e->line);
}

static void stop_tcooff(struct end *e, int tty)
{
	(void)e;
	if (tcflow(tty, TCOOFF) < 0)
		kt_bail("TCOOFF: %s", strerror(errno));
}

static void stop_xoff(struct end *e, int tty)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0)
		kt_bail("tcgetattr: %s", strerror(errno));
	t.c_iflag |= IXON;
	t.c_iflag &= ~(tcflag_t)IXANY;
	if (tcsetattr(tty, TCSANOW, &t) < 0)
		kt_bail("tcsetattr: %s", strerror(errno));
	if (ktv_write(e->far, (const char[]){ XOFF, '\0' }) < 0)
		kt_bail("the other end takes no ^S");
}

/* Is what the session writes held back? */
static bool is_mute(struct end *e, int tty)
{
	char old[64];
	ssize_t n;

	while (read(e->far, old, sizeof(old)) > 0)
		;
	n = write(tty, "held", 4);
	return (n == 4 || (n < 0 && errno == EAGAIN)) &&
	       ktnm_quiet(e->far, 200);
}

static bool speaks(struct end *e, int tty)
{
	struct pollfd p = { .fd = tty, .events = POLLOUT };

	return poll(&p, 1, 2000) == 1 && p.revents == POLLOUT &&
	       write(tty, "said", 4) == 4 && ktv_expect(e->far, "said", 2000);
}

/* @stop: how the session's output is stopped, ^S or TCOOFF. */
static void check_stopped(struct end *e, const char *how,
			  void (*stop)(struct end *e, int tty))
{
	struct session dead = begin(e), next;

	dead.tty = kt_opened(dead.claim);
	kt_ok(speaks(e, dead.tty), "%s, %s: a session speaks", e->kind, how);
	stop(e, dead.tty);
	/* ^S takes effect when it has come in. */
	kt_ok(KT_WAIT(is_mute(e, dead.tty), 2000),
	      "%s, %s: ... and is stopped", e->kind, how);
	end(e, &dead);
	next = begin(e);
	next.tty = kt_opened(next.claim);
	kt_ok(speaks(e, next.tty), "%s, %s: the next one is not mute", e->kind,
	      how);
	kt_ok(tcflow(next.tty, TCOOFF) == 0 && is_mute(e, next.tty) &&
	      tcflow(next.tty, TCOON) == 0 && speaks(e, next.tty),
	      "%s, %s: ... and can stop and start its output", e->kind, how);
	close(next.tty);
	close(next.claim);
	if (e->is_virtual)
		ktv_drop(&e->far);
	close(dead.tty);
	kt_idle(e->line);
}

static void check_all(struct end *e)
{
	check_exclusive(e);
	check_stopped(e, "TCOOFF", stop_tcooff);
	check_stopped(e, "^S", stop_xoff);
}

static void check_null_modem(const struct kt_args *args)
{
	struct end e = { .kind = "null modem" };
	struct ktnm nm;

	if (!ktnm_pair(args, 0, &nm, "what a session on a tty line leaves"))
		return;
	e.line = nm.line;
	kt_set(nm.line, "flowcontrol", "software");
	kt_bind(nm.line, nm.backing);
	e.far = ktnm_open(ktnm_far(&nm), 0);
	check_all(&e);
	close(e.far);
	kt_ok(kt_idle(nm.line), "%s: the line is idle in the end", e.kind);
	kt_unbind(nm.line);
	kt_set(nm.line, "flowcontrol", "none");
}

static void run(const struct kt_args *args)
{
	struct end e = { .kind = "virtual", .is_virtual = true };

	nl = ktnl_open();
	check_null_modem(args);
	ktv_lines(&e.line, 1);
	check_all(&e);
	kt_ok(kt_idle(e.line), "%s: the line is idle in the end", e.kind);
	ktnl_close(nl);
}

int main(int argc, char **argv)
{
	return kt_main("leftover", 120, argc, argv, run);
}
