// SPDX-License-Identifier: GPL-2.0-only
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <time.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "cleanup.h"

static sd_event *event;

struct loop_source {
	sd_event_source *source;
	void *arg;
	union {
		loop_io_fn io;
		loop_timer_fn timer;
		loop_signal_fn signal;
		loop_child_fn child;
		loop_watch_fn watch;
	} fn;
};

int loop_init(void)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);	/* for loop_add_child() */
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	r = sd_event_default(&event);
	if (r < 0)
		return r;
	r = sd_event_set_watchdog(event, 1);
	return r < 0 ? r : 0;
}

int loop_run(void)
{
	return sd_event_loop(event);
}

void loop_quit(int code)
{
	sd_event_exit(event, code);
}

/* Gives @s to the caller, or frees it when @r says that adding failed. */
static int added(int r, struct loop_source *s, struct loop_source **ret)
{
	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct loop_source *s = arg;

	(void)source;
	s->fn.io(fd, events, s->arg);
	return 0;
}

int loop_add_io(int fd, uint32_t events, loop_io_fn fn, void *arg,
		struct loop_source **ret)
{
	struct loop_source *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->arg = arg;
	s->fn.io = fn;
	return added(sd_event_add_io(event, &s->source, fd, events, on_io, s),
		     s, ret);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct loop_source *s = arg;

	(void)source;
	(void)usec;
	s->fn.timer(s->arg);
	return 0;
}

int loop_add_timer(uint64_t usec, loop_timer_fn fn, void *arg,
		   struct loop_source **ret)
{
	struct loop_source *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->arg = arg;
	s->fn.timer = fn;
	return added(sd_event_add_time_relative(event, &s->source,
						CLOCK_MONOTONIC, usec, 0,
						on_timer, s), s, ret);
}

static int on_signal(sd_event_source *source,
		     const struct signalfd_siginfo *si, void *arg)
{
	struct loop_source *s = arg;

	(void)source;
	s->fn.signal((int)si->ssi_signo, s->arg);
	return 0;
}

int loop_add_signal(int signo, loop_signal_fn fn, void *arg)
{
	struct loop_source *s = calloc(1, sizeof(*s));
	struct loop_source *forever;
	sigset_t set;

	if (!s)
		return -ENOMEM;
	sigemptyset(&set);
	sigaddset(&set, signo);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
		free(s);
		return -errno;
	}
	s->arg = arg;
	s->fn.signal = fn;
	return added(sd_event_add_signal(event, &s->source, signo, on_signal,
					 s), s, &forever);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *arg)
{
	struct loop_source *s = arg;

	(void)source;
	s->fn.child(si->si_pid, si->si_code == CLD_EXITED ?
		    si->si_status : -si->si_status, s->arg);
	return 0;
}

int loop_add_child(pid_t pid, loop_child_fn fn, void *arg,
		   struct loop_source **ret)
{
	struct loop_source *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->arg = arg;
	s->fn.child = fn;
	return added(sd_event_add_child(event, &s->source, pid, WEXITED,
					on_child, s), s, ret);
}

static int on_watch(sd_event_source *source, const struct inotify_event *e,
		    void *arg)
{
	struct loop_source *s = arg;

	(void)source;
	s->fn.watch(e->len ? e->name : NULL, s->arg);
	return 0;
}

int loop_add_watch(const char *directory, loop_watch_fn fn, void *arg,
		   struct loop_source **ret)
{
	struct loop_source *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->arg = arg;
	s->fn.watch = fn;
	return added(sd_event_add_inotify(event, &s->source, directory,
					  IN_CREATE | IN_DELETE | IN_ATTRIB |
					  IN_MOVED_TO | IN_MOVED_FROM |
					  IN_CLOSE_WRITE | IN_DELETE_SELF |
					  IN_MOVE_SELF | IN_ONLYDIR,
					  on_watch, s), s, ret);
}

struct loop_source *loop_remove(struct loop_source *source)
{
	if (source) {
		sd_event_source_disable_unref(source->source);
		free(source);
	}
	return NULL;
}

uint64_t loop_now(void)
{
	uint64_t usec = 0;

	sd_event_now(event, CLOCK_MONOTONIC, &usec);
	return usec;
}

void loop_notify(const char *format, ...)
{
	char *text _cleanup_free_ = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		sd_notify(0, text);
}
