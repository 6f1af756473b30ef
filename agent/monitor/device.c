// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <string.h>
#include <unistd.h>

#include "line.h"
#include "log.h"
#include "monitor.h"
#include "notice.h"
#include "open.h"

static void tell_lost(struct monitor *m)
{
	struct device *d = &m->device;

	notice(m->notice, "%% Line %u: device lost, waiting", m->line);
	d->lost = true;
	/* A watcher keeps nobody from the line. */
	if (m->claim >= 0 && m->settings.wait)
		d->until = monitor_now() + m->settings.wait * INT64_C(1000);
}

static void tell_back(struct monitor *m)
{
	notice(m->notice, "%% Line %u: device is back", m->line);
	m->device.lost = false;
	m->device.until = 0;
}

void device_changed(struct monitor *m)
{
	struct device *d = &m->device;
	enum vtymux_line_state state;
	uint64_t downs;
	bool lost;
	int r;

	r = line_poll_state(d->fd, &state);
	if (!r)
		r = line_number(m->line, "statistics/downs", &downs);
	if (r < 0) {
		log_warn("line %u: state: %s", m->line, strerror(-r));
		device_stop(m);
		return;
	}
	lost = state == VTYMUX_STATE_DOWN || state == VTYMUX_STATE_UNBOUND;
	/* It may have left and come between two looks. */
	if (!d->lost && (lost || downs != d->downs))
		tell_lost(m);
	if (d->lost && !lost)
		tell_back(m);
	d->downs = downs;
}

void device_start(struct monitor *m)
{
	struct device *d = &m->device;

	*d = (struct device){ .fd = line_open_state(m->line) };
	/* Counted first: a loss right after that is seen. */
	if (d->fd < 0 || line_number(m->line, "statistics/downs", &d->downs)) {
		log_warn("line %u: its device is not followed", m->line);
		device_stop(m);
		return;
	}
	device_changed(m);
}

void device_stop(struct monitor *m)
{
	if (m->device.fd >= 0)
		close(m->device.fd);
	m->device = (struct device){ .fd = -1 };
}

int64_t device_next(const struct monitor *m)
{
	return m->device.until;
}

void device_check(struct monitor *m)
{
	if (m->device.until && monitor_now() >= m->device.until)
		open_end(m, ACCOUNTING_LOST_CARRIER,
			 "%% Line %u is not available", m->line);
}
