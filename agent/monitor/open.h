/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session on a line or on the connection's vty, from PROTO_OPEN to its end.
 * Refusals: what vty_admit() says first, then those of admit.h.
 */
#ifndef MONITOR_OPEN_H
#define MONITOR_OPEN_H

#include <stddef.h>

#include "accounting.h"
#include "service.h"

struct monitor;
struct target;
union proto_any;

/* Handlers of session.c's table. Return: 0, or -EPROTO. */
int open_on_open(struct monitor *m, const union proto_any *msg);
int open_on_close(struct monitor *m, const union proto_any *msg);
int open_on_lost(struct monitor *m, const union proto_any *msg);

/* The line a target means. Return: 0, -ENODEV for none, or -errno. */
int open_find_line(const struct target *t, unsigned int *ret);

/* The line whose lists count for the target, 0 when there is none. */
unsigned int open_login_line(const struct monitor *m);

/**
 * open_login_service() - where the target's login list leads
 *
 * Reads sysfs only. For an EXEC session it is the list of its virtual line. A
 * target that leads to no line gives the service of `default`.
 *
 * @tty: filled with PAM_TTY: "vtyN", or "ssh" while the line is not known
 */
void open_login_service(const struct monitor *m,
			char service[SERVICE_NAME_MAX + 1], char *tty,
			size_t size);

/* Warns, once a login, of a list that is not defined. */
void open_warn_list(const struct monitor *m);

/*
 * The claim polled POLLHUP: tells the client why, the state stays open. The
 * connection goes on when the session process closes the session within 5 s,
 * for which its client has to take what is left of it; else it ends.
 */
void open_revoked(struct monitor *m);

/*
 * The same when the monitor itself ends the session, with a text of its own.
 * The session process gets some time to pass it on, then the monitor ends, and
 * also after a session that was revoked before.
 */
void open_end(struct monitor *m, enum accounting_cause cause,
	      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Frees the line. Harmless when none is open. */
void open_release(struct monitor *m);

#endif /* MONITOR_OPEN_H */
