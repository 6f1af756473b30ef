/* SPDX-License-Identifier: GPL-2.0-only */
/* The ttys of the machine, and their coming and going, through libudev. */
#ifndef AGENT_UDEV_H
#define AGENT_UDEV_H

#include <stdbool.h>
#include <stddef.h>

#include "binding.h"

struct udev_watch;

enum udev_action {
	UDEV_ADD,
	UDEV_REMOVE,
	UDEV_OTHER,
};

struct udev_event {
	enum udev_action action;
	bool is_line;			/* one of ours, vtyN */
	struct binding_device device;	/* its console flag is not set */
};

/* Follows tty devices that udev has finished with. Return: 0 or -errno. */
int udev_watch_open(struct udev_watch **ret);

/* Return: NULL; accepts it. */
struct udev_watch *udev_watch_close(struct udev_watch *watch);

/* To poll for input; stays the watch's. */
int udev_watch_fd(const struct udev_watch *watch);

/**
 * udev_watch_next() - the next event
 * Return: 0; -EAGAIN when there is none; -ENOBUFS when some were lost;
 * -errno.
 */
int udev_watch_next(struct udev_watch *watch, struct udev_event *ret);

/**
 * udev_watch_list() - all initialized ttys but our lines and virtual consoles
 * @ret: array, the caller's to free()
 * Return: 0 or -errno.
 */
int udev_watch_list(struct udev_watch *watch, struct binding_device **ret,
		    size_t *ret_count);

#endif /* AGENT_UDEV_H */
