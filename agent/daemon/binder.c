// SPDX-License-Identifier: GPL-2.0-only
#include "binder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "cleanup.h"
#include "getty.h"
#include "line.h"
#include "log.h"
#include "loop.h"
#include "nl.h"
#include "udev.h"

#define MS		UINT64_C(1000)
#define SETTLE		(10 * MS)	/* one look for a burst of events */
#define SETTLE_LINES	(200 * MS)	/* the module is registering lines */
#define BACKOFF_MIN	(100 * MS)
#define BACKOFF_MAX	(5000 * MS)

static bool has_bit(const uint64_t *set, unsigned int n)
{
	return n <= VTYMUX_LINE_MAX && set[n / 64] & UINT64_C(1) << n % 64;
}

static void put_bit(uint64_t *set, unsigned int n, bool value)
{
	if (n > VTYMUX_LINE_MAX)
		return;
	set[n / 64] &= ~(UINT64_C(1) << n % 64);
	set[n / 64] |= (uint64_t)value << n % 64;
}

static void look(void *arg);

/* Looks @usec from now, or earlier if that was wanted before. */
static void schedule(struct binder *b, uint64_t usec)
{
	uint64_t at = loop_now() + usec;
	int r;

	if (b->look && b->look_at <= at)
		return;
	b->look = loop_remove(b->look);
	b->look_at = at;
	r = loop_add_timer(usec, look, b, &b->look);
	if (r < 0)
		log_err("binding timer: %s", strerror(-r));
}

/* Puts the look off: something is still going on. */
static void postpone(struct binder *b, uint64_t usec)
{
	b->look = loop_remove(b->look);
	schedule(b, usec);
}

static void log_bound(struct binder *b, unsigned int line)
{
	struct nl_line l;

	/* Who unbound it since then sends an event of its own. */
	if (nl_client_get(b->nl, line, &l) == 0 && *l.backing)
		log_info("line %u: bound to %s", line, l.backing);
}

static void on_unbound(struct binder *b, unsigned int line)
{
	if (has_bit(b->expected, line)) {
		put_bit(b->expected, line, false);
		log_info("line %u: unbound", line);
		schedule(b, SETTLE);
		return;
	}
	put_bit(b->held, line, true);
	log_info("line %u: unbound by hand", line);
	schedule(b, SETTLE_LINES);
}

static void on_event(const struct nl_event *event, void *arg)
{
	struct binder *b = arg;

	switch (event->type) {
	case VTYMUX_EVENT_BOUND:
		put_bit(b->held, event->line, false);
		log_bound(b, event->line);
		schedule(b, SETTLE_LINES);	/* to count again */
		break;
	case VTYMUX_EVENT_DOWN:
		log_info("line %u: device lost", event->line);
		schedule(b, 0);
		break;
	case VTYMUX_EVENT_UNBOUND:
		on_unbound(b, event->line);
		break;
	case VTYMUX_EVENT_RELEASED:
		if (event->value == VTYMUX_REVOKE_CLEARED)
			log_info("line %u: cleared", event->line);
		break;
	case VTYMUX_EVENT_INPUT:
		getty_input(b->nl, event->line);
		break;
	case VTYMUX_EVENT_OPENED:
		getty_opened(event->line);
		break;
	case VTYMUX_EVENT_CHANGED:
		getty_changed(b->nl, event->line);
		break;
	case VTYMUX_EVENT_ADDED:
	case VTYMUX_EVENT_REMOVED:
		put_bit(b->held, event->line, false);
		schedule(b, SETTLE_LINES);
		break;
	default:
		break;
	}
}

static void disconnect(struct binder *b)
{
	b->nl_source = loop_remove(b->nl_source);
	b->nl = nl_client_close(b->nl);
	b->bound_count = 0;
}

static void on_nl(int fd, uint32_t events, void *arg)
{
	struct binder *b = arg;
	int r;

	(void)fd;
	(void)events;
	r = nl_client_events(b->nl, on_event, b);
	if (r == 1) {
		log_notice("events of the module were lost, looking at all lines");
		memset(b->expected, 0, sizeof(b->expected));
		schedule(b, 0);
	} else if (r < 0) {
		log_err("netlink: %s", strerror(-r));
		disconnect(b);
		schedule(b, BACKOFF_MAX);
	}
}

/* Return: 0 when the module's family is there, -errno logged once. */
static int connect_module(struct binder *b)
{
	bool late;
	int r;

	if (b->nl)
		return 0;
	r = nl_client_open(&b->nl);
	if (r == 0)
		r = loop_add_io(nl_client_fd(b->nl), EPOLLIN, on_nl, b,
				&b->nl_source);
	if (r < 0) {
		b->nl = nl_client_close(b->nl);
		if (!b->absence_logged && r == -ENOENT)
			log_err("no lines, the kernel module is not loaded: modprobe vtymux");
		else if (!b->absence_logged)
			log_err("netlink: %s", strerror(-r));
		b->absent = true;
		b->absence_logged = true;
		return r;
	}
	if (b->absent)
		log_notice("the kernel module is loaded");
	late = b->absent;
	b->absent = false;
	b->absence_logged = false;
	return b->lines_came(late, b->arg) ? 0 : -ECANCELED;
}

