/* SPDX-License-Identifier: GPL-2.0-only */
/* vtymuxd: what its parts share. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>

#include "binder.h"
#include "conf.h"
#include "server.h"

struct daemon {
	struct conf conf;
	struct server server;
	struct binder binder;
	bool ready;			/* READY=1 was sent */
	bool lines_pending;		/* the start-up configuration waits for them */
	int refused;			/* lines of the configuration */
	struct loop_source *key_watch, *key_retry;
	int keys;			/* of keys_check(), or -errno */
	char key_fault[256];
};

/**
 * daemon_configure() - the configuration of this start
 * The first start after a boot applies the start-up configuration; a later one
 * takes the daemon's own part from the running configuration and leaves the
 * lines alone.
 */
void daemon_configure(struct daemon *d);

/* Applies the start-up configuration again. */
void daemon_reconfigure(struct daemon *d);

/* The module came: applies the line settings if they still wait for it. */
void daemon_lines_came(struct daemon *d);

/* The module came anew: the next daemon_configure() is one after a boot. */
void daemon_forget(void);

/* Parses a file and prints what the daemon would keep. Return: exit status. */
int daemon_check(const char *path);

#endif /* DAEMON_DAEMON_H */
