// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <string.h>

#include "listen.h"

size_t session_count(const struct session_table *table, size_t *ret_login)
{
	size_t used = 0, login = 0;

	for (size_t i = 0; i < SESSION_MAX; i++) {
		used += table->slots[i].state != SESSION_FREE;
		login += table->slots[i].state == SESSION_LOGIN;
	}
	if (ret_login)
		*ret_login = login;
	return used;
}

enum session_limit session_admit(const struct session_table *table,
				 const struct sockaddr_storage *peer)
{
	size_t login, source = 0;

	if (session_count(table, &login) == SESSION_MAX)
		return SESSION_FULL;
	if (login >= SESSION_LOGIN_MAX)
		return SESSION_LOGIN_FULL;
	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *s = &table->slots[i];

		source += s->state == SESSION_LOGIN &&
			listen_same_source(&s->peer, peer);
	}
	return source >= SESSION_SOURCE_MAX ? SESSION_SOURCE_FULL :
		SESSION_ADMITTED;
}

const char *session_limit_text(enum session_limit limit)
{
	switch (limit) {
	case SESSION_FULL:
		return "too many sessions";
	case SESSION_LOGIN_FULL:
		return "too many unauthenticated connections";
	case SESSION_SOURCE_FULL:
		return "too many unauthenticated connections of this source";
	default:
		return "admitted";
	}
}

struct session *session_add(struct session_table *table)
{
	for (size_t i = 0; i < SESSION_MAX; i++) {
		struct session *s = &table->slots[i];

		if (s->state != SESSION_FREE)
			continue;
		memset(s, 0, sizeof(*s));
		s->state = SESSION_LOGIN;
		s->link = -1;
		return s;
	}
	return NULL;
}

void session_remove(struct session *session)
{
	memset(session, 0, sizeof(*session));
	session->link = -1;
}

int session_update(struct session *s, const struct link_msg *msg)
{
	switch (msg->type) {
	case LINK_AUTHENTICATED:
		if (s->state != SESSION_LOGIN || !*msg->user)
			return -EPROTO;
		memcpy(s->user, msg->user, sizeof(s->user));
		s->state = SESSION_AUTHENTICATED;
		return 0;
	case LINK_OPENED:
		if (s->state != SESSION_AUTHENTICATED || !msg->line)
			return -EPROTO;
		s->line = msg->line;
		s->state = SESSION_OPEN;
		return 0;
	case LINK_CLOSED:
		if (s->state != SESSION_OPEN || s->line != msg->line)
			return -EPROTO;
		s->line = 0;
		s->state = SESSION_AUTHENTICATED;
		return 0;
	default:
		return -EPROTO;
	}
}
