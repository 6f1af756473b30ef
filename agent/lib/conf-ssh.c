// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of the SSH server and keys of its users. */
#include "conf-cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "pubkey.h"
#include "target.h"
#include "texts.h"

#define FOLD	72	/* characters of a key on a line */

static struct params *params_of(void *arg)
{
	return &((struct conf_parser *)arg)->conf->ssh;
}

/* ip ssh server algorithm CLASS NAME... */
static int algorithm(struct cmd_match *match, void *arg)
{
	enum algo_class class = (enum algo_class)match->args[0].number;
	algo_list *list = &params_of(arg)->algorithms[class];
	const char *bad = "";
	size_t bad_len = 0;
	int r;

	if (!match->nargs)	/* "no" of them all, or of which? */
		return cmd_fail(match, -ENODATA, "%% Incomplete command");
	if (match->no) {
		memset(*list, 0, sizeof(*list));
		return 0;
	}
	r = algo_parse(class, match->rest, *list, &bad, &bad_len);
	if (r == -EEXIST)
		return cmd_fail(match, r, "%% %.*s is there twice",
				(int)bad_len, bad);
	return r < 0 ? cmd_fail(match, r, "%% %.*s is no %s algorithm of this version",
				(int)bad_len, bad, algo_class_name(class)) : 0;
}

/* ip ssh dh min size N */
static int dh(struct cmd_match *match, void *arg)
{
	static const unsigned int sizes[] = { 1024, 2048, 4096 };
	unsigned int size = match->no ? PARAMS_DH_DEFAULT :
		sizes[match->args[0].number];

	if (size < PARAMS_DH_DEFAULT)
		return cmd_fail(match, -EOPNOTSUPP,
				"%% a group of 1024 bits is not secure and not supported");
	params_of(arg)->dh_min = size;
	return 0;
}

/* ip ssh maxstartups N [per-source M] */
static int startups(struct cmd_match *match, void *arg)
{
	struct params *params = params_of(arg);
	unsigned int per_source = 0;

	if (!match->no && match->nargs == 2)
		per_source = (unsigned int)match->args[1].number;
	if (per_source && per_source > match->args[0].number)
		return cmd_fail(match, -ERANGE,
				"%% one source cannot have more than all together");
	params->startups = match->no ? 0 :
		(unsigned int)match->args[0].number;
	params->per_source = per_source;
	return 0;
}

/* ip ssh pubkey-chain */
static int chain(struct cmd_match *match, void *arg)
{
	struct conf_parser *p = arg;

	if (!match->no) {
		p->mode = CONF_MODE_CHAIN;
		*p->name = '\0';
		return 0;
	}
	while (p->conf->ssh.key_count)
		params_drop_keys(&p->conf->ssh, p->conf->ssh.keys[0].user,
				 NULL);
	return 0;
}

/* username NAME, below it */
static int user(struct cmd_match *match, void *arg)
{
	struct conf_parser *p = arg;
	const char *name = match->args[0].word;
	struct target target;

	if (target_parse(name, strlen(name), &target) < 0 ||
	    target.kind != TARGET_EXEC)
		return cmd_fail(match, -EINVAL, "%% %.64s cannot be a user name",
				name);
	if (match->no) {
		if (params_drop_keys(params_of(arg), name, NULL) < 0)
			return cmd_fail(match, -ENOENT, "%% %.64s has no keys",
					name);
		return 0;
	}
	strcpy(p->name, target.user);
	p->mode = CONF_MODE_CHAIN_USER;
	return 0;
}

/* Keys of a user who was refused are nobody's. */
static int need_user(struct cmd_match *match, const struct conf_parser *p)
{
	return *p->name ? 0 :
		cmd_fail(match, -ECANCELED,
			 "not applied: its user was not accepted");
}

/* Adds or with "no" drops the key in @text. */
static int change(struct cmd_match *match, struct conf_parser *p,
		  const char *text)
{
	int r;

	if (match->no) {
		r = params_drop_keys(&p->conf->ssh, p->name, text);
		return r < 0 ? cmd_fail(match, r, "%% %s has no such key",
					p->name) : 0;
	}
	r = params_add_key(&p->conf->ssh, p->name, text);
	if (r == -ENOSPC)
		return cmd_fail(match, r, "%% over %d keys", PARAMS_KEYS_MAX);
	if (r < 0 && r != -EEXIST)
		return cmd_fail(match, r, "%% no memory");
	return 0;
}

/* key-hash TYPE HEX [COMMENT] */
static int key_hash(struct cmd_match *match, void *arg)
{
	char text[CMD_LINE_MAX + 1];
	uint8_t md5[16];

	if (need_user(match, arg) < 0)
		return -ECANCELED;
	snprintf(text, sizeof(text), "md5 %s %s", match->args[0].word,
		 match->args[1].word);
	if (pubkey_hash_parse(text + 4, md5) < 0)
		return cmd_fail(match, -EINVAL,
				"%% a hash is 32 hexadecimal digits, the MD5 of the key");
	return change(match, arg, text);
}

/*
 * One line of a key: "TYPE BASE64 COMMENT", or more of the BASE64. A key of
 * which no type is said is RSA. Return: false when it has no room.
 */
static bool add_line(char key[PUBKEY_LINE_MAX], const char *line)
{
	size_t len = strcspn(line, " \t\r\n");

	if (!*key) {
		const char *type = pubkey_type(line);

		sprintf(key, "%s ", type ? type : "ssh-rsa");
		if (type) {
			line += len;
			line += strspn(line, " \t");
			len = strcspn(line, " \t\r\n");
		}
	}
	if (strlen(key) + len >= PUBKEY_LINE_MAX)
		return false;
	strncat(key, line, len);
	return true;
}

