/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attempts to log in. All of them that fail look the same from outside: same
 * answer, at the next full multiple of two seconds after the client's last
 * word, whether the user part is malformed, the name unknown, locked or root's,
 * or the password wrong.
 */
#ifndef MONITOR_AUTH_H
#define MONITOR_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"

struct monitor;

/* Handlers of session.c's table. Return: 0, or -EPROTO. */
int auth_on_password(struct monitor *m, const union proto_any *msg);
int auth_on_kbdint(struct monitor *m, const union proto_any *msg);
int auth_on_response(struct monitor *m, const union proto_any *msg);
int auth_on_abort(struct monitor *m, const union proto_any *msg);

/**
 * auth_account() - what PAM's account stage says of a user whose key is good
 * @configured: it is the configuration's, and so the user may be one of the
 * database; in a home it is an account's
 * Return: why he may not log in (static text), or NULL.
 */
const char *auth_account(struct monitor *m, bool configured);

/* Ends an attempt: @why it failed, or NULL. Logs, counts, delays, answers. */
void auth_finish(struct monitor *m, const char *why);

void auth_send_result(struct monitor *m, enum proto_result result);

/* The next full multiple of @grid after @since, at least one; in ms. */
int64_t auth_next_on_grid(int64_t since, int64_t grid);

#endif /* MONITOR_AUTH_H */
