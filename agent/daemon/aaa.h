/* SPDX-License-Identifier: GPL-2.0-only */
/* AAA out of the daemon's commands. */
#ifndef DAEMON_AAA_H
#define DAEMON_AAA_H

#include "aaa-config.h"
#include "conf.h"

/* What aaa_collect() allocates; names and hashes belong to the conf. */
struct aaa_set {
	struct aaa_config config;
	struct aaa_list *lists;		/* owned, as all below */
	struct aaa_group *groups;
	struct aaa_user *users;
};

/**
 * aaa_collect() - lists, groups and users with their names resolved
 * The groups "radius" and "tacacs+" have all servers of their protocol, in the
 * order of their names. Return: 0 or -ENOMEM; aaa_free() after both.
 */
int aaa_collect(const struct conf *conf, struct aaa_set *ret);

/* Wipes the keys. */
void aaa_free(struct aaa_set *set);

/**
 * aaa_apply() - compile the configuration for the next login
 * Logs what is not usable. When it fails the old lists stay, or there are none
 * and logins are refused.
 */
void aaa_apply(const struct conf *conf);

#endif /* DAEMON_AAA_H */
