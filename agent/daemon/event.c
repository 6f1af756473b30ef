// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"

#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "log.h"
#include "server.h"

static unsigned int number(const struct session *s)
{
	return (unsigned int)(s - s->server->sessions.slots);
}

static bool debugs(const struct session *s, uint32_t what)
{
	return s->server->debug & what;
}

void event_ssh(bool enabled)
{
	log_notice("%%SSH-5-%s: SSH 2.0 has been %s",
		   enabled ? "ENABLED" : "DISABLED",
		   enabled ? "enabled" : "disabled");
}

/* "192.0.2.1 (tty = 3)" */
static void put_origin(const struct session *s, char *text, size_t size)
{
	char peer[LISTEN_PEER_MAX + 1];

	listen_format(&s->peer, peer);
	snprintf(text, size, "%.*s (tty = %u)", (int)strcspn(peer, " "), peer,
		 number(s));
}

static void put_crypto(const struct session *s, char *text, size_t size)
{
	const struct proto_algorithms *a = &s->algorithms;

	/* A daemon that adopted the session was not there. */
	snprintf(text, size, "using crypto cipher '%s', hmac '%s'",
		 *a->kex ? a->cipher_in : "unknown",
		 *a->kex ? a->mac_in : "unknown");
}

static void tell_session(const struct session *s)
{
	const struct proto_algorithms *a = &s->algorithms;
	char origin[LISTEN_PEER_MAX + 32], crypto[192];
	unsigned int n = number(s);

	put_origin(s, origin, sizeof(origin));
	put_crypto(s, crypto, sizeof(crypto));
	if (debugs(s, CTL_DEBUG_SSH)) {
		log_info("SSH%u: protocol version id is - %s", n, a->client);
		log_info("SSH2 %u: kex: client->server enc:%s mac:%s", n,
			 a->cipher_in, a->mac_in);
		log_info("SSH2 %u: kex: server->client enc:%s mac:%s", n,
			 a->cipher_out, a->mac_out);
		log_info("SSH2 %u: Using kex_algo = %s", n, a->kex);
	}
	log_notice("%%SSH-5-SSH2_SESSION: SSH2 Session request from %s %s Succeeded",
		   origin, crypto);
}

/* What is no valid name may be a password that was typed too early. */
static void tell_login(const struct session *s, const struct link_msg *msg)
{
	const char *user = *msg->user ? msg->user : "(invalid)";
	bool good = msg->type == LINK_AUTHENTICATED;
	char origin[LISTEN_PEER_MAX + 32], crypto[192];
	unsigned int n = number(s);

	put_origin(s, origin, sizeof(origin));
	put_crypto(s, crypto, sizeof(crypto));
	if (debugs(s, CTL_DEBUG_SSH)) {
		log_info("SSH2 %u: Using method = %s", n, msg->method);
		log_info("SSH2 %u: Authenticating '%s' with method: %s", n,
			 user, msg->method);
		log_info("SSH2 %u: authentication %s for %s", n,
			 good ? "successful" : "failed", user);
	}
	log_notice("%%SSH-5-SSH2_USERAUTH: User '%s' authentication for SSH2 Session from %s %s %s",
		   user, origin, crypto, good ? "Succeeded" : "Failed");
}

void event_connected(const struct session *s)
{
	char peer[LISTEN_PEER_MAX + 1];

	if (!debugs(s, CTL_DEBUG_SSH))
		return;
	listen_format(&s->peer, peer);
	log_info("SSH%u: starting SSH control process for %s", number(s), peer);
}

void event_message(const struct session *s, const struct link_msg *msg)
{
	switch (msg->type) {
	case LINK_ALGORITHMS:
		tell_session(s);
		break;
	case LINK_AUTHENTICATED:
	case LINK_FAILED:
		tell_login(s, msg);
		break;
	case LINK_OPENED:
		if (debugs(s, CTL_DEBUG_SSH))
			log_info("SSH2 %u: session of %s on line %u",
				 number(s), s->user, s->line);
		break;
	case LINK_SCP:
		if (debugs(s, CTL_DEBUG_SCP))
			log_info("SCP: %s", msg->text);
		break;
	default:
		break;
	}
}

/* Who never got as far as a key exchange had no session. */
void event_ended(const struct session *s)
{
	char origin[LISTEN_PEER_MAX + 32], crypto[192];

	if (debugs(s, CTL_DEBUG_SSH))
		log_info("SSH%u: session ended", number(s));
	if (!*s->algorithms.kex && !*s->user)
		return;
	put_origin(s, origin, sizeof(origin));
	put_crypto(s, crypto, sizeof(crypto));
	log_notice("%%SSH-5-SSH2_CLOSE: SSH2 Session from %s for user '%s' %s closed",
		   origin, s->user, crypto);
}
