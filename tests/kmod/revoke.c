// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a claim is taken away: stolen, cleared, unbound, its owner killed. The
 * old owner is hung up before the line is free, and cannot touch the next.
 */
#include "kt.h"
#include "ktnl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned int line;

/* After @fd lost its claim: @tty was opened under it. */
static void check_revoked(int fd, int tty, uint32_t why, const char *by,
			  const char *how)
{
	struct vtymux_status status;
	int revents = kt_poll(fd, POLLIN, 1000);

	kt_is(revents & (POLLHUP | POLLERR), POLLHUP | POLLERR,
	      "%s: the file polls HUP", how);
	kt_ok(kt_status(fd, &status) == 0 && status.line == line &&
	      status.revoked == why && !strcmp(status.by, by),
	      "%s: STATUS says so", how);
	kt_is(kt_claim_open(fd, 0), -EIO, "%s: OPEN gives EIO", how);
	kt_is(kt_claim(fd, line, 0, "again"), -EIO, "%s: CLAIM gives EIO", how);
	kt_is(kt_claim(fd, VTYMUX_LINE_MAX, 0, "again"), -EIO,
	      "%s: ... before ENXIO", how);
	kt_ok(kt_hung_up(tty), "%s: the open is hung up", how);
}

/* A child that is in read(2) on @tty. Exits 0 on EOF. */
static pid_t reader(int tty)
{
	pid_t pid;

	fcntl(tty, F_SETFL, fcntl(tty, F_GETFL) & ~O_NONBLOCK);
	pid = kt_fork();
	if (pid == 0) {
		char byte;

		_exit(read(tty, &byte, 1) == 0 ? 0 : 1);
	}
	return pid;
}

static void check_steal(void)
{
	int victim = kt_claimed(line, "victim"), tty = kt_opened(victim), thief = kt_claims();
	int got;
	pid_t pid = reader(tty);

	kt_is(kt_claim(thief, line, VTYMUX_CLAIM_F_STEAL, "thief"), 0,
	      "steal: the thief gets the line");
	kt_ok(kt_attr_is(line, "owner", "thief"), "steal: and is its owner");
	kt_is(kt_reap(pid, 1000), 0, "steal: a blocked read ends with EOF");
	got = kt_claim_open(thief, O_NONBLOCK | O_NOCTTY);
	kt_ok(got >= 0, "steal: the thief opens it at once");
	check_revoked(victim, tty, VTYMUX_REVOKE_STOLEN, "thief", "steal");
	close(tty);
	close(victim);
	kt_ok(kt_attr_is(line, "owner", "thief") && kt_state_is(line, "active") &&
	      !kt_poll(got, POLLIN, 0) && write(got, "x", 1) == 1,
	      "steal: what the victim closes does not touch the thief");
	close(got);
	close(thief);
	kt_ok(kt_idle(line), "steal: the line is free in the end");
}

static void check_steal_open(void)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	int thief = kt_claims();

	kt_is(kt_claim(thief, line, VTYMUX_CLAIM_F_STEAL, "thief"), 0,
	      "steal: takes a line that is open without a claim");
	kt_ok(kt_hung_up(tty), "steal: ... and hangs that up");
	kt_ok(kt_state_is(line, "claimed"), "steal: ... before it is claimed");
	close(tty);
	close(thief);
	thief = kt_claims();
	kt_is(kt_claim(thief, line, VTYMUX_CLAIM_F_STEAL, "thief"), 0,
	      "steal: takes a free line like any claim");
	close(thief);
	kt_ok(kt_idle(line), "steal: which ends like any claim");
}

static void check_clear(struct ktnl *nl)
{
	int fd = kt_claimed(line, "cleared"), tty = kt_opened(fd);
	pid_t pid = reader(tty);

	kt_is(ktnl_clear(nl, line), 0, "clear: by netlink");
	kt_ok(kt_idle(line), "clear: the line is free");
	kt_is(kt_reap(pid, 1000), 0, "clear: a blocked read ends with EOF");
	check_revoked(fd, tty, VTYMUX_REVOKE_CLEARED, "", "clear");
	close(tty);
	close(fd);
	tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_is(ktnl_clear(nl, line), 0, "clear: a line open without a claim");
	kt_ok(kt_hung_up(tty) && kt_idle(line), "clear: ... is hung up");
	close(tty);
	kt_is(ktnl_clear(nl, line), 0, "clear: an idle line");
	kt_ok(kt_idle(line), "clear: ... stays idle");
}

static void check_unbind(const char *backing)
{
	int fd = kt_claimed(line, "unbound"), tty = kt_opened(fd);

	kt_is(kt_unbind(line), 0, "unbind: of a line in use");
	kt_ok(kt_state_is(line, "unbound") && kt_attr_is(line, "owner", ""),
	      "unbind: the line has no owner");
	check_revoked(fd, tty, VTYMUX_REVOKE_UNBOUND, "", "unbind");
	close(tty);
	close(fd);
	kt_bind(line, backing);
}

/* A child that owns the line and has passed its descriptor of it on. */
static pid_t owner_child(int *tty)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control.buf,
			      .msg_controllen = sizeof(control.buf) };
	int sv[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) < 0)
		kt_bail("socketpair: %s", strerror(errno));
	pid = kt_fork();
	if (pid == 0) {
		int fd = kt_claimed(line, "child");

		*tty = kt_opened(fd);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), tty, sizeof(int));
		if (sendmsg(sv[1], &msg, 0) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(sv[1]);
	if (recvmsg(sv[0], &msg, 0) != 1 ||
	    control.head.cmsg_type != SCM_RIGHTS)
		kt_bail("the child did not open the line");
	memcpy(tty, CMSG_DATA(&control.head), sizeof(int));
	close(sv[0]);
	return pid;
}

static void check_killed_owner(void)
{
	int left, fd, tty;
	pid_t pid = owner_child(&left);
	uint64_t begin;

	kt_ok(kt_state_is(line, "active") && kt_attr_is(line, "owner", "child"),
	      "kill: the child owns the line");
	begin = kt_now_ms();
	kt_kill(pid);
	kt_ok(kt_idle(line), "kill: the line is free within a second");
	kt_comment("after %u ms", (unsigned int)(kt_now_ms() - begin));
	kt_ok(kt_hung_up(left), "kill: what it passed on is hung up");
	fd = kt_claimed(line, "next");
	tty = kt_opened(fd);
	close(left);
	kt_ok(kt_state_is(line, "active") && !kt_poll(tty, POLLIN, 0) &&
	      kt_attr_is(line, "owner", "next"),
	      "kill: closing that does not touch the next owner");
	close(tty);
	close(fd);
}

static void run(const struct kt_args *args)
{
	struct ktnl *nl = ktnl_open();

	line = args->line;
	kt_bind(line, args->backing);
	check_steal();
	check_steal_open();
	check_clear(nl);
	check_unbind(args->backing);
	check_killed_owner();
	ktnl_close(nl);
	kt_is(kt_unbind(line), 0, "the line can be unbound in the end");
}

int main(int argc, char **argv)
{
	return kt_main("revoke", 120, argc, argv, run);
}
