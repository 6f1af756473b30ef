/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor's poll loop. */
#ifndef MONITOR_LOOP_H
#define MONITOR_LOOP_H

#include <stdint.h>

struct monitor;

/* Waits for one thing to happen, at most until @until (0: no limit). */
void loop_step(struct monitor *m, int64_t until);

/* Serves events until @until or until the monitor is to end. */
void loop_wait(struct monitor *m, int64_t until);

/* Serves events until the monitor is to end. */
void loop_run(struct monitor *m);

/*
 * Ends the session as "clear line" does: the client reads why, then the
 * connection ends; at once when nothing is open on it.
 */
void loop_clear(struct monitor *m);

#endif /* MONITOR_LOOP_H */
