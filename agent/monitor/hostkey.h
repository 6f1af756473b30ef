/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The private host keys, held by the monitor only. hostkey.c is the one file
 * of the monitor that includes Dropbear's headers.
 */
#ifndef AGENT_HOSTKEY_H
#define AGENT_HOSTKEY_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/**
 * hostkey_load() - load the host keys of a directory
 * @dir: holds ssh_host_{ed25519,ecdsa,rsa}_key in Dropbear's format; a missing
 * file is a missing key. Files must be regular, owned by root (or by the
 * effective user) and not accessible to group or others.
 * Return: number of keys loaded (1..3), -ENOKEY for none, -EPERM for an unsafe
 * file, -EBADMSG for one that is not a key of its type.
 */
int hostkey_load(const char *dir);

/* Fills the public halves, in order of preference; unused slots are NONE. */
void hostkey_public(struct proto_public_key keys[PROTO_KEYS]);

/**
 * hostkey_sign() - sign an exchange hash
 * @sig: filled with the wire signature, PROTO_SIG_MAX bytes of room
 * Return: 0, -EINVAL for a hash length other than 32, 48 or 64, -ENOKEY when
 * no loaded key does that algorithm.
 */
int hostkey_sign(enum proto_sigalg alg, const uint8_t *hash, size_t len,
		 uint8_t *sig, size_t *ret_len);

/* Wipes and frees all keys. */
void hostkey_wipe(void);

#endif /* AGENT_HOSTKEY_H */
