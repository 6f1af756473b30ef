// SPDX-License-Identifier: GPL-2.0-only
#include "manager.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "log.h"
#include "loop.h"

#define MANAGER	"org.freedesktop.systemd1"
#define TIMEOUT	UINT64_C(25000000)	/* usec */
#define RETRY	UINT64_C(1000000)	/* usec */
#define TRIES	5

enum method { START, STOP, LIST };

struct request {
	struct request *next;
	enum method method;
	char *unit;			/* owned; LIST: a pattern */
	manager_fn fn;
	manager_unit_fn unit_fn;
	unsigned int arg, tries;
	sd_bus_slot *slot;		/* owned */
	struct loop_source *retry;	/* owned */
};

static sd_bus *bus;
static struct request *requests;

static void forget(struct request *q)
{
	struct request **p = &requests;

	while (*p != q)
		p = &(*p)->next;
	*p = q->next;
	sd_bus_slot_unref(q->slot);
	loop_remove(q->retry);
	free(q->unit);
	free(q);
}

static void attempt(void *arg);

/* @passing: nobody said no; another try may do */
static void failed(struct request *q, bool passing, const char *why)
{
	manager_fn fn = q->fn;
	unsigned int arg = q->arg;

	q->slot = sd_bus_slot_unref(q->slot);
	if (passing && q->tries < TRIES &&
	    loop_add_timer(RETRY, attempt, q, &q->retry) == 0)
		return;
	if (!fn)
		log_err("service manager: %s %s: %s",
			q->method == STOP ? "stopping" : "listing", q->unit,
			why);
	forget(q);
	if (fn)
		fn(why, arg);
}

static void read_units(struct request *q, sd_bus_message *m)
{
	const char *unit, *state;
	int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");

	while (r >= 0 &&
	       (r = sd_bus_message_read(m, "(ssssssouso)", &unit, NULL, NULL,
					&state, NULL, NULL, NULL, NULL, NULL,
					NULL)) > 0)
		if (strcmp(state, "inactive") && strcmp(state, "failed"))
			q->unit_fn(unit);
	if (r < 0)
		log_err("service manager: list of units: %s", strerror(-r));
}

/* What the bus says where the manager does not. */
static bool is_passing(const sd_bus_error *error)
{
	return sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_DISCONNECTED) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

static int on_answer(sd_bus_message *m, void *arg, sd_bus_error *unused)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	struct request *q = arg;
	manager_fn fn = q->fn;
	unsigned int fn_arg = q->arg;

	(void)unused;
	if (error && !(q->method == STOP &&
		       sd_bus_error_has_name(error, MANAGER ".NoSuchUnit"))) {
		failed(q, is_passing(error), error->message ?: error->name);
		return 0;
	}
	if (q->method == LIST)
		read_units(q, m);
	forget(q);
	if (fn)
		fn(NULL, fn_arg);
	return 0;
}

/* What had no answer gets none. */
static void drop_bus(void)
{
	struct request *q = requests;

	bus = sd_bus_close_unref(bus);
	while (q) {
		bool asked = q->slot != NULL;

		if (asked)
			failed(q, true, "connection lost");
		q = asked ? requests : q->next;
	}
}

/* The connection, a new one when the last broke. Nothing of it blocks. */
static int connect_bus(void)
{
	int r;

	if (bus && sd_bus_is_open(bus) > 0)
		return 0;
	drop_bus();
	if (bus)	/* made meanwhile, for another request */
		return 0;
	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = sd_bus_attach_event(bus, NULL, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0)
		bus = sd_bus_close_unref(bus);
	return r;
}

static int make(const struct request *q, sd_bus_message **ret)
{
	static const char *const methods[] = {
		[START] = "StartUnit", [STOP] = "StopUnit",
		[LIST] = "ListUnitsByPatterns",
	};
	int r = sd_bus_message_new_method_call(bus, ret, MANAGER,
					       "/org/freedesktop/systemd1",
					       MANAGER ".Manager",
					       methods[q->method]);

	if (r < 0)
		return r;
	if (q->method == LIST)
		return sd_bus_message_append(*ret, "asas", 0, 1, q->unit);
	return sd_bus_message_append(*ret, "ss", q->unit,
				     q->method == START ? "fail" : "replace");
}

static void attempt(void *arg)
{
	sd_bus_message *m = NULL;
	struct request *q = arg;
	int r;

	q->retry = loop_remove(q->retry);
	q->tries++;
	r = connect_bus();
	if (r >= 0)
		r = make(q, &m);
	if (r >= 0)
		r = sd_bus_call_async(bus, &q->slot, m, on_answer, q, TIMEOUT);
	sd_bus_message_unref(m);
	if (r < 0)
		failed(q, true, strerror(-r));
}

static void request(const struct request *wanted, const char *unit)
{
	struct request *q = malloc(sizeof(*q));
	char *copy = strdup(unit);

	if (!q || !copy) {
		free(q);
		free(copy);
		if (wanted->fn)
			wanted->fn("out of memory", wanted->arg);
		else
			log_err("service manager: %s: out of memory", unit);
		return;
	}
	*q = *wanted;
	q->unit = copy;
	q->next = requests;
	requests = q;
	attempt(q);
}

void manager_start(const char *unit, manager_fn fn, unsigned int arg)
{
	request(&(struct request){ .method = START, .fn = fn, .arg = arg },
		unit);
}

void manager_stop(const char *unit)
{
	request(&(struct request){ .method = STOP }, unit);
}

void manager_list(const char *pattern, manager_unit_fn fn)
{
	request(&(struct request){ .method = LIST, .unit_fn = fn }, pattern);
}

void manager_close(void)
{
	while (requests)
		forget(requests);
	bus = sd_bus_flush_close_unref(bus);
}
