/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the service manager. manager.c is the one file of the daemon
 * that includes sd-bus. What becomes of a request shows in the unit: nobody
 * waits for an answer here.
 */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

/* Return: 0 when the request is on its way, or -errno. */
int manager_start(const char *unit);
int manager_stop(const char *unit);

#endif /* DAEMON_MANAGER_H */
