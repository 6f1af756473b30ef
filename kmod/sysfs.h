/* SPDX-License-Identifier: GPL-2.0-only */
/* The attributes of a line, documented in abi/sysfs-class-tty-vty. */
#ifndef _VTYMUX_SYSFS_H
#define _VTYMUX_SYSFS_H

struct attribute_group;

extern const struct attribute_group *vtymux_sysfs_groups[];

#endif /* _VTYMUX_SYSFS_H */
