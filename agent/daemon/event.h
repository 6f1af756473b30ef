/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the log says of SSH sessions, in the words of IOS: always that they
 * come, log in and go, and each step while "debug" is on. The log goes to the
 * journal and to the terminals that asked for it. What a user typed but his
 * name is never told. The number of a session is that of "show ssh".
 */
#ifndef DAEMON_EVENT_H
#define DAEMON_EVENT_H

#include "session.h"

/* The connection was accepted. */
void event_connected(const struct session *s);

/* The monitor said so, and session_update() has taken it. */
void event_message(const struct session *s, const struct link_msg *msg);

/* Its monitor has gone; the session is still in the table. */
void event_ended(const struct session *s);

/* Whether there are host keys now. */
void event_ssh(bool enabled);

#endif /* DAEMON_EVENT_H */
