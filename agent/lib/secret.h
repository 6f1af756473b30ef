/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Passwords: hashes of crypt(5), and the reversible form that IOS calls type 7,
 * which hides a key from a glance and nothing more. secret.c is the one file
 * of lib that includes crypt.h.
 */
#ifndef AGENT_SECRET_H
#define AGENT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX	255	/* bytes of a password or key */

/* Hashes with a new salt, yescrypt. Takes tens of ms. Return: 0 or -errno. */
int secret_hash(const char *plain, char *hash, size_t size);

/* Whether @plain has that hash; tens of ms as well. */
bool secret_verify(const char *plain, const char *hash);

/* Whether crypt(3) would know the text as a hash. */
bool secret_is_hash(const char *text);

/**
 * secret_from_scrypt() - what IOS calls type 9, as crypt(5) writes the same
 * @text: "$9$SALT$HASH": scrypt with N 2^14, r 1, p 1 of 32 bytes, in base64 of
 * crypt's alphabet, most significant bits first; SALT as it stands is the salt
 * Return: 0; -EINVAL; -ENOSPC.
 */
int secret_from_scrypt(const char *text, char *hash, size_t size);

/* Type 7 to plain text. Return: 0, or -EINVAL for what is not of type 7. */
int secret_decode(const char *hex, char *plain, size_t size);

/* Plain text of up to SECRET_MAX bytes to type 7; always the same one. */
void secret_encode(const char *plain, char hex[2 * SECRET_MAX + 3]);

#endif /* AGENT_SECRET_H */
