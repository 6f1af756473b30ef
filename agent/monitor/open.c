// SPDX-License-Identifier: GPL-2.0-only
#include "open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "cleanup.h"
#include "exec.h"
#include "line.h"
#include "log.h"
#include "monitor.h"
#include "notice.h"
#include "path.h"
#include "rotary.h"
#include "vty.h"

/* Return: 0 and the number a target means, -ENODEV for none, or -errno. */
static int find_line(const struct target *t, unsigned int *ret)
{
	switch (t->kind) {
	case TARGET_LINE:
		*ret = t->number;
		return 0;
	case TARGET_NAME:
		return line_find_name(t->name, ret);
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
	r = find_line(&m->target, &number);
	return r < 0 ? r : line_read(number, ret);
}

void open_login_service(const struct monitor *m,
			char service[SERVICE_NAME_MAX + 1], char *tty,
			size_t size)
{
	struct line line;

	snprintf(tty, size, "ssh");
	if (login_line(m, &line) < 0 ||
	    service_for_list(path_rundir(), line.login_authentication,
			     service) < 0) {
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
	    service_for_list(path_rundir(), line.login_authentication,
			     service) > 0)
		log_warn("line %u: login list %s is not defined, default is used",
			 line.number, line.login_authentication);
}

/* "7:lab@192.0.2.1", no spaces; of a long name the tail is cut. */
static void owner_label(const struct monitor *m, char *ret, size_t size)
{
	int peer = (int)strcspn(m->peer, " ");
	int head = snprintf(ret, size, "%u:", m->config.session);
	int user = (int)size - 1 - head - 1 - peer;

	snprintf(ret + head, size - (size_t)head, "%.*s@%.*s", user,
		 m->target.user, peer, m->peer);
}

static bool refuse_claim(int notices, unsigned int line, int error)
{
	switch (error) {
	case -ENXIO:
		notice(notices, "%% Invalid line");
		break;
	case -EBUSY:
		notice(notices, "%% Line %u is busy", line);
		break;
	default:
		if (error != -ENODEV && error != -EIO)
			log_err("line %u: claim: %s", line, strerror(-error));
		notice(notices, "%% Line %u is not available", line);
	}
	return false;
}

/* Policy before the claim: may this line be had at all? */
static bool admit(int notices, unsigned int number, uint32_t kind)
{
	struct line line;
	int r = line_read(number, &line);

	if (r == -ENODEV || (!r && line.is_virtual)) {
		notice(notices, "%% Invalid line");
		return false;
	}
	if (r < 0) {
		log_err("line %u: sysfs: %s", number, strerror(-r));
		notice(notices, "%% Line %u is not available", number);
		return false;
	}
	if (!(line.transport & LINE_TRANSPORT_SSH)) {
		notice(notices,
		       "%% Line %u: transport input does not allow ssh", number);
		return false;
	}
	if (kind != PROTO_OPEN_SHELL) {
		notice(notices, "%% Line %u: commands are not possible", number);
		return false;
	}
	return true;
}

static bool claim_rotary_member(struct monitor *m, int notices, uint32_t kind)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];
	char owner[VTYMUX_OWNER_MAX + 1];
	unsigned int group = m->target.number, lowest;
	int r = rotary_candidates(group, set, &lowest);

	if (r == -ENODEV) {
		notice(notices, "%% Invalid line");
		return false;
	}
	if (r < 0)
		log_err("rotary %u: sysfs: %s", group, strerror(-r));
	if (r >= 0 && lowest && kind != PROTO_OPEN_SHELL) {
		notice(notices, "%% Line %u: commands are not possible", lowest);
		return false;
	}
	if (r >= 0 && lowest) {
		owner_label(m, owner, sizeof(owner));
		r = claim_rotary(group, set, VTYMUX_CLAIM_WORDS_MAX, owner,
				 &m->line);
		if (r >= 0) {
			m->claim = r;
			return true;
		}
		if (r != -EBUSY && r != -ENODEV)
			log_err("rotary %u: claim: %s", group, strerror(-r));
	}
	notice(notices, "%% No free line in rotary %u", group);
	return false;
}

static bool claim_one(struct monitor *m, int notices, uint32_t kind)
{
	char owner[VTYMUX_OWNER_MAX + 1];
	unsigned int number;
	int r = find_line(&m->target, &number);

	if (r < 0 && r != -ENODEV)
		log_err("finding line %s: %s", m->target.name, strerror(-r));
	if (r < 0) {
		notice(notices, "%% Invalid line");
		return false;
	}
	if (!admit(notices, number, kind))
		return false;
	owner_label(m, owner, sizeof(owner));
	r = claim_line(number, owner);
	if (r < 0)
		return refuse_claim(notices, number, r);
	m->claim = r;
	m->line = number;
	return true;
}

