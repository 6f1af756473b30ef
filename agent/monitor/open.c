// SPDX-License-Identifier: GPL-2.0-only
#include "open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accounting.h"
#include "admit.h"
#include "claim.h"
#include "cleanup.h"
#include "exec.h"
#include "line.h"
#include "log.h"
#include "monitor.h"
#include "notice.h"
#include "path.h"
#include "record.h"
#include "replay.h"
#include "rotary.h"
#include "vty.h"

#define GOODBYE	5000	/* ms an ended session has to tell its client */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int open_find_line(const struct target *t, unsigned int *ret)
{
	switch (t->kind) {
	case TARGET_LINE:
		*ret = t->number;
		return 0;
	case TARGET_NAME:
		return line_find_name(t->name, ret);
	case TARGET_WATCH:
	case TARGET_STEAL:
		*ret = t->number;
		return t->number ? 0 : line_find_name(t->name, ret);
	case TARGET_ROTARY:
		return rotary_lowest(t->number, ret);
	default:
		return -ENODEV;
	}
}

/* Return: 0 and the line whose login list counts, or -errno. */
static int login_line(const struct monitor *m, struct line *ret)
{
	unsigned int number;
	int r;

	if (!m->name_ok)
		return -ENODEV;
	if (m->target.kind == TARGET_EXEC && m->vty_line)
		return line_read(m->vty_line, ret);
	r = open_find_line(&m->target, &number);
	return r < 0 ? r : line_read(number, ret);
}

unsigned int open_login_line(const struct monitor *m)
{
	struct line line;

	return login_line(m, &line) < 0 ? 0 : line.number;
}

void open_login_service(const struct monitor *m,
			char service[SERVICE_NAME_MAX + 1], char *tty,
			size_t size)
{
	struct line line;

	snprintf(tty, size, "ssh");
	if (login_line(m, &line) < 0 ||
	    service_for_list(path_rundir(), AAA_LOGIN,
			     line.login_authentication, service) < 0) {
		service_name(AAA_LOGIN, "default", service);
		return;
	}
	if (m->target.kind != TARGET_ROTARY)
		snprintf(tty, size, VTYMUX_LINE_PREFIX "%u", line.number);
}

void open_warn_list(const struct monitor *m)
{
	char service[SERVICE_NAME_MAX + 1];
	struct line line;

	if (!login_line(m, &line) &&
	    service_for_list(path_rundir(), AAA_LOGIN,
			     line.login_authentication, service) > 0)
		log_warn("line %u: login list %s is not defined, default is used",
			 line.number, line.login_authentication);
}

/* The thief's name out of his label, "9:eve@2001:db8::1". */
static void tell_stolen(struct monitor *m, const char *by)
{
	const char *user = strchr(by, ':');
	const char *at = strrchr(by, '@');

	user = user ? user + 1 : by;
	if (!at || at < user)
		at = user + strlen(user);
	notice(m->notice, "%% Line %u taken over by %.*s", m->line,
	       (int)(at - user), user);
}

static enum accounting_cause tell_revoked(struct monitor *m)
{
	struct vtymux_status status = { 0 };

	if (claim_status(m->claim, &status) < 0)
		status.revoked = VTYMUX_REVOKE_NONE;
	if (status.revoked == VTYMUX_REVOKE_CLEARED) {
		notice(m->notice, "%% Line %u cleared", m->line);
		return ACCOUNTING_ADMIN;
	}
	if (status.revoked == VTYMUX_REVOKE_STOLEN) {
		tell_stolen(m, status.by);
		return ACCOUNTING_PREEMPTED;
	}
	notice(m->notice, "%% Line %u is not available", m->line);
	return ACCOUNTING_LOST_CARRIER;
}

