/* SPDX-License-Identifier: GPL-2.0-only */
/* What a monitor leaves behind that was killed. */
#ifndef DAEMON_ORPHAN_H
#define DAEMON_ORPHAN_H

struct session;

/*
 * The monitor of @session has ended without saying that its program, if it had
 * one, is over: stops that, and ends its utmp entry. Its line is free already,
 * for the claim went with the monitor.
 */
void orphan_clean(const struct session *session);

#endif /* DAEMON_ORPHAN_H */
