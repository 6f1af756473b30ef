/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of lines, of the kernel or of a configuration that is only thought
 * of: "configure replace" reads the whole of one before it changes a line.
 */
#ifndef AGENT_CONF_LINES_H
#define AGENT_CONF_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define CONF_VALUE_MAX	1024	/* with its NUL */

/* Attributes by their names of kmod/abi, values as in sysfs. */
struct conf_lines {
	/* Return: 0, -ENODEV without that line or attribute, -errno. */
	int (*get)(void *arg, unsigned int line, const char *attribute,
		   char *value, size_t size);
	/* Return: 0, or -errno and nothing changed. */
	int (*set)(void *arg, unsigned int line, const char *attribute,
		   const char *value);
	void *arg;
};

/* The kernel's. */
extern const struct conf_lines conf_lines_sysfs;

/* The attributes that are configured; ends with one without a name. */
extern const struct conf_attribute {
	const char *name;
	const char *tty, *virtual;	/* defaults; NULL: does not exist */
} conf_attributes[];

/* The default of an attribute of such a line, NULL without. */
const char *conf_attribute_default(const char *name, bool is_virtual);

/* "tty": 0, "virtual": 1, or -errno, -ENODEV without that line. */
int conf_lines_is_virtual(const struct conf_lines *lines, unsigned int line);

/* The number of the last tty line, which the first virtual one follows; or 0. */
unsigned int conf_lines_last_tty(const struct conf_lines *lines);

/* The numbers of the last tty line and of the last line. Return: 0, -errno. */
int conf_lines_count(const struct conf_lines *lines, unsigned int *ret_tty,
		     unsigned int *ret_last);

/* Lines in memory. */
struct conf_lineset;

/**
 * conf_lineset_new() - as many lines as @model has, with every default
 * Return: 0 or -errno. conf_lineset_free() takes NULL and returns it.
 */
int conf_lineset_new(const struct conf_lines *model,
		     struct conf_lineset **ret);
struct conf_lineset *conf_lineset_free(struct conf_lineset *set);
struct conf_lines conf_lineset_lines(struct conf_lineset *set);

/**
 * conf_lineset_apply() - make lines what the set says
 * All or nothing: on failure what was written is taken back, and @fault, of
 * @size, says what failed. Return: number of values written, or -errno.
 */
int conf_lineset_apply(struct conf_lineset *set, const struct conf_lines *lines,
		       char *fault, size_t size);

#endif /* AGENT_CONF_LINES_H */
