// SPDX-License-Identifier: GPL-2.0-only
#include "conf-lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

const struct conf_attribute conf_attributes[] = {
	{ "name", "", "" },
	{ "exec", "0", "1" },
	{ "login_authentication", "default", "default" },
	{ "rotary", "", "" },
	{ "transport_input", "none", "ssh" },
	{ "modem", "none", NULL },
	{ "speed", "9600", NULL },
	{ "databits", "8", NULL },
	{ "parity", "none", NULL },
	{ "stopbits", "1", NULL },
	{ "flowcontrol", "none", NULL },
	{ "history", "65536", NULL },
	{ "session_timeout", "0", "0" },
	{ "exec_timeout", "600", "600" },
	{ "absolute_timeout", "0", "0" },
	{ 0 }
};

#define ATTRIBUTES	(sizeof(conf_attributes) / sizeof(conf_attributes[0]) - 1)

struct set_line {
	bool is_virtual;
	char *values[ATTRIBUTES];	/* NULL: the default; owned */
};

struct conf_lineset {
	unsigned int count;
	struct set_line lines[];	/* of line 1 and up */
};

static int sysfs_get(void *arg, unsigned int line, const char *attribute,
		     char *value, size_t size)
{
	(void)arg;
	return line_value(line, attribute, value, size);
}

static int sysfs_set(void *arg, unsigned int line, const char *attribute,
		     const char *value)
{
	(void)arg;
	return line_write(line, attribute, value);
}

const struct conf_lines conf_lines_sysfs = { sysfs_get, sysfs_set, NULL };

static int attribute_index(const char *name)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (*conf_attributes[i].name == *name &&
		    !strcmp(conf_attributes[i].name, name))
			return (int)i;
	return -1;
}

const char *conf_attribute_default(const char *name, bool is_virtual)
{
	int i = attribute_index(name);

	if (i < 0)
		return NULL;
	return is_virtual ? conf_attributes[i].virtual : conf_attributes[i].tty;
}

int conf_lines_is_virtual(const struct conf_lines *lines, unsigned int line)
{
	char type[CONF_VALUE_MAX];
	int r = lines->get(lines->arg, line, "type", type, sizeof(type));

	return r < 0 ? r : !strcmp(type, "virtual");
}

/*
 * The last line for which is_virtual() is not above @limit; tty lines come
 * first and there are no gaps. Return: 0; or -errno, and 0 is the line.
 */
static int last_below(const struct conf_lines *lines, int limit,
		      unsigned int *ret)
{
	unsigned int low = 0, high = VTYMUX_LINE_MAX + 1;

	*ret = 0;
	while (high - low > 1) {
		unsigned int middle = low + (high - low) / 2;
		int v = conf_lines_is_virtual(lines, middle);

		if (v < 0 && v != -ENODEV)
			return v;
		if (v >= 0 && v <= limit)
			low = middle;
		else
			high = middle;
	}
	*ret = low;
	return 0;
}

int conf_lines_count(const struct conf_lines *lines, unsigned int *ret_tty,
		     unsigned int *ret_last)
{
	int r = last_below(lines, 0, ret_tty);

	return r < 0 ? r : last_below(lines, 1, ret_last);
}

unsigned int conf_lines_last_tty(const struct conf_lines *lines)
{
	unsigned int last;

	last_below(lines, 0, &last);
	return last;
}

static const char *set_value(const struct conf_lineset *set, unsigned int line,
			     size_t i)
{
	const struct set_line *l = &set->lines[line - 1];

	if (l->values[i])
		return l->values[i];
	return l->is_virtual ? conf_attributes[i].virtual :
		conf_attributes[i].tty;
}

static int set_get(void *arg, unsigned int line, const char *attribute,
		   char *value, size_t size)
{
	const struct conf_lineset *set = arg;
	const char *text;
	int i;

	if (!line || line > set->count)
		return -ENODEV;
	if (!strcmp(attribute, "type")) {
		text = set->lines[line - 1].is_virtual ? "virtual" : "tty";
	} else {
		i = attribute_index(attribute);
		text = i < 0 ? NULL : set_value(set, line, (size_t)i);
	}
	if (!text)
		return -ENODEV;
	if (strlen(text) >= size)
		return -EBADMSG;
	strcpy(value, text);
	return 0;
}

/* The kernel refuses a second line of a name, too. */
static bool name_taken(const struct conf_lineset *set, unsigned int line,
		       const char *name)
{
	size_t i = (size_t)attribute_index("name");

	for (unsigned int n = 1; *name && n <= set->count; n++)
		if (n != line && !strcmp(set_value(set, n, i), name))
			return true;
	return false;
}

static int set_set(void *arg, unsigned int line, const char *attribute,
		   const char *value)
{
	struct conf_lineset *set = arg;
	int i = attribute_index(attribute);
	char *copy;

	if (!line || line > set->count || i < 0 ||
	    !set_value(set, line, (size_t)i))
		return -ENODEV;
	if (!strcmp(attribute, "name") && name_taken(set, line, value))
		return -EEXIST;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(set->lines[line - 1].values[i]);
	set->lines[line - 1].values[i] = copy;
	return 0;
}

