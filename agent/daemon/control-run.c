// SPDX-License-Identifier: GPL-2.0-only
/* What the requests of the control socket do. See ctl.h for each. */
#include "control.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"
#include "loop.h"
#include "nl.h"

void control_answer(struct control_client *c, int code)
{
	struct ctl_result result = { .code = code };

	control_result(c, &result);
}

void control_refuse(struct control_client *c, int code, const char *format, ...)
{
	struct ctl_result result = { .code = code };
	va_list ap;

	va_start(ap, format);
	vsnprintf(result.error, sizeof(result.error), format, ap);
	va_end(ap);
	control_result(c, &result);
}

/* What is logged of a change, and by whom. */
void control_log_change(const struct control_client *c, const char *what)
{
	char name[160];

	control_name(c, name, sizeof(name));
	log_notice("%%PARSER-5-CFGLOG_LOGGEDCMD: User:%s logged command:%s",
		   name, what);
}

static void put_algorithms(struct ctl_session *out,
			   const struct proto_algorithms *a)
{
	snprintf(out->cipher[0], sizeof(out->cipher[0]), "%s", a->cipher_in);
	snprintf(out->cipher[1], sizeof(out->cipher[1]), "%s", a->cipher_out);
	snprintf(out->hmac[0], sizeof(out->hmac[0]), "%s", a->mac_in);
	snprintf(out->hmac[1], sizeof(out->hmac[1]), "%s", a->mac_out);
}

static void send_sessions(struct control_client *c)
{
	const struct session_table *table =
		&c->control->daemon->server.sessions;

	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *s = &table->slots[i];
		struct ctl_session out = {
			.connection = (uint32_t)i, .id = s->id,
			.line = s->line, .state = s->state, .start = s->start,
		};
		char peer[LISTEN_PEER_MAX + 1];

		if (s->state == SESSION_FREE)
			continue;
		listen_format(&s->peer, peer);
		snprintf(out.peer, sizeof(out.peer), "%s", peer);
		snprintf(out.user, sizeof(out.user), "%s", s->user);
		put_algorithms(&out, &s->algorithms);
		control_send(c, CTL_TEXT, &out, sizeof(out));
	}
	control_answer(c, 0);
}

static void send_ssh(struct control_client *c)
{
	const struct daemon *d = c->control->daemon;
	size_t login;
	struct ctl_ssh out = {
		.enabled = d->keys > 0,
		.timeout = d->conf.timeout,
		.retries = d->conf.retries,
		.started = d->started,
		.version = VTYMUX_VERSION,
	};

	out.sessions = (uint32_t)session_count(&d->server.sessions, &login);
	out.logging_in = (uint32_t)login;
	server_describe(&d->server, out.listening, sizeof(out.listening));
	control_send(c, CTL_TEXT, &out, sizeof(out));
	control_answer(c, 0);
}

/* Through the module when it is there, which ends the claim at once. */
static void clear_line(struct control_client *c, uint32_t line)
{
	struct daemon *d = c->control->daemon;
	char what[64];
	int r = -ENOENT;

	if (line && d->binder.nl)
		r = nl_client_clear(d->binder.nl, line);
	else if (line)
		r = server_clear(&d->server, line);
	/* Nobody is on it: as good as cleared. */
	if (r == -ENODEV && conf_lines_is_virtual(&conf_lines_sysfs, line) >= 0)
		r = 0;
	if (r < 0) {
		control_refuse(c, r, r == -ENODEV || !line ? "%% Invalid line" :
		       "%% line %u: %s", line, strerror(-r));
		return;
	}
	snprintf(what, sizeof(what), "clear line %u", line);
	control_log_change(c, what);
	control_answer(c, 0);
}

static void disconnect(struct control_client *c, uint32_t connection)
{
	struct daemon *d = c->control->daemon;
	char what[64];
	int r = server_disconnect(&d->server, connection);

	if (r < 0) {
		control_refuse(c, r, "%% No such SSH connection: %u", connection);
		return;
	}
	snprintf(what, sizeof(what), "disconnect ssh %u", connection);
	control_log_change(c, what);
	control_answer(c, 0);
}

