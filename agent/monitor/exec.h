/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EXEC sessions: a shell, a command or a subsystem on the connection's virtual
 * line or, without a terminal, on pipes. The program is the user's and runs in
 * a unit of its own (unit.h); the monitor passes it its descriptors, reports
 * how it ended and sees to it that nothing of it is left.
 */
#ifndef MONITOR_EXEC_H
#define MONITOR_EXEC_H

#include <stdbool.h>
#include <stdint.h>

struct exec;
struct monitor;
struct pollfd;
struct proto_open;
struct proto_status;
union proto_any;

/* Handlers of session.c's table. Return: 0, or -EPROTO. */
int exec_on_env(struct monitor *m, const union proto_any *msg);
int exec_on_command(struct monitor *m, const union proto_any *msg);
int exec_on_signal(struct monitor *m, const union proto_any *msg);

/**
 * exec_start() - start what PROTO_OPEN asks for
 * @notices: write end of the notice pipe, stays the caller's
 * @ret_fds: for PROTO_OPENED: output and input (terminal: the first only),
 * the caller's to close
 * Return: enum proto_opened_kind; -ECANCELED when a notice says why not,
 * -EACCES when it is for an SFTP client; -errno. A copy by the older protocol
 * that is refused is opened all the same, and ends at once.
 */
int exec_start(struct monitor *m, const struct proto_open *open, int notices,
	       int ret_fds[2]);

/* Forgets variables and command that came for an open that was refused. */
void exec_discard(struct monitor *m);

/* Whether a program was started and not released. */
bool exec_is_open(const struct monitor *m);

/* N of link_unit_name() of the open program, 0 without. */
unsigned int exec_unit(const struct monitor *m);

/* What the loop polls for, and when to look all the same (-1: never). */
void exec_poll(const struct monitor *m, struct pollfd *ret);
int64_t exec_timeout(const struct monitor *m);

/* After either of them. */
void exec_process(struct monitor *m);

/* Ends the program because the line is cleared; a notice was written. */
void exec_clear(struct monitor *m);

/**
 * exec_finish() - how the program ended
 * @ended: it did by itself, its end is on the way; else it is stopped
 * Releases all of it.
 */
void exec_finish(struct monitor *m, bool ended, struct proto_status *ret);

/* Stops and forgets the program, if there is one. */
void exec_release(struct monitor *m);

#endif /* MONITOR_EXEC_H */
