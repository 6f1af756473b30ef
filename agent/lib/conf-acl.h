/* SPDX-License-Identifier: GPL-2.0-only */
/* Access lists in the configuration, and the access classes of lines. */
#ifndef AGENT_CONF_ACL_H
#define AGENT_CONF_ACL_H

#include "conf-cmd.h"

/* Prints all lists, as commands. */
void conf_acl_print(const struct conf *conf, FILE *file);

/**
 * conf_access_class() - the list that says who may come to a line
 * Return: false when the line has none for that address family.
 */
bool conf_access_class(const struct conf *conf, unsigned int line, bool ipv6,
		       char ret[ACL_NAME_MAX + 1]);

#endif /* AGENT_CONF_ACL_H */
