// SPDX-License-Identifier: GPL-2.0-only
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "child.h"
#include "control.h"
#include "exec.h"
#include "idle.h"
#include "log.h"
#include "monitor.h"
#include "open.h"
#include "pam.h"
#include "rejoin.h"
#include "session.h"
#include "vty.h"

void loop_clear(struct monitor *m)
{
	if (m->is_cleared)
		return;
	if (!m->line && !exec_is_open(m)) {
		monitor_end(m, END_CLEARED);
		return;
	}
	open_end(m, ACCOUNTING_ADMIN, "%% Line %u cleared",
		 exec_is_open(m) ? m->vty_line : m->line);
}

static void on_daemon(struct monitor *m)
{
	struct link_msg msg;
	int r = link_recv(m->daemon, &msg);

	if (r == -EAGAIN)
		return;
	if (!r && msg.type == LINK_CLEAR) {
		log_info("cleared by vtymuxd");
		loop_clear(m);
		return;
	}
	if (!r && msg.type == LINK_PRIVILEGE && msg.privilege <= PRIVILEGE_MAX) {
		m->level = msg.privilege;
		return;
	}
	/* The session is the user's: it outlives a daemon that is gone. */
	if (r == -ECONNRESET)
		log_info("vtymuxd has gone, the session goes on");
	else
		log_warn("vtymuxd broke the link's protocol, link closed");
	close(m->daemon);
	m->daemon = -1;
	rejoin_begin(m);
}

static void on_signal(struct monitor *m)
{
	struct signalfd_siginfo info;

	if (read(m->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGTERM) {
		log_info("ended by SIGTERM");
		loop_clear(m);
	} else if (child_reap(m)) {
		monitor_end(m, END_DONE);
	}
}

static void on_deadline(struct monitor *m)
{
	if (m->is_cleared) {
		monitor_end(m, END_CLEARED);
		return;
	}
	if (m->line) {	/* revoked */
		log_info("line %u is gone and its session does not end",
			 m->line);
		monitor_end(m, END_CLEARED);
		return;
	}
	if (m->is_logged_in)
		log_info("no session for %u s", monitor_open_wait());
	else
		log_info("login timed out");
	monitor_end(m, END_TIMEOUT);
}

/* The earlier of two times, of which 0 is never. */
static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

static int poll_timeout(struct monitor *m, int64_t until)
{
	int64_t left;

	until = earlier(until, m->deadline);
	until = earlier(until, limits_next(m));
	until = earlier(until, device_next(m));
	until = earlier(until, m->broker_at);
	until = earlier(until, accounting_next(m));
	left = exec_timeout(m);
	if (left >= 0 && (!until || left < until))
		until = left;
	until = earlier(until, rejoin_poll(m));
	if (!until)
		return -1;
	left = until - monitor_now();
	if (left < 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/* poll(2); who has waited for a while needs less memory. */
static int wait_for_event(struct pollfd *fds, nfds_t n, int timeout)
{
	int r;

	if (timeout >= 0 && timeout <= IDLE_MS)
		return poll(fds, n, timeout);
	r = poll(fds, n, IDLE_MS);
	if (r)
		return r;
	pam_unload();
	idle_trim();
	return poll(fds, n, timeout < 0 ? timeout : timeout - IDLE_MS);
}

void loop_step(struct monitor *m, int64_t until)
{
	int timeout = poll_timeout(m, until);
	struct pollfd fds[] = {
		{ .fd = m->claim },	/* POLLHUP only */
		{ .fd = m->daemon, .events = POLLIN },
		{ .fd = m->signals, .events = POLLIN },
		{ .fd = m->session, .events = POLLIN },
		{ .fd = m->vty },	/* POLLHUP only */
		{ .fd = -1 },
		{ .fd = m->device.fd, .events = POLLPRI },
		{ .fd = control_fd(m), .events = POLLIN },
	};

	exec_poll(m, &fds[5]);
	if (wait_for_event(fds, 8, timeout) < 0) {
		if (errno != EINTR) {
			log_err("poll: %m");
			monitor_end(m, END_ERROR);
		}
		return;
	}
	if (m->deadline && monitor_now() >= m->deadline) {
		on_deadline(m);
		return;
	}
	if (exec_is_open(m))
		exec_process(m);
	if (fds[0].revents)
		open_revoked(m);
	else if (fds[6].revents)
		device_changed(m);
	if (fds[4].revents)
		vty_revoked(m);
	limits_check(m);
	device_check(m);
	accounting_check(m);
	if (fds[1].revents)
		on_daemon(m);
	if (fds[7].revents && m->broker == fds[7].fd)
		control_serve(m);
	/* Last words of the session process before the news of its death. */
	if (fds[3].revents && m->end == END_NOT)
		session_receive(m);
	if (fds[2].revents && m->end == END_NOT)
		on_signal(m);
}

void loop_wait(struct monitor *m, int64_t until)
{
	while (m->end == END_NOT && monitor_now() < until)
		loop_step(m, until);
}

void loop_run(struct monitor *m)
{
	while (m->end == END_NOT)
		loop_step(m, 0);
}
