/* SPDX-License-Identifier: GPL-2.0-only */
/* Signatures of users' keys. */
#ifndef MONITOR_VERIFY_H
#define MONITOR_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/* The key type that a signature algorithm belongs to, or NULL for no such. */
const char *verify_key_type(uint32_t alg);

/* The name of a signature algorithm, which @alg must be. */
const char *verify_alg_name(uint32_t alg);

/**
 * verify_signature() - whether a key made a signature (RFC 4253 6.6, RFC 8332,
 * RFC 5656, RFC 8709)
 * @alg: enum proto_pubalg; must belong to the key's type and be the one that
 * the signature blob names
 * @key, @sig: wire format, of bounded length and any content
 * Return: 0, -EKEYREJECTED for a wrong or malformed one.
 */
int verify_signature(uint32_t alg, const uint8_t *key, size_t key_len,
		     const uint8_t *sig, size_t sig_len, const uint8_t *data,
		     size_t data_len);

/* The MD5 of a key's blob, as "key-hash" has it. */
void verify_md5(const uint8_t *key, size_t len, uint8_t md5[16]);

#endif /* MONITOR_VERIFY_H */
