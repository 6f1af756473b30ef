/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session's own connections to the daemon's control socket, for vtymux: one
 * that its program gets at the start, and more of the same for who holds the
 * other end of the broker's pair (ctl.h), because daemons come and go.
 */
#ifndef MONITOR_CONTROL_H
#define MONITOR_CONTROL_H

#include <stdint.h>

struct monitor;

/**
 * control_connect() - connect as the session's user, for whatever he runs
 * Return: a descriptor that has the session's identity and m->level and no
 * more, the caller's to close; -errno when the daemon is not there.
 */
int control_connect(const struct monitor *m);

/**
 * control_open() - make the pair for a new program, whose level is the login's
 * Return: the program's end, the caller's to close; -errno.
 */
int control_open(struct monitor *m);

/* Our end, to be polled for input; -1 without, or while it has to wait. */
int control_fd(struct monitor *m);

/* A question is there: answers it, at most so many a second. */
void control_serve(struct monitor *m);

/* The program has gone. */
void control_close(struct monitor *m);

#endif /* MONITOR_CONTROL_H */