int conf_lineset_new(const struct conf_lines *model, struct conf_lineset **ret)
{
	struct conf_lineset *set;
	unsigned int tty, count;
	int r;

	r = conf_lines_count(model, &tty, &count);
	if (r < 0)
		return r;
	set = calloc(1, sizeof(*set) + count * sizeof(set->lines[0]));
	if (!set)
		return -ENOMEM;
	set->count = count;
	for (unsigned int n = tty + 1; n <= count; n++)
		set->lines[n - 1].is_virtual = true;
	*ret = set;
	return 0;
}

struct conf_lineset *conf_lineset_free(struct conf_lineset *set)
{
	for (unsigned int n = 0; set && n < set->count; n++)
		for (size_t i = 0; i < ATTRIBUTES; i++)
			free(set->lines[n].values[i]);
	free(set);
	return NULL;
}

struct conf_lines conf_lineset_lines(struct conf_lineset *set)
{
	return (struct conf_lines){ set_get, set_set, set };
}

/* Where conf_lineset_apply() is. */
struct apply {
	struct conf_lineset *set, *old;
	const struct conf_lines *lines;
	char *fault;
	size_t size;
	int written;
};

static int write_value(struct apply *a, unsigned int line, size_t i,
		       const char *value)
{
	const char *name = conf_attributes[i].name;
	int r = a->lines->set(a->lines->arg, line, name, value);

	if (r < 0)
		snprintf(a->fault, a->size,
			 "line %u does not take %s \"%.80s\": %s", line, name,
			 value, strerror(-r));
	else
		a->written++;
	return r;
}

/* Brings one value to what the set says and keeps what it was, if it changed. */
static int apply_value(struct apply *a, unsigned int line, size_t i)
{
	const char *wanted = set_value(a->set, line, i);
	char now[CONF_VALUE_MAX], *old;
	int r;

	if (!wanted)
		return 0;
	r = a->lines->get(a->lines->arg, line, conf_attributes[i].name, now,
			  sizeof(now));
	if (r == -ENODEV)	/* a kernel without this attribute */
		return 0;
	if (r < 0) {
		snprintf(a->fault, a->size, "line %u: %s: %s", line,
			 conf_attributes[i].name, strerror(-r));
		return r;
	}
	if (!strcmp(now, wanted))
		return 0;
	old = strdup(now);
	if (!old)
		return -ENOMEM;
	/* Names first go away, so that two lines can swap theirs. */
	r = write_value(a, line, i, i ? wanted : "");
	if (r < 0)
		free(old);
	else
		a->old->lines[line - 1].values[i] = old;
	return r;
}

static int apply_all(struct apply *a)
{
	int r = 0;

	for (size_t i = 0; i < ATTRIBUTES && r >= 0; i++) {
		for (unsigned int n = 1; n <= a->set->count && r >= 0; n++)
			r = apply_value(a, n, i);
		for (unsigned int n = 1; !i && n <= a->set->count && r >= 0; n++)
			if (*set_value(a->set, n, 0) &&
			    a->old->lines[n - 1].values[0])
				r = write_value(a, n, 0,
						set_value(a->set, n, 0));
	}
	return r;
}

/* What was there before; what was not written is not ours to take back. */
static void take_back(struct apply *a)
{
	for (size_t i = ATTRIBUTES; i--;)
		for (unsigned int n = a->set->count; n; n--) {
			const char *old = a->old->lines[n - 1].values[i];
			char now[CONF_VALUE_MAX];

			if (!old || a->lines->get(a->lines->arg, n,
						  conf_attributes[i].name, now,
						  sizeof(now)) < 0)
				continue;
			if (strcmp(old, now))
				a->lines->set(a->lines->arg, n,
					      conf_attributes[i].name, old);
		}
}

/* Before names are taken back, none is in the way of another. */
static void drop_names(struct apply *a)
{
	char now[CONF_VALUE_MAX];

	for (unsigned int n = a->set->count; n; n--) {
		const char *old = a->old->lines[n - 1].values[0];

		if (old && !a->lines->get(a->lines->arg, n, "name", now,
					  sizeof(now)) && strcmp(old, now))
			a->lines->set(a->lines->arg, n, "name", "");
	}
}

int conf_lineset_apply(struct conf_lineset *set, const struct conf_lines *lines,
		       char *fault, size_t size)
{
	struct apply a = {
		.set = set, .lines = lines, .fault = fault, .size = size,
	};
	int r = conf_lineset_new(lines, &a.old);

	if (r < 0)
		return r;
	if (a.old->count != set->count)
		r = -ESTALE;	/* lines came or went meanwhile */
	else
		r = apply_all(&a);
	if (r < 0) {
		drop_names(&a);
		take_back(&a);
	}
	conf_lineset_free(a.old);
	return r < 0 ? r : a.written;
}
