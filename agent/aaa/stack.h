/* SPDX-License-Identifier: GPL-2.0-only */
/* The PAM stack of one list. */
#ifndef AGENT_STACK_H
#define AGENT_STACK_H

#include <stdio.h>

#include "aaa-config.h"

/* Where the lines of a stack point to; no path has a space in it. */
struct stack_paths {
	const char *modules;	/* directory of our modules */
	const char *conf;	/* directory of groups and users */
	const char *state;	/* directory of tallies and dead servers */
};

/**
 * stack_print() - write the service of a list
 *
 * Each method is one or two lines that jump to a landing pad of their own when
 * the method says yes, go on to the next line only for AUTHINFO_UNAVAIL (no
 * server answers), and die for everything else, a missing module included.
 * `local` also goes on for a name it does not know, when a method that checks
 * follows: with `local none` any unknown name would be let in.
 *
 * Return: 0, -EINVAL for a list that is none, -EIO.
 */
int stack_print(const struct aaa_config *config, const struct aaa_list *list,
		const struct stack_paths *paths, FILE *file);

/* The group that a method means, or NULL. */
const struct aaa_group *stack_group(const struct aaa_config *config,
				    const char *name);

/* "group-radius-" or "group-tacplus-" and the name as in service_name(). */
void stack_group_file(const struct aaa_group *group, char *ret, size_t size);

#endif /* AGENT_STACK_H */
