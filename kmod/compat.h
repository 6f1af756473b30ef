/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels we build for; all version tests are here. */
#ifndef _VTYMUX_COMPAT_H
#define _VTYMUX_COMPAT_H

#include <linux/device.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* 6.6 made the tty layer count in size_t and flags and data u8. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
typedef ssize_t vtymux_write_t;
typedef size_t vtymux_write_count_t;
typedef size_t vtymux_receive_t;
typedef u8 vtymux_char_t;	/* flags for a ldisc */
typedef u8 vtymux_port_flag_t;	/* flags for a port */
typedef size_t vtymux_receive_count_t;
#else
typedef int vtymux_write_t;
typedef int vtymux_write_count_t;
typedef int vtymux_receive_t;
typedef char vtymux_char_t;	/* flags for a ldisc */
typedef unsigned char vtymux_port_flag_t;	/* flags for a port */
typedef int vtymux_receive_count_t;
#endif

/* The arguments of a class interface's callbacks: 6.4 left out the interface. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define VTYMUX_INTERFACE_ARGS	struct device *dev
#else
#define VTYMUX_INTERFACE_ARGS	struct device *dev, struct class_interface *intf
#endif

/*
 * Runs a port's receive work again after its ldisc took less than offered;
 * tty_buffer_restart_work() is not exported. The queue must be the core's own.
 */
static inline void vtymux_restart_receive(struct tty_port *port)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	queue_work(port->buf.flip_wq ?: system_dfl_wq, &port->buf.work);
#else
	queue_work(system_unbound_wq, &port->buf.work);
#endif
}

#endif /* _VTYMUX_COMPAT_H */
