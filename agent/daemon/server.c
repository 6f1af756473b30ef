// SPDX-License-Identifier: GPL-2.0-only
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "event.h"
#include "gate.h"
#include "link.h"
#include "log.h"
#include "loop.h"
#include "path.h"
#include "serial.h"
#include "spawn.h"
#include "vtys.h"
#include "watch.h"

#define SECOND			UINT64_C(1000000)
#define REFUSAL_WINDOW		(10 * SECOND)
#define REFUSALS_LOGGED		5	/* in a window */
#define ACCEPTS_MAX		16	/* in one turn of the loop */

static void on_refusal_window_over(void *arg)
{
	struct server *server = arg;

	server->refusal_window = loop_remove(server->refusal_window);
	if (server->refusals > REFUSALS_LOGGED)
		log_warn("%u more connections refused",
			 server->refusals - REFUSALS_LOGGED);
	server->refusals = 0;
}

/* Strangers must not fill the log. */
static void log_refusal(struct server *server, const char *peer,
			const char *reason)
{
	if (!server->refusal_window &&
	    loop_add_timer(REFUSAL_WINDOW, on_refusal_window_over, server,
			   &server->refusal_window) < 0)
		server->refusals = 0;
	if (server->refusals++ < REFUSALS_LOGGED)
		log_warn("connection from %s refused: %s", peer, reason);
}

/* @vtys: the virtual lines, and which of them take the peer */
static int send_config(const struct server *server, struct session *s,
		       int connection, const struct link_config *vtys)
{
	const char *reserve = conf_get(server->conf, "vty reserve");
	const char *root = conf_get(server->conf, "ip scp server root");
	struct link_msg msg = { .type = LINK_CONFIG, .config = *vtys };
	struct link_config *c = &msg.config;

	c->version = LINK_VERSION;
	c->session = s->id;
	c->timeout = conf_login_time(server->conf);
	c->retries = server->conf->retries;
	c->rotary = conf_port_rotary(server->conf,
				     listen_local_port(connection));
	c->scp = conf_get(server->conf, "ip scp server enable") != NULL;
	if (reserve)
		c->vty_reserve = (uint32_t)strtoul(reserve, NULL, 10);
	snprintf(c->scp_root, sizeof(c->scp_root), "%s", root ? root : "");
	return link_send(s->link, &msg);
}

static int start_monitor(struct server *server, struct session *s,
			 int connection, const struct link_config *vtys)
{
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/session-id", path_rundir());
	r = serial_next(path, &s->id);
	if (r < 0)
		log_warn("%s: %s", path, strerror(-r));
	s->start = time(NULL);
	s->pid = spawn_monitor(connection, &s->link);
	if (s->pid < 0)
		return s->pid;
	r = watch_child(s);
	if (r < 0) {
		/* Nobody would reap it, so it may not live. */
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
		watch_drop(s);
		return r;
	}
	/* From here the child's end cleans up. */
	r = send_config(server, s, connection, vtys);
	if (r == 0)
		r = watch_link(s);
	if (r < 0) {
		log_err("session %u: link: %s", s->id, strerror(-r));
		watch_drop(s);
	}
	return 0;
}

/* 0..99; what an attacker could foresee he could dodge. */
static unsigned int throw_dice(void)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		return 0;
	return random % 100;
}

/* Comes first: who may not connect takes nothing from the limits of others. */
static bool pass_gate(struct server *server,
		      const struct sockaddr_storage *peer, const char *text,
		      struct link_config *ret_vtys)
{
	struct gate_reason why;

	ret_vtys->vty_count = vtys_count(&ret_vtys->vty_first);
	if (gate_open(server->conf, peer, ret_vtys->vty_first,
		      ret_vtys->vty_count, ret_vtys->vtys, &why)) {
		if (why.log)
			log_notice("%%SEC-6-IPACCESSLOGS: %s permitted %s",
				   why.text, text);
		return true;
	}
	log_refusal(server, text, why.text);
	return false;
}

static void serve(struct server *server, int connection,
		  const struct sockaddr_storage *peer)
{
	char text[LISTEN_PEER_MAX + 1];
	struct link_config vtys = { 0 };
	enum session_limit limit;
	struct session *s;
	int r;

	listen_format(peer, text);
	if (!pass_gate(server, peer, text, &vtys))
		return;
	server->sessions.vtys = vtys.vty_count;
	server->sessions.startups = server->conf->ssh.startups;
	server->sessions.per_source = server->conf->ssh.per_source;
	limit = session_admit(&server->sessions, peer, throw_dice());
	if (limit != SESSION_ADMITTED) {
		log_refusal(server, text, session_limit_text(limit));
		return;
	}
	s = session_add(&server->sessions);
	s->server = server;
	s->peer = *peer;
	r = start_monitor(server, s, connection, &vtys);
	if (r < 0) {
		log_refusal(server, text, strerror(-r));
		session_remove(s);
		return;
	}
	log_debug("session %u: connection from %s", s->id, text);
	event_connected(s);
	server->changed(server->arg);
}

