// SPDX-License-Identifier: GPL-2.0-only
/* Local users and the secrets of "enable". Passwords are kept hashed only. */
#include "conf-cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "secret.h"

static bool is_user_name(const char *name)
{
	static const char charset[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-";

	return strlen(name) <= CONF_NAME_MAX && *name != '.' && *name != '@' &&
	       *name != '-' && !name[strspn(name, charset)];
}

/* Index of the first user of that name or after it. */
static size_t user_index(const struct conf *conf, const char *name)
{
	size_t i = 0;

	while (i < conf->user_count && strcmp(conf->users[i].name, name) < 0)
		i++;
	return i;
}

const struct conf_user *conf_user(const struct conf *conf, const char *name)
{
	size_t i = user_index(conf, name);

	return i < conf->user_count && !strcmp(conf->users[i].name, name) ?
		&conf->users[i] : NULL;
}

/*
 * A "[0|5|7|9] SECRET" as a hash. A plain one that is the old one keeps its hash,
 * so that doing it again changes nothing.
 */
static int hash_secret(struct cmd_match *match, const char *typed,
		       const char *old, char hash[CONF_HASH_MAX + 1])
{
	char plain[CMD_LINE_MAX + 1];
	unsigned int type = 0;
	int r;

	if (typed[0] >= '0' && typed[0] <= '9' && typed[1] == ' ') {
		type = (unsigned int)(typed[0] - '0');
		typed += 2;
		typed += strspn(typed, " \t");
	}
	if (type == 5) {
		if (strlen(typed) > CONF_HASH_MAX || !secret_is_hash(typed))
			return cmd_fail(match, -EINVAL,
					"%% the secret of type 5 is not a hash of crypt(5)");
		strcpy(hash, typed);
		return 0;
	}
	if (type == 9)
		return secret_from_scrypt(typed, hash, CONF_HASH_MAX + 1) < 0 ?
			cmd_fail(match, -EINVAL,
				 "%% the secret of type 9 is not $9$SALT$HASH") : 0;
	if (type != 0 && type != 7)
		return cmd_fail(match, -EOPNOTSUPP,
				"%% secrets of type %u cannot be verified here: "
				"give it as type 0, 7 or 9, or a hash of crypt(5) "
				"as type 5", type);
	snprintf(plain, sizeof(plain), "%s", typed);
	if (type == 7 && secret_decode(typed, plain, sizeof(plain)) < 0)
		return cmd_fail(match, -EINVAL, "%% Invalid encrypted password");
	if (!*plain || strlen(plain) > SECRET_MAX)
		r = cmd_fail(match, -EINVAL,
			     "%% a secret has 1 to %d characters", SECRET_MAX);
	else if (*old && secret_verify(plain, old))
		r = (memmove(hash, old, strlen(old) + 1), 0);
	else
		r = secret_hash(plain, hash, CONF_HASH_MAX + 1);
	explicit_bzero(plain, sizeof(plain));
	return r < 0 && !*match->error ?
		cmd_fail(match, r, "%% hashing: %s", strerror(-r)) : r;
}

/* The hash to keep when the secret is the same, "" for none. */
static const char *user_hash(const struct conf *conf, const char *name)
{
	const struct conf_user *u = conf_user(conf, name);

	if (!u && conf->known)
		u = conf_user(conf->known, name);
	return u ? u->hash : "";
}

static const char *enable_hash(const struct conf *conf, unsigned int level)
{
	if (!*conf->enable[level] && conf->known)
		return conf->known->enable[level];
	return conf->enable[level];
}

static int remove_user(struct conf *conf, const char *name)
{
	size_t i = user_index(conf, name);

	if (conf_user(conf, name))
		memmove(&conf->users[i], &conf->users[i + 1],
			(--conf->user_count - i) * sizeof(conf->users[0]));
	return 0;
}

static int put_user(struct cmd_match *match, struct conf *conf,
		    const struct conf_user *user)
{
	size_t i = user_index(conf, user->name);
	struct conf_user *grown;

	if (conf_user(conf, user->name)) {
		conf->users[i] = *user;
		return 0;
	}
	if (conf->user_count == CONF_USERS_MAX)
		return cmd_fail(match, -ENOSPC, "%% over %d users",
				CONF_USERS_MAX);
	grown = realloc(conf->users, (conf->user_count + 1) * sizeof(*grown));
	if (!grown)
		return cmd_fail(match, -ENOMEM, "out of memory");
	conf->users = grown;
	memmove(&grown[i + 1], &grown[i],
		(conf->user_count++ - i) * sizeof(*grown));
	grown[i] = *user;
	return 0;
}

/* username NAME [privilege N] [{secret|password} [TYPE] SECRET] */
static int username(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;
	const char *name = match->args[0].word;
	struct conf_user user = { .privilege = 1 };
	const struct conf_user *old = conf_user(conf, name);
	bool privilege = strstr(match->cmd->pattern, "privilege") != NULL;
	int r = 0;

	if (match->no)
		return remove_user(conf, name);
	if (!is_user_name(name))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not a user name: 1 to %d of "
				"A-Z a-z 0-9 _ . @ -, not beginning with . @ -",
				name, CONF_NAME_MAX);
	if (old)
		user = *old;
	strcpy(user.name, name);
	if (privilege)
		user.privilege = (unsigned int)match->args[1].number;
	if (*match->rest)
		r = hash_secret(match, match->rest, user_hash(conf, name),
				user.hash);
	return r < 0 ? r : put_user(match, conf, &user);
}

/* enable {secret|password} [level N] [TYPE] SECRET */
static int enable(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;
	bool level = strstr(match->cmd->pattern, "level") != NULL;
	unsigned int n = level && match->nargs > 1 ?
		(unsigned int)match->args[1].number : CMD_LEVEL_MAX;

	if (match->no) {
		*conf->enable[n] = '\0';
		return 0;
	}
	return hash_secret(match, match->rest, enable_hash(conf, n),
			   conf->enable[n]);
}

#define FLAGS	(CMD_NO | CMD_NO_SHORT | CMD_SECRET)

const struct cmd conf_user_commands[] = {
	{ "enable {secret|password} LINE", FLAGS, enable,
	  "Define the secret of enable" },
	{ "enable {secret|password} level <1-15> LINE", FLAGS, enable,
	  "Define the secret of a level" },
	{ "username WORD", CMD_NO, username, "Establish a user" },
	{ "username WORD privilege <0-15>", CMD_NO, username,
	  "Set the privilege level of a user" },
	{ "username WORD {secret|password} LINE", FLAGS, username,
	  "Specify the secret of a user" },
	{ "username WORD privilege <0-15> {secret|password} LINE", FLAGS,
	  username, "Specify the secret of a user" },
	{ "username WORD nopassword [LINE]", 0, NULL,
	  "No password is required" },
	{ .more = conf_aaa_commands }
};
