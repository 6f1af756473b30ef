/* SPDX-License-Identifier: GPL-2.0-only */
/* Making and removing host keys, in the directory of the configuration. */
#ifndef AGENT_KEYGEN_H
#define AGENT_KEYGEN_H

#include <stddef.h>

#define KEYGEN_NAME_MAX		317	/* HOST.DOMAIN, as a comment */

enum keygen_type {
	KEYGEN_RSA,
	KEYGEN_ECDSA,
	KEYGEN_ED25519,
	KEYGEN_TYPES
};

/**
 * keygen_make() - make a host key and put it in place of the old one
 * @bits: of RSA 1024 to 4096, of ECDSA 256, 384 or 521
 * @name: the comment of the public half; printable, no blanks
 *
 * Blocks while a program works, for RSA seconds. The public half is left
 * beside the key, with ".pub". Sessions that are open go on with the old key.
 * Return: 0; -EINVAL for such a size or name; -EIO when the program failed;
 * -errno. The old key stays on failure.
 */
int keygen_make(enum keygen_type type, unsigned int bits, const char *name);

/* Removes a key and its public half. Return: 0, -ENOENT, -errno. */
int keygen_remove(enum keygen_type type);

/**
 * keygen_name() - the name an existing key was made with
 * Return: 0, @name perhaps empty; -ENOENT without the key.
 */
int keygen_name(enum keygen_type type, char *name, size_t size);

#endif /* AGENT_KEYGEN_H */
