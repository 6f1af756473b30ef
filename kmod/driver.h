/* SPDX-License-Identifier: GPL-2.0-only */
/* The tty drivers, one for each type of line, and the lines' devices. */
#ifndef _VTYMUX_DRIVER_H
#define _VTYMUX_DRIVER_H

#include <linux/types.h>

struct attribute_group;
struct vtymux_line;

/**
 * vtymux_driver_init() - register the tty drivers
 * @tty_lines: lines up to this number are tty lines, those over it virtual
 * Return: 0 or -errno. No device exists yet.
 */
int vtymux_driver_init(unsigned int tty_lines);
void vtymux_driver_exit(void);

/* Makes the line's device with its attributes. Return: 0 or -errno. */
int vtymux_driver_add(struct vtymux_line *line,
		      const struct attribute_group **groups);
void vtymux_driver_remove(struct vtymux_line *line);

/* The device number of a line; is it the number of any line? */
dev_t vtymux_driver_devt(const struct vtymux_line *line);
bool vtymux_driver_has(dev_t devt);

#endif /* _VTYMUX_DRIVER_H */
