/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device behind the line of a session: a session outlives its loss for a
 * while, and its client is told of that and of the device's return.
 */
#ifndef MONITOR_DEVICE_H
#define MONITOR_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct monitor;

struct device {
	int fd;			/* polls POLLPRI, -1 while nothing is followed */
	bool lost;
	uint64_t downs;		/* how often it was lost until now */
	int64_t until;		/* how long to wait for it, 0: for ever */
};

/* Begins to follow the device of m->line; an absent one is told of. */
void device_start(struct monitor *m);

/* Ends that. Harmless when nothing is followed. */
void device_stop(struct monitor *m);

/* m->device.fd polled POLLPRI. */
void device_changed(struct monitor *m);

/* When device_check() has something to do, 0: never. */
int64_t device_next(const struct monitor *m);

/* Ends the session if it has waited long enough. */
void device_check(struct monitor *m);

#endif /* MONITOR_DEVICE_H */
