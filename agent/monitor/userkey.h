/* SPDX-License-Identifier: GPL-2.0-only */
/* Public keys of users (RFC 4252 7), decided here and nowhere else. */
#ifndef MONITOR_USERKEY_H
#define MONITOR_USERKEY_H

struct monitor;
union proto_any;

/*
 * Handler of session.c's table: a question whether a key would do, or an
 * attempt with a signature. Return: 0, or -EPROTO.
 */
int userkey_on_pubkey(struct monitor *m, const union proto_any *msg);

#endif /* MONITOR_USERKEY_H */
