// SPDX-License-Identifier: GPL-2.0-only
#include "radius.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "md5.h"
#include "text.h"

#define OFFSET_VECTOR	4

/* What a pass over the attributes found; levels in order of precedence. */
struct found {
	const uint8_t *signature;	/* value of Message-Authenticator */
	int management, shell, service;	/* levels, NONE or BAD */
	bool odd_service;
};

#define NONE	RADIUS_NO_LEVEL
#define BAD	(-2)

static uint32_t number(const uint8_t *value)
{
	return (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 |
	       (uint32_t)value[2] << 8 | value[3];
}

/* Two that differ are no level at all. */
static void set_level(int *level, int value)
{
	*level = *level == NONE || *level == value ? value : BAD;
}

/* "shell:priv-lvl=15": digits to the end, 0..15. */
static void take_avpair(struct radius_reply *reply, struct found *found,
			const uint8_t *value, size_t len)
{
	static const char name[] = "shell:priv-lvl";
	const size_t skip = sizeof(name);	/* and "=" or "*" for its NUL */
	int level = 0;

	if (strlen(reply->avpairs) + len + 2 <= sizeof(reply->avpairs)) {
		text_append(reply->avpairs, sizeof(reply->avpairs), value, len,
			    false);
		strcat(reply->avpairs, "\n");
	}
	if (len < skip || memcmp(value, name, skip - 1) ||
	    (value[skip - 1] != '=' && value[skip - 1] != '*'))
		return;
	if (len == skip || len > skip + 2)
		level = BAD;
	for (size_t i = skip; level != BAD && i < len; i++)
		level = value[i] < '0' || value[i] > '9' ? BAD :
			level * 10 + value[i] - '0';
	set_level(&found->shell, level > 15 ? BAD : level);
}

/* RFC 2865 5.26. Return: -EBADMSG for sub-attributes that do not add up. */
static int take_vendor(struct radius_reply *reply, struct found *found,
		       const uint8_t *value, size_t len)
{
	if (len < 4)
		return -EBADMSG;
	if (number(value) != RADIUS_VENDOR_CISCO)
		return 0;
	for (size_t i = 4; i < len; i += value[i + 1]) {
		if (len - i < 2 || value[i + 1] < 2 || value[i + 1] > len - i)
			return -EBADMSG;
		if (value[i] == RADIUS_CISCO_AVPAIR)
			take_avpair(reply, found, value + i + 2,
				    value[i + 1] - 2U);
	}
	return 0;
}

static void take_service(struct found *found, uint32_t type)
{
	switch (type) {
	case RADIUS_SERVICE_ADMINISTRATIVE:
		set_level(&found->service, 15);
		break;
	case RADIUS_SERVICE_LOGIN:
	case RADIUS_SERVICE_NAS_PROMPT:
		set_level(&found->service, 1);
		break;
	case RADIUS_SERVICE_AUTHENTICATE:
		break;
	default:	/* RFC 2865 5.6: not ours, so it is a reject */
		found->odd_service = true;
	}
}

static void take_class(struct radius_reply *reply, const uint8_t *value,
		       size_t len)
{
	if (reply->class_len + 1 + len > sizeof(reply->class))
		return;
	reply->class[reply->class_len++] = (uint8_t)len;
	memcpy(reply->class + reply->class_len, value, len);
	reply->class_len += len;
}

static int take_number(uint32_t *to, const uint8_t *value, size_t len)
{
	if (len != 4)
		return -EBADMSG;
	*to = number(value);
	return 0;
}

static int take_signature(struct found *found, const uint8_t *value, size_t len)
{
	if (len != MD5_SIZE || found->signature)
		return -EBADMSG;
	found->signature = value;
	return 0;
}

static int take_attr(struct radius_reply *reply, struct found *found,
		     uint8_t type, const uint8_t *value, size_t len)
{
	uint32_t n = 0;
	int r = 0;

	switch (type) {
	case RADIUS_MESSAGE_AUTHENTICATOR:
		return take_signature(found, value, len);
	case RADIUS_REPLY_MESSAGE:
		text_append(reply->text, sizeof(reply->text), value, len, true);
		break;
	case RADIUS_STATE:
		if (!len || reply->state_len)
			return -EBADMSG;
		memcpy(reply->state, value, len);
		reply->state_len = len;
		break;
	case RADIUS_CLASS:
		take_class(reply, value, len);
		break;
	case RADIUS_VENDOR_SPECIFIC:
		return take_vendor(reply, found, value, len);
	case RADIUS_SESSION_TIMEOUT:
		return take_number(&reply->session_timeout, value, len);
	case RADIUS_IDLE_TIMEOUT:
		return take_number(&reply->idle_timeout, value, len);
	case RADIUS_PROMPT:
		r = take_number(&n, value, len);
		reply->no_echo = !n;
		break;
	case RADIUS_SERVICE_TYPE:
		r = take_number(&n, value, len);
		if (!r)
			take_service(found, n);
		break;
	case RADIUS_MANAGEMENT_PRIVILEGE:
		r = take_number(&n, value, len);
		if (!r)
			set_level(&found->management, n > 15 ? BAD : (int)n);
		break;
	}
	return r;
}

static int take_attrs(struct radius_reply *reply, struct found *found,
		      const uint8_t *data, size_t len)
{
	size_t step;

	for (size_t i = RADIUS_HEADER; i < len; i += step) {
		if (len - i < 2 || data[i + 1] < 2 || data[i + 1] > len - i)
			return -EBADMSG;
		step = data[i + 1];
		if (take_attr(reply, found, data[i], data + i + 2, step - 2))
			return -EBADMSG;
	}
	return 0;
}

/* RFC 2865 3: over the reply with the request's authenticator in it. */
static bool is_response(const struct radius_packet *request,
			const char *secret, const uint8_t *data, size_t len)
{
	const struct md5_part parts[] = {
		{ data, OFFSET_VECTOR },
		{ request->data + OFFSET_VECTOR, RADIUS_VECTOR },
		{ data + RADIUS_HEADER, len - RADIUS_HEADER },
		{ secret, strlen(secret) },
	};
	uint8_t digest[MD5_SIZE];

	md5_parts(parts, 4, digest);
	return md5_equal(digest, data + OFFSET_VECTOR, sizeof(digest));
}

/* RFC 3579 3.2: the same, with zeros in the signature's own place. */
static bool is_signed(const struct radius_packet *request, const char *secret,
		      const uint8_t *data, size_t len, const uint8_t *signature)
{
	static const uint8_t zeros[MD5_SIZE];
	const uint8_t *after = signature + MD5_SIZE;
	const struct md5_part parts[] = {
		{ data, OFFSET_VECTOR },
		{ request->data + OFFSET_VECTOR, RADIUS_VECTOR },
		{ data + RADIUS_HEADER,
		  (size_t)(signature - data) - RADIUS_HEADER },
		{ zeros, sizeof(zeros) },
		{ after, (size_t)(data + len - after) },
	};
	uint8_t digest[MD5_SIZE];

	md5_hmac(secret, strlen(secret), parts, 5, digest);
	return md5_equal(digest, signature, sizeof(digest));
}

static bool is_answer_to(uint8_t request, uint8_t reply)
{
	if (request == RADIUS_ACCOUNTING_REQUEST)
		return reply == RADIUS_ACCOUNTING_RESPONSE;
	return reply == RADIUS_ACCESS_ACCEPT || reply == RADIUS_ACCESS_REJECT ||
	       reply == RADIUS_ACCESS_CHALLENGE;
}

static void settle(struct radius_reply *reply, const struct found *found)
{
	reply->privilege = found->management != NONE ? found->management :
			   found->shell != NONE ? found->shell : found->service;
	if (reply->code != RADIUS_ACCESS_ACCEPT) {
		/* Servers leave attributes in rejects that mean nothing. */
		reply->privilege = NONE;
		return;
	}
	if (found->odd_service)
		reply->refused = "Service-Type is not for this switch";
	if (reply->privilege == BAD)
		reply->refused = "privilege level is not 0..15";
	if (reply->refused)
		reply->privilege = NONE;
}

int radius_check(const struct radius_packet *request, const char *secret,
		 bool need_authenticator, const uint8_t *data, size_t len,
		 struct radius_reply *ret)
{
	struct found found = {
		.management = NONE, .shell = NONE, .service = NONE,
	};
	struct radius_reply reply = {
		.session_timeout = RADIUS_NO_TIME,
		.idle_timeout = RADIUS_NO_TIME,
	};
	size_t said;

	if (len < RADIUS_HEADER || data[1] != request->data[1] ||
	    !is_answer_to(request->data[0], data[0]))
		return -EBADMSG;
	said = (size_t)data[2] << 8 | data[3];
	/* What is behind the length is padding, what is missing is not. */
	if (said < RADIUS_HEADER || said > len || said > RADIUS_PACKET_MAX)
		return -EBADMSG;
	if (!is_response(request, secret, data, said))
		return -EBADMSG;
	reply.code = (enum radius_code)data[0];
	if (take_attrs(&reply, &found, data, said))
		return -EBADMSG;
	if (found.signature ?
	    !is_signed(request, secret, data, said, found.signature) :
	    need_authenticator && reply.code != RADIUS_ACCOUNTING_RESPONSE)
		return -EBADMSG;
	settle(&reply, &found);
	*ret = reply;
	return 0;
}