/* key-string: the key follows, in lines, up to "exit" */
static int key_string(struct cmd_match *match, void *arg)
{
	const char *line = match->text;
	char key[PUBKEY_LINE_MAX] = "";
	struct pubkey parsed;
	int r = need_user(match, arg);

	if (r < 0)
		return r;
	if (!line)
		return cmd_fail(match, -ENODATA,
				"%% the key must follow, in lines up to exit");
	while (line && !cmd_ends_lines(line)) {
		line += strspn(line, " \t");
		if (!add_line(key, line))
			return cmd_fail(match, -E2BIG, "%% the key is too long");
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	r = pubkey_parse(key, &parsed);
	if (r == -EOPNOTSUPP)
		return cmd_fail(match, r,
				"%% a key of a type that this version does not have");
	if (r < 0)
		return cmd_fail(match, r, "%% the key is damaged or incomplete");
	return change(match, arg, key);
}

int conf_ssh_params(const struct conf *conf, struct params *ret)
{
	const char *kept = conf_get(conf, "banner login");
	char *text _cleanup_free_ = NULL;
	struct params params;
	int r;

	r = params_copy(&params, &conf->ssh);
	if (r < 0)
		return r;
	if (kept) {
		text = texts_plain(kept);
		r = text ? params_set_banner(&params, text) : -ENOMEM;
	}
	if (r < 0)
		params_free(&params);
	else
		*ret = params;
	return r;
}

static void print_key(const char *text, FILE *file)
{
	size_t len;

	if (!strncmp(text, "md5 ", 4)) {
		fprintf(file, "  key-hash %s\n", text + 4);
		return;
	}
	len = strcspn(text, " ");
	fprintf(file, "  key-string\n   %.*s\n", (int)len, text);
	for (text += len + 1; *text; text += len) {
		len = strnlen(text, FOLD);
		fprintf(file, "   %.*s\n", (int)len, text);
	}
	fprintf(file, "  exit\n");
}

static void print_keys(const struct params *params, FILE *file)
{
	for (size_t i = 0; i < params->key_count; i++) {
		const struct params_key *key = &params->keys[i];

		if (!i)
			fprintf(file, "ip ssh pubkey-chain\n");
		if (!i || strcmp(key[-1].user, key->user))
			fprintf(file, " username %s\n", key->user);
		print_key(key->text, file);
	}
}

void conf_ssh_print(const struct conf *conf, FILE *file)
{
	const struct params *params = &conf->ssh;

	for (int c = 0; c < ALGO_CLASSES; c++) {
		const uint8_t *list = params->algorithms[c];

		if (!list[0])
			continue;
		fprintf(file, "ip ssh server algorithm %s",
			algo_class_name((enum algo_class)c));
		for (int i = 0; i < ALGO_LIST_MAX && list[i]; i++)
			fprintf(file, " %s",
				algo_name((enum algo_class)c, list[i]));
		fprintf(file, "\n");
	}
	if (params->dh_min != PARAMS_DH_DEFAULT)
		fprintf(file, "ip ssh dh min size %u\n", params->dh_min);
	if (params->startups) {
		fprintf(file, "ip ssh maxstartups %u", params->startups);
		if (params->per_source)
			fprintf(file, " per-source %u", params->per_source);
		fprintf(file, "\n");
	}
	print_keys(params, file);
}

const struct cmd conf_ssh_commands[] = {
	{ "ip ssh dh min size {1024|2048|4096}", CMD_NO | CMD_NO_SHORT, dh,
	  "Smallest Diffie-Hellman group" },
	{ "ip ssh maxstartups <2-1024>", CMD_NO | CMD_NO_SHORT, startups,
	  "Connections that are not logged in" },
	{ "ip ssh maxstartups <2-1024> per-source <1-1024>", CMD_NO, startups,
	  "The same, and of one source" },
	{ "ip ssh pubkey-chain", CMD_NO, chain, "Public keys of users" },
	{ "ip ssh pubkey-chain username WORD", CMD_NO, user,
	  "Public keys of a user" },
	{ "ip ssh server algorithm {encryption|mac|kex|hostkey} LINE",
	  CMD_NO | CMD_NO_SHORT, algorithm,
	  "Algorithms in order of preference" },
	{ "ip ssh server algorithm {authentication|publickey} LINE",
	  CMD_NO | CMD_NO_SHORT | CMD_INERT, conf_keep,
	  "Methods to log in, algorithms of users' keys", 5 },
	{ "ip ssh server {authenticate|certificate|peruser} [LINE]", CMD_NO,
	  NULL, "SSH server parameters" },
	{ 0 }
};

const struct cmd conf_chain_commands[] = {
	{ "end", 0, conf_cmd_end, "Exit from configure mode" },
	{ "exit", 0, conf_cmd_exit, "Exit from public key mode" },
	{ "username WORD", CMD_NO, user, "Keys of a user" },
	{ 0 }
};

const struct cmd conf_chain_user_commands[] = {
	{ "end", 0, conf_cmd_end, "Exit from configure mode" },
	{ "exit", 0, conf_cmd_exit, "Exit from the keys of this user" },
	{ "key-hash {ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp256|"
	  "ecdsa-sha2-nistp384|ecdsa-sha2-nistp521} WORD [LINE]", CMD_NO,
	  key_hash, "Give the MD5 of a key" },
	{ "key-string", CMD_NO | CMD_LINES, key_string,
	  "Give a key, in lines up to exit" },
	{ "username WORD", CMD_NO, user, "Keys of another user" },
	{ 0 }
};