struct lines {
	struct binding_line *array;
	size_t count;
};

static int add_line(const struct nl_line *line, void *arg)
{
	struct lines *lines = arg;
	struct binding_line *grown, *l;

	grown = realloc(lines->array, (lines->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	lines->array = grown;
	l = &grown[lines->count++];
	memset(l, 0, sizeof(*l));
	l->number = line->number;
	l->state = line->state;
	snprintf(l->backing, sizeof(l->backing), "%s", line->backing);
	return 0;
}

static const struct binder_verdict *last_verdict(const struct binder *b,
						 unsigned int line)
{
	for (size_t i = 0; i < b->verdict_count; i++)
		if (b->verdicts[i].line == line)
			return &b->verdicts[i];
	return NULL;
}

static void log_verdict(const struct binding *binding,
			const struct binding_device *devices,
			const struct binding_result *result, int error)
{
	const char *type = binding_type_name(binding->type);
	const char *name = devices ? devices[result->device].name : "";

	switch (result->outcome) {
	case BINDING_BIND:
		if (error)
			log_warn("line %u: cannot bind %s, trying again: %s",
				 binding->line, name, strerror(-error));
		break;
	case BINDING_NO_LINE:
		log_warn("line %u: has a binding, but there is no such line",
			 binding->line);
		break;
	case BINDING_ABSENT:
		log_info("line %u: waiting for %s %s", binding->line, type,
			 binding->value);
		break;
	case BINDING_AMBIGUOUS:
		log_warn("line %u: not bound: %s %s is more than one tty (%s ...); "
			 "bind by a name of /dev/serial/by-id or by-path",
			 binding->line, type, binding->value, name);
		break;
	case BINDING_CONSOLE:
		log_warn("line %u: not bound: %s is a console of the kernel; "
			 "\"binding device %s\" would take it",
			 binding->line, name, name);
		break;
	case BINDING_TAKEN:
		log_warn("line %u: not bound: %s belongs to line %u",
			 binding->line, name, result->other);
		break;
	default:
		break;
	}
}

/* Acts on a result. Return: 0, or -errno of writing the backing. */
static int act(struct binder *b, const struct binding *binding,
	       const struct binding_device *devices,
	       const struct binding_result *result)
{
	if (result->outcome != BINDING_BIND || has_bit(b->held, binding->line))
		return 0;
	return line_write(binding->line, "backing",
			  devices[result->device].name);
}

static bool is_unbound(const struct lines *lines, unsigned int number)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->array[i].number == number)
			return lines->array[i].state == VTYMUX_STATE_UNBOUND;
	return false;
}

/*
 * A line that was bound at the last look and is not now: whether a hand did
 * that is told by an event that may still be on its way, so wait for it once.
 */
static bool must_settle(const struct binder *b, const struct lines *lines,
			const struct binding_result *result,
			const struct binder_verdict *last)
{
	return result->outcome == BINDING_BIND && last && !last->settling &&
	       last->outcome == BINDING_BOUND && !has_bit(b->held, last->line) &&
	       is_unbound(lines, last->line);
}

static void conclude(struct binder *b, const struct lines *lines,
		     const struct binding_device *devices,
		     const struct binding_result *results,
		     struct binder_verdict *verdicts)
{
	const struct conf *conf = b->conf;
	bool failed = false;

	b->bound_count = 0;
	for (size_t i = 0; i < conf->binding_count; i++) {
		const struct binding *binding = &conf->bindings[i];
		const struct binder_verdict *last =
			last_verdict(b, binding->line);
		struct binder_verdict *v = &verdicts[i];

		v->line = binding->line;
		v->outcome = results[i].outcome;
		v->settling = must_settle(b, lines, &results[i], last);
		if (v->settling) {
			v->outcome = BINDING_BOUND;
			schedule(b, SETTLE_LINES);
			continue;
		}
		v->error = act(b, binding, devices, &results[i]);
		failed |= v->error != 0;
		if (v->outcome == BINDING_BIND && !v->error &&
		    !has_bit(b->held, v->line))
			v->outcome = BINDING_BOUND;
		b->bound_count += v->outcome == BINDING_BOUND;
		if (!last || last->outcome != v->outcome ||
		    last->error != v->error)
			log_verdict(binding, devices, &results[i], v->error);
	}
	free(b->verdicts);
	b->verdicts = verdicts;
	b->verdict_count = conf->binding_count;
	if (!failed) {
		b->backoff = 0;
		return;
	}
	b->backoff = b->backoff ? 2 * b->backoff : BACKOFF_MIN;
	if (b->backoff > BACKOFF_MAX)
		b->backoff = BACKOFF_MAX;
	schedule(b, b->backoff);
}

