/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target of a session: which line it means, whether it may be had, and the
 * claim on it. Nothing of a line is touched before PROTO_OPEN.
 *
 * Refusals come in this order, the first that holds: what vty_admit() says; a
 * session of a kind this version does not have; invalid line; transport input; commands; then what
 * the claim says, not available before busy. For a rotary group, commands are
 * refused with the number of its lowest candidate.
 */
#ifndef MONITOR_OPEN_H
#define MONITOR_OPEN_H

#include <stddef.h>

#include "service.h"

struct monitor;
union proto_any;

/* Handlers of session.c's table. Return: 0, or -EPROTO. */
int open_on_open(struct monitor *m, const union proto_any *msg);
int open_on_close(struct monitor *m, const union proto_any *msg);

/**
 * open_login_service() - where the target's login list leads
 *
 * Reads sysfs only. A target that leads to no line gives the service of
 * `default`.
 *
 * @tty: filled with PAM_TTY: "vtyN", or "ssh" while the line is not known
 */
void open_login_service(const struct monitor *m,
			char service[SERVICE_NAME_MAX + 1], char *tty,
			size_t size);

/* Warns, once a login, of a list that is not defined. */
void open_warn_list(const struct monitor *m);

/* The claim polled POLLHUP: tells the client why, the state stays open. */
void open_revoked(struct monitor *m);

/* The same when the monitor itself gives the line up. */
void open_cleared(struct monitor *m);

/* Frees the line. Harmless when none is open. */
void open_release(struct monitor *m);

#endif /* MONITOR_OPEN_H */
