/* SPDX-License-Identifier: GPL-2.0-only */
/* A line as its sysfs directory describes it (kmod/abi/sysfs-class-tty-vty). */
#ifndef AGENT_LINE_H
#define AGENT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vtymux.h>

enum line_transport {
	LINE_TRANSPORT_SSH	= 1U << 0,
	LINE_TRANSPORT_TELNET	= 1U << 1,
};

struct line {
	unsigned int number;
	bool is_virtual;
	bool exec;
	unsigned int transport;		/* enum line_transport bits */
	uint64_t rotary[2];		/* bit N of group N */
	enum vtymux_line_state state;
	char name[VTYMUX_NAME_MAX + 1];
	char backing[VTYMUX_BACKING_MAX + 1];
	char login_authentication[VTYMUX_LIST_NAME_MAX + 1];
	char owner[VTYMUX_OWNER_MAX + 1];
};

/**
 * line_read() - read one line's attributes
 * Return: 0, -ENODEV when there is no such line, -EBADMSG when an attribute
 * does not parse, or -errno. @ret is untouched on failure.
 */
int line_read(unsigned int number, struct line *ret);

/**
 * line_find_name() - number of the line with a name, compared case-sensitively
 * Return: 0, -ENODEV.
 */
int line_find_name(const char *name, unsigned int *ret_number);

/**
 * line_for_each() - call @fn for every line in ascending order
 * Return: 0, or the first non-zero value of @fn, or -errno.
 */
int line_for_each(int (*fn)(const struct line *line, void *arg), void *arg);

/**
 * line_value() - read one attribute of a line as text, without its newline
 * @attribute: a name from kmod/abi, never from outside the program
 * Return: 0, -ENODEV, -EBADMSG for what is not one line that fits, -errno.
 * @value is unspecified on failure.
 */
int line_value(unsigned int number, const char *attribute, char *value,
	       size_t size);

/* One attribute that is a number. Return: as line_value(). */
int line_number(unsigned int number, const char *attribute, uint64_t *ret);

/**
 * line_open_state() - open a line's state for line_poll_state()
 * Return: descriptor that polls POLLPRI after the line was bound, unbound or
 * lost its device; -ENODEV; -errno.
 */
int line_open_state(unsigned int number);

/* Reads it, which ends POLLPRI. Return: 0, -EBADMSG, -ENODEV, -errno. */
int line_poll_state(int fd, enum vtymux_line_state *ret);

/**
 * line_write() - write one attribute of a line, as one write(2)
 * @attribute: a name from kmod/abi, never from outside the program
 * Return: 0, -ENODEV, or -errno as the kernel gave it.
 */
int line_write(unsigned int number, const char *attribute, const char *value);

#endif /* AGENT_LINE_H */