/* Claims what the target names, or says in @notices why not. */
static bool claim_target(struct monitor *m, int notices, uint32_t kind)
{
	switch (m->target.kind) {
	case TARGET_LINE:
	case TARGET_NAME:
		return claim_one(m, notices, kind);
	case TARGET_ROTARY:
		return claim_rotary_member(m, notices, kind);
	case TARGET_WATCH:
		notice(notices,
		       "%% Watching a line is not implemented in this version");
		return false;
	case TARGET_STEAL:
		notice(notices,
		       "%% Taking a line over is not implemented in this version");
		return false;
	case TARGET_EXEC:	/* has no line but its vty */
	case TARGET_INVALID:
		break;
	}
	notice(notices, "%% Invalid line");
	return false;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
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

static void tell_revoked(struct monitor *m)
{
	struct vtymux_status status = { 0 };

	if (claim_status(m->claim, &status) < 0)
		status.revoked = VTYMUX_REVOKE_NONE;
	if (status.revoked == VTYMUX_REVOKE_CLEARED)
		notice(m->notice, "%% Line %u cleared", m->line);
	else if (status.revoked == VTYMUX_REVOKE_STOLEN)
		tell_stolen(m, status.by);
	else
		notice(m->notice, "%% Line %u is not available", m->line);
}

/* The claim goes first: a line is never kept for the sake of a message. */
static void give_up(struct monitor *m)
{
	close_fd(&m->claim);
	close_fd(&m->notice);
	m->status = 1;
	monitor_report(m, LINK_CLOSED, m->line);
}

void open_revoked(struct monitor *m)
{
	tell_revoked(m);
	give_up(m);
}

void open_cleared(struct monitor *m)
{
	if (exec_is_open(m)) {
		notice(m->notice, "%% Line %u cleared", m->vty_line);
		exec_clear(m);
		close_fd(&m->notice);
		close_fd(&m->vty);
	}
	if (m->claim < 0)
		return;
	notice(m->notice, "%% Line %u cleared", m->line);
	give_up(m);
}

void open_release(struct monitor *m)
{
	exec_release(m);
	if (m->claim >= 0)
		monitor_report(m, LINK_CLOSED, m->line);
	close_fd(&m->claim);
	close_fd(&m->notice);
	if (m->line)
		log_info("%s off line %u after %lld s", m->target.user, m->line,
			 (long long)(monitor_now() - m->opened) / 1000);
	m->line = 0;
}

/* Passes line and notice pipe on; the monitor keeps neither end. */
static void answer_opened(struct monitor *m, int line, int notices)
{
	union proto_any msg = {
		.opened = { .h.type = PROTO_OPENED, .line = m->line },
	};	/* the kind is PROTO_OPENED_LINE, 0 */
	const int fds[2] = { line, notices };

	log_info("%s on line %u", m->target.user, m->line);
	m->opened = monitor_now();
	m->status = 0;
	m->state = STATE_OPEN;
	monitor_report(m, LINK_OPENED, m->line);
	monitor_answer(m, &msg, fds, 2);
}

static bool is_valid(const struct proto_open *open)
{
	if (open->kind >= __PROTO_OPEN_LAST || open->pty > 1 ||
	    open->mode_count > PROTO_MODES_MAX)
		return false;
	return strnlen(open->term, sizeof(open->term)) < sizeof(open->term);
}

static int refuse(struct monitor *m, int notices)
{
	union proto_any refused = { .h.type = PROTO_REFUSED };

	exec_discard(m);
	close_fd(&m->claim);
	close_fd(&m->notice);
	m->line = 0;
	monitor_answer(m, &refused, &notices, 1);
	return 0;
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
	if (kind < 0 && kind != -ECANCELED)
		return kind;
	if (kind < 0)
		return refuse(m, notices);
	out = fds[0];
	in = fds[1];
	fds[1] = notices;
	fds[2] = in;
	msg.opened.kind = (uint32_t)kind;
	msg.opened.line = m->vty_line;
	m->opened = monitor_now();
	m->status = 1;
	m->state = STATE_OPEN;
	if (!exec_is_open(m))	/* it has said all it will */
		close_fd(&m->notice);
	monitor_answer(m, &msg, fds, kind == PROTO_OPENED_PIPES ? 3 : 2);
	return 0;
}

int open_on_open(struct monitor *m, const union proto_any *msg)
{
	int notices _cleanup_close_ = -1;
	int line _cleanup_close_ = -1;
	int p[2];

	if (!is_valid(&msg->open))
		return -EPROTO;
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	notices = p[0];
	m->notice = p[1];
	if (!vty_admit(m, m->notice))
		return refuse(m, notices);
	if (m->target.kind == TARGET_EXEC)
		return open_exec(m, &msg->open, notices);
	if (!claim_target(m, m->notice, msg->open.kind))
		return refuse(m, notices);
	line = claim_open(m->claim);
	if (line >= 0) {
		answer_opened(m, line, notices);
		return 0;
	}
	if (line == -EIO)
		tell_revoked(m);
	else
		refuse_claim(m->notice, m->line, line);
	return refuse(m, notices);
}

int open_on_close(struct monitor *m, const union proto_any *msg)
{
	union proto_any answer = {
		.status = { .h.type = PROTO_STATUS, .status = m->status },
	};

	if (msg->close.ended > 1)
		return -EPROTO;
	if (exec_is_open(m))
		exec_finish(m, msg->close.ended, &answer.status);
	open_release(m);
	m->state = STATE_AUTHENTICATED;
	monitor_answer(m, &answer, NULL, 0);
	return 0;
}
