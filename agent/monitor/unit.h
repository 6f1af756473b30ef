/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transient unit of the service manager: the processes of one EXEC session,
 * outside of everything that confines the monitor. Nothing here waits but for
 * the bus itself.
 */
#ifndef MONITOR_UNIT_H
#define MONITOR_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct unit;

struct unit_request {
	const char *name;	/* "vtymux-7-1.service" */
	const char *description;
	const char *user;	/* of the passwd database */
	bool is_confined;	/* a shared account: no login, a sandbox */
	const char *tty;	/* "/dev/vty201" for PAM, or NULL */
	const char *root;	/* the only directory it may write to, or NULL */
	const char *program;	/* absolute */
	int input;		/* its standard input, the caller's to close */
};

enum unit_state {
	UNIT_STARTING,
	UNIT_RUNNING,
	UNIT_ENDED,		/* its processes are gone */
	UNIT_FAILED,		/* it was not started, or the bus is gone */
};

/**
 * unit_start() - ask for a unit
 * Return: 0 or -errno. What became of it shows in unit_state().
 */
int unit_start(const struct unit_request *request, struct unit **ret);

/* For poll(2): descriptor, events, and when to call all the same (or -1). */
int unit_fd(const struct unit *unit);
short unit_events(const struct unit *unit);
int64_t unit_timeout(const struct unit *unit);	/* monitor_now() clock */

/* Takes in what has come. */
void unit_process(struct unit *unit);

enum unit_state unit_state(const struct unit *unit);

/* Of the first process, 0 while it is not known. */
pid_t unit_pid(const struct unit *unit);

/* Whether that has ended; its wait status, as waitpid(2) would give it. */
bool unit_exited(const struct unit *unit, int *ret_status);

/* Why it is UNIT_FAILED. */
const char *unit_error(const struct unit *unit);

/* To its first process. */
void unit_signal(struct unit *unit, int signo);

/* Ends all its processes: SIGTERM and SIGHUP, after a while SIGKILL. */
void unit_stop(struct unit *unit);

/* Forgets it; one that still runs is stopped. Return: NULL; accepts it. */
struct unit *unit_free(struct unit *unit);

#endif /* MONITOR_UNIT_H */
