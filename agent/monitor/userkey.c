// SPDX-License-Identifier: GPL-2.0-only
#include "userkey.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "keyfile.h"
#include "log.h"
#include "loop.h"
#include "monitor.h"
#include "verify.h"

/*
 * A question costs no attempt, because an agent offers all the keys it has.
 * The answer to each comes when all answers come, whatever had to be read.
 */
#define QUERIES_MAX	20
#define QUERY_GRID	20	/* ms */

#define USERAUTH_REQUEST	50	/* RFC 4252 6 */
#define SIGNED_MAX		(4 + PROTO_HASH_MAX + 1 + 4 + PROTO_NAME_MAX + \
				 4 + 14 + 4 + 9 + 1 + 4 + 19 + 4 + \
				 PROTO_KEY_MAX)

/* The blob says of itself what the algorithm says of it. */
static bool is_of_type(const struct proto_pubkey *p)
{
	const char *type = verify_key_type(p->alg);
	size_t len = strlen(type);

	return p->key_len > 4 + len && !p->key[0] && !p->key[1] &&
	       !p->key[2] && p->key[3] == len && !memcmp(p->key + 4, type, len);
}

static enum keyfile_source find(const struct monitor *m,
				const struct proto_pubkey *p)
{
	return !is_of_type(p) ? KEYFILE_NONE :
		keyfile_authorizes(m->name_ok ? m->target.user : NULL, p->key,
				   p->key_len);
}

static uint8_t *put_byte(uint8_t *to, uint8_t value)
{
	*to = value;
	return to + 1;
}

static uint8_t *put_string(uint8_t *to, const void *data, size_t len)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		to = put_byte(to, (uint8_t)(len >> shift));
	memcpy(to, data, len);
	return to + len;
}

static uint8_t *put_text(uint8_t *to, const char *text)
{
	return put_string(to, text, strlen(text));
}

/* What the client has to have signed. Return: bytes. */
static size_t put_signed(const struct monitor *m, const struct proto_pubkey *p,
			 uint8_t data[SIGNED_MAX])
{
	uint8_t *end = put_string(data, m->session_id, m->session_id_len);

	end = put_byte(end, USERAUTH_REQUEST);
	end = put_string(end, m->name, m->name_len);
	end = put_text(end, "ssh-connection");
	end = put_text(end, "publickey");
	end = put_byte(end, 1);
	end = put_text(end, verify_alg_name(p->alg));
	end = put_string(end, p->key, p->key_len);
	return (size_t)(end - data);
}

/* Return: why the attempt fails, or NULL. */
static const char *judge(struct monitor *m, const struct proto_pubkey *p)
{
	enum keyfile_source source = find(m, p);
	uint8_t data[SIGNED_MAX];
	size_t len;

	if (source == KEYFILE_NONE)
		return "public key is not authorized";
	len = put_signed(m, p, data);
	if (verify_signature(p->alg, p->key, p->key_len, p->sig, p->sig_len,
			     data, len) < 0)
		return "bad signature";
	return auth_account(m, source == KEYFILE_CONFIGURED);
}

static void query(struct monitor *m, const struct proto_pubkey *p)
{
	bool yes = m->key_queries++ < QUERIES_MAX &&
		find(m, p) != KEYFILE_NONE;

	loop_wait(m, auth_next_on_grid(m->asked, QUERY_GRID));
	if (m->end != END_NOT)
		return;
	m->state = STATE_USER;
	auth_send_result(m, yes ? PROTO_NEXT : PROTO_FAILURE);
}

int userkey_on_pubkey(struct monitor *m, const union proto_any *msg)
{
	const struct proto_pubkey *p = &msg->pubkey;

	if (!verify_key_type(p->alg) || p->key_len > sizeof(p->key) ||
	    p->sig_len > sizeof(p->sig))
		return -EPROTO;
	m->state = STATE_BUSY;
	m->asked = monitor_now();
	m->method = "publickey";
	if (p->sig_len)
		auth_finish(m, judge(m, p));
	else
		query(m, p);
	return 0;
}
