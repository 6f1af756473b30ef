// SPDX-License-Identifier: GPL-2.0-only
#include "limits.h"

#include <limits.h>
#include <string.h>

#include "line.h"
#include "log.h"
#include "monitor.h"
#include "notice.h"
#include "open.h"

#define SECOND	INT64_C(1000)

/* A line without the attribute has no such limit; no other error is known. */
static uint32_t seconds_of(unsigned int line, const char *attribute)
{
	uint64_t seconds;
	int r;

	if (!attribute)
		return 0;
	r = line_number(line, attribute, &seconds);
	if (!r)
		return seconds < INT_MAX ? (uint32_t)seconds : INT_MAX;
	log_warn("line %u: %s: %s", line, attribute, strerror(-r));
	return 0;
}

void limits_start(struct monitor *m, unsigned int line, enum limits_kind kind)
{
	static const char *const attributes[] = {
		[LIMITS_SESSION] = "session_timeout",
		[LIMITS_EXEC] = "exec_timeout",
		[LIMITS_ABSOLUTE] = NULL,
	};
	struct limits l = { .line = line, .idle_attribute = attributes[kind] };
	uint32_t absolute = seconds_of(line, "absolute_timeout");
	int64_t now = monitor_now();

	l.idle = seconds_of(line, l.idle_attribute);
	if (absolute) {
		l.end = now + absolute * SECOND;
		/* As long a notice as there is time for. */
		l.warning = m->settings.warning < absolute ?
			m->settings.warning : absolute;
		if (l.warning)
			l.warn = l.end - l.warning * SECOND;
	}
	m->limits = l;
}

int64_t limits_next(const struct monitor *m)
{
	return m->limits.warn ? m->limits.warn : m->limits.end;
}

static void time_out(struct monitor *m, enum accounting_cause cause)
{
	m->limits = (struct limits){ 0 };
	open_end(m, cause, "%% Session timed out");
}

void limits_check(struct monitor *m)
{
	struct limits *l = &m->limits;
	int64_t now = monitor_now();

	if (l->warn && now >= l->warn) {
		l->warn = 0;
		notice(m->notice, "%% Line %u: session ends in %u seconds",
		       l->line, l->warning);
	}
	if (l->end && now >= l->end)
		time_out(m, ACCOUNTING_TIMEOUT);
}

int limits_on_idle(struct monitor *m, const union proto_any *msg)
{
	union proto_any answer = { .status = { .h.type = PROTO_STATUS } };
	struct limits *l = &m->limits;
	uint32_t was = l->idle;

	(void)msg;
	if (was) {
		l->idle = seconds_of(l->line, l->idle_attribute);
		if (l->idle && l->idle <= was)
			time_out(m, ACCOUNTING_IDLE);
		answer.status.status = l->idle;
	}
	monitor_answer(m, &answer, NULL, 0);
	return 0;
}
