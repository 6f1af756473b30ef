// SPDX-License-Identifier: GPL-2.0-only
/*
 * RADIUS replies. The first byte chooses: the rest is a datagram as it is, or
 * the attributes of one that a server with our key signs, because no fuzzer
 * guesses a digest. A datagram as it is can never be believed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../aaa/radius_reply.h"

#define SECRET	"xyzzy5461"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

/* Where the value of the first Message-Authenticator would be, or 0. */
static size_t find_signature(const uint8_t *attrs, size_t len)
{
	for (size_t i = 0; len - i >= 18; i += attrs[i + 1]) {
		if (attrs[i] == 80 && attrs[i + 1] == 18)
			return RADIUS_HEADER + i + 2;
		if (attrs[i + 1] < 2 || attrs[i + 1] > len - i)
			break;
	}
	return 0;
}

static void check_reply(const struct radius_reply *r)
{
	check(r->privilege >= RADIUS_NO_LEVEL && r->privilege <= 15);
	check(r->privilege == RADIUS_NO_LEVEL || r->code == RADIUS_ACCESS_ACCEPT);
	check(!r->refused || r->privilege == RADIUS_NO_LEVEL);
	check(r->state_len <= sizeof(r->state));
	check(r->class_len <= sizeof(r->class));
	check(memchr(r->text, '\0', sizeof(r->text)) != NULL);
	check(memchr(r->avpairs, '\0', sizeof(r->avpairs)) != NULL);
	check(!strpbrk(r->text, "\033\r\007"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t vector[16] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t *wire, all[RADIUS_PACKET_MAX];
	struct radius_packet request;
	struct radius_reply reply;
	size_t len, signature;
	int r;

	if (!size || size - 1 > RADIUS_PACKET_MAX - RADIUS_HEADER)
		return 0;
	radius_begin(&request, data[0] & 1 ? RADIUS_ACCOUNTING_REQUEST :
		     RADIUS_ACCESS_REQUEST, 5, vector);
	radius_sign(&request, SECRET);
	if (data[0] & 2) {
		check(radius_check(&request, SECRET, data[0] & 4, data + 1,
				   size - 1, &reply) < 0);
		return 0;
	}
	signature = find_signature(data + 1, size - 1);
	len = reply_make(&request, SECRET, data[0] >> 4, data + 1, size - 1,
			 signature, all);
	/* On the heap and no longer than it is, so that ASan sees its end. */
	wire = malloc(len);
	check(wire != NULL);
	memcpy(wire, all, len);
	r = radius_check(&request, SECRET, data[0] & 4, wire, len, &reply);
	free(wire);
	if (!r)
		check_reply(&reply);
	return 0;
}
