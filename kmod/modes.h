/* SPDX-License-Identifier: GPL-2.0-only */
/* termios in user space, for the ioctls of a master. */
#ifndef _VTYMUX_MODES_H
#define _VTYMUX_MODES_H

#include <linux/types.h>

struct ktermios;

/* Is it an ioctl that gets or sets termios; one that gets; one that flushes? */
bool vtymux_modes_is(unsigned int cmd);
bool vtymux_modes_is_get(unsigned int cmd);
bool vtymux_modes_is_flush(unsigned int cmd);

/* Return: 0 or -EFAULT. */
int vtymux_modes_to_user(unsigned int cmd, void __user *user,
			 const struct ktermios *termios);

/* @termios: in: what is in force; out: what is wanted. Return: 0 or -EFAULT. */
int vtymux_modes_from_user(unsigned int cmd, const void __user *user,
			   struct ktermios *termios);

#endif /* _VTYMUX_MODES_H */
