// SPDX-License-Identifier: GPL-2.0-only
#include "radius.h"

#include <errno.h>
#include <string.h>

#include "md5.h"

#define OFFSET_ID	1
#define OFFSET_LENGTH	2
#define OFFSET_VECTOR	4

void radius_begin(struct radius_packet *p, enum radius_code code, uint8_t id,
		  const uint8_t vector[RADIUS_VECTOR])
{
	static const uint8_t zeros[MD5_SIZE];

	memset(p, 0, sizeof(*p));
	p->len = RADIUS_HEADER;
	p->data[0] = (uint8_t)code;
	p->data[OFFSET_ID] = id;
	if (code != RADIUS_ACCESS_REQUEST)
		return;
	memcpy(p->data + OFFSET_VECTOR, vector, RADIUS_VECTOR);
	/* First, so that nothing of a peer's choice comes before it. */
	radius_add(p, RADIUS_MESSAGE_AUTHENTICATOR, zeros, sizeof(zeros));
}

int radius_add(struct radius_packet *p, enum radius_attr attr, const void *data,
	       size_t len)
{
	if (!len || len > RADIUS_ATTR_MAX)
		return -EINVAL;
	if (p->len + 2 + len > sizeof(p->data))
		return -EMSGSIZE;
	p->data[p->len] = (uint8_t)attr;
	p->data[p->len + 1] = (uint8_t)(len + 2);
	memcpy(p->data + p->len + 2, data, len);
	p->len += 2 + len;
	return 0;
}

int radius_add_text(struct radius_packet *p, enum radius_attr attr,
		    const char *text)
{
	size_t len = strlen(text);

	return len ? radius_add(p, attr, text, len) : 0;
}

int radius_add_number(struct radius_packet *p, enum radius_attr attr,
		      uint32_t number)
{
	const uint8_t wire[4] = {
		(uint8_t)(number >> 24), (uint8_t)(number >> 16),
		(uint8_t)(number >> 8), (uint8_t)number,
	};

	return radius_add(p, attr, wire, sizeof(wire));
}

int radius_add_password(struct radius_packet *p, const char *secret,
			const char *password)
{
	size_t len = strlen(password), padded;
	uint8_t hidden[RADIUS_PASSWORD_MAX] = { 0 }, pad[MD5_SIZE];
	const uint8_t *last = p->data + OFFSET_VECTOR;
	int r;

	if (len > sizeof(hidden))
		return -EINVAL;
	memcpy(hidden, password, len);
	padded = len ? (len + 15) / 16 * 16 : 16;
	for (size_t i = 0; i < padded; i += 16) {
		const struct md5_part parts[] = {
			{ secret, strlen(secret) }, { last, 16 },
		};

		md5_parts(parts, 2, pad);
		for (size_t j = 0; j < 16; j++)
			hidden[i + j] ^= pad[j];
		last = hidden + i;
	}
	r = radius_add(p, RADIUS_USER_PASSWORD, hidden, padded);
	explicit_bzero(pad, sizeof(pad));
	return r;
}

void radius_sign(struct radius_packet *p, const char *secret)
{
	const struct md5_part whole = { p->data, p->len };
	const struct md5_part parts[] = { whole, { secret, strlen(secret) } };
	uint8_t digest[MD5_SIZE];

	p->data[OFFSET_LENGTH] = (uint8_t)(p->len >> 8);
	p->data[OFFSET_LENGTH + 1] = (uint8_t)p->len;
	if (p->data[0] == RADIUS_ACCESS_REQUEST) {
		md5_hmac(secret, strlen(secret), &whole, 1, digest);
		memcpy(p->data + RADIUS_HEADER + 2, digest, sizeof(digest));
	} else {	/* RFC 2866 3: over the packet with zeros in its place */
		md5_parts(parts, 2, digest);
		memcpy(p->data + OFFSET_VECTOR, digest, sizeof(digest));
	}
}
