/* SPDX-License-Identifier: GPL-2.0-only */
/* What a monitor leaves behind that was killed. */
#ifndef DAEMON_ORPHAN_H
#define DAEMON_ORPHAN_H

#include <stdbool.h>

struct server;
struct session;

/*
 * The monitor of @session has ended without saying that its program, if it had
 * one, is over: stops that, and ends its utmp entry. Its line is free already,
 * for the claim went with the monitor.
 */
void orphan_clean(const struct session *session);

/*
 * Writes for that monitor what it has not: the end of the session and of the
 * login, in the journal and for accounting, as far as the table knows them.
 * @died: it did; else that shows in a session that is still open
 */
void orphan_record(const struct session *session, bool died);

/*
 * Does as orphan_clean(), once, for monitors that were killed together with the last
 * daemon, after those that live had the time to join this one. Left alone is
 * what belongs to a session of the table, or to a monitor that still has its
 * virtual line but has not joined.
 */
void orphan_start(const struct server *server);

void orphan_stop(void);

#endif /* DAEMON_ORPHAN_H */
