/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounting: one entry in the journal for each login, each line or program
 * opened and closed, and the end of a connection, with fields VTYMUX_*.
 * vtymuxd(8) lists them.
 */
#ifndef MONITOR_RECORD_H
#define MONITOR_RECORD_H

struct monitor;

void record_login(const struct monitor *m);

/* A session has begun: "line", "shell", "command" or "copy". */
void record_open(struct monitor *m, const char *what);

/* ... and is over. @reason: a word or two, for people */
void record_close(struct monitor *m, const char *reason);

/* The connection of somebody who had logged in is over. */
void record_end(const struct monitor *m);

#endif /* MONITOR_RECORD_H */
