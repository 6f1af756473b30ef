// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "journal.h"
#include "log.h"
#include "monitor.h"

#define JOURNAL_WAIT	2	/* s; then the record is lost, not the session */

/* What every entry has. User names are plain (target.h), so text is, too. */
static void begin(struct journal *j, const struct monitor *m, const char *event)
{
	journal_begin(j, event);
	journal_add(j, "VTYMUX_SESSION=%u", m->config.session);
	journal_add(j, "VTYMUX_USER=%s", m->target.user);
	journal_add(j, "VTYMUX_METHOD=%s", m->method ? m->method : "none");
	journal_add(j, "VTYMUX_PRIVILEGE=%u", m->privilege);
	journal_add(j, "VTYMUX_PEER=%s", m->peer);
	journal_add(j, "VTYMUX_VTY=%u", m->vty_line);
}

static void deliver(struct journal *j)
{
	int r = journal_send(j, JOURNAL_WAIT);

	if (r < 0)
		log_warn("journal: %s", strerror(-r));
}

void record_login(const struct monitor *m)
{
	struct journal j;

	begin(&j, m, "login");
	journal_add(&j, "MESSAGE=session %u: login of %s from %s", m->config.session,
	    m->target.user, m->peer);
	deliver(&j);
}

void record_open(struct monitor *m, const char *what)
{
	unsigned int line = m->traffic.line;
	struct journal j;

	m->what = what;
	begin(&j, m, "open");
	journal_add(&j, "VTYMUX_KIND=%s", what);
	journal_add(&j, "VTYMUX_LINE=%u", line);
	journal_add(&j, "MESSAGE=session %u: %s of %s, line %u", m->config.session,
	    what, m->target.user, line ? line : m->vty_line);
	deliver(&j);
}

static void add_bytes(struct journal *j, const struct traffic *t)
{
	uint64_t in, out;

	if (!traffic_get(t, &in, &out))
		return;
	journal_add(j, "VTYMUX_BYTES_IN=%" PRIu64, in);
	journal_add(j, "VTYMUX_BYTES_OUT=%" PRIu64, out);
}

void record_close(struct monitor *m, const char *reason)
{
	struct journal j;

	if (!m->what)
		return;
	begin(&j, m, "close");
	journal_add(&j, "VTYMUX_KIND=%s", m->what);
	journal_add(&j, "VTYMUX_LINE=%u", m->traffic.line);
	journal_add(&j, "VTYMUX_REASON=%s", reason);
	journal_add(&j, "VTYMUX_SECONDS=%lld",
	    (long long)(monitor_now() - m->opened) / 1000);
	add_bytes(&j, &m->traffic);
	journal_add(&j, "MESSAGE=session %u: end of %s of %s: %s", m->config.session,
	    m->what, m->target.user, reason);
	deliver(&j);
	m->what = NULL;
}

void record_end(const struct monitor *m)
{
	static const char *const reasons[] = {
		[END_NOT] = "unknown", [END_DONE] = "closed",
		[END_TIMEOUT] = "time-out", [END_CLEARED] = "cleared",
		[END_VIOLATION] = "protocol violation", [END_ERROR] = "error",
	};
	struct journal j;

	if (!m->is_logged_in)
		return;
	begin(&j, m, "logout");
	journal_add(&j, "VTYMUX_REASON=%s", reasons[m->end]);
	journal_add(&j, "MESSAGE=session %u: logout of %s: %s", m->config.session,
	    m->target.user, reasons[m->end]);
	deliver(&j);
}
