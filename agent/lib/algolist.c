// SPDX-License-Identifier: GPL-2.0-only
#include "algolist.h"

#include <errno.h>
#include <string.h>

#define BLANK	" \t\r\n"

static const char *const class_names[ALGO_CLASSES] = {
	[ALGO_ENCRYPTION] = "encryption",
	[ALGO_MAC] = "mac",
	[ALGO_KEX] = "kex",
	[ALGO_HOSTKEY] = "hostkey",
};

/* What vtymux-sshd is built with (dropbear/localoptions.h). */
static const char *const names[ALGO_CLASSES][ALGO_LIST_MAX] = {
	[ALGO_ENCRYPTION] = {
		"chacha20-poly1305@openssh.com",
		"aes256-ctr",
		"aes192-ctr",
		"aes128-ctr",
	},
	[ALGO_MAC] = {
		"hmac-sha2-256",
		"hmac-sha2-512",
	},
	[ALGO_KEX] = {
		"sntrup761x25519-sha512",
		"sntrup761x25519-sha512@openssh.com",
		"mlkem768x25519-sha256",
		"curve25519-sha256",
		"curve25519-sha256@libssh.org",
		"ecdh-sha2-nistp521",
		"ecdh-sha2-nistp384",
		"ecdh-sha2-nistp256",
		"diffie-hellman-group14-sha256",
		"diffie-hellman-group16-sha512",
	},
	[ALGO_HOSTKEY] = {
		"ssh-ed25519",
		"ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521",
		"rsa-sha2-256",
	},
};

const char *algo_class_name(enum algo_class class)
{
	return class_names[class];
}

int algo_class_find(const char *name)
{
	for (int i = 0; i < ALGO_CLASSES; i++)
		if (!strcmp(class_names[i], name))
			return i;
	return -EINVAL;
}

const char *algo_name(enum algo_class class, unsigned int number)
{
	return number && number <= ALGO_LIST_MAX ? names[class][number - 1] :
		NULL;
}

static unsigned int find(enum algo_class class, const char *name, size_t len)
{
	const char *n;

	for (unsigned int i = 1; (n = algo_name(class, i)); i++)
		if (strlen(n) == len && !strncmp(n, name, len))
			return i;
	return 0;
}

unsigned int algo_find(enum algo_class class, const char *name)
{
	return find(class, name, strlen(name));
}

int algo_parse(enum algo_class class, const char *text, algo_list ret,
	       const char **ret_bad, size_t *ret_len)
{
	algo_list list = { 0 };
	size_t count = 0, len;

	for (text += strspn(text, BLANK); *text;
	     text += len, text += strspn(text, BLANK)) {
		unsigned int number;

		len = strcspn(text, BLANK);
		number = find(class, text, len);
		*ret_bad = text;
		*ret_len = len;
		if (!number)
			return -EINVAL;
		if (memchr(list, (int)number, count))
			return -EEXIST;
		list[count++] = (uint8_t)number;
	}
	if (!count)
		return -ENODATA;
	memcpy(ret, list, sizeof(list));
	return 0;
}