static void arm(struct server *server, struct server_listener *l);

static void on_pause_over(void *arg)
{
	struct server *server = arg;

	server->pause = loop_remove(server->pause);
	for (size_t i = 0; i < server->listener_count; i++)
		arm(server, &server->listeners[i]);
}

/* Level-triggered listeners would spin while there are no descriptors. */
static void pause_accepting(struct server *server, int error)
{
	if (server->pause)
		return;
	log_err("cannot accept connections for a second: %s",
		strerror(-error));
	if (loop_add_timer(SECOND, on_pause_over, server, &server->pause) < 0)
		return;
	for (size_t i = 0; i < server->listener_count; i++)
		server->listeners[i].source =
			loop_remove(server->listeners[i].source);
}

static void on_accept(int fd, uint32_t events, void *arg)
{
	struct server *server = arg;

	(void)events;
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		int connection _cleanup_close_ = -1;
		struct sockaddr_storage peer;

		connection = listen_accept(fd, &peer);
		if (connection == -EAGAIN)
			return;
		if (connection < 0) {
			pause_accepting(server, connection);
			return;
		}
		serve(server, connection, &peer);
	}
}

static void arm(struct server *server, struct server_listener *l)
{
	int r;

	if (l->fd < 0 || l->source || server->pause)
		return;
	r = loop_add_io(l->fd, EPOLLIN, on_accept, server, &l->source);
	if (r < 0)
		log_err("%s port %u: %s", l->address, l->port, strerror(-r));
}

static void shut(struct server_listener *l)
{
	l->source = loop_remove(l->source);
	if (l->fd >= 0) {
		close(l->fd);
		log_info("no longer listening on %s port %u", l->address,
			 l->port);
	}
	l->fd = -1;
}

static void log_no_listener(const struct server_listener *l, int error)
{
	switch (error) {
	case -EADDRINUSE:
		log_err("SSH is off on %s port %u: another program has the port; stop it, "
			"or choose another with \"ip ssh listen port N\", "
			"then: systemctl reload vtymuxd",
			l->address, l->port);
		break;
	case -EAFNOSUPPORT:
		log_notice("SSH is off on %s port %u: this kernel has no such address family",
			   l->address, l->port);
		break;
	default:
		log_err("SSH is off on %s port %u: %s", l->address, l->port,
			strerror(-error));
	}
}

/* "0.0.0.0" or "::": all addresses of the family. */
static const char *all_of(const char *address)
{
	return strchr(address, ':') ? "::" : "0.0.0.0";
}

static bool is_all(const char *address)
{
	return !strcmp(address, all_of(address));
}

/* Whether ours for all addresses has the connections of this one, too. */
static bool is_covered(const struct server *server, const char *address,
		       uint16_t port)
{
	if (is_all(address))
		return false;
	for (size_t i = 0; i < server->listener_count; i++) {
		const struct server_listener *l = &server->listeners[i];

		if (l->fd >= 0 && l->port == port &&
		    !strcmp(l->address, all_of(address)))
			return true;
	}
	return false;
}

/* The listener for an address, opened unless @old has it already. */
static void want(struct server *server, struct server_listener *old,
		 size_t old_count, const char *address, uint16_t port)
{
	struct server_listener *l = &server->listeners[server->listener_count];
	int fd;

	for (size_t i = 0; i < server->listener_count; i++)
		if (server->listeners[i].port == port &&
		    !strcmp(server->listeners[i].address, address))
			return;
	if (is_covered(server, address, port)) {
		log_info("listening on %s port %u includes %s",
			 all_of(address), port, address);
		return;
	}
	memset(l, 0, sizeof(*l));
	snprintf(l->address, sizeof(l->address), "%s", address);
	l->port = port;
	l->fd = -1;
	server->listener_count++;
	for (size_t i = 0; i < old_count; i++) {
		if (old[i].fd < 0 || old[i].port != port ||
		    strcmp(old[i].address, address))
			continue;
		l->fd = take_fd(&old[i].fd);
		l->source = old[i].source;
		old[i].source = NULL;
		return;
	}
	fd = listen_open(address, port);
	if (fd < 0) {
		log_no_listener(l, fd);
		return;
	}
	l->fd = fd;
	arm(server, l);
	log_notice("listening on %s port %u", l->address, l->port);
}

