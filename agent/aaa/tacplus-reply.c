// SPDX-License-Identifier: GPL-2.0-only
#include "tacplus.h"
#include "tacplus-wire.h"

#include <errno.h>
#include <string.h>

#include "text.h"

#define AUTHEN_REPLY	6	/* bytes before the strings */
#define AUTHOR_REPLY	6
#define ACCT_REPLY	5
#define NO_ECHO		1

static size_t pair(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

int tacplus_expect(const struct tacplus *t,
		   const uint8_t header[TACPLUS_HEADER])
{
	uint8_t flags = header[3] & (uint8_t)~TACPLUS_FLAG_SINGLE;
	size_t len;

	/*
	 * A server that does not speak our minor version answers with its own
	 * and an error (RFC 8907 4.1): that is not an answer either.
	 */
	if (header[0] != t->version || header[1] != t->type ||
	    header[2] != t->sequence + 1 ||
	    memcmp(header + 4, t->id, sizeof(t->id)))
		return -EBADMSG;
	if (flags != (t->clear ? TACPLUS_FLAG_CLEAR : 0))
		return -EBADMSG;
	if (header[8] || header[9])
		return -EBADMSG;
	len = pair(header + 10);
	return len < ACCT_REPLY || len > TACPLUS_BODY_MAX ? -EBADMSG : (int)len;
}

/* RFC 8907 5.2 */
static int check_authen(const uint8_t *body, size_t len,
			struct tacplus_reply *ret)
{
	static const struct {
		uint8_t wire;
		enum tacplus_status status;
	} map[] = {
		{ 1, TACPLUS_PASS }, { 2, TACPLUS_FAIL },
		{ 3, TACPLUS_GET_DATA }, { 4, TACPLUS_GET_USER },
		{ 5, TACPLUS_GET_PASSWORD },
		{ 6, TACPLUS_FAIL },	/* RESTART: we offer nothing else */
		{ 7, TACPLUS_ERROR },
		{ 0x21, TACPLUS_FAIL },	/* FOLLOW: must not be followed */
	};
	size_t text;

	if (len < AUTHEN_REPLY || body[1] & ~NO_ECHO)
		return -EBADMSG;
	text = pair(body + 2);
	if (AUTHEN_REPLY + text + pair(body + 4) != len)
		return -EBADMSG;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].wire != body[0])
			continue;
		ret->status = map[i].status;
		ret->no_echo = body[1] & NO_ECHO;
		text_append(ret->text, sizeof(ret->text),
			    body + AUTHEN_REPLY, text, true);
		return 0;
	}
	return -EBADMSG;
}

/* An argument: name, "=" or "*", value; printable ASCII (RFC 8907 3.7). */
static int take_arg(struct tacplus_reply *ret, const uint8_t *arg, size_t len)
{
	size_t name = 0;

	while (name < len && arg[name] != '=' && arg[name] != '*')
		name++;
	if (!name || name == len || ret->args_len + len + 1 > sizeof(ret->args))
		return -EBADMSG;
	for (size_t i = 0; i < len; i++)
		if (arg[i] < 0x20 || arg[i] >= 0x7f)
			return -EBADMSG;
	memcpy(ret->args + ret->args_len, arg, len);
	ret->args[ret->args_len + len] = '\0';
	ret->args_len += len + 1;
	return 0;
}

/* RFC 8907 6.2 */
static int check_author(const uint8_t *body, size_t len,
			struct tacplus_reply *ret)
{
	size_t count, text, at, all;

	if (len < AUTHOR_REPLY)
		return -EBADMSG;
	count = body[1];
	text = pair(body + 2);
	all = AUTHOR_REPLY + count + text + pair(body + 4);
	if (all > len)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++)
		all += body[AUTHOR_REPLY + i];
	if (all != len)
		return -EBADMSG;
	switch (body[0]) {
	case 0x01:
		ret->status = TACPLUS_PASS;
		break;
	case 0x02:
		ret->status = TACPLUS_PASS;
		ret->replaces = true;
		break;
	case 0x10:
	case 0x21:
		ret->status = TACPLUS_FAIL;
		break;
	case 0x11:
		ret->status = TACPLUS_ERROR;
		break;
	default:
		return -EBADMSG;
	}
	at = AUTHOR_REPLY + count;
	text_append(ret->text, sizeof(ret->text), body + at, text, true);
	at += text + pair(body + 4);
	for (size_t i = 0; i < count && ret->status == TACPLUS_PASS; i++) {
		if (take_arg(ret, body + at, body[AUTHOR_REPLY + i]))
			return -EBADMSG;
		at += body[AUTHOR_REPLY + i];
	}
	return 0;
}

/* RFC 8907 7.2 */
static int check_account(const uint8_t *body, size_t len,
			 struct tacplus_reply *ret)
{
	size_t text = pair(body);

	if (ACCT_REPLY + text + pair(body + 2) != len)
		return -EBADMSG;
	switch (body[4]) {
	case 0x01:
		ret->status = TACPLUS_PASS;
		break;
	case 0x02:
		ret->status = TACPLUS_ERROR;
		break;
	case 0x21:
		ret->status = TACPLUS_FAIL;
		break;
	default:
		return -EBADMSG;
	}
	text_append(ret->text, sizeof(ret->text), body + ACCT_REPLY, text, true);
	return 0;
}

int tacplus_check(struct tacplus *t, uint8_t *body, size_t len,
		  struct tacplus_reply *ret)
{
	struct tacplus_reply reply = { .status = TACPLUS_ERROR };
	int r;

	if (len < ACCT_REPLY || t->sequence >= 254)
		return -EBADMSG;
	if (!t->clear)
		tacplus_obfuscate(t, (uint8_t)(t->sequence + 1), body, len);
	if (t->type == TACPLUS_AUTHEN)
		r = check_authen(body, len, &reply);
	else if (t->type == TACPLUS_AUTHOR)
		r = check_author(body, len, &reply);
	else
		r = check_account(body, len, &reply);
	if (r)
		return r;
	t->sequence++;
	*ret = reply;
	return 0;
}