static void run_crypto(struct control_client *c, char *command, bool replace)
{
	char what[128];
	int r;

	snprintf(what, sizeof(what), "crypto %.100s", command);
	r = control_crypto(c, command, replace);
	if (r < 0)
		control_refuse(c, r, "%% crypto: %s", strerror(-r));
	else
		control_log_change(c, what);
}

static void debug(struct control_client *c, bool on, uint32_t what)
{
	struct server *server = &c->control->daemon->server;
	uint32_t changed = what & (on ? ~server->debug : server->debug);
	char text[64];

	if (what & ~(uint32_t)CTL_DEBUG_ALL) {
		control_refuse(c, -EINVAL, "%% not implemented in this version");
		return;
	}
	server->debug = on ? server->debug | what : server->debug & ~what;
	snprintf(text, sizeof(text), "%s%s%s", on ? "debug" : "undebug",
		 changed & CTL_DEBUG_SSH ? " ip ssh" : "",
		 changed & CTL_DEBUG_SCP ? " ip scp" : "");
	if (changed)
		control_log_change(c, text);
	control_send(c, CTL_TEXT, &server->debug, sizeof(server->debug));
	control_answer(c, 0);
}

static bool bound_are_full(const struct control *control)
{
	size_t bound = 0;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		bound += control->clients[i].bound;
	return bound >= CONTROL_BOUND_MAX;
}

static void bind_identity(struct control_client *c, const char *data,
			  size_t size)
{
	struct ctl_identity who;

	if (c->uid || c->bound || size != sizeof(who)) {
		control_refuse(c, -EPERM, "%% not allowed");
		return;
	}
	memcpy(&who, data, sizeof(who));
	if (who.privilege > 15 || !memchr(who.user, 0, sizeof(who.user)) ||
	    !memchr(who.peer, 0, sizeof(who.peer)) || !*who.user) {
		control_refuse(c, -EINVAL, "malformed identity");
		return;
	}
	if (who.session)
		control_drop_session(c->control, who.session);
	if (bound_are_full(c->control)) {
		control_refuse(c, -EBUSY, "too many sessions");
		return;
	}
	c->who = who;
	c->told = who.privilege;
	c->bound = true;
	control_answer(c, 0);
}

static void run_anybody(struct control_client *c, const struct ctl_head *head,
			const char *data)
{
	switch (head->type) {
	case CTL_HELLO:
		control_answer(c, 0);
		break;
	case CTL_BIND:
		bind_identity(c, data, head->size);
		break;
	case CTL_PUBLIC:
		control_conf(c, head, NULL);
		break;
	case CTL_SESSIONS:
		send_sessions(c);
		break;
	case CTL_SSH:
		send_ssh(c);
		break;
	case CTL_ENABLE:
		control_enable(c, head->number, data);
		break;
	case CTL_DISABLE:
		if (head->number < c->who.privilege)
			c->who.privilege = head->number;
		control_answer(c, 0);
		break;
	default:
		control_refuse(c, -EPERM, "%% this needs privilege level 15");
	}
}

static void run_request(struct control_client *c, const struct ctl_head *head,
			char *data)
{
	if (c->who.privilege < 15) {
		run_anybody(c, head, data);
		return;
	}
	switch (head->type) {
	case CTL_CLEAR:
		clear_line(c, head->number);
		break;
	case CTL_CRYPTO:
		run_crypto(c, data, head->number);
		break;
	case CTL_DISCONNECT:
		disconnect(c, head->number);
		break;
	case CTL_DEBUG:
	case CTL_UNDEBUG:
		debug(c, head->type == CTL_DEBUG, head->number);
		break;
	case CTL_MONITOR:
		c->monitoring = head->number != 0;
		control_answer(c, 0);
		break;
	default:
		if (!control_conf(c, head, data))
			run_anybody(c, head, data);
	}
}

void control_run(struct control_client *c, const struct ctl_head *head,
		 char *data)
{
	if (head->type == CTL_DATA) {
		control_upload(c, data, head->size);
		return;
	}
	run_request(c, head, data);
	control_end_upload(c);
}
