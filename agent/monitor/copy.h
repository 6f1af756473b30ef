/* SPDX-License-Identifier: GPL-2.0-only */
/* What "debug ip scp" tells of a copy. The daemon decides whether it is told. */
#ifndef MONITOR_COPY_H
#define MONITOR_COPY_H

#include <stdbool.h>

struct monitor;
struct program;

/*
 * A copy was asked for with @command, "scp -t /x" or "sftp", and is refused or
 * begins. Of the command nothing is told that only a shell would understand.
 */
void copy_begins(struct monitor *m, const struct program *p,
		 const char *command);

/* The program ended; nothing is told unless it was a copy. */
void copy_ended(struct monitor *m, unsigned int status);

#endif /* MONITOR_COPY_H */
