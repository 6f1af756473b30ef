// SPDX-License-Identifier: GPL-2.0-only
#include "line.h"

#include "ring.h"

#include <linux/kernel.h>
#include <linux/slab.h>

DEFINE_SPINLOCK(vtymux_lock);

/* Index is the line's number; entry 0, the console, stays NULL. */
static struct vtymux_line **lines;
static unsigned int line_count;
static vtymux_event_fn event_sink;

static void event_work(struct work_struct *work)
{
	static const enum vtymux_event deferred[] = {
		VTYMUX_EVENT_INPUT, VTYMUX_EVENT_BREAK, VTYMUX_EVENT_CARRIER,
	};
	struct vtymux_line *line =
		container_of(work, struct vtymux_line, event_work);
	unsigned int i;
	u32 value;

	for (i = 0; i < ARRAY_SIZE(deferred); i++) {
		if (!test_and_clear_bit(deferred[i], &line->events))
			continue;
		value = deferred[i] == VTYMUX_EVENT_CARRIER &&
			test_bit(VTYMUX_LINE_CARRIER, &line->flags);
		vtymux_line_event(line, deferred[i], value);
	}
}

static struct vtymux_line *alloc_line(unsigned int number)
{
	struct vtymux_line *line = kzalloc(sizeof(*line), GFP_KERNEL);

	if (!line)
		return NULL;
	line->number = number;
	mutex_init(&line->mutex);
	INIT_WORK(&line->event_work, event_work);
	line->conf.params.speed = 9600;
	line->conf.params.databits = 8;
	line->conf.history = 65536;
	line->conf.exec_timeout = 600;
	strscpy(line->conf.login_authentication, "default",
		sizeof(line->conf.login_authentication));
	line->ring = vtymux_ring_alloc(line->conf.history,
				       &line->stats[VTYMUX_STAT_TAP_LOST]);
	if (!line->ring) {
		kfree(line);
		return NULL;
	}
	return line;
}

int vtymux_line_alloc(unsigned int count)
{
	unsigned int n;

	lines = kcalloc(count + 1, sizeof(*lines), GFP_KERNEL);
	if (!lines)
		return -ENOMEM;
	line_count = count;
	for (n = 1; n <= count; n++) {
		lines[n] = alloc_line(n);
		if (!lines[n]) {
			vtymux_line_free_all();
			return -ENOMEM;
		}
	}
	return 0;
}

void vtymux_line_free_all(void)
{
	unsigned int n;

	for (n = 1; n <= line_count && lines[n]; n++) {
		cancel_work_sync(&lines[n]->event_work);
		vtymux_ring_free(lines[n]->ring);
		mutex_destroy(&lines[n]->mutex);
		kfree(lines[n]);
	}
	kfree(lines);
	lines = NULL;
	line_count = 0;
}

struct vtymux_line *vtymux_line_get(unsigned int number)
{
	return number && number <= line_count ? lines[number] : NULL;
}

unsigned int vtymux_line_count(void)
{
	return line_count;
}

enum vtymux_line_state vtymux_line_state(const struct vtymux_line *line)
{
	lockdep_assert_held(&vtymux_lock);

	if (line->binding == VTYMUX_UNBOUND)
		return VTYMUX_STATE_UNBOUND;
	if (line->binding == VTYMUX_DOWN)
		return VTYMUX_STATE_DOWN;
	if (tty_port_active(&line->port))
		return VTYMUX_STATE_ACTIVE;
	return line->claim ? VTYMUX_STATE_CLAIMED : VTYMUX_STATE_IDLE;
}

bool vtymux_line_ready(const struct vtymux_line *line)
{
	lockdep_assert_held(&vtymux_lock);

	if (line->binding != VTYMUX_BOUND)
		return false;
	return line->conf.modem != VTYMUX_MODEM_CTS_REQUIRED ||
	       test_bit(VTYMUX_LINE_CTS, &line->flags);
}

int vtymux_line_claimable(const struct vtymux_line *line)
{
	lockdep_assert_held(&vtymux_lock);

	if (!vtymux_line_ready(line))
		return -ENODEV;
	if (line->claim || line->opening || tty_port_active(&line->port))
		return -EBUSY;
	return 0;
}

void vtymux_line_set_event_sink(vtymux_event_fn sink)
{
	event_sink = sink;
}

void vtymux_line_event(struct vtymux_line *line, enum vtymux_event event,
		       u32 value)
{
	if (event_sink)
		event_sink(line->number, event, value);
}

void vtymux_line_event_later(struct vtymux_line *line, enum vtymux_event event)
{
	set_bit(event, &line->events);
	schedule_work(&line->event_work);
}
