// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>

#include "cleanup.h"
#include "log.h"
#include "monitor.h"

#define FIELDS_MAX	16
#define FIELD_MAX	256	/* with its end of line */
#define JOURNAL		"/run/systemd/journal/socket"
#define JOURNAL_WAIT	2	/* s; then the record is lost, not the session */

struct record {
	char text[FIELDS_MAX][FIELD_MAX];
	struct iovec iov[FIELDS_MAX];
	int count;
};

__attribute__((format(printf, 2, 3)))
static void add(struct record *r, const char *format, ...)
{
	va_list ap;
	int len;

	if (r->count == FIELDS_MAX)
		return;
	va_start(ap, format);
	len = vsnprintf(r->text[r->count], FIELD_MAX, format, ap);
	va_end(ap);
	if (len < 0)
		return;
	if (len > FIELD_MAX - 1)
		len = FIELD_MAX - 1;
	r->text[r->count][len] = '\n';
	r->iov[r->count].iov_base = r->text[r->count];
	r->iov[r->count].iov_len = (size_t)len + 1;
	r->count++;
}

/* What every entry has. User names are plain (target.h), so text is, too. */
static void begin(struct record *r, const struct monitor *m, const char *event)
{
	r->count = 0;
	add(r, "PRIORITY=%d", LOG_INFO);
	add(r, "SYSLOG_IDENTIFIER=vtymux");
	add(r, "VTYMUX_EVENT=%s", event);
	add(r, "VTYMUX_SESSION=%u", m->config.session);
	add(r, "VTYMUX_USER=%s", m->target.user);
	add(r, "VTYMUX_METHOD=%s", m->method ? m->method : "none");
	add(r, "VTYMUX_PRIVILEGE=%u", m->privilege);
	add(r, "VTYMUX_PEER=%s", m->peer);
	add(r, "VTYMUX_VTY=%u", m->vty_line);
}

/*
 * The journal's native protocol: a datagram of lines (systemd.io,
 * JOURNAL_NATIVE_PROTOCOL; no value here has a line break). Not by libsystemd,
 * which a session on a line has no other use for: see bus.h.
 */
static void deliver(struct record *r)
{
	static const struct sockaddr_un journal = {
		.sun_family = AF_UNIX, .sun_path = JOURNAL,
	};
	static const struct timeval limit = { .tv_sec = JOURNAL_WAIT };
	int fd _cleanup_close_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct msghdr mh = {
		.msg_name = (void *)(uintptr_t)&journal,
		.msg_namelen = sizeof(journal),
		.msg_iov = r->iov, .msg_iovlen = (size_t)r->count,
	};

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    (sendmsg(fd, &mh, MSG_NOSIGNAL) < 0 && errno != ENOENT))
		log_warn("journal: %m");
}

void record_login(const struct monitor *m)
{
	struct record r;

	begin(&r, m, "login");
	add(&r, "MESSAGE=session %u: login of %s from %s", m->config.session,
	    m->target.user, m->peer);
	deliver(&r);
}

void record_open(struct monitor *m, const char *what)
{
	unsigned int line = m->traffic.line;
	struct record r;

	m->what = what;
	begin(&r, m, "open");
	add(&r, "VTYMUX_KIND=%s", what);
	add(&r, "VTYMUX_LINE=%u", line);
	add(&r, "MESSAGE=session %u: %s of %s, line %u", m->config.session,
	    what, m->target.user, line ? line : m->vty_line);
	deliver(&r);
}

static void add_bytes(struct record *r, const struct traffic *t)
{
	uint64_t in, out;

	if (!t->line)
		return;
	traffic_get(t, &in, &out);
	add(r, "VTYMUX_BYTES_IN=%" PRIu64, in);
	add(r, "VTYMUX_BYTES_OUT=%" PRIu64, out);
}

void record_close(struct monitor *m, const char *reason)
{
	struct record r;

	if (!m->what)
		return;
	begin(&r, m, "close");
	add(&r, "VTYMUX_KIND=%s", m->what);
	add(&r, "VTYMUX_LINE=%u", m->traffic.line);
	add(&r, "VTYMUX_REASON=%s", reason);
	add(&r, "VTYMUX_SECONDS=%lld",
	    (long long)(monitor_now() - m->opened) / 1000);
	add_bytes(&r, &m->traffic);
	add(&r, "MESSAGE=session %u: end of %s of %s: %s", m->config.session,
	    m->what, m->target.user, reason);
	deliver(&r);
	m->what = NULL;
}

void record_end(const struct monitor *m)
{
	static const char *const reasons[] = {
		[END_NOT] = "unknown", [END_DONE] = "closed",
		[END_TIMEOUT] = "time-out", [END_CLEARED] = "cleared",
		[END_VIOLATION] = "protocol violation", [END_ERROR] = "error",
	};
	struct record r;

	if (!m->is_logged_in)
		return;
	begin(&r, m, "logout");
	add(&r, "VTYMUX_REASON=%s", reasons[m->end]);
	add(&r, "MESSAGE=session %u: logout of %s: %s", m->config.session,
	    m->target.user, reasons[m->end]);
	deliver(&r);
}
