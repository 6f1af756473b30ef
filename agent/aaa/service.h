/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the PAM services that lists are compiled to (compile.h). */
#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

#include "aaa-config.h"

#define SERVICE_DIR	"pam.d"		/* in the run directory */
#define SERVICE_NAME_MAX	(8 + 3 * AAA_LIST_NAME_MAX)

/* Of an undefined login list: `default` without its `none`. */
#define SERVICE_UNDEFINED	"undefined"

/**
 * service_name() - the PAM service of a list
 * @list: 1..AAA_LIST_NAME_MAX bytes, any but NUL
 *
 * "login-", "exec-", "reverse-" or "enable-" and then a-z and 0-9 as they are, every
 * other byte as _hh: libpam lower-cases service names and cuts them at a
 * slash, so two lists must not meet in one service by that.
 *
 * Return: 0, -EINVAL for an empty or too long name.
 */
int service_name(enum aaa_service service, const char *list,
		 char ret[SERVICE_NAME_MAX + 1]);

/**
 * service_for_list() - the service that a list of a line leads to
 * @rundir: where vtymuxd has compiled the lists
 * Return: 0 for a defined list; 1 in place of one that is not, for logins
 * SERVICE_UNDEFINED and for others `default`; -EINVAL as service_name().
 */
int service_for_list(const char *rundir, enum aaa_service service,
		     const char *list,
		     char ret[SERVICE_NAME_MAX + 1]);

#endif /* AGENT_SERVICE_H */
