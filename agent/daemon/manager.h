/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the service manager, over one connection that is part of the
 * event loop. manager.c is the one file of the daemon that includes sd-bus.
 * Nothing here waits: answers come to a function. A request whose connection
 * broke, or that the manager left without an answer, is made again some times.
 * One to start or stop a unit is answered with a job; what becomes of that
 * shows in the unit.
 */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

/* @error: why not, NULL when it went well */
typedef void (*manager_fn)(const char *error, unsigned int arg);
typedef void (*manager_unit_fn)(const char *unit);

/* Tells @fn of the answer, perhaps before it returns. */
void manager_start(const char *unit, manager_fn fn, unsigned int arg);

/* A unit that is not there is as good as stopped. What fails is logged. */
void manager_stop(const char *unit);

/*
 * Calls @fn with each loaded unit that fits @pattern and has not ended. What
 * fails is logged.
 */
void manager_list(const char *pattern, manager_unit_fn fn);

/* Forgets what has no answer, before the loop ends. */
void manager_close(void);

#endif /* DAEMON_MANAGER_H */
