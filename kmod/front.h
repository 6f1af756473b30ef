/* SPDX-License-Identifier: GPL-2.0-only */
/* The front: the tty devices /dev/vtyN. */
#ifndef _VTYMUX_FRONT_H
#define _VTYMUX_FRONT_H

#include <linux/types.h>

struct attribute_group;
struct vtymux_line;

/**
 * vtymux_front_init() - register the tty driver for lines 1..@count
 * Return: 0 or -errno. No device exists yet.
 */
int vtymux_front_init(unsigned int count);
void vtymux_front_exit(void);

/* Makes the line's device with its attributes. Return: 0 or -errno. */
int vtymux_front_add(struct vtymux_line *line,
		     const struct attribute_group **groups);
void vtymux_front_remove(struct vtymux_line *line);

/* The device number of a line. */
dev_t vtymux_front_devt(const struct vtymux_line *line);

/**
 * vtymux_front_hangup() - hang up everything that has the line open
 *
 * Returns when no file that was open before reaches the line any more. Sleeps:
 * takes the front's tty lock.
 */
void vtymux_front_hangup(struct vtymux_line *line);

/* Puts the configured parameters into force, also on an open line. Sleeps. */
void vtymux_front_apply(struct vtymux_line *line);

#endif /* _VTYMUX_FRONT_H */
