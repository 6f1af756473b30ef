/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration: what the daemon keeps itself, read from and printed as
 * commands. Line settings are not in here, they live in sysfs; reading a
 * configuration writes them there.
 */
#ifndef AGENT_CONF_H
#define AGENT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "binding.h"
#include "listen.h"

#define CONF_LISTENS_MAX	16
#define CONF_PORT_DEFAULT	2200
#define CONF_TIMEOUT_DEFAULT	120
#define CONF_TIMEOUT_CAP	600	/* what a time-out of 0 means */
#define CONF_RETRIES_DEFAULT	3
#define CONF_SIZE_MAX		(4U << 20)	/* bytes of a configuration */

struct conf_listen {
	char address[LISTEN_ADDRESS_MAX + 1];	/* empty: all, both families */
	uint16_t port;
};

/* conf_init() before, conf_free() after. */
struct conf {
	struct conf_listen listens[CONF_LISTENS_MAX];
	size_t listen_count;		/* 0: all addresses, the default port */
	unsigned int timeout;		/* seconds 0..120, as configured */
	unsigned int retries;		/* 0..5 */
	struct binding *bindings;	/* ascending by line; owned */
	size_t binding_count;
};

/**
 * conf_report_fn() - told about each line that was not applied
 * @line: counts from 1
 */
typedef void (*conf_report_fn)(unsigned int line, const char *reason,
			       void *arg);

enum conf_flags {
	CONF_LINES	= 1U << 0,	/* check and write line settings */
};

void conf_init(struct conf *conf);
void conf_free(struct conf *conf);

/* Seconds a session has to log in: the time-out with its cap. */
unsigned int conf_login_time(const struct conf *conf);

/**
 * conf_read() - apply a text of commands to a configuration
 * @flags: without CONF_LINES the commands of lines are checked for form only
 * and nothing is written to sysfs; bindings count in both cases
 * Return: number of lines that were not applied, each reported; or -errno of
 * reading. What can be applied is.
 */
int conf_read(struct conf *conf, FILE *file, unsigned int flags,
	      conf_report_fn report, void *arg);

/**
 * conf_load() - conf_read() of a file
 * Return: as conf_read(); -ENOENT; -EPERM for a file that is not regular, not
 * owned by root (or the effective user) or writable for group or others;
 * -EFBIG over CONF_SIZE_MAX.
 */
int conf_load(struct conf *conf, const char *path, unsigned int flags,
	      conf_report_fn report, void *arg);

/* Prints what differs from the default, as commands. Return: 0 or -errno. */
int conf_print(const struct conf *conf, FILE *file);

/* Replaces a file by conf_print(), atomically, mode 0600. Return: 0, -errno. */
int conf_save(const struct conf *conf, const char *path);

/* The binding of a line, or NULL. */
const struct binding *conf_binding(const struct conf *conf, unsigned int line);

/* Sets, or with NULL removes, the binding of a line. Return: 0, -ENOMEM. */
int conf_bind(struct conf *conf, unsigned int line,
	      const struct binding *binding);

#endif /* AGENT_CONF_H */
