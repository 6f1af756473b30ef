/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family; the protocol is in uapi/linux/vtymux.h. */
#ifndef _VTYMUX_NETLINK_H
#define _VTYMUX_NETLINK_H

/* Registers the family and takes the lines' events. Return: 0 or -errno. */
int vtymux_netlink_init(void);
void vtymux_netlink_exit(void);

#endif /* _VTYMUX_NETLINK_H */
