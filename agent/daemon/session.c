// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <string.h>

#include "listen.h"

#define DROP_BEGIN	30	/* percent */

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

/* How many unauthenticated connections there may be. */
static size_t login_max(const struct session_table *table)
{
	size_t max = table->vtys < SESSION_MAX ? table->vtys : SESSION_MAX;

	return (max + 1) / 2;
}

static size_t count_source(const struct session_table *table,
			   const struct sockaddr_storage *peer)
{
	size_t count = 0;

	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *s = &table->slots[i];

		count += s->state == SESSION_LOGIN &&
			listen_same_source(&s->peer, peer);
	}
	return count;
}

/* Percent of new connections to drop with @login of at most @full. */
static size_t drop_rate(size_t login, size_t full)
{
	size_t begin = full * 3 / 4;

	if (!login || login < begin || begin == full)
		return 0;
	return DROP_BEGIN + (100 - DROP_BEGIN) * (login - begin) /
		(full - begin);
}

enum session_limit session_admit(const struct session_table *table,
				 const struct sockaddr_storage *peer,
				 unsigned int dice)
{
	size_t full = login_max(table), source, login;
	size_t count = session_count(table, &login);

	/* The monitor's claim is what counts; this is for a clear reason. */
	if (count == SESSION_MAX || count >= table->vtys)
		return SESSION_FULL;
	if (table->startups && table->startups < full)
		full = table->startups;
	source = table->per_source ? table->per_source :
		(full * 3 + 3) / 4;
	if (login >= full)
		return SESSION_LOGIN_FULL;
	if (count_source(table, peer) >= source)
		return SESSION_SOURCE_FULL;
	return dice < drop_rate(login, full) ? SESSION_EARLY_DROP :
		SESSION_ADMITTED;
}

const char *session_limit_text(enum session_limit limit)
{
	switch (limit) {
	case SESSION_FULL:
		return "no free vty";
	case SESSION_LOGIN_FULL:
		return "too many unauthenticated connections";
	case SESSION_EARLY_DROP:
		return "many unauthenticated connections, dropped early";
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

struct session *session_find(struct session_table *table, uint32_t id,
			     pid_t pid)
{
	for (size_t i = 0; i < SESSION_MAX; i++) {
		struct session *s = &table->slots[i];

		if (s->state != SESSION_FREE && s->id == id && s->pid == pid)
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
	case LINK_VTY:	/* also when it moves to another */
		if (!msg->line)
			return -EPROTO;
		s->vty = msg->line;
		return 0;
	case LINK_ALGORITHMS:
		if (s->state != SESSION_LOGIN)
			return -EPROTO;
		s->algorithms = msg->algorithms;
		return 0;
	case LINK_AUTHENTICATED:
		if (s->state != SESSION_LOGIN || !*msg->user)
			return -EPROTO;
		memcpy(s->user, msg->user, sizeof(s->user));
		memcpy(s->method, msg->method, sizeof(s->method));
		s->privilege = msg->privilege;
		s->state = SESSION_AUTHENTICATED;
		return 0;
	case LINK_FAILED:
		return s->state == SESSION_LOGIN ? 0 : -EPROTO;
	case LINK_SCP:
		return s->state == SESSION_LOGIN ? -EPROTO : 0;
	case LINK_OPENED:
		if (s->state != SESSION_AUTHENTICATED || !msg->line)
			return -EPROTO;
		s->line = msg->line;
		s->unit = msg->unit;
		s->state = SESSION_OPEN;
		return 0;
	case LINK_CLOSED:
		if (s->state != SESSION_OPEN || s->line != msg->line)
			return -EPROTO;
		s->line = s->unit = 0;
		s->state = SESSION_AUTHENTICATED;
		return 0;
	default:
		return -EPROTO;
	}
}
