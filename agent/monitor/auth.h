/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attempts to log in. All of them that fail look the same from outside: same
 * answer, at the next full multiple of two seconds after the client's last
 * word, whether the user part is malformed, the name unknown, locked or root's,
 * or the password wrong.
 */
#ifndef MONITOR_AUTH_H
#define MONITOR_AUTH_H

struct monitor;
union proto_any;

/* Handlers of session.c's table. Return: 0, or -EPROTO. */
int auth_on_password(struct monitor *m, const union proto_any *msg);
int auth_on_kbdint(struct monitor *m, const union proto_any *msg);
int auth_on_response(struct monitor *m, const union proto_any *msg);
int auth_on_abort(struct monitor *m, const union proto_any *msg);

#endif /* MONITOR_AUTH_H */
