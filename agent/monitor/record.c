// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "log.h"
#include "monitor.h"

#define FIELDS_MAX	16
#define FIELD_MAX	256

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
	r->iov[r->count].iov_base = r->text[r->count];
	r->iov[r->count].iov_len = len < FIELD_MAX ? (size_t)len :
						     FIELD_MAX - 1;
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

static void send(const struct record *r)
{
	int err = sd_journal_sendv(r->iov, r->count);

	if (err < 0)
		log_warn("journal: %s", strerror(-err));
}

void record_login(const struct monitor *m)
{
	struct record r;

	begin(&r, m, "login");
	add(&r, "MESSAGE=session %u: login of %s from %s", m->config.session,
	    m->target.user, m->peer);
	send(&r);
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
	send(&r);
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
	send(&r);
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
	send(&r);
}
