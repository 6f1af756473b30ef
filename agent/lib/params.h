/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parameters of the SSH server that monitors need. The daemon leaves them in
 * the run directory, where each monitor reads them when it starts, so a
 * monitor and the daemon need not be of one version.
 */
#ifndef AGENT_PARAMS_H
#define AGENT_PARAMS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "algolist.h"
#include "proto.h"

#define PARAMS_BANNER_MAX	PROTO_BANNER_MAX	/* with CR before each LF */
#define PARAMS_DH_DEFAULT	2048	/* bits */
#define PARAMS_KEYS_MAX		512

/* In the run directory. */
#define PARAMS_FILE		"ssh-server"
#define PARAMS_BANNER_FILE	"banner-login"
#define PARAMS_KEYS_FILE	"authorized-keys"

struct params_key {
	char *user;	/* owned */
	char *text;	/* owned; "TYPE BASE64 ..." or "md5 TYPE HEX ..." */
};

/* params_init() before, params_free() after. */
struct params {
	algo_list algorithms[ALGO_CLASSES];
	unsigned int dh_min;		/* bits: 2048 or 4096 */
	unsigned int startups;		/* 0: as many as there may be */
	unsigned int per_source;	/* 0: three quarters of those */
	char *banner;			/* before the login; NULL without; owned */
	struct params_key *keys;	/* in the order of configuration; owned */
	size_t key_count;
};

void params_init(struct params *params);
void params_free(struct params *params);

/* Makes @to, which is not initialised, a copy. Return: 0 or -ENOMEM. */
int params_copy(struct params *to, const struct params *from);

/**
 * params_add_key() - authorize a key for a user
 * @text: see struct params_key; checked by the caller
 * Return: 0; -EEXIST when he has it; -ENOSPC over PARAMS_KEYS_MAX; -ENOMEM.
 */
int params_add_key(struct params *params, const char *user, const char *text);

/* Takes a user's keys, or with @text that one. Return: 0, -ENOENT. */
int params_drop_keys(struct params *params, const char *user, const char *text);

/* Sets the banner; lines end with LF or CR LF. Return: 0, -E2BIG, -ENOMEM. */
int params_set_banner(struct params *params, const char *text);

/* Writes the files of monitors to a directory. Return: 0 or -errno. */
int params_save(const struct params *params, const char *directory);

/**
 * params_load() - what a monitor needs: algorithms, @dh_min and the banner
 * Return: 0, also without the files; -EBADMSG for what params_save() never
 * writes; -errno. @params is initialised by it in all cases.
 */
int params_load(struct params *params, const char *directory);

#endif /* AGENT_PARAMS_H */
