/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler of lists works on: AAA as configured, names resolved. The
 * daemon fills it from its commands; nothing in here is owned.
 */
#ifndef AGENT_AAA_CONFIG_H
#define AGENT_AAA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "servers.h"

#define AAA_METHODS_MAX		4	/* in a list */
#define AAA_NAME_MAX		64	/* bytes in the name of a group */
#define AAA_LIST_NAME_MAX	31
#define AAA_LEVELS		16

enum aaa_service {
	AAA_LOGIN,	/* aaa authentication login */
	AAA_EXEC,	/* aaa authorization exec */
	AAA_REVERSE,	/* aaa authorization reverse-access */
	AAA_ENABLE,	/* aaa authentication enable */
	AAA_SERVICES
};

enum aaa_kind {
	AAA_LOCAL,
	AAA_SYSTEM,
	AAA_GROUP,
	AAA_IF_AUTHENTICATED,	/* authorization only */
	AAA_SECRET,		/* `enable`, in its list only */
	AAA_NONE,		/* the last of a list */
};

struct aaa_method {
	enum aaa_kind kind;
	char group[AAA_NAME_MAX + 1];	/* AAA_GROUP */
};

struct aaa_list {
	enum aaa_service service;
	char name[AAA_LIST_NAME_MAX + 1];
	size_t count;			/* 1..AAA_METHODS_MAX */
	struct aaa_method methods[AAA_METHODS_MAX];
};

struct aaa_group {
	char name[AAA_NAME_MAX + 1];
	enum server_protocol protocol;
	struct servers servers;		/* none: a fault, every use denies */
};

struct aaa_user {
	const char *name;
	unsigned int level;
	const char *hash;	/* crypt(5), "" without */
};

struct aaa_config {
	bool new_model;		/* without: exec means the level of `username` */
	unsigned int login_time;	/* seconds that a login may take */
	unsigned int max_fail;	/* failures that lock a user, 0: none */
	const struct aaa_list *lists;
	size_t list_count;
	const struct aaa_group *groups;
	size_t group_count;
	const struct aaa_user *users;
	size_t user_count;
	/* crypt(5) of `enable secret` of level 1 to 15, "" or NULL without */
	const char *secrets[AAA_LEVELS];
};

#endif /* AGENT_AAA_CONFIG_H */
