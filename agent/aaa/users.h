/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `username` database as the PAM modules see it, and the tally of failed
 * logins. The file is written by vtymuxd: one user a line, "NAME LEVEL HASH",
 * "-" for a user without a secret.
 */
#ifndef AGENT_USERS_H
#define AGENT_USERS_H

#include <stdbool.h>
#include <stdint.h>

#define USERS_HASH_MAX	127	/* crypt(5) */
#define USERS_LOCK	60	/* seconds a user is locked */

struct user {
	uint32_t level;			/* 0..15 */
	char hash[USERS_HASH_MAX + 1];	/* "" without a secret */
};

/* ^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$ */
bool users_name_ok(const char *name);

/**
 * users_find() - one user of the file
 * Return: 0; -ENOENT for a name that is not in it; -EPERM for a file that is
 * not root's (or the effective user's) alone; -EINVAL for a broken one; -errno.
 */
int users_find(const char *path, const char *name, struct user *ret);

/**
 * users_locked() - whether a user has failed too often
 * @dir: of the tallies
 * @max: failures in a row, 0 for any number
 * The lock ends USERS_LOCK seconds after the failure that closed it. Users of
 * level 15 are never locked: they are the last resort.
 */
bool users_locked(const char *dir, const char *name, const struct user *user,
		  uint32_t max);

/* Counts a failure, or with @failed false forgets all. */
void users_tally(const char *dir, const char *name, bool failed);

#endif /* AGENT_USERS_H */
