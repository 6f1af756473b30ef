/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of connections and how many there may be. No I/O in here. */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#include "link.h"

/*
 * Connections that can be kept account of. How many there may be is the number
 * of virtual lines, of which each monitor claims one. At most half of them may
 * be unauthenticated, and three quarters of that half from one source (an IPv4
 * address, an IPv6 /64), so that neither strangers nor one of them keep
 * everybody else out.
 */
#define SESSION_MAX		512

struct loop_source;
struct server;

enum session_state {
	SESSION_FREE,
	SESSION_LOGIN,		/* not authenticated */
	SESSION_AUTHENTICATED,
	SESSION_OPEN,		/* has a line */
};

struct session {
	enum session_state state;
	struct server *server;		/* whose table this is in */
	uint32_t id;
	pid_t pid;			/* of the monitor */
	bool is_adopted;		/* another daemon started it */
	bool is_foreign;		/* its link speaks another version */
	int link;			/* our end; owned; -1 when it ended */
	struct loop_source *link_source, *child_source;	/* owned */
	struct sockaddr_storage peer;
	time_t start;
	unsigned int vty;		/* its virtual line, 0 before it has one */
	unsigned int line;		/* SESSION_OPEN; of an EXEC that is vty */
	unsigned int unit;		/* of its program, link_unit_name(); or 0 */
	time_t opened;			/* SESSION_OPEN; 0 when not known */
	/* From SESSION_AUTHENTICATED. */
	char user[LINK_USER_MAX + 1];
	char method[LINK_METHOD_MAX + 1];
	unsigned int privilege;
	struct proto_algorithms algorithms;	/* empty before they are known */
};

struct session_table {
	struct session slots[SESSION_MAX];
	/* "ip ssh maxstartups": of unauthenticated ones; 0: as above */
	unsigned int startups, per_source;
	unsigned int vtys;	/* virtual lines there are, the caller's to set */
};

enum session_limit {
	SESSION_ADMITTED,
	SESSION_FULL,
	SESSION_LOGIN_FULL,
	SESSION_SOURCE_FULL,
	SESSION_EARLY_DROP,
};

/**
 * session_admit() - whether one more connection from @peer may come
 * @dice: 0..99, random
 *
 * From three quarters of the unauthenticated connections on, some are dropped
 * early: 30 of 100 at first, all at the limit. Who fills them up from many
 * places then loses most of his, and others keep a chance.
 */
enum session_limit session_admit(const struct session_table *table,
				 const struct sockaddr_storage *peer,
				 unsigned int dice);

/* What was reached, for the log. */
const char *session_limit_text(enum session_limit limit);

/* A slot in SESSION_LOGIN, for the caller to fill; NULL when there is none. */
struct session *session_add(struct session_table *table);

/* The session of a monitor, or NULL. */
struct session *session_find(struct session_table *table, uint32_t id,
			     pid_t pid);

/* Makes the slot free; what it owned must be released before. */
void session_remove(struct session *session);

/**
 * session_update() - follow a message of the monitor
 * Return: 0, or -EPROTO for one that does not fit the state.
 */
int session_update(struct session *session, const struct link_msg *msg);

/* Sessions in use, and of these the unauthenticated ones. */
size_t session_count(const struct session_table *table, size_t *ret_login);

#endif /* DAEMON_SESSION_H */
