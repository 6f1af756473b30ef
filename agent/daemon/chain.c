// SPDX-License-Identifier: GPL-2.0-only
#include "chain.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "conf.h"
#include "log.h"

static bool is_user(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->user_count; i++)
		if (!strcmp(conf->users[i].name, name))
			return true;
	return false;
}

/* His keys need not be together. */
static bool came_before(const struct params *params, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(params->keys[j].user, params->keys[i].user))
			return true;
	return false;
}

static bool is_account(const char *name)
{
	FILE *file _cleanup_file_ = fopen("/etc/passwd", "re");
	const struct passwd *pw;

	while (file && (pw = fgetpwent(file)))
		if (!strcmp(pw->pw_name, name))
			return true;
	return false;
}

void chain_warn(const struct conf *conf)
{
	static char last[1024];
	char names[sizeof(last)] = "";
	size_t len = 0;

	for (size_t i = 0; i < conf->ssh.key_count; i++) {
		const char *user = conf->ssh.keys[i].user;

		if (came_before(&conf->ssh, i) || is_user(conf, user) ||
		    is_account(user) || len + strlen(user) + 3 > sizeof(names))
			continue;
		len += (size_t)sprintf(names + len, "%s%s", len ? ", " : "",
				       user);
	}
	if (*names && strcmp(names, last))
		log_warn("ip ssh pubkey-chain: neither in the database nor in /etc/passwd: %s",
			 names);
	strcpy(last, names);
}
