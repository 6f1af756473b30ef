// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <string.h>

#include "auth.h"
#include "exec.h"
#include "hostkey.h"
#include "log.h"
#include "loop.h"
#include "monitor.h"
#include "open.h"
#include "tokens.h"
#include "userkey.h"

#define LOG_BURST	20	/* lines at once, then one in LOG_REFILL ms */
#define LOG_REFILL	1000
#define SIGN_INTERVAL	1000	/* ms between two signatures */

static uint32_t banner_pieces(const struct monitor *m)
{
	size_t len = m->params.banner ? strlen(m->params.banner) : 0;

	return (uint32_t)((len + PROTO_BANNER_PIECE - 1) / PROTO_BANNER_PIECE);
}

static void send_banner(struct monitor *m, uint32_t piece)
{
	union proto_any msg = { .h.type = PROTO_BANNER };

	strncpy(msg.banner.text, m->params.banner + piece * PROTO_BANNER_PIECE,
		PROTO_BANNER_PIECE);
	monitor_answer(m, &msg, NULL, 0);
}

void session_hello(struct monitor *m)
{
	union proto_any msg = {
		.hello = {
			.h.type = PROTO_HELLO,
			.version = PROTO_VERSION,
			.timeout = m->config.timeout,
			.retries = m->config.retries + 1,
		},
	};

	memcpy(msg.hello.peer, m->peer, sizeof(msg.hello.peer));
	hostkey_public(msg.hello.keys);
	memcpy(msg.hello.algorithms, m->params.algorithms,
	       sizeof(msg.hello.algorithms));
	msg.hello.dh_min = m->params.dh_min;
	msg.hello.banners = banner_pieces(m);
	monitor_answer(m, &msg, NULL, 0);
	for (uint32_t i = 0; i < banner_pieces(m); i++)
		send_banner(m, i);
}

/*
 * One signature before login; re-keys only after it. A client that re-keys
 * faster than a key can be wanted waits, it does not lose its session.
 */
static int on_sign(struct monitor *m, const union proto_any *msg)
{
	union proto_any answer = { .h.type = PROTO_SIGNATURE };
	enum monitor_state state = m->state;
	size_t len;

	if (m->is_signed && state == STATE_START)
		return -EPROTO;
	if (msg->sign.len > sizeof(msg->sign.hash))
		return -EPROTO;
	if (m->is_signed) {
		m->state = STATE_BUSY;
		loop_wait(m, m->sign_after);
		if (m->end != END_NOT)
			return 0;
		m->state = state;
	}
	if (hostkey_sign((enum proto_sigalg)msg->sign.alg, msg->sign.hash,
			 msg->sign.len, answer.signature.blob, &len) < 0)
		return -EPROTO;
	answer.signature.len = (uint32_t)len;
	if (!m->is_signed) {
		memcpy(m->session_id, msg->sign.hash, msg->sign.len);
		m->session_id_len = msg->sign.len;
	}
	m->is_signed = true;
	m->sign_after = monitor_now() + SIGN_INTERVAL;
	monitor_answer(m, &answer, NULL, 0);
	return 0;
}

static int on_user(struct monitor *m, const union proto_any *msg)
{
	union proto_any answer = {
		.result = { .h.type = PROTO_RESULT, .result = PROTO_NEXT },
	};

	if (!m->is_signed || msg->user.len > sizeof(msg->user.name))
		return -EPROTO;
	memcpy(m->name, msg->user.name, msg->user.len);
	m->name_len = msg->user.len;
	m->name_ok = !target_parse((const char *)msg->user.name,
				   msg->user.len, &m->target);
	/* A port of a rotary group stands in for the target. */
	if (m->name_ok && m->target.kind == TARGET_EXEC && m->config.rotary) {
		m->target.kind = TARGET_ROTARY;
		m->target.number = m->config.rotary;
	}
	m->state = STATE_USER;
	monitor_answer(m, &answer, NULL, 0);
	return 0;
}

