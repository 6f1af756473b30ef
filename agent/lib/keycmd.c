// SPDX-License-Identifier: GPL-2.0-only
#include "keycmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "keygen.h"

#define ECDSA_BITS_DEFAULT	256

static const char *const labels[KEYGEN_TYPES] = {
	[KEYGEN_RSA] = "RSA",
	[KEYGEN_ECDSA] = "EC",
	[KEYGEN_ED25519] = "ED25519",
};

struct options {
	char label[KEYGEN_NAME_MAX + 1];	/* "": HOST.DOMAIN */
	unsigned int bits;
	bool exportable;
};

static int bad_word(struct cmd_match *match, const char *word)
{
	return cmd_fail(match, -EINVAL, "%% Invalid input detected at \"%.80s\"",
			word);
}

static int take_bits(struct cmd_match *match, const char *word,
		     struct options *o)
{
	unsigned long bits;
	char *end;

	bits = strtoul(word, &end, 10);
	if (*end || bits < 360 || bits > KEYCMD_RSA_MAX)
		return cmd_fail(match, -ERANGE, "%% %.20s is not in <360-4096>",
				word);
	if (bits < KEYCMD_RSA_MIN)
		return cmd_fail(match, -EOPNOTSUPP,
				"%% version 2 of SSH needs a modulus of at least %d bits here",
				KEYCMD_RSA_MIN);
	if (bits % 16)	/* dropbearkey would look for one for ever */
		return cmd_fail(match, -EINVAL,
				"%% the modulus must be a multiple of 16 bits");
	o->bits = (unsigned int)bits;
	return 0;
}

/* Printable and without blanks, as a comment of a public key. */
static int take_label(struct cmd_match *match, const char *word,
		      struct options *o)
{
	for (const char *c = word; *c; c++)
		if (*c <= ' ' || *c > '~')
			return bad_word(match, word);
	if (strlen(word) > sizeof(o->label) - 1)
		return cmd_fail(match, -E2BIG, "%% the label is too long");
	strcpy(o->label, word);
	return 0;
}

/* [general-keys] [exportable] [label L] [modulus N], in any order */
static int take_options(struct cmd_match *match, enum keygen_type type,
			struct options *o)
{
	char *save, *word, text[CMD_LINE_MAX + 1];
	int r = 0;

	strcpy(text, match->rest);
	for (word = strtok_r(text, " \t", &save); word && r == 0;
	     word = strtok_r(NULL, " \t", &save)) {
		char *value = NULL;

		if (!strcasecmp(word, "exportable")) {
			o->exportable = true;
			continue;
		}
		if (type == KEYGEN_RSA && !strcasecmp(word, "general-keys"))
			continue;
		if (!strcasecmp(word, "label") ||
		    (type == KEYGEN_RSA && !strcasecmp(word, "modulus"))) {
			value = strtok_r(NULL, " \t", &save);
			if (!value)
				return cmd_fail(match, -ENODATA,
						"%% Incomplete command");
		}
		if (!value)
			return bad_word(match, word);
		r = strcasecmp(word, "label") ? take_bits(match, value, o) :
			take_label(match, value, o);
	}
	return r;
}

/* HOST.DOMAIN. A host that has no name of its own is told to get one. */
static int full_name(struct cmd_match *match, const struct conf *conf,
		     char name[KEYGEN_NAME_MAX + 1])
{
	const char *host = conf_get(conf, "hostname");
	const char *domain = conf_get(conf, "ip domain-name");
	char own[64] = "";

	if (!host && gethostname(own, sizeof(own) - 1) == 0) {
		own[strcspn(own, ".")] = '\0';
		if (*own && strcmp(own, "localhost") && strcmp(own, "(none)"))
			host = own;
	}
	if (!host || !strcasecmp(host, "Router"))
		return cmd_fail(match, -ENODATA,
				"%% Please define a hostname other than Router.");
	if (!domain)
		return cmd_fail(match, -ENODATA,
				"%% Please define a domain-name first.");
	snprintf(name, KEYGEN_NAME_MAX + 1, "%s.%s", host, domain);
	return 0;
}

