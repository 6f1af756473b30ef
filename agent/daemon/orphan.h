/* SPDX-License-Identifier: GPL-2.0-only */
/* What a monitor leaves behind that was killed. */
#ifndef DAEMON_ORPHAN_H
#define DAEMON_ORPHAN_H

struct server;
struct session;

/*
 * The monitor of @session has ended without saying that its program, if it had
 * one, is over: stops that, and ends its utmp entry. Its line is free already,
 * for the claim went with the monitor.
 */
void orphan_clean(const struct session *session);

/*
 * Does the same, once, for monitors that were killed together with the last
 * daemon, after those that live had the time to join this one. Left alone is
 * what belongs to a session of the table, or to a monitor that still has its
 * virtual line but has not joined.
 */
void orphan_start(const struct server *server);

void orphan_stop(void);

#endif /* DAEMON_ORPHAN_H */
