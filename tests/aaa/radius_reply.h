/* SPDX-License-Identifier: GPL-2.0-only */
/* The server's side of a reply, for tests: independent of what they test. */
#ifndef TESTS_RADIUS_REPLY_H
#define TESTS_RADIUS_REPLY_H

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <stdbool.h>
#include <string.h>

#include "radius.h"

/* The length field and the Response Authenticator of @len bytes. */
static void reply_authenticate(const struct radius_packet *request,
			       const char *secret, uint8_t *data, size_t len)
{
	struct md5_ctx ctx;

	data[2] = (uint8_t)(len >> 8);
	data[3] = (uint8_t)len;
	memcpy(data + 4, request->data + 4, 16);
	md5_init(&ctx);
	md5_update(&ctx, len, data);
	md5_update(&ctx, strlen(secret), (const uint8_t *)secret);
	md5_digest(&ctx, 16, data + 4);
}

/*
 * A whole reply around @attrs. @signature: offset in the packet of a
 * Message-Authenticator's value to fill, or 0. Return: its length.
 */
static size_t reply_make(const struct radius_packet *request,
			 const char *secret, uint8_t code, const uint8_t *attrs,
			 size_t attrs_len, size_t signature,
			 uint8_t data[RADIUS_PACKET_MAX])
{
	size_t len = RADIUS_HEADER + attrs_len;
	struct hmac_md5_ctx ctx;

	data[0] = code;
	data[1] = request->data[1];
	data[2] = (uint8_t)(len >> 8);
	data[3] = (uint8_t)len;
	memcpy(data + 4, request->data + 4, 16);
	if (attrs_len)
		memcpy(data + RADIUS_HEADER, attrs, attrs_len);
	if (signature) {
		memset(data + signature, 0, 16);
		hmac_md5_set_key(&ctx, strlen(secret), (const uint8_t *)secret);
		hmac_md5_update(&ctx, len, data);
		hmac_md5_digest(&ctx, 16, data + signature);
	}
	reply_authenticate(request, secret, data, len);
	return len;
}

#endif /* TESTS_RADIUS_REPLY_H */
