// SPDX-License-Identifier: GPL-2.0-only
#include "secret.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What type 7 is exclusive-ored with, from an offset on; public knowledge. */
static const char mask[] =
	"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

static const char alphabet[] =
	"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define SCRYPT_BYTES	32
#define SCRYPT_SETTING	"$7$C/..../...."	/* N 2^14, r 1, p 1: crypt(5) */
#define OFFSET	7	/* of ours: any would do, but always the same one */

int secret_hash(const char *plain, char *hash, size_t size)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data;
	const char *made;
	int r = 0;

	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)))
		return errno ? -errno : -EINVAL;
	data = calloc(1, sizeof(*data));
	if (!data)
		return -ENOMEM;
	made = crypt_rn(plain, setting, data, sizeof(*data));
	if (!made)
		r = errno ? -errno : -EINVAL;
	else if (strlen(made) >= size)
		r = -ENOSPC;
	else
		strcpy(hash, made);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return r;
}

bool secret_verify(const char *plain, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	unsigned char differ = 0;
	const char *made;
	bool same = false;

	if (!data)
		return false;
	made = crypt_rn(plain, hash, data, sizeof(*data));
	if (made && strlen(made) == strlen(hash)) {
		for (size_t i = 0; made[i]; i++)
			differ |= (unsigned char)(made[i] ^ hash[i]);
		same = !differ;
	}
	explicit_bzero(data, sizeof(*data));
	free(data);
	return same;
}

bool secret_is_hash(const char *text)
{
	int r;

	if (*text != '$' || strpbrk(text, " \t:;*!\\"))
		return false;
	r = crypt_checksalt(text);
	return r == CRYPT_SALT_OK || r == CRYPT_SALT_METHOD_LEGACY;
}

/* Six bits a character, the most significant first. Return: -EINVAL or 0. */
static int take_base64(const char *text, unsigned char bytes[SCRYPT_BYTES])
{
	unsigned int bits = 0, have = 0;
	size_t n = 0;

	for (; *text; text++) {
		const char *at = strchr(alphabet, *text);

		if (!at)
			return -EINVAL;
		bits = bits << 6 | (unsigned int)(at - alphabet);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (n == SCRYPT_BYTES)
			return -EINVAL;
		bytes[n++] = (unsigned char)(bits >> have);
		bits &= (1U << have) - 1;
	}
	return n == SCRYPT_BYTES && !bits ? 0 : -EINVAL;
}

/* As crypt(5) has it: three bytes at a time, the least significant bits first. */
static void put_crypt64(const unsigned char bytes[SCRYPT_BYTES], char *text)
{
	for (size_t i = 0; i < SCRYPT_BYTES; i += 3) {
		unsigned int value = 0, bits = 0;

		for (size_t k = i; k < i + 3 && k < SCRYPT_BYTES; k++) {
			value |= (unsigned int)bytes[k] << bits;
			bits += 8;
		}
		for (; bits; bits = bits > 6 ? bits - 6 : 0) {
			*text++ = alphabet[value & 63];
			value >>= 6;
		}
	}
	*text = '\0';
}

int secret_from_scrypt(const char *text, char *hash, size_t size)
{
	unsigned char bytes[SCRYPT_BYTES];
	char coded[2 * SCRYPT_BYTES];
	const char *salt = text + 3, *end;
	int n;

	if (strncmp(text, "$9$", 3))
		return -EINVAL;
	end = salt + strspn(salt, alphabet);
	if (end == salt || *end != '$' || take_base64(end + 1, bytes) < 0)
		return -EINVAL;
	put_crypt64(bytes, coded);
	n = snprintf(hash, size, SCRYPT_SETTING "%.*s$%s", (int)(end - salt),
		     salt, coded);
	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

int secret_decode(const char *hex, char *plain, size_t size)
{
	size_t len = strlen(hex), n;
	unsigned int offset, byte;

	if (len < 4 || len % 2 || hex[strspn(hex, "0123456789ABCDEFabcdef")] ||
	    hex[0] < '0' || hex[0] > '9' || hex[1] < '0' || hex[1] > '9')
		return -EINVAL;
	offset = (unsigned int)(hex[0] - '0') * 10 +
		 (unsigned int)(hex[1] - '0');
	n = len / 2 - 1;
	if (offset >= sizeof(mask) - 1 || n >= size)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		sscanf(hex + 2 + 2 * i, "%2x", &byte);
		byte ^= (unsigned char)mask[(offset + i) % (sizeof(mask) - 1)];
		if (byte < 0x20 || byte == 0x7f)
			return -EINVAL;
		plain[i] = (char)byte;
	}
	plain[n] = '\0';
	return 0;
}

void secret_encode(const char *plain, char hex[2 * SECRET_MAX + 3])
{
	size_t len = (size_t)sprintf(hex, "%02d", OFFSET);

	for (size_t i = 0; i < SECRET_MAX && plain[i]; i++)
		len += (size_t)sprintf(hex + len, "%02X",
				       (unsigned char)plain[i] ^
				       (unsigned char)mask[(OFFSET + i) %
							   (sizeof(mask) - 1)]);
}
