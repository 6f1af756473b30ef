// SPDX-License-Identifier: GPL-2.0-only
#include "monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

int64_t monitor_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void monitor_end(struct monitor *m, enum monitor_end why)
{
	if (m->end == END_NOT)
		m->end = why;
}

unsigned int monitor_open_wait(void)
{
#ifdef VTYMUX_TEST
	const char *seconds = getenv("VTYMUX_OPEN_WAIT");

	if (seconds)
		return (unsigned int)atoi(seconds);
#endif
	return MONITOR_OPEN_WAIT;
}

void monitor_await_open(struct monitor *m)
{
	if (!m->is_cleared)
		m->deadline = monitor_now() +
			      monitor_open_wait() * INT64_C(1000);
}

void monitor_opening(struct monitor *m)
{
	if (!m->is_cleared)
		m->deadline = 0;
}

void monitor_answer(struct monitor *m, const union proto_any *msg,
		    const int *fds, size_t nfds)
{
	int r;

	if (m->end != END_NOT)
		return;
	r = proto_send(m->session, msg, fds, nfds);
	if (!r)
		return;
	if (r == -EAGAIN) {	/* asks on without reading its answers */
		log_warn("session process does not read its answers");
		monitor_end(m, END_VIOLATION);
		return;
	}
	if (r != -EPIPE && r != -ECONNRESET) {
		errno = -r;
		log_err("sending to the session process: %m");
	}
	monitor_end(m, END_DONE);
}

static void report(struct monitor *m, const struct link_msg *msg)
{
	int r;

	if (m->daemon < 0)
		return;
	r = link_send(m->daemon, msg);
	if (r < 0 && r != -EPIPE && r != -ECONNRESET) {
		errno = -r;
		log_warn("reporting to vtymuxd: %m");
	}
}

void monitor_report(struct monitor *m, uint32_t type, unsigned int line)
{
	struct link_msg msg = { .type = type, .line = line };

	if (type == LINK_AUTHENTICATED || type == LINK_FAILED) {
		if (m->name_ok)
			snprintf(msg.user, sizeof(msg.user), "%s",
				 m->target.user);
		snprintf(msg.method, sizeof(msg.method), "%s", m->method);
		msg.privilege = m->privilege;
	}
	report(m, &msg);
}

void monitor_report_algorithms(struct monitor *m)
{
	const struct link_msg msg = {
		.type = LINK_ALGORITHMS, .algorithms = m->algorithms,
	};

	report(m, &msg);
}

void monitor_report_text(struct monitor *m, uint32_t type, const char *text)
{
	struct link_msg msg = { .type = type };

	snprintf(msg.text, sizeof(msg.text), "%s", text);
	report(m, &msg);
}

void monitor_report_unit(struct monitor *m, unsigned int unit)
{
	const struct link_msg msg = {
		.type = LINK_OPENED, .line = m->vty_line, .unit = unit,
	};

	report(m, &msg);
}
