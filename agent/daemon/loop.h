/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop and the service manager's protocol. loop.c is the one file
 * that includes libsystemd's headers. There is one loop in the process.
 *
 * Callbacks return nothing: an error of a source is its owner's to handle. A
 * source stays armed until loop_remove(), timers and children until they fire.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include <stdint.h>
#include <sys/types.h>

struct loop_source;

typedef void (*loop_io_fn)(int fd, uint32_t events, void *arg);
typedef void (*loop_timer_fn)(void *arg);
typedef void (*loop_signal_fn)(int signo, void *arg);
/* @status: exit status, or minus the signal that ended the child */
typedef void (*loop_child_fn)(pid_t pid, int status, void *arg);
/* @name: the entry of the directory, NULL when the directory itself changed */
typedef void (*loop_watch_fn)(const char *name, void *arg);

/* Creates the loop; the watchdog is served when the unit asks. 0, -errno. */
int loop_init(void);

/* Runs until loop_quit(). Return: its code, or -errno. */
int loop_run(void);

void loop_quit(int code);

/* The descriptor stays the caller's. Return: 0 or -errno. */
int loop_add_io(int fd, uint32_t events, loop_io_fn fn, void *arg,
		struct loop_source **ret);

/* Fires once, @usec from now. Return: 0 or -errno. */
int loop_add_timer(uint64_t usec, loop_timer_fn fn, void *arg,
		   struct loop_source **ret);

/* The signal is blocked and comes here. Return: 0 or -errno. */
int loop_add_signal(int signo, loop_signal_fn fn, void *arg);

/* Reaps @pid when it ends. Return: 0 or -errno. */
int loop_add_child(pid_t pid, loop_child_fn fn, void *arg,
		   struct loop_source **ret);

/* Names that come, go or change in a directory. 0, -ENOENT, -errno. */
int loop_add_watch(const char *directory, loop_watch_fn fn, void *arg,
		   struct loop_source **ret);

/* Frees a source, or NULL. Safe in its own callback. Return: NULL. */
struct loop_source *loop_remove(struct loop_source *source);

/* Monotonic microseconds, of this turn of the loop. */
uint64_t loop_now(void);

/* One message to the service manager, "READY=1\nSTATUS=..."; ignored without. */
void loop_notify(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif /* DAEMON_LOOP_H */
