/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps lines bound: compares bindings, ttys and lines whenever one of them
 * changes and writes what is missing to sysfs. It keeps no picture of its own
 * between two looks, so a lost event costs time and nothing else.
 */
#ifndef DAEMON_BINDER_H
#define DAEMON_BINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

#define BINDER_WORDS	((VTYMUX_LINE_MAX + 1) / 64)

/* What became of a binding, so that it is logged when it changes. */
struct binder_verdict {
	unsigned int line;
	enum binding_outcome outcome;
	int error;	/* of writing the backing */
	bool settling;	/* found unbound, its event not yet seen */
};

struct binder {
	const struct conf *conf;	/* the daemon's */
	void (*changed)(void *arg);	/* the status text is out of date */
	/*
	 * The module is there; @late: it was not at the start, or went. False
	 * ends the look: the daemon is about to end.
	 */
	bool (*lines_came)(bool late, void *arg);
	void *arg;
	struct udev_watch *udev;	/* NULL without */
	struct nl_client *nl;		/* NULL while there is no module */
	struct loop_source *udev_source, *nl_source, *look;
	uint64_t look_at;		/* loop_now() of the next look */
	uint64_t backoff;		/* usec to the next try of a failed write */
	bool absent, absence_logged;	/* the module */
	/* Unbound by hand: not bound again before the tty comes anew. */
	uint64_t held[BINDER_WORDS];
	/* Unbound by us: the event that tells so is not a hand's. */
	uint64_t expected[BINDER_WORDS];
	struct binder_verdict *verdicts;	/* of the last look; owned */
	size_t verdict_count, bound_count;
};

/* Starts following udev and the module, and looks once. */
void binder_start(struct binder *binder);

void binder_stop(struct binder *binder);

/**
 * binder_reconfigure() - after the bindings changed
 * @old: the configuration before. A line whose binding went or became another
 * is unbound, which ends its session; then everything is looked at again. Other
 * lines that were unbound by hand stay so.
 */
void binder_reconfigure(struct binder *binder, const struct conf *old);

/* Binds what was unbound by hand, too, at the next look. */
void binder_forget_held(struct binder *binder);

#endif /* DAEMON_BINDER_H */
