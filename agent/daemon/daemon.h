/* SPDX-License-Identifier: GPL-2.0-only */
/* vtymuxd: what its parts share. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>
#include <time.h>

#include "adopter.h"
#include "binder.h"
#include "conf.h"
#include "conf-cmd.h"
#include "control.h"
#include "server.h"

struct daemon {
	struct conf conf;
	struct server server;
	struct adopter adopter;
	struct binder binder;
	struct control control;
	time_t started;
	bool ready;			/* READY=1 was sent */
	bool lines_pending;		/* the start-up configuration waits for them */
	int refused;			/* lines of the configuration */
	struct loop_source *key_watch, *key_retry;
	int keys;			/* of keys_check(), or -errno */
	bool ssh;			/* there are some, and that was said */
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

/* After the configuration changed: acts on it. @old: what it was. */
void daemon_changed(struct daemon *d, const struct conf *old);

/**
 * daemon_command() - run one configuration command, whole or not at all
 * @header: of the mode it belongs to, "" for the global one
 * @parser: whose lines are set; where it is afterwards
 * Return: as conf_command().
 */
int daemon_command(struct daemon *d, const char *header, const char *text,
		   struct conf_parser *parser, struct cmd_match *match);

/* conf_replace() with a text; logs nothing. Return: as conf_replace(). */
int daemon_replace(struct daemon *d, const char *text, size_t size,
		   conf_report_fn report, void *arg, char *fault,
		   size_t fault_size);

/*
 * Prints the running configuration as "show running-config". @flags: of
 * conf_print(). Return: 0 or -errno.
 */
int daemon_print(const struct daemon *d, unsigned int flags, FILE *file);

/* Makes the running configuration that of the next start. 0 or -errno. */
int daemon_save(const struct daemon *d);

/* Removes the start-up configuration. Return: 0 or -errno. */
int daemon_erase(void);

/* The start-up configuration for reading, or NULL with errno. */
FILE *daemon_open_startup(void);

/* Parses a file and prints what the daemon would keep. Return: exit status. */
int daemon_check(const char *path);

#endif /* DAEMON_DAEMON_H */
