/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tty belongs to which line: the rule alone, without udev or sysfs.
 * Bindings are served in ascending order of their lines; a line that is bound
 * keeps its tty whatever the bindings say.
 */
#ifndef AGENT_BINDING_H
#define AGENT_BINDING_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/vtymux.h>

#define BINDING_VALUE_MAX	255

enum binding_type {
	BINDING_DEVICE,	/* kernel name: ttyS1 */
	BINDING_PATH,	/* ID_PATH, or the name in /dev/serial/by-path */
	BINDING_SERIAL,	/* serial number, or the name in /dev/serial/by-id */
	BINDING_TYPES
};

struct binding {
	unsigned int line;
	enum binding_type type;
	char value[BINDING_VALUE_MAX + 1];
};

/* A tty that udev knows; texts are empty where udev has none. */
struct binding_device {
	char name[VTYMUX_BACKING_MAX + 1];
	bool console;	/* the kernel prints there */
	char path[BINDING_VALUE_MAX + 1];		/* ID_PATH */
	char path_link[BINDING_VALUE_MAX + 1];
	char serial[BINDING_VALUE_MAX + 1];		/* ID_SERIAL_SHORT */
	char serial_long[BINDING_VALUE_MAX + 1];	/* ID_SERIAL */
	char serial_link[BINDING_VALUE_MAX + 1];
};

struct binding_line {
	unsigned int number;
	enum vtymux_line_state state;
	char backing[VTYMUX_BACKING_MAX + 1];
};

enum binding_outcome {
	BINDING_BOUND,		/* the line has a working backing */
	BINDING_BIND,		/* write the device to the line */
	BINDING_NO_LINE,	/* no such line */
	BINDING_ABSENT,		/* no such device now */
	BINDING_AMBIGUOUS,	/* several devices match */
	BINDING_CONSOLE,	/* a console, not asked for by its name */
	BINDING_TAKEN,		/* belongs to line @other */
};

struct binding_result {
	enum binding_outcome outcome;
	size_t device;		/* index; BIND, CONSOLE, TAKEN; the first of several */
	unsigned int other;	/* TAKEN */
};

/* "device", "path", "serial-number". */
const char *binding_type_name(enum binding_type type);

/* Whether the binding names the device. */
bool binding_matches(const struct binding *binding,
		     const struct binding_device *device);

/**
 * binding_plan() - decide for each binding
 * @bindings: ascending by line, at most one a line
 * @lines: every line of the module, in any order
 * @results: @count results, one for each binding
 * Return: how many results say BINDING_BIND.
 */
size_t binding_plan(const struct binding *bindings, size_t count,
		    const struct binding_device *devices, size_t device_count,
		    const struct binding_line *lines, size_t line_count,
		    struct binding_result *results);

#endif /* AGENT_BINDING_H */
