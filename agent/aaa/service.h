/* SPDX-License-Identifier: GPL-2.0-only */
/* Login lists compiled to PAM services in a private directory. */
#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/vtymux.h>

#define SERVICE_DIR	"pam.d"		/* in the run directory */
#define SERVICE_NAME_MAX	(6 + 3 * VTYMUX_LIST_NAME_MAX)

/**
 * service_name() - the PAM service of a login list
 * @list: 1..VTYMUX_LIST_NAME_MAX bytes, any but NUL
 *
 * "login-" and then a-z and 0-9 as they are, every other byte as _hh: libpam
 * lower-cases service names and cuts them at a slash, so two lists must not
 * meet in one service by that.
 *
 * Return: 0, -EINVAL for an empty or too long name.
 */
int service_name(const char *list, char ret[SERVICE_NAME_MAX + 1]);

/**
 * service_for_list() - the service a line's login list leads to
 *
 * A list that is not defined means `default`. `default` is the only list this
 * version defines.
 *
 * Return: 0 for a defined list, 1 for `default` in place of an undefined one,
 * -EINVAL as service_name().
 */
int service_for_list(const char *list, char ret[SERVICE_NAME_MAX + 1]);

/**
 * service_write_all() - write the services of all lists
 * @rundir: existing directory that only root may write to
 *
 * The services are written to a new directory, 0700, that takes the place of
 * @rundir/pam.d in one step: a login sees all old services or all new ones.
 *
 * Return: 0 or -errno; on failure the old services stay.
 */
int service_write_all(const char *rundir);

#endif /* AGENT_SERVICE_H */
