// SPDX-License-Identifier: GPL-2.0-only
#include "md5.h"

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <string.h>

void md5_parts(const struct md5_part *parts, size_t n, uint8_t ret[MD5_SIZE])
{
	struct md5_ctx ctx;

	md5_init(&ctx);
	for (size_t i = 0; i < n; i++)
		md5_update(&ctx, parts[i].len, parts[i].data);
	md5_digest(&ctx, MD5_SIZE, ret);
	explicit_bzero(&ctx, sizeof(ctx));
}

void md5_hmac(const void *key, size_t key_len, const struct md5_part *parts,
	      size_t n, uint8_t ret[MD5_SIZE])
{
	struct hmac_md5_ctx ctx;

	hmac_md5_set_key(&ctx, key_len, key);
	for (size_t i = 0; i < n; i++)
		hmac_md5_update(&ctx, parts[i].len, parts[i].data);
	hmac_md5_digest(&ctx, MD5_SIZE, ret);
	explicit_bzero(&ctx, sizeof(ctx));
}

bool md5_equal(const void *a, const void *b, size_t len)
{
	return memeql_sec(a, b, len);
}