static void want_all(struct server *server, struct server_listener *old,
		     size_t old_count)
{
	static const struct conf_listen fallback = {
		.port = CONF_PORT_DEFAULT,
	};
	const struct conf *conf = server->conf;
	size_t count = conf->listen_count ? conf->listen_count : 1;

	for (size_t i = 0; i < count; i++) {
		const struct conf_listen *c = conf->listen_count ?
			&conf->listens[i] : &fallback;

		if (!*c->address) {
			want(server, old, old_count, "0.0.0.0", c->port);
			want(server, old, old_count, "::", c->port);
		} else if (is_all(c->address)) {
			want(server, old, old_count, c->address, c->port);
		}
	}
	/* They come last, for the kernel would not have both. */
	for (size_t i = 0; i < conf->listen_count; i++) {
		const struct conf_listen *c = &conf->listens[i];

		if (*c->address && !is_all(c->address))
			want(server, old, old_count, c->address, c->port);
	}
	for (size_t i = 0; i < conf->rotary_count; i++) {
		const struct conf_rotary *r = &conf->rotaries[i];

		for (int n = 0; n <= r->high - r->low; n++) {
			uint16_t port = (uint16_t)(r->port + n);

			want(server, old, old_count, "0.0.0.0", port);
			want(server, old, old_count, "::", port);
		}
	}
}

static bool configures(const struct conf *conf, const char *address,
		       uint16_t port)
{
	for (size_t i = 0; i < conf->listen_count; i++) {
		const struct conf_listen *c = &conf->listens[i];

		if (c->port == port && (!strcmp(c->address, address) ||
					(!*c->address && is_all(address))))
			return true;
	}
	return !conf->listen_count && port == CONF_PORT_DEFAULT &&
	       is_all(address);
}

/* Whether the new configuration has the listener, too. */
static bool wanted(const struct server *server, const struct server_listener *l)
{
	const struct conf *conf = server->conf;

	if (conf_port_rotary(conf, l->port))
		return is_all(l->address);
	return configures(conf, l->address, l->port) &&
	       (is_all(l->address) ||
		!configures(conf, all_of(l->address), l->port));
}

void server_listen(struct server *server, bool on)
{
	struct server_listener old[SERVER_LISTENERS_MAX];
	size_t count = server->listener_count;

	memcpy(old, server->listeners, sizeof(old));
	server->listener_count = 0;
	/* What goes is closed first: it may be in the way of what comes. */
	for (size_t i = 0; i < count; i++)
		if (!on || !wanted(server, &old[i]))
			shut(&old[i]);
	if (on)
		want_all(server, old, count);
}

void server_describe(const struct server *server, char *text, size_t size)
{
	size_t len = 0, rotary = 0;

	snprintf(text, size, "nowhere");
	for (size_t i = 0; i < server->listener_count && len < size; i++) {
		const struct server_listener *l = &server->listeners[i];

		if (l->fd >= 0 && conf_port_rotary(server->conf, l->port)) {
			rotary++;
			continue;
		}
		len += (size_t)snprintf(text + len, size - len,
					"%s%s%s port %u", len ? ", " : "",
					l->fd < 0 ? "not " : "", l->address,
					l->port);
	}
	if (rotary && len < size)
		snprintf(text + len, size - len,
			 ", %zu listeners of rotary groups", rotary);
}

int server_disconnect(struct server *server, unsigned int connection)
{
	const struct link_msg msg = { .type = LINK_CLEAR };
	const struct session *s;

	if (connection >= SESSION_MAX)
		return -ENODEV;
	s = &server->sessions.slots[connection];
	if (s->state == SESSION_FREE)
		return -ENODEV;
	if (s->link < 0)
		return -ENOTCONN;
	return s->is_foreign ? watch_terminate(s) : link_send(s->link, &msg);
}

int server_clear(struct server *server, unsigned int line)
{
	for (unsigned int i = 0; i < SESSION_MAX; i++)
		if (server->sessions.slots[i].state == SESSION_OPEN &&
		    server->sessions.slots[i].line == line)
			return server_disconnect(server, i);
	return -ENODEV;
}

void server_privilege(struct server *server, uint32_t session,
		      unsigned int level)
{
	const struct link_msg msg = {
		.type = LINK_PRIVILEGE, .privilege = level,
	};

	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *s = &server->sessions.slots[i];

		if (s->state != SESSION_FREE && s->id == session &&
		    s->link >= 0 && !s->is_foreign)
			link_send(s->link, &msg);
	}
}

void server_dump(const struct server *server)
{
	static const char *const states[] = {
		[SESSION_LOGIN] = "logging in",
		[SESSION_AUTHENTICATED] = "authenticated",
		[SESSION_OPEN] = "open",
	};

	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *s = &server->sessions.slots[i];
		char peer[LISTEN_PEER_MAX + 1];

		if (s->state == SESSION_FREE)
			continue;
		listen_format(&s->peer, peer);
		log_notice("session %u: %s, user %s, vty line %u, line %u, "
			   "from %s, monitor %d, %lld s",
			   s->id, states[s->state], *s->user ? s->user : "-",
			   s->vty, s->line, peer, s->pid,
			   (long long)(time(NULL) - s->start));
	}
	log_notice("%zu sessions", session_count(&server->sessions, NULL));
}
