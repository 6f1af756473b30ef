/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The digests of RADIUS (RFC 2865 3, RFC 2869 5.14) and TACACS+ (RFC 8907
 * 4.5). md5.c is the one file that includes nettle.
 */
#ifndef AGENT_MD5_H
#define AGENT_MD5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE	16

struct md5_part {
	const void *data;
	size_t len;
};

/* The digest of @n parts, one after the other. */
void md5_parts(const struct md5_part *parts, size_t n, uint8_t ret[MD5_SIZE]);

/* HMAC-MD5 (RFC 2104) of @n parts. */
void md5_hmac(const void *key, size_t key_len, const struct md5_part *parts,
	      size_t n, uint8_t ret[MD5_SIZE]);

/* Whether @len bytes are equal, in a time that does not tell where not. */
bool md5_equal(const void *a, const void *b, size_t len);

#endif /* AGENT_MD5_H */
