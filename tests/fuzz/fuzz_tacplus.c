// SPDX-License-Identifier: GPL-2.0-only
/*
 * TACACS+ replies. The first byte chooses the kind of exchange and whether the
 * rest is a packet as it is or a body that a server with our key hides.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../aaa/tacplus_reply.h"
#include "tacplus.h"

#define KEY	"tackey"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void check_reply(const struct tacplus_reply *r)
{
	size_t len = 0;

	check(r->status <= TACPLUS_GET_DATA);
	check(memchr(r->text, '\0', sizeof(r->text)) != NULL);
	check(!strpbrk(r->text, "\033\r\007"));
	check(r->args_len <= sizeof(r->args));
	for (const char *a = r->args; len < r->args_len; a += strlen(a) + 1) {
		check(strpbrk(a, "=*") > a);
		len += strlen(a) + 1;
	}
	check(len == r->args_len);
}

/* The packet as it is, or with a header and hidden; on the heap, exact. */
static uint8_t *make(const struct tacplus *t, const uint8_t *data, size_t *size,
		     int raw)
{
	size_t len = raw ? *size : TACPLUS_HEADER + *size;
	uint8_t *packet = malloc(len);

	check(packet != NULL);
	*size = len;
	if (raw) {
		memcpy(packet, data, len);
		return packet;
	}
	memcpy(packet, t->buffer, TACPLUS_HEADER);
	packet[2] = 2;
	packet[10] = (uint8_t)((len - TACPLUS_HEADER) >> 8);
	packet[11] = (uint8_t)(len - TACPLUS_HEADER);
	memcpy(packet + TACPLUS_HEADER, data, len - TACPLUS_HEADER);
	if (!t->clear)
		reply_hide(packet, len, KEY);
	return packet;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tacplus_who who = { "u", "tty1", "192.0.2.1", 1 };
	static const uint8_t id[4] = { 1, 2, 3, 4 };
	struct tacplus_reply reply;
	struct tacplus t;
	uint8_t *packet;
	int raw, len;

	if (!size--)
		return 0;
	raw = data[0] & 4;
	if (size > TACPLUS_BODY_MAX || (raw && size < TACPLUS_HEADER))
		return 0;
	tacplus_begin(&t, TACPLUS_AUTHEN + data[0] % 3, id,
		      data[0] & 8 ? NULL : KEY);
	check(!tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, NULL, 0));
	packet = make(&t, data + 1, &size, raw);
	len = tacplus_expect(&t, packet);
	if (len >= 0 && (size_t)len <= size - TACPLUS_HEADER &&
	    !tacplus_check(&t, packet + TACPLUS_HEADER, (size_t)len, &reply))
		check_reply(&reply);
	free(packet);
	return 0;
}
