/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual line of a connection. Every connection has one, whatever it is
 * for, from before its first byte to its end: the kernel counts them.
 */
#ifndef MONITOR_VTY_H
#define MONITOR_VTY_H

#include <stdbool.h>

struct monitor;

/**
 * vty_claim() - claim one, a reserved one last
 * Return: 0, -EBUSY or -ENXIO for none, -ENOENT without the module, -errno.
 */
int vty_claim(struct monitor *m);

/**
 * vty_admit() - whether this session may go on with the line it has
 * @notices: where it is said why not
 *
 * To be asked when the user and his privilege are known. A session below
 * privilege 15 on a reserved line moves to another one that has become free.
 */
bool vty_admit(struct monitor *m, int notices);

/* The claim polled POLLHUP: a session on it is told, the connection ends. */
void vty_revoked(struct monitor *m);

#endif /* MONITOR_VTY_H */
