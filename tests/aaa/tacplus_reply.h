/* SPDX-License-Identifier: GPL-2.0-only */
/* A TACACS+ server's packets, for tests: independent of what they test. */
#ifndef TESTS_TACPLUS_REPLY_H
#define TESTS_TACPLUS_REPLY_H

#include <nettle/md5.h>
#include <stdint.h>
#include <string.h>

/* RFC 8907 4.5, for a packet of @len bytes whose header is filled. */
static void reply_hide(uint8_t *packet, size_t len, const char *key)
{
	uint8_t pad[16];
	struct md5_ctx ctx;

	for (size_t i = 12; i < len; i += 16) {
		md5_init(&ctx);
		md5_update(&ctx, 4, packet + 4);
		md5_update(&ctx, strlen(key), (const uint8_t *)key);
		md5_update(&ctx, 1, packet);
		md5_update(&ctx, 1, packet + 2);
		if (i > 12)
			md5_update(&ctx, 16, pad);
		md5_digest(&ctx, 16, pad);
		for (size_t j = 0; j < 16 && i + j < len; j++)
			packet[i + j] ^= pad[j];
	}
}

#endif /* TESTS_TACPLUS_REPLY_H */
