/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration says of sessions on lines, for monitors. */
#ifndef AGENT_CONF_POLICY_H
#define AGENT_CONF_POLICY_H

#include "conf-cmd.h"
#include "lists.h"
#include "policy.h"

/* The lists and settings of all lines. Return: 0 or -ENOMEM. */
int conf_policy(const struct conf *conf, struct policy *ret);

/* The lists of AAA that lines name, for lists_find(). */
void conf_print_lists(const struct conf *conf, FILE *file);

/* What lines tell their users, for texts_load(). */
void conf_print_texts(const struct conf *conf, FILE *file);

/* Handlers of line commands. */
int conf_line_aaa(struct cmd_match *match, void *arg);
int conf_line_list(struct cmd_match *match, void *arg);
int conf_line_output(struct cmd_match *match, void *arg);
int conf_line_no_output(struct cmd_match *match, void *arg);
int conf_line_switch(struct cmd_match *match, void *arg);

#define CONF_OUTPUT	"session-timeout output"	/* as it is kept */

#endif /* AGENT_CONF_POLICY_H */
