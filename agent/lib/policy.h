/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the agent keeps of each line beside its sysfs attributes: who may attach
 * or watch, and how a session on it goes. The daemon has it from the
 * configuration and writes it to a file of its own, which monitors read anew
 * for each session.
 */
#ifndef AGENT_POLICY_H
#define AGENT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "access.h"

#define POLICY_FILE		"lines"	/* in the run directory */
#define POLICY_NAME_MAX		64
#define POLICY_WARNING_DEFAULT	20	/* seconds */
#define POLICY_WAIT_DEFAULT	300	/* seconds */
#define POLICY_WAIT_MAX		86400
#define POLICY_LEVEL_DEFAULT	1
#define POLICY_LEVEL_MAX	15

enum policy_list {
	POLICY_ALLOW,	/* may attach; without an entry everybody may */
	POLICY_WATCH,	/* may watch; without an entry privilege 15 only */
};

enum policy_kind {
	POLICY_USER,
	POLICY_GROUP,	/* of the system: group(5) */
};

struct policy_rule {
	unsigned int line;
	enum policy_list list;
	enum policy_kind kind;
	char name[POLICY_NAME_MAX + 1];
	bool applies;	/* policy_resolve() */
};

struct policy_settings {
	unsigned int line;
	bool replay;		/* a session begins with the line's history */
	bool output;		/* session-timeout: output counts, too */
	unsigned int warning;	/* seconds before an absolute time-out, 0: none */
	unsigned int wait;	/* seconds for a lost device, 0: for ever */
	unsigned int level;	/* privilege of users who have none of their own */
};

/* Zero is empty; policy_free() after. */
struct policy {
	struct policy_rule *rules;	/* ascending by line; owned */
	size_t rule_count;
	struct policy_settings *settings;	/* the same; owned */
	size_t setting_count;
	struct access access;	/* peers that lines take; owned */
	bool deny;	/* it could not be read: admit nobody */
};

void policy_free(struct policy *policy);

/* Whether a rule may have this name: that of a login's user. */
bool policy_name_ok(const char *name);

/* Adds a rule, at most once. Return: 0, -ENOMEM. */
int policy_add(struct policy *policy, const struct policy_rule *rule);

/* The settings of a line, the defaults if it has none of its own. */
struct policy_settings policy_get(const struct policy *policy,
				  unsigned int line);

/* Sets those of settings->line. Return: 0, -ENOMEM. */
int policy_set(struct policy *policy, const struct policy_settings *settings);

/* Prints it for policy_load(). Return: 0 or -errno. */
int policy_print(const struct policy *policy, FILE *file);

/**
 * policy_load() - read what policy_print() wrote
 * Return: 0; -errno, -EBADMSG for anything else than that, @ret untouched.
 */
int policy_load(struct policy *ret, const char *path);

/**
 * policy_resolve() - find the rules that apply to a user
 * @is_account: he logged in as an account of this system. Others are in no
 * group: an account with their name is somebody else's.
 * A group that does not exist has no members.
 */
void policy_resolve(struct policy *policy, const char *user, bool is_account);

/* Whether the user of policy_resolve() is admitted by a line's list. */
bool policy_admits(const struct policy *policy, unsigned int line,
		   enum policy_list list);

#endif /* AGENT_POLICY_H */
