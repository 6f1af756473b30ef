// SPDX-License-Identifier: GPL-2.0-only
#include "line.h"

#include "ring.h"

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#define HISTORY_DEFAULT	65536	/* bytes */

DEFINE_SPINLOCK(vtymux_lock);

/*
 * Index is the line's number; entry 0, the console, stays NULL. Entries over
 * the count are of lines that were removed. The count is written under
 * vtymux_lock, after the entries.
 */
static struct vtymux_line *lines[VTYMUX_LINE_MAX + 1];
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

static bool in_use(const struct vtymux_line *line)
{
	return line->claim || line->opening || tty_port_active(&line->port);
}

/* Only a tty line keeps what it receives. */
static struct vtymux_line *alloc_line(unsigned int number,
				      enum vtymux_line_type type)
{
	struct vtymux_line *line = kzalloc(sizeof(*line), GFP_KERNEL);

	if (!line)
		return NULL;
	line->number = number;
	line->type = type;
	mutex_init(&line->mutex);
	mutex_init(&line->clear_mutex);
	mutex_init(&line->master_mutex);
	INIT_WORK(&line->event_work, event_work);
	if (type == VTYMUX_LINE_VIRTUAL)
		return line;
	line->ring = vtymux_ring_alloc(number, HISTORY_DEFAULT,
				       &line->stats[VTYMUX_STAT_TAP_LOST]);
	if (!line->ring) {
		kfree(line);
		return NULL;
	}
	return line;
}

/* A line begins with the defaults, also one that was there before. */
static void set_defaults(struct vtymux_line *line)
{
	struct vtymux_conf conf = {
		.params.speed = 9600,
		.params.databits = 8,
		.history = vtymux_line_is_virtual(line) ? 0 : HISTORY_DEFAULT,
		.exec_timeout = 600,
		.login_authentication = "default",
	};
	unsigned int stat;

	if (vtymux_line_is_virtual(line)) {
		conf.exec = true;
		conf.transport = VTYMUX_TRANSPORT_SSH;
	}
	for (stat = 0; stat < ARRAY_SIZE(line->stats); stat++)
		atomic64_set(&line->stats[stat], 0);
	spin_lock(&vtymux_lock);
	line->conf = conf;
	line->binding = vtymux_line_is_virtual(line) ? VTYMUX_BOUND :
						       VTYMUX_UNBOUND;
	spin_unlock(&vtymux_lock);
}

struct vtymux_line *vtymux_line_prepare(unsigned int number,
					enum vtymux_line_type type)
{
	if (!lines[number])
		lines[number] = alloc_line(number, type);
	if (lines[number])
		set_defaults(lines[number]);
	return lines[number];
}

void vtymux_line_extend(unsigned int count)
{
	spin_lock(&vtymux_lock);
	/* Pairs with vtymux_line_count(): the lines below it are complete. */
	smp_store_release(&line_count, count);
	spin_unlock(&vtymux_lock);
}

int vtymux_line_truncate(unsigned int count)
{
	unsigned int n;
	int err = 0;

	spin_lock(&vtymux_lock);
	for (n = count + 1; n <= line_count; n++)
		if (in_use(lines[n]))
			err = -EBUSY;
	if (!err)
		WRITE_ONCE(line_count, count);
	spin_unlock(&vtymux_lock);
	return err;
}

void vtymux_line_free_all(void)
{
	unsigned int n;

	line_count = 0;
	for (n = 1; n <= VTYMUX_LINE_MAX; n++) {
		if (!lines[n])
			continue;
		cancel_work_sync(&lines[n]->event_work);
		vtymux_ring_free(lines[n]->ring);
		mutex_destroy(&lines[n]->mutex);
		mutex_destroy(&lines[n]->clear_mutex);
		mutex_destroy(&lines[n]->master_mutex);
		kfree(lines[n]);
		lines[n] = NULL;
	}
}

unsigned int vtymux_line_count(void)
{
	/* Pairs with vtymux_line_extend(). */
	return smp_load_acquire(&line_count);
}

struct vtymux_line *vtymux_line_prepared(unsigned int number)
{
	return lines[number];
}

struct vtymux_line *vtymux_line_get(unsigned int number)
{
	unsigned int count = vtymux_line_count();

	if (!number || number > count)
		return NULL;
	return lines[array_index_nospec(number, count + 1)];
}

bool vtymux_line_exists(const struct vtymux_line *line)
{
	lockdep_assert_held(&vtymux_lock);
	return line->number <= line_count;
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

	if (!vtymux_line_exists(line))
		return -ENXIO;
	if (!vtymux_line_ready(line))
		return -ENODEV;
	return in_use(line) ? -EBUSY : 0;
}

void vtymux_line_set_event_sink(vtymux_event_fn sink)
{
	event_sink = sink;
}

/* poll(2) of sysfs "state", for those who wait for one line's device only. */
static void notify_state(struct vtymux_line *line, enum vtymux_event event)
{
	if (event == VTYMUX_EVENT_BOUND || event == VTYMUX_EVENT_DOWN ||
	    event == VTYMUX_EVENT_UNBOUND)
		sysfs_notify(&line->dev->kobj, NULL, "state");
}

void vtymux_line_event(struct vtymux_line *line, enum vtymux_event event,
		       u32 value)
{
	notify_state(line, event);
	if (event_sink)
		event_sink(line->number, event, value);
}

void vtymux_line_event_later(struct vtymux_line *line, enum vtymux_event event)
{
	set_bit(event, &line->events);
	schedule_work(&line->event_work);
}
