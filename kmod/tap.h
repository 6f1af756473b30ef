/* SPDX-License-Identifier: GPL-2.0-only */
/* Taps: files that show what a line receives; see uapi/linux/vtymux.h. */
#ifndef _VTYMUX_TAP_H
#define _VTYMUX_TAP_H

#include <linux/compiler_types.h>

struct vtymux_tap;

/* VTYMUX_IOC_TAP. Return: a new descriptor or -errno. */
int vtymux_tap_open(struct vtymux_tap __user *user);

#endif /* _VTYMUX_TAP_H */