/* The same for the journal. */
static const char *reason_of(enum accounting_cause cause)
{
	switch (cause) {
	case ACCOUNTING_ADMIN:
		return "cleared";
	case ACCOUNTING_PREEMPTED:
		return "taken over";
	case ACCOUNTING_LOST_CARRIER:
		return "line gone";
	case ACCOUNTING_IDLE:
	case ACCOUNTING_TIMEOUT:
		return "timed out";
	case ACCOUNTING_USER:
		break;
	}
	return "closed";
}

/* The claim goes first: a line is never kept for the sake of a message. */
static void give_up(struct monitor *m, enum accounting_cause cause)
{
	m->reason = reason_of(cause);
	accounting_stop(m, cause);
	close_fd(&m->claim);
	close_fd(&m->tap);
	close_fd(&m->notice);
	device_stop(m);
	m->limits = (struct limits){ 0 };
	m->status = 1;
	monitor_report(m, LINK_CLOSED, m->line);
}

void open_revoked(struct monitor *m)
{
	give_up(m, tell_revoked(m));
	m->deadline = monitor_now() + GOODBYE;
}

static bool is_open(const struct monitor *m)
{
	return m->claim >= 0 || m->tap >= 0;
}

static void end_exec(struct monitor *m, enum accounting_cause cause)
{
	m->reason = reason_of(cause);
	accounting_stop(m, cause);
	exec_clear(m);
	close_fd(&m->notice);
	close_fd(&m->vty);
	m->limits = (struct limits){ 0 };
}

void open_end(struct monitor *m, enum accounting_cause cause,
	      const char *format, ...)
{
	char text[128];
	va_list ap;

	m->is_cleared = true;
	/* Revoked before: the client is being told why, its time runs. */
	if (!is_open(m) && !exec_is_open(m))
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	notice(m->notice, "%s", text);
	if (exec_is_open(m))
		end_exec(m, cause);
	else
		give_up(m, cause);
	m->deadline = monitor_now() + GOODBYE;
}

void open_release(struct monitor *m)
{
	exec_release(m);
	accounting_stop(m, ACCOUNTING_USER);
	if (is_open(m))
		monitor_report(m, LINK_CLOSED, m->line);
	close_fd(&m->claim);
	close_fd(&m->tap);
	close_fd(&m->notice);
	device_stop(m);
	m->limits = (struct limits){ 0 };
	record_close(m, m->reason ? m->reason : "closed");
	if (m->line)
		log_info("%s off line %u after %lld s", m->target.user, m->line,
			 (long long)(monitor_now() - m->opened) / 1000);
	m->line = 0;
}

/* Passes line, notices and history on; the monitor keeps no end of them. */
static void answer_opened(struct monitor *m, int line, int notices,
			  int history)
{
	bool watch = m->tap >= 0;
	union proto_any msg = {
		.opened = { .h.type = PROTO_OPENED, .line = m->line },
	};	/* the kind is PROTO_OPENED_LINE, 0 */
	const int fds[3] = { line, notices, history };

	log_info("%s %s line %u", m->target.user, watch ? "watches" : "on",
		 m->line);
	admit_greet(m);
	m->opened = monitor_now();
	traffic_begin(&m->traffic, m->line, watch ? TRAFFIC_WATCH : TRAFFIC_LINE);
	accounting_start(m, m->line, false);
	m->status = 0;
	m->reason = NULL;
	m->state = STATE_OPEN;
	record_open(m, watch ? "watch" : "line");
	limits_start(m, m->line, watch ? LIMITS_ABSOLUTE : LIMITS_SESSION);
	msg.opened.idle = m->limits.idle;
	msg.opened.flags = (watch ? PROTO_LINE_WATCH : 0) |
		(history >= 0 ? PROTO_LINE_REPLAY : 0) |
		(m->settings.output ? PROTO_LINE_OUTPUT : 0);
	monitor_report(m, LINK_OPENED, m->line);
	monitor_answer(m, &msg, fds, history >= 0 ? 3 : 2);
	device_start(m);
}