static int on_algorithms(struct monitor *m, const union proto_any *msg)
{
	if (!m->is_signed || *m->algorithms.kex || !*msg->algorithms.kex ||
	    !proto_algorithms_valid(&msg->algorithms))
		return -EPROTO;
	m->algorithms = msg->algorithms;
	monitor_report_algorithms(m);
	return 0;
}

static int on_log(struct monitor *m, const union proto_any *msg)
{
	char text[PROTO_TEXT_MAX];
	size_t len = strnlen(msg->log.text, sizeof(text));

	if (len == sizeof(text))
		return -EPROTO;
	if (msg->log.level < LOG_ERR || msg->log.level > LOG_DEBUG)
		return -EPROTO;
	/* The session process cannot fill the journal. */
	if (!tokens_take(&m->log_lines, LOG_BURST, LOG_REFILL))
		return 0;
	for (size_t i = 0; i <= len; i++) {
		char c = msg->log.text[i];

		text[i] = i == len || (c >= 0x20 && c < 0x7f) ? c : '?';
	}
	log_print((int)msg->log.level, "sshd: %s", text);
	return 0;
}

#define IN(state)	(1U << STATE_##state)
#define ANY		(IN(START) | IN(USER) | IN(BUSY) | IN(CONVERSATION) | \
			 IN(AUTHENTICATED) | IN(OPEN))

/* The table of proto.h. Questions that are not here exist for answers only. */
static const struct rule {
	unsigned int states;
	int (*handle)(struct monitor *m, const union proto_any *msg);
} rules[PROTO_TYPES] = {
	[PROTO_SIGN]	 = { IN(START) | IN(AUTHENTICATED) | IN(OPEN), on_sign },
	[PROTO_USER]	 = { IN(START), on_user },
	[PROTO_PASSWORD] = { IN(USER), auth_on_password },
	[PROTO_KBDINT]	 = { IN(USER), auth_on_kbdint },
	[PROTO_RESPONSE] = { IN(CONVERSATION), auth_on_response },
	[PROTO_ABORT]	 = { IN(CONVERSATION), auth_on_abort },
	[PROTO_OPEN]	 = { IN(AUTHENTICATED), open_on_open },
	[PROTO_CLOSE]	 = { IN(OPEN), open_on_close },
	[PROTO_ALGORITHMS] = { IN(START), on_algorithms },
	[PROTO_ENV]	 = { IN(AUTHENTICATED), exec_on_env },
	[PROTO_COMMAND]	 = { IN(AUTHENTICATED), exec_on_command },
	[PROTO_SIGNAL]	 = { IN(OPEN), exec_on_signal },
	[PROTO_IDLE]	 = { IN(OPEN), limits_on_idle },
	[PROTO_LOST]	 = { IN(OPEN), open_on_lost },
	[PROTO_LOG]	 = { ANY, on_log },
	[PROTO_PUBKEY]	 = { IN(USER), userkey_on_pubkey },
};

static const char *const state_names[STATES] = {
	[STATE_START] = "start",
	[STATE_USER] = "user",
	[STATE_BUSY] = "busy",
	[STATE_CONVERSATION] = "conversation",
	[STATE_AUTHENTICATED] = "authenticated",
	[STATE_OPEN] = "open",
};

static int dispatch(struct monitor *m, const union proto_any *msg)
{
	const struct rule *rule = &rules[msg->h.type];

	if (!rule->handle || !(rule->states & 1U << m->state))
		return -EPROTO;
	return rule->handle(m, msg);
}

void session_receive(struct monitor *m)
{
	const char *state = state_names[m->state];
	union proto_any msg;
	uint32_t type;
	int r;

	r = proto_recv(m->session, &msg, NULL, NULL);
	if (r == -EAGAIN)
		return;
	if (r == -ECONNRESET) {
		monitor_end(m, END_DONE);
		return;
	}
	type = msg.h.type;
	if (!r)
		r = dispatch(m, &msg);
	explicit_bzero(&msg, sizeof(msg));
	if (!r)
		return;
	if (r == -EPROTO)
		log_warn("session process broke the protocol: message %u in state %s",
			 type, state);
	else
		log_err("receiving from the session process: %s", strerror(-r));
	monitor_end(m, r == -EPROTO ? END_VIOLATION : END_ERROR);
}
