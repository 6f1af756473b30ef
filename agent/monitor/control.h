/* SPDX-License-Identifier: GPL-2.0-only */
/* The session's own connection to the daemon's control socket, for vtymux. */
#ifndef MONITOR_CONTROL_H
#define MONITOR_CONTROL_H

struct monitor;

/**
 * control_connect() - connect as the session's user, for whatever he runs
 * Return: a descriptor that has the session's identity and privilege and no
 * more, the caller's to close; -errno when the daemon is not there.
 */
int control_connect(const struct monitor *m);

#endif /* MONITOR_CONTROL_H */