static void announce(FILE *out, enum keygen_type type, const struct options *o)
{
	fprintf(out, "The name for the keys will be: %s\n\n", o->label);
	if (type == KEYGEN_RSA)
		fprintf(out, "%% The key modulus size is %u bits\n", o->bits);
	fprintf(out, "%% Generating %u bit %s keys, keys will be %sexportable...\n",
		o->bits, labels[type], o->exportable ? "" : "non-");
	fflush(out);
}

static int generate(struct cmd_match *match, const struct keycmd *k,
		    enum keygen_type type, unsigned int bits)
{
	struct options o = { .bits = bits };
	char old[KEYGEN_NAME_MAX + 1];
	time_t begin = time(NULL);
	int r = take_options(match, type, &o);

	/* A label names the key; the names of the switch are still wanted. */
	if (r == 0) {
		char name[KEYGEN_NAME_MAX + 1];

		r = full_name(match, k->conf, name);
		if (r == 0 && !*o.label)
			strcpy(o.label, name);
	}
	if (r < 0)
		return r;
	if (!k->replace && keygen_name(type, old, sizeof(old)) == 0)
		return cmd_fail(match, -EEXIST,
				"%% You already have %s keys defined named %s.",
				labels[type], *old ? old : "(none)");
	announce(k->out, type, &o);
	r = keygen_make(type, o.bits, o.label);
	if (r < 0)
		return cmd_fail(match, r, "%% the keys could not be made: %s",
				strerror(-r));
	fprintf(k->out, "[OK] (elapsed time was %ld seconds)\n",
		(long)(time(NULL) - begin));
	return 0;
}

static int generate_rsa(struct cmd_match *match, void *arg)
{
	return generate(match, arg, KEYGEN_RSA, KEYCMD_RSA_DEFAULT);
}

static int generate_ec(struct cmd_match *match, void *arg)
{
	static const unsigned int sizes[] = { 256, 384, 521 };

	return generate(match, arg, KEYGEN_ECDSA,
			strstr(match->cmd->pattern, "keysize") ?
			sizes[match->args[1].number] : ECDSA_BITS_DEFAULT);
}

static int generate_ed25519(struct cmd_match *match, void *arg)
{
	return generate(match, arg, KEYGEN_ED25519, 256);
}

static int zeroize(struct cmd_match *match, void *arg)
{
	static const enum keygen_type order[] = {
		KEYGEN_RSA, KEYGEN_ECDSA, KEYGEN_ED25519, KEYGEN_ECDSA,
	};
	const struct keycmd *k = arg;
	bool all = !match->nargs, any = false;

	for (size_t i = 0; i < KEYGEN_TYPES; i++) {
		int r;

		if (!all && order[match->args[0].number] != order[i])
			continue;
		r = keygen_remove(order[i]);
		if (r < 0 && r != -ENOENT)
			return cmd_fail(match, r, "%% %s keys: %s",
					labels[order[i]], strerror(-r));
		any = any || r == 0;
		if (r == 0)
			fprintf(k->out, "%% All %s keys have been removed.\n",
				labels[order[i]]);
	}
	return any ? 0 : cmd_fail(match, -ENOENT,
				  "%% No Signature %s Keys found in configuration.",
				  all ? "SSH" : labels[order[match->args[0].number]]);
}

#define P	CMD_PRIVILEGED

const struct cmd keycmd_commands[] = {
	{ "crypto key generate rsa [LINE]", P, generate_rsa,
	  "Generate RSA keys" },
	{ "crypto key generate {ec|ecdsa} keysize {256|384|521} [LINE]", P,
	  generate_ec, "Generate EC keys" },
	{ "crypto key generate {ec|ecdsa} [LINE]", P, generate_ec,
	  "Generate EC keys" },
	{ "crypto key generate ed25519 [LINE]", P, generate_ed25519,
	  "Generate an Ed25519 key" },
	{ "crypto key zeroize", P, zeroize, "Remove all keys" },
	{ "crypto key zeroize {rsa|ec|ed25519|ecdsa}", P, zeroize,
	  "Remove keys of a type" },
	{ 0 }
};