static int compare(struct binder *b)
{
	struct binding_device *devices _cleanup_free_ = NULL;
	struct binding_result *results _cleanup_free_ = NULL;
	struct binder_verdict *verdicts;
	struct lines lines = { 0 };
	size_t device_count = 0, count = b->conf->binding_count;
	int r;

	r = nl_client_dump(b->nl, add_line, &lines);
	if (r == 0 && b->udev)
		r = udev_watch_list(b->udev, &devices, &device_count);
	results = calloc(count + 1, sizeof(*results));
	verdicts = calloc(count + 1, sizeof(*verdicts));
	if (r == 0 && (!results || !verdicts))
		r = -ENOMEM;
	if (r < 0) {
		free(verdicts);
	} else {
		binding_plan(b->conf->bindings, count, devices, device_count,
			     lines.array, lines.count, results);
		conclude(b, &lines, devices, results, verdicts);
	}
	free(lines.array);
	return r;
}

static void look(void *arg)
{
	struct binder *b = arg;
	int r;

	b->look = loop_remove(b->look);
	if (connect_module(b) < 0) {
		b->changed(b->arg);
		return;
	}
	r = compare(b);
	if (r == -ENOENT) {	/* the module is just going */
		disconnect(b);
		schedule(b, SETTLE_LINES);
	} else if (r < 0) {
		log_err("cannot look at the lines: %s", strerror(-r));
		if (r != -EAGAIN)
			disconnect(b);
		schedule(b, r == -EAGAIN ? BACKOFF_MIN : BACKOFF_MAX);
	}
	b->changed(b->arg);
}

/* The tty is new, so what a hand did to its last incarnation is over. */
static void forget_held(struct binder *b, const struct binding_device *device)
{
	const struct conf *conf = b->conf;

	for (size_t i = 0; i < conf->binding_count; i++)
		if (binding_matches(&conf->bindings[i], device))
			put_bit(b->held, conf->bindings[i].line, false);
	b->backoff = 0;
}

static void on_udev_event(struct binder *b, const struct udev_event *e)
{
	if (e->is_line) {
		/* The family's ids may be others when it is back. */
		if (e->action == UDEV_REMOVE)
			disconnect(b);
		if (!b->nl)
			postpone(b, SETTLE_LINES);
		return;
	}
	if (e->action == UDEV_REMOVE)
		return;
	if (e->action == UDEV_ADD)
		forget_held(b, &e->device);
	schedule(b, SETTLE);
}

static void on_udev(int fd, uint32_t events, void *arg)
{
	struct binder *b = arg;
	struct udev_event e;
	int r;

	(void)fd;
	(void)events;
	while ((r = udev_watch_next(b->udev, &e)) == 0)
		on_udev_event(b, &e);
	if (r == -ENOBUFS)
		schedule(b, SETTLE);
	else if (r != -EAGAIN)
		log_err("udev: %s", strerror(-r));
}

void binder_start(struct binder *b)
{
	int r = udev_watch_open(&b->udev);

	if (r == 0)
		r = loop_add_io(udev_watch_fd(b->udev), EPOLLIN, on_udev, b,
				&b->udev_source);
	if (r < 0) {
		log_err("udev: %s: ttys are not bound when they come",
			strerror(-r));
		b->udev = udev_watch_close(b->udev);
	}
	look(b);
}

void binder_stop(struct binder *b)
{
	b->look = loop_remove(b->look);
	b->udev_source = loop_remove(b->udev_source);
	disconnect(b);
	b->udev = udev_watch_close(b->udev);
	free(b->verdicts);
	b->verdicts = NULL;
	b->verdict_count = 0;
}

void binder_forget_held(struct binder *b)
{
	memset(b->held, 0, sizeof(b->held));
}

static bool same_binding(const struct binding *a, const struct binding *b)
{
	return a && b && a->type == b->type && !strcmp(a->value, b->value);
}

static void unbind(struct binder *b, unsigned int number)
{
	struct line line;
	int r;

	if (line_read(number, &line) < 0 || line.state == VTYMUX_STATE_UNBOUND)
		return;
	put_bit(b->expected, number, b->nl != NULL);
	r = line_write(number, "backing", "");
	if (r < 0) {
		put_bit(b->expected, number, false);
		log_err("line %u: cannot unbind: %s", number, strerror(-r));
	}
}

void binder_reconfigure(struct binder *b, const struct conf *old)
{
	for (size_t i = 0; i < old->binding_count; i++) {
		const struct binding *was = &old->bindings[i];

		if (!same_binding(was, conf_binding(b->conf, was->line)))
			unbind(b, was->line);
	}
	for (size_t i = 0; i < b->conf->binding_count; i++) {
		const struct binding *is = &b->conf->bindings[i];

		if (!same_binding(is, conf_binding(old, is->line)))
			put_bit(b->held, is->line, false);
	}
	b->backoff = 0;
	b->absence_logged = false;
	schedule(b, 0);
}
