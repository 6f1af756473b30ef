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

#include "acl-set.h"
#include "binding.h"
#include "listen.h"
#include "params.h"

#define CONF_LISTENS_MAX	16
#define CONF_PORT_DEFAULT	2200
#define CONF_ROTARIES_MAX	16
#define CONF_ROTARY_PORTS_MAX	127	/* of all ranges */
#define CONF_TIMEOUT_DEFAULT	120
#define CONF_TIMEOUT_CAP	600	/* what a time-out of 0 means */
#define CONF_RETRIES_DEFAULT	3
#define CONF_SIZE_MAX		(4U << 20)	/* bytes of a configuration */
#define CONF_TEXT_MAX		8191	/* bytes of a banner */
#define CONF_NAME_MAX		64	/* of a user, a server, a group */
#define CONF_USERS_MAX		256
#define CONF_HASH_MAX		255	/* crypt(5) */

struct conf_listen {
	char address[LISTEN_ADDRESS_MAX + 1];	/* empty: all, both families */
	uint16_t port;
};

/* Port @port + i, on all addresses, means rotary group @low + i. */
struct conf_rotary {
	uint16_t port;			/* 2000..10000 */
	uint8_t low, high;		/* 1..127 */
};

struct conf_user {
	char name[CONF_NAME_MAX + 1];
	unsigned int privilege;		/* 0..15 */
	char hash[CONF_HASH_MAX + 1];	/* crypt(5); "": no password */
};

struct conf_item;	/* conf-item.h */
struct conf_lines;	/* conf-lines.h */

/* conf_init() before, conf_free() after. */
struct conf {
	struct conf_listen listens[CONF_LISTENS_MAX];
	size_t listen_count;		/* 0: all addresses, the default port */
	struct conf_rotary rotaries[CONF_ROTARIES_MAX];	/* no port twice */
	size_t rotary_count;
	unsigned int timeout;		/* seconds 0..120, as configured */
	unsigned int retries;		/* 0..5 */
	struct params ssh;		/* without the banner; owned */
	struct binding *bindings;	/* ascending by line; owned */
	size_t binding_count;
	struct conf_user *users;	/* ascending by name; owned */
	size_t user_count;
	/* crypt(5), "" without; of level 1 to 15 */
	char enable[16][CONF_HASH_MAX + 1];
	struct acl_set acls;
	struct conf_item *items;	/* everything else; owned */
	size_t item_count;
	/* While reading: whose hashes to keep for the same secrets; not owned */
	const struct conf *known;
};

/**
 * conf_report_fn() - told about each line that was not applied
 * @line: counts from 1
 */
typedef void (*conf_report_fn)(unsigned int line, const char *reason,
			       void *arg);

void conf_init(struct conf *conf);
void conf_free(struct conf *conf);

/* Makes @to, which is not initialised, a copy. Return: 0 or -ENOMEM. */
int conf_copy(struct conf *to, const struct conf *from);

/* Seconds a session has to log in: the time-out with its cap. */
unsigned int conf_login_time(const struct conf *conf);

/**
 * conf_read() - apply a text of commands to a configuration
 * @lines: where line settings go; with NULL they are checked for form only.
 * Bindings and what else the daemon keeps of lines count in both cases, but
 * without @lines nothing is known of "line vty N", so all below it is skipped
 * Return: number of lines that were not applied, each reported; or -errno of
 * reading. What can be applied is.
 */
int conf_read(struct conf *conf, FILE *file, const struct conf_lines *lines,
	      conf_report_fn report, void *arg);

/**
 * conf_load() - conf_read() of a file
 * Return: as conf_read(); -ENOENT; -EPERM for a file that is not regular, not
 * owned by root (or the effective user) or writable for group or others;
 * -EFBIG over CONF_SIZE_MAX.
 */
int conf_load(struct conf *conf, const char *path,
	      const struct conf_lines *lines, conf_report_fn report, void *arg);

enum conf_print_flags {
	CONF_PRINT_PUBLIC	= 1U << 0,	/* nothing secret, not hashed either */
	CONF_PRINT_SINGLE	= 1U << 1,	/* a block for each line */
	CONF_PRINT_ALL		= 1U << 2,	/* defaults of lines, too */
};

/**
 * conf_print() - print as commands
 * @lines: settings of lines; with NULL only what the daemon keeps is printed,
 * and lines have their absolute numbers
 * Reading it gives the same configuration. What has its default is left out
 * (but "exec" of tty lines); CONF_PRINT_ALL asks for it. Return: 0 or -errno.
 */
int conf_print(const struct conf *conf, const struct conf_lines *lines,
	       unsigned int flags, FILE *file);

/* Prints the blocks of lines @first to @last only. Return: 0 or -errno. */
int conf_print_lines(const struct conf *conf, const struct conf_lines *lines,
		     unsigned int flags, unsigned int first, unsigned int last,
		     FILE *file);

/* conf_print() without lines to a file in /run, not durable. 0 or -errno. */
int conf_save(const struct conf *conf, const char *path);

/**
 * conf_ssh_params() - the parameters of the SSH server, banner included
 * @ret: the caller's to free. Return: 0; -E2BIG for a banner too long; -ENOMEM.
 */
int conf_ssh_params(const struct conf *conf, struct params *ret);

/* The user of that name, or NULL. */
const struct conf_user *conf_user(const struct conf *conf, const char *name);

/**
 * conf_get() - what follows a setting's keywords, "lab" of "hostname lab"
 * @key: the whole keywords; of a setting of a line with conf_get_line()
 * Return: owned by @conf; NULL when it is not set.
 */
const char *conf_get(const struct conf *conf, const char *key);
const char *conf_get_line(const struct conf *conf, unsigned int line,
			  const char *key);

/* The rotary group that a port means, 0 for none. */
unsigned int conf_port_rotary(const struct conf *conf, uint16_t port);

/* The binding of a line, or NULL. */
const struct binding *conf_binding(const struct conf *conf, unsigned int line);

/* Sets, or with NULL removes, the binding of a line. Return: 0, -ENOMEM. */
int conf_bind(struct conf *conf, unsigned int line,
	      const struct binding *binding);

#endif /* AGENT_CONF_H */
