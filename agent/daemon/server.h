/* SPDX-License-Identifier: GPL-2.0-only */
/* The SSH server as the daemon sees it: listeners, connections, monitors. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "session.h"

/* Each listener of the configuration may be two, one a family. */
#define SERVER_LISTENERS_MAX	(2 * (CONF_LISTENS_MAX + CONF_ROTARY_PORTS_MAX))

struct server_listener {
	char address[LISTEN_ADDRESS_MAX + 1];
	uint16_t port;
	int fd;				/* owned; -1 when it could not be had */
	struct loop_source *source;	/* owned */
};

struct server {
	const struct conf *conf;	/* the daemon's */
	void (*changed)(void *arg);	/* the status text is out of date */
	void *arg;
	struct session_table sessions;
	struct server_listener listeners[SERVER_LISTENERS_MAX];
	size_t listener_count;
	struct loop_source *pause;	/* out of descriptors: not accepting */
	struct loop_source *refusal_window;	/* while refusals are counted */
	unsigned int refusals;		/* logged or counted in this window */
	uint32_t debug;			/* enum ctl_debug: what is told */
};

/**
 * server_listen() - make the listeners what the configuration says
 * @on: false closes all of them
 * Listeners that stay as they are keep their queue. What cannot be had is
 * logged with the cure and tried again at the next call.
 */
void server_listen(struct server *server, bool on);

/*
 * Writes "0.0.0.0 port 2200, not :: port 2200", or "nowhere"; of the ports of
 * rotary groups only how many there are.
 */
void server_describe(const struct server *server, char *text, size_t size);

/**
 * server_clear() - end the session that has a line open
 * server_disconnect() - end a session
 * @connection: its index in the session table
 * Return: 0, -ENODEV, or -errno when its monitor does not listen.
 */
int server_clear(struct server *server, unsigned int line);
int server_disconnect(struct server *server, unsigned int connection);

/* Tells the monitor of a session, if there is one, its connection's level. */
void server_privilege(struct server *server, uint32_t session,
		      unsigned int level);

/* Logs the session table. */
void server_dump(const struct server *server);

#endif /* DAEMON_SERVER_H */
