// SPDX-License-Identifier: GPL-2.0-only
#include "binding.h"

#include <string.h>

const char *binding_type_name(enum binding_type type)
{
	static const char *const names[BINDING_TYPES] = {
		[BINDING_DEVICE] = "device",
		[BINDING_PATH] = "path",
		[BINDING_SERIAL] = "serial-number",
	};

	return names[type];
}

static bool same(const char *value, const char *text)
{
	return *text && !strcmp(value, text);
}

bool binding_matches(const struct binding *b, const struct binding_device *d)
{
	switch (b->type) {
	case BINDING_DEVICE:
		return same(b->value, d->name);
	case BINDING_PATH:
		return same(b->value, d->path) || same(b->value, d->path_link);
	case BINDING_SERIAL:
		return same(b->value, d->serial) ||
		       same(b->value, d->serial_long) ||
		       same(b->value, d->serial_link);
	default:
		return false;
	}
}

static bool is_bound(const struct binding_line *line)
{
	return line->state != VTYMUX_STATE_UNBOUND &&
	       line->state != VTYMUX_STATE_DOWN;
}

static const struct binding_line *find_line(const struct binding_line *lines,
					    size_t count, unsigned int number)
{
	for (size_t i = 0; i < count; i++)
		if (lines[i].number == number)
			return &lines[i];
	return NULL;
}

/* The line whose backing @name is now, or 0. */
static unsigned int holder(const struct binding_line *lines, size_t count,
			   const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (is_bound(&lines[i]) && !strcmp(lines[i].backing, name))
			return lines[i].number;
	return 0;
}

/* The line that an earlier result gives @device to, or 0. */
static unsigned int promised(const struct binding *bindings,
			     const struct binding_result *results, size_t count,
			     size_t device)
{
	for (size_t i = 0; i < count; i++)
		if (results[i].outcome == BINDING_BIND &&
		    results[i].device == device)
			return bindings[i].line;
	return 0;
}

/* Return: how many devices match; the first is *@ret_device. */
static size_t search(const struct binding *b,
		     const struct binding_device *devices, size_t count,
		     size_t *ret_device)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (binding_matches(b, &devices[i]) && !found++)
			*ret_device = i;
	return found;
}

size_t binding_plan(const struct binding *bindings, size_t count,
		    const struct binding_device *devices, size_t device_count,
		    const struct binding_line *lines, size_t line_count,
		    struct binding_result *results)
{
	size_t binds = 0;

	for (size_t i = 0; i < count; i++) {
		const struct binding *b = &bindings[i];
		const struct binding_line *line =
			find_line(lines, line_count, b->line);
		struct binding_result *r = &results[i];
		size_t found;

		memset(r, 0, sizeof(*r));
		if (!line) {
			r->outcome = BINDING_NO_LINE;
			continue;
		}
		if (is_bound(line)) {
			r->outcome = BINDING_BOUND;
			continue;
		}
		found = search(b, devices, device_count, &r->device);
		if (!found) {
			r->outcome = BINDING_ABSENT;
			continue;
		}
		if (found > 1) {
			r->outcome = BINDING_AMBIGUOUS;
			continue;
		}
		if (devices[r->device].console && b->type != BINDING_DEVICE) {
			r->outcome = BINDING_CONSOLE;
			continue;
		}
		r->other = holder(lines, line_count, devices[r->device].name);
		if (!r->other)
			r->other = promised(bindings, results, i, r->device);
		r->outcome = r->other ? BINDING_TAKEN : BINDING_BIND;
		binds += r->outcome == BINDING_BIND;
	}
	return binds;
}
