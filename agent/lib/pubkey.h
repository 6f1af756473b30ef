/* SPDX-License-Identifier: GPL-2.0-only */
/* Public keys of users as text: authorized_keys lines and key strings. */
#ifndef AGENT_PUBKEY_H
#define AGENT_PUBKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define PUBKEY_LINE_MAX		8192	/* bytes of one line */

struct pubkey {
	size_t len;
	uint8_t blob[PROTO_KEY_MAX];	/* RFC 4253 6.6 */
};

/**
 * pubkey_parse() - read "TYPE BASE64 [COMMENT]"
 * Return: 0; -EINVAL when malformed or when the blob is of another type than
 * it is called; -EOPNOTSUPP for a type that is none of ssh-ed25519,
 * ecdsa-sha2-nistp256, -nistp384, -nistp521 and ssh-rsa; -E2BIG for a key that
 * is too long. @ret is untouched on failure.
 */
int pubkey_parse(const char *text, struct pubkey *ret);

/**
 * pubkey_parse_line() - read a line of an authorized_keys file, sshd(8)
 *
 * Options that forbid what this server never does are accepted: those for
 * forwarding and for ~/.ssh/rc. A line with any other option is no key: its
 * restriction would not be kept.
 *
 * Return: as pubkey_parse(); -ENODATA for a comment or an empty line; -EACCES
 * for an option that is not kept.
 */
int pubkey_parse_line(const char *line, struct pubkey *ret);

/* The name of a type, or NULL, for the first word of @text. */
const char *pubkey_type(const char *text);

/**
 * pubkey_hash_parse() - read "TYPE HEX" as in "key-hash ssh-rsa 0123..."
 * @md5: receives the MD5 of a key's blob
 * Return: 0, -EINVAL, -EOPNOTSUPP as pubkey_parse().
 */
int pubkey_hash_parse(const char *text, uint8_t md5[16]);

/* Whether a blob is exactly that key. */
bool pubkey_is(const struct pubkey *key, const uint8_t *blob, size_t len);

#endif /* AGENT_PUBKEY_H */
