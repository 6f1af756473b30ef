// SPDX-License-Identifier: GPL-2.0-only
#include "accounting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lists.h"
#include "log.h"
#include "monitor.h"
#include "path.h"
#include "spool.h"

/* Hexadecimal, as pam_vtymux_radius leaves it. */
static uint32_t take_class(const struct monitor *m, uint8_t *class)
{
	const char *hex = pam_var(&m->vars, "VTYMUX_CLASS");
	uint32_t len = 0;
	unsigned int byte;

	for (; hex && len < EXCHANGE_CLASS_MAX &&
	     sscanf(hex, "%2x", &byte) == 1; hex += 2)
		class[len++] = (uint8_t)byte;
	return len;
}

static void put(struct monitor *m, enum exchange_status status,
		enum accounting_cause cause)
{
	struct spool_record r = {
		.kind = m->accounted_exec ? SPOOL_EXEC : SPOOL_CONNECTION,
		.line = m->accounted_line,
		.method = exchange_method(pam_var(&m->vars, "VTYMUX_METHOD")),
		.level = m->privilege,
		.record = {
			.status = status, .session = m->config.session,
			.boot = spool_boot_id(), .when = (uint64_t)time(NULL),
		},
	};
	uint64_t in, out;
	int error;

	r.class_len = take_class(m, r.class);
	strcpy(r.list, m->accounted_list);
	snprintf(r.user, sizeof(r.user), "%s", m->target.user);
	snprintf(r.peer, sizeof(r.peer), "%.*s", (int)strcspn(m->peer, " "),
		 m->peer);
	snprintf(r.port, sizeof(r.port), "tty%u", m->accounted_line);
	if (status != EXCHANGE_START) {
		r.record.seconds = (uint32_t)((monitor_now() - m->opened) / 1000);
		r.record.cause = cause;
		traffic_get(&m->traffic, &in, &out);
		r.record.in = in;
		r.record.out = out;
	}
	error = spool_put(path_rundir(), &r);
	if (error && error != -ENOENT)
		log_err("accounting record lost: %s", strerror(-error));
}

void accounting_start(struct monitor *m, unsigned int line, bool exec)
{
	int r;

	m->accounted_line = line;
	m->accounted_exec = exec;
	r = lists_find(path_rundir(), line, exec ? LISTS_ACCOUNT_EXEC :
		       LISTS_ACCOUNT_CONNECTION, m->accounted_list);
	if (r < 0)
		log_err("%s/" LISTS_FILE ": %s: accounting by list default",
			path_rundir(), strerror(-r));
	m->update = lists_update(path_rundir());
	m->updated = monitor_now();
	put(m, EXCHANGE_START, ACCOUNTING_USER);
}

void accounting_stop(struct monitor *m, enum accounting_cause cause)
{
	if (!m->accounted_line)
		return;
	put(m, EXCHANGE_STOP, cause);
	m->accounted_line = 0;
}

int64_t accounting_next(const struct monitor *m)
{
	return m->accounted_line && m->update ?
		m->updated + INT64_C(1000) * m->update : 0;
}

void accounting_check(struct monitor *m)
{
	int64_t next = accounting_next(m);

	if (!next || monitor_now() < next)
		return;
	m->updated = monitor_now();
	put(m, EXCHANGE_UPDATE, ACCOUNTING_USER);
}
