// SPDX-License-Identifier: GPL-2.0-only
/* The public halves of the host keys, which lie beside the keys. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "json.h"
#include "path.h"
#include "pubkey.h"
#include "show-crypto.h"

#define LINE_WIDTH	72	/* of key data; SSH's own format has 80 */

static const struct {
	const char *word, *file, *label;
} types[] = {
	{ "rsa", "rsa", "RSA KEYS" },
	{ "ec", "ecdsa", "EC KEYS" },
	{ "ed25519", "ed25519", "ED25519 KEYS" },
};

#define TYPES	(sizeof(types) / sizeof(types[0]))

struct key {
	char type[64], data[2048], name[320];
	time_t made;
};

/* Return: whether there is such a key. */
static bool read_key(size_t i, struct key *key)
{
	FILE *file _cleanup_file_ = NULL;
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/ssh_host_%s_key.pub",
		 path_sysconfdir(), types[i].file);
	file = fopen(path, "re");
	if (!file || fstat(fileno(file), &st) < 0)
		return false;
	*key->name = '\0';
	if (fscanf(file, "%63s %2047s %319s", key->type, key->data,
		   key->name) < 2)
		return false;
	key->made = st.st_mtime;
	return true;
}

static void print_data(FILE *out, const char *indent, const char *data,
		       int width)
{
	for (size_t len = strlen(data); len;) {
		int n = len < (size_t)width ? (int)len : width;

		fprintf(out, "%s%.*s\n", indent, n, data);
		data += n;
		len -= (size_t)n;
	}
}

static void print_key(FILE *out, size_t i, const struct key *key)
{
	char made[64];
	struct tm tm;

	localtime_r(&key->made, &tm);
	strftime(made, sizeof(made), "%H:%M:%S %Z %b %-d %Y", &tm);
	fprintf(out, "%% Key pair was generated at: %s\n"
		"Key name: %s\nKey type: %s\n Storage Device: not specified\n"
		" Usage: %s\n Key is not exportable.\n Key Data:\n", made,
		key->name, types[i].label,
		i ? "Signature Key" : "General Purpose Key");
	print_data(out, "  ", key->data, LINE_WIDTH);
}

int show_crypto_keys(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	struct key key;

	if (cli->json)
		json_open(&j, NULL, '[');
	for (size_t i = 0; i < TYPES; i++) {
		if (strcmp(match->args[0].word, "all") &&
		    strcmp(match->args[0].word, types[i].word))
			continue;
		if (!read_key(i, &key))
			continue;
		if (!cli->json) {
			print_key(cli->out, i, &key);
			continue;
		}
		json_open(&j, NULL, '{');
		json_string(&j, "type", key.type);
		json_string(&j, "name", key.name);
		json_number(&j, "generated", key.made);
		json_string(&j, "data", key.data);
		json_close(&j, '}');
	}
	if (cli->json)
		json_close(&j, ']');
	return 0;
}

static size_t be32(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	       p[3];
}

/* Bits of the modulus: string "ssh-rsa", mpint e, mpint n (RFC 4253, 6.6). */
static unsigned int modulus_bits(const struct pubkey *blob)
{
	size_t at = 0, n = 0;

	for (int i = 0; i < 3; i++) {
		at += n;
		if (blob->len - at < 4)
			return 0;
		n = be32(blob->blob + at);
		at += 4;
		if (n > blob->len - at)
			return 0;
	}
	while (n && !blob->blob[at]) {
		at++;
		n--;
	}
	return n ? (unsigned int)n * 8 - (unsigned int)
		__builtin_clz(blob->blob[at]) + 24 : 0;
}

/* 0 when the file has no such key in it. */
static unsigned int key_bits(const struct key *key)
{
	static const char curve[] = "ecdsa-sha2-nistp";
	char text[sizeof(key->type) + sizeof(key->data) + 1];
	struct pubkey blob;

	snprintf(text, sizeof(text), "%s %s", key->type, key->data);
	if (pubkey_parse(text, &blob) < 0)
		return 0;
	if (!strcmp(key->type, "ssh-rsa"))
		return modulus_bits(&blob);
	if (!strncmp(key->type, curve, sizeof(curve) - 1))
		return (unsigned int)strtoul(key->type + sizeof(curve) - 1,
					     NULL, 10);
	return 256;	/* Ed25519 */
}

void show_crypto_ssh(FILE *out)
{
	struct key key;

	for (size_t i = 0; i < TYPES; i++) {
		if (!read_key(i, &key))
			continue;
		fprintf(out, "IOS Keys in SECSH format(%s, base64 encoded): %s\n",
			key.type, *key.name ? key.name : "NONE");
		fprintf(out, "%s : %u bits\n", i ? "Key Size" : "Modulus Size",
			key_bits(&key));
		fprintf(out, "%s ", key.type);
		print_data(out, "", key.data, 80);
	}
}