static int refuse_as(struct monitor *m, int notices, bool sftp)
{
	union proto_any refused = {
		.refused = { .h.type = PROTO_REFUSED, .sftp = sftp },
	};

	exec_discard(m);
	close_fd(&m->claim);
	close_fd(&m->tap);
	close_fd(&m->notice);
	m->line = 0;
	monitor_await_open(m);
	monitor_answer(m, &refused, &notices, 1);
	return 0;
}

static int refuse(struct monitor *m, int notices)
{
	return refuse_as(m, notices, false);
}

static int open_exec(struct monitor *m, const struct proto_open *open,
		     int notices)
{
	int out _cleanup_close_ = -1, in _cleanup_close_ = -1;
	union proto_any msg = { .opened.h.type = PROTO_OPENED };
	int fds[PROTO_FDS_MAX];
	int kind = exec_start(m, open, m->notice, fds);

	if (m->end != END_NOT)
		return 0;
	if (kind < 0 && kind != -ECANCELED && kind != -EACCES)
		return kind;
	if (kind < 0)
		return refuse_as(m, notices, kind == -EACCES);
	out = fds[0];
	in = fds[1];
	fds[1] = notices;
	fds[2] = in;
	msg.opened.kind = (uint32_t)kind;
	msg.opened.line = m->vty_line;
	m->status = 1;
	m->state = STATE_OPEN;
	if (exec_is_open(m)) {
		admit_settings(m, m->vty_line);
		limits_start(m, m->vty_line, kind == PROTO_OPENED_TERMINAL ?
			     LIMITS_EXEC : LIMITS_ABSOLUTE);
		msg.opened.idle = m->limits.idle;
	} else {	/* it has said all it will, to a client that may not read */
		close_fd(&m->notice);
		monitor_await_open(m);
	}
	monitor_answer(m, &msg, fds, kind == PROTO_OPENED_PIPES ? 3 : 2);
	return 0;
}

int open_on_open(struct monitor *m, const union proto_any *msg)
{
	int notices _cleanup_close_ = -1, history _cleanup_close_ = -1;
	int line _cleanup_close_ = -1;
	int p[2];

	if (!proto_open_valid(&msg->open))
		return -EPROTO;
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	monitor_opening(m);
	notices = p[0];
	m->notice = p[1];
	if (!vty_admit(m, m->notice))
		return refuse(m, notices);
	if (m->target.kind == TARGET_EXEC)
		return open_exec(m, &msg->open, notices);
	if (!admit_claim(m, (enum proto_open_kind)msg->open.kind))
		return refuse(m, notices);
	line = m->tap >= 0 ? fcntl(m->tap, F_DUPFD_CLOEXEC, 0) :
			     replay_open(m, &history);
	if (line >= 0) {
		answer_opened(m, line, notices, history);
		return 0;
	}
	if (line == -EIO)
		tell_revoked(m);
	else
		admit_refuse(m, m->line, line);
	return refuse(m, notices);
}

int open_on_lost(struct monitor *m, const union proto_any *msg)
{
	union proto_any answer = { .status = { .h.type = PROTO_STATUS } };
	uint64_t lost;

	(void)msg;
	if (m->target.kind != TARGET_WATCH)
		return -EPROTO;
	/* It may have been taken away just now. */
	if (m->tap >= 0 && !claim_tap_lost(m->tap, &lost) && lost)
		notice(m->notice, "%% Line %u: %llu bytes lost", m->line,
		       (unsigned long long)lost);
	monitor_answer(m, &answer, NULL, 0);
	return 0;
}

int open_on_close(struct monitor *m, const union proto_any *msg)
{
	union proto_any answer = {
		.status = { .h.type = PROTO_STATUS, .status = m->status },
	};

	if (msg->close.ended > 1)
		return -EPROTO;
	traffic_told(&m->traffic, msg->close.in, msg->close.out);
	if (exec_is_open(m))
		exec_finish(m, msg->close.ended, &answer.status);
	open_release(m);
	monitor_await_open(m);
	m->state = STATE_AUTHENTICATED;
	monitor_answer(m, &answer, NULL, 0);
	return 0;
}
