// SPDX-License-Identifier: GPL-2.0-only
#include "pubkey.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define BLANK	" \t"

static const char *const types[] = {
	"ssh-ed25519",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"ssh-rsa",
};

/* Restrictions that hold anyway. */
static const char *const kept_options[] = {
	"no-agent-forwarding",
	"no-port-forwarding",
	"no-user-rc",
	"no-X11-forwarding",
};

static bool word_is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !strncmp(text, word, len);
}

const char *pubkey_type(const char *text)
{
	size_t len = strcspn(text, BLANK "\r\n");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (word_is(text, len, types[i]))
			return types[i];
	return NULL;
}

/* Return: 0..63, or -1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* RFC 4648 4, strictly: padded, no other characters, unused bits zero. */
static int base64_decode(const char *text, size_t len, struct pubkey *ret)
{
	size_t data = len;
	uint32_t bits = 0;
	unsigned int have = 0;

	if (!len || len % 4)
		return -EINVAL;
	while (data > len - 2 && text[data - 1] == '=')
		data--;
	ret->len = 0;
	for (size_t i = 0; i < data; i++) {
		int v = base64_value(text[i]);

		if (v < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (ret->len == sizeof(ret->blob))
			return -E2BIG;
		ret->blob[ret->len++] = (uint8_t)(bits >> have);
		bits &= (1U << have) - 1;
	}
	return bits ? -EINVAL : 0;
}

/* The blob begins with its type as a string. */
static bool blob_is_of(const struct pubkey *key, const char *type)
{
	size_t len = strlen(type);

	return key->len > 4 + len && !key->blob[0] && !key->blob[1] &&
	       !key->blob[2] && key->blob[3] == len &&
	       !memcmp(key->blob + 4, type, len);
}

int pubkey_parse(const char *text, struct pubkey *ret)
{
	struct pubkey key;
	const char *type;
	int r;

	text += strspn(text, BLANK);
	type = pubkey_type(text);
	if (!type)
		return -EOPNOTSUPP;
	text += strlen(type);
	text += strspn(text, BLANK);
	r = base64_decode(text, strcspn(text, BLANK "\r\n"), &key);
	if (r < 0)
		return r;
	if (!blob_is_of(&key, type))
		return -EINVAL;
	*ret = key;
	return 0;
}

static bool option_is_kept(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(kept_options) / sizeof(*kept_options); i++)
		if (len == strlen(kept_options[i]) &&
		    !strncasecmp(text, kept_options[i], len))
			return true;
	return false;
}

int pubkey_parse_line(const char *line, struct pubkey *ret)
{
	const char *text = line + strspn(line, BLANK);
	size_t len;

	if (!text[strspn(text, "\r\n")] || *text == '#')
		return -ENODATA;
	if (pubkey_type(text))
		return pubkey_parse(text, ret);
	/* A value, which may hold anything, makes an option one not kept. */
	do {
		len = strcspn(text, "," BLANK "\r\n");
		if (!option_is_kept(text, len))
			return -EACCES;
		text += len;
	} while (*text++ == ',');
	return pubkey_parse(text, ret);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int pubkey_hash_parse(const char *text, uint8_t md5[16])
{
	uint8_t out[16];
	const char *type = pubkey_type(text);

	if (!type)
		return -EOPNOTSUPP;
	text += strlen(type);
	text += strspn(text, BLANK);
	if (strcspn(text, BLANK "\r\n") != 2 * sizeof(out))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(out); i++, text += 2) {
		int high = hex_value(text[0]), low = hex_value(text[1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		out[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(md5, out, sizeof(out));
	return 0;
}

bool pubkey_is(const struct pubkey *key, const uint8_t *blob, size_t len)
{
	return key->len == len && !memcmp(key->blob, blob, len);
}
