/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the service manager. manager.c is the one file of the daemon
 * that includes sd-bus. A request is answered at once, with a job; what becomes
 * of that shows in the unit.
 */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

/* Return: 0 when there is a job, or -errno. */
int manager_start(const char *unit);
int manager_stop(const char *unit);

#endif /* DAEMON_MANAGER_H */
