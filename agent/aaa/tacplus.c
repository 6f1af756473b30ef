// SPDX-License-Identifier: GPL-2.0-only
#include "tacplus.h"
#include "tacplus-wire.h"

#include <errno.h>
#include <string.h>

#include "md5.h"

#define ACTION_LOGIN	1
#define TYPE_ASCII	1
#define TYPE_PAP	2
#define SERVICE_LOGIN	1
#define SERVICE_ENABLE	2
#define CONTINUE_ABORT	1

void tacplus_begin(struct tacplus *t, enum tacplus_type type,
		   const uint8_t id[4], const char *key)
{
	memset(t, 0, sizeof(*t));
	t->type = type;
	t->version = TACPLUS_VERSION;
	memcpy(t->id, id, sizeof(t->id));
	t->key = key;
	t->clear = !key;
}

/* RFC 8907 4.5: each block digests id, key, version, sequence and the last. */
void tacplus_obfuscate(const struct tacplus *t, uint8_t sequence,
		       uint8_t *body, size_t len)
{
	uint8_t pad[MD5_SIZE];
	const struct md5_part parts[] = {
		{ t->id, sizeof(t->id) }, { t->key, strlen(t->key) },
		{ &t->version, 1 }, { &sequence, 1 }, { pad, sizeof(pad) },
	};

	for (size_t i = 0; i < len; i++) {
		if (i % MD5_SIZE == 0)
			md5_parts(parts, i ? 5 : 4, pad);
		body[i] ^= pad[i % MD5_SIZE];
	}
	explicit_bzero(pad, sizeof(pad));
}

static void put(struct tacplus *t, const void *data, size_t len)
{
	memcpy(t->buffer + t->len, data, len);
	t->len += len;
}

static void put_byte(struct tacplus *t, size_t byte)
{
	t->buffer[t->len++] = (uint8_t)byte;
}

/* What every body fits: the longest strings are checked by the callers. */
static void open_body(struct tacplus *t)
{
	explicit_bzero(t->buffer, sizeof(t->buffer));
	t->len = TACPLUS_HEADER;
}

static void close_body(struct tacplus *t)
{
	size_t body = t->len - TACPLUS_HEADER;

	t->sequence++;
	t->buffer[0] = t->version;
	t->buffer[1] = (uint8_t)t->type;
	t->buffer[2] = t->sequence;
	t->buffer[3] = t->clear ? TACPLUS_FLAG_CLEAR : 0;
	memcpy(t->buffer + 4, t->id, sizeof(t->id));
	t->buffer[10] = (uint8_t)(body >> 8);
	t->buffer[11] = (uint8_t)body;
	if (!t->clear)
		tacplus_obfuscate(t, t->sequence, t->buffer + TACPLUS_HEADER,
				  body);
}

static bool fits(const struct tacplus_who *who)
{
	return strlen(who->user) <= 255 && strlen(who->port) <= 255 &&
	       strlen(who->address) <= 255 && who->level <= 15;
}

static void put_lengths(struct tacplus *t, const struct tacplus_who *who)
{
	put_byte(t, strlen(who->user));
	put_byte(t, strlen(who->port));
	put_byte(t, strlen(who->address));
}

static void put_strings(struct tacplus *t, const struct tacplus_who *who)
{
	put(t, who->user, strlen(who->user));
	put(t, who->port, strlen(who->port));
	put(t, who->address, strlen(who->address));
}

/* RFC 8907 5.1. The minor version 1 is PAP's. */
int tacplus_authen(struct tacplus *t, const struct tacplus_who *who,
		   const char *password)
{
	size_t len = password ? strlen(password) : 0;

	if (!fits(who) || len > 255)
		return -EINVAL;
	if (password)
		t->version = TACPLUS_VERSION | 1;
	open_body(t);
	put_byte(t, ACTION_LOGIN);
	put_byte(t, who->level);
	put_byte(t, password ? TYPE_PAP : TYPE_ASCII);
	put_byte(t, who->enable ? SERVICE_ENABLE : SERVICE_LOGIN);
	put_lengths(t, who);
	put_byte(t, len);
	put_strings(t, who);
	if (password)
		put(t, password, len);
	close_body(t);
	return 0;
}

static void put_continue(struct tacplus *t, const char *answer, uint8_t flags)
{
	size_t len = strlen(answer);

	open_body(t);
	put_byte(t, len >> 8);
	put_byte(t, len & 255);
	put_byte(t, 0);
	put_byte(t, 0);
	put_byte(t, flags);
	put(t, answer, len);
	close_body(t);
}

int tacplus_continue(struct tacplus *t, const char *answer)
{
	if (strlen(answer) > 1024)
		return -EINVAL;
	put_continue(t, answer, 0);
	return 0;
}

void tacplus_abort(struct tacplus *t)
{
	put_continue(t, "", CONTINUE_ABORT);
}

static bool args_fit(const char *const *args, size_t count)
{
	size_t all = 0;

	if (count > 255)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!*args[i] || strlen(args[i]) > 255)
			return false;
		all += 1 + strlen(args[i]);
	}
	return all <= TACPLUS_BODY_MAX / 2;
}

/* What RFC 8907 6.1 and 7.1 share. */
static void put_request(struct tacplus *t, const struct tacplus_who *who,
			enum tacplus_method method, const char *const *args,
			size_t count)
{
	put_byte(t, method);
	put_byte(t, who->level);
	put_byte(t, TYPE_ASCII);
	put_byte(t, SERVICE_LOGIN);
	put_lengths(t, who);
	put_byte(t, count);
	for (size_t i = 0; i < count; i++)
		put_byte(t, strlen(args[i]));
	put_strings(t, who);
	for (size_t i = 0; i < count; i++)
		put(t, args[i], strlen(args[i]));
}

int tacplus_author(struct tacplus *t, const struct tacplus_who *who,
		   enum tacplus_method method, const char *const *args,
		   size_t count)
{
	if (!fits(who) || !args_fit(args, count))
		return -EINVAL;
	open_body(t);
	put_request(t, who, method, args, count);
	close_body(t);
	return 0;
}

int tacplus_account(struct tacplus *t, const struct tacplus_who *who,
		    enum tacplus_method method, enum tacplus_record record,
		    const char *const *args, size_t count)
{
	if (!fits(who) || !args_fit(args, count))
		return -EINVAL;
	open_body(t);
	put_byte(t, record);
	put_request(t, who, method, args, count);
	close_body(t);
	return 0;
}
