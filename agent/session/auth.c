// SPDX-License-Identifier: GPL-2.0-only
/*
 * User authentication (RFC 4252, RFC 4256), in place of svr-auth.c. Nothing is
 * decided here: every attempt is a question to the monitor, which also counts
 * and delays, so that all failures look alike.
 */
#include "auth.h"

#include <ctype.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>

#include "includes.h"
#include "buffer.h"
#include "dbrandom.h"
#include "dbutil.h"
#include "packet.h"
#include "session.h"
#include "ssh.h"

#include "agreed.h"
#include "hooks.h"
#include "login.h"
#include "monitor.h"
#include "wake.h"

#define METHODS			"publickey,password,keyboard-interactive"
#define FLUSH_MS		1000

/*
 * Requests that are no attempt (none, methods we do not have) cost the monitor
 * nothing and are not counted there.
 */
#define IDLE_REQUESTS_MAX	50

#define SSH_DISCONNECT_PROTOCOL_ERROR		2
#define SSH_DISCONNECT_NO_MORE_METHODS		14

/* The user name is pinned by the first request, target and all. */
static uint8_t *pinned_name;
static unsigned int pinned_len;
static unsigned int idle_requests;

/* Prompts the client has not answered; true with none of them, too. */
static bool conversing;
static uint32_t prompts_open;

static long timeout;

long vh_auth_timeout(void)
{
	return timeout;
}

void login_timeout(uint32_t seconds)
{
	timeout = seconds;
}

static char *banner;	/* NULL once it was sent */

void login_banner(char *text)
{
	banner = text;
}

/* RFC 4252 5.4, before the answer to the first request. */
static void send_banner(void)
{
	if (banner && *banner) {
		CHECKCLEARTOWRITE();
		buf_putbyte(ses.writepayload, SSH_MSG_USERAUTH_BANNER);
		buf_putstring(ses.writepayload, banner, strlen(banner));
		buf_putstring(ses.writepayload, "", 0);
		encrypt_packet();
	}
	m_free(banner);
}

void login_hurry(void)
{
	int on = 1;

	if (!ses.authstate.authdone)
		setsockopt(ses.sock_in, IPPROTO_TCP, TCP_QUICKACK, &on,
			   sizeof(on));
}

void svr_authinitialise(void)
{
	memset(&ses.authstate, 0, sizeof(ses.authstate));
	ses.authstate.authtypes = AUTH_TYPE_PUBKEY |
		AUTH_TYPE_PASSWORD | AUTH_TYPE_INTERACT;
}

static void disconnect(unsigned int reason, const char *text) ATTRIB_NORETURN;

/* Dropbear only closes; a client that is told why can tell its user. */
static void disconnect(unsigned int reason, const char *text)
{
	struct pollfd pfd = { .fd = ses.sock_out, .events = POLLOUT };
	int64_t end = wake_clock() + FLUSH_MS;

	CHECKCLEARTOWRITE();
	buf_putbyte(ses.writepayload, SSH_MSG_DISCONNECT);
	buf_putint(ses.writepayload, reason);
	buf_putstring(ses.writepayload, text, strlen(text));
	buf_putstring(ses.writepayload, "", 0);
	encrypt_packet();
	while (!isempty(&ses.writequeue) && wake_clock() < end)
		if (poll(&pfd, 1, 100) > 0)
			write_packet();
	dropbear_exit("%s", text);
}

static void send_failure(void)
{
	CHECKCLEARTOWRITE();
	buf_putbyte(ses.writepayload, SSH_MSG_USERAUTH_FAILURE);
	buf_putstring(ses.writepayload, METHODS, strlen(METHODS));
	buf_putbyte(ses.writepayload, 0);
	encrypt_packet();
}

static void send_success(void)
{
	CHECKCLEARTOWRITE();
	buf_putbyte(ses.writepayload, SSH_MSG_USERAUTH_SUCCESS);
	encrypt_packet();
	ses.authstate.authdone = 1;
	ses.connect_time = 0;	/* 2025.89: the login timer is off */
	/* What the key exchange needed is not needed while a session idles. */
	malloc_trim(0);
}

static void send_prompts(const struct proto_prompt *p)
{
	uint32_t i;

	CHECKCLEARTOWRITE();
	buf_putbyte(ses.writepayload, SSH_MSG_USERAUTH_INFO_REQUEST);
	buf_putstring(ses.writepayload, "", 0);
	buf_putstring(ses.writepayload, p->instruction,
		      strlen(p->instruction));
	buf_putstring(ses.writepayload, "", 0);
	buf_putint(ses.writepayload, p->count);
	for (i = 0; i < p->count; i++) {
		buf_putstring(ses.writepayload, p->prompts[i],
			      strlen(p->prompts[i]));
		buf_putbyte(ses.writepayload, (p->echo >> i) & 1);
	}
	encrypt_packet();
}

/* @prompt belongs to PROTO_NEXT. */
static void finish(enum proto_result result, const struct proto_prompt *prompt)
{
	conversing = result == PROTO_NEXT;
	switch (result) {
	case PROTO_NEXT:
		prompts_open = prompt->count;
		send_prompts(prompt);
		break;
	case PROTO_SUCCESS:
		send_success();
		break;
	case PROTO_FAILURE:
		ses.authstate.failcount++;
		send_failure();
		break;
	case PROTO_EXHAUSTED:
		ses.authstate.failcount++;
		disconnect(SSH_DISCONNECT_NO_MORE_METHODS,
			   "Too many authentication failures");
	}
}

static void try_password(void)
{
	uint8_t password[PROTO_PASSWORD_MAX];
	enum proto_result result;
	unsigned int len;
	bool change;
	char *s;

	change = buf_getbool(ses.payload);
	s = buf_getstring(ses.payload, &len);
	/* Too long is an attempt like any other, that cannot succeed. */
	if (len <= sizeof(password))
		memcpy(password, s, len);
	else
		genrandom(password, sizeof(password));
	m_burn(s, len);
	m_free(s);
	len = MIN(len, sizeof(password));

	/* There is no changing of passwords; the client tried a plain one. */
	if (change) {
		m_burn(password, sizeof(password));
		send_failure();
		return;
	}
	result = monitor_password(password, len);
	m_burn(password, sizeof(password));
	finish(result, NULL);
}

static void try_interactive(void)
{
	struct proto_prompt prompt;

	buf_eatstring(ses.payload);	/* language */
	buf_eatstring(ses.payload);	/* submethods: the monitor chooses */
	finish(monitor_kbdint(&prompt), &prompt);
}

static void idle_request(void)
{
	if (++idle_requests > IDLE_REQUESTS_MAX)
		disconnect(SSH_DISCONNECT_NO_MORE_METHODS,
			   "Too many authentication requests");
	send_failure();
}

static bool is(const char *s, unsigned int len, const char *what)
{
	return len == strlen(what) && memcmp(s, what, len) == 0;
}

void vh_put_sigalgs(buffer *out)
{
	char list[256] = "";
	int i;

	for (i = PROTO_PUB_NONE + 1; i < __PROTO_PUB_LAST; i++) {
		if (*list)
			strcat(list, ",");
		strcat(list, proto_pubalg_name((unsigned int)i));
	}
	buf_putstring(out, list, strlen(list));
}

static enum proto_pubalg get_pubalg(void)
{
	enum proto_pubalg alg = PROTO_PUB_NONE;
	unsigned int len;
	char *name = buf_getstring(ses.payload, &len);
	int i;

	for (i = PROTO_PUB_NONE + 1; i < __PROTO_PUB_LAST; i++)
		if (is(name, len, proto_pubalg_name(i)))
			alg = i;
	m_free(name);
	return alg;
}

/* Return: bytes, 0 for a string that is too long for any key. */
static uint32_t get_blob(uint8_t *to, size_t room)
{
	unsigned int len;
	char *s = buf_getstring(ses.payload, &len);

	if (len > room)
		len = 0;
	memcpy(to, s, len);
	m_free(s);
	return len;
}

static void send_pk_ok(const struct proto_pubkey *q)
{
	const char *alg = proto_pubalg_name(q->alg);

	CHECKCLEARTOWRITE();
	buf_putbyte(ses.writepayload, SSH_MSG_USERAUTH_PK_OK);
	buf_putstring(ses.writepayload, alg, strlen(alg));
	buf_putstring(ses.writepayload, (const char *)q->key, q->key_len);
	encrypt_packet();
}

static void try_pubkey(void)
{
	struct proto_pubkey q = { 0 };
	enum proto_result result;
	bool is_signed = buf_getbool(ses.payload);

	q.alg = get_pubalg();
	q.key_len = get_blob(q.key, sizeof(q.key));
	if (is_signed)
		q.sig_len = get_blob(q.sig, sizeof(q.sig));
	if (!q.alg || !q.key_len || (is_signed && !q.sig_len)) {
		idle_request();
		return;
	}
	result = monitor_pubkey(&q);
	if (result == PROTO_NEXT)
		send_pk_ok(&q);
	else if (!is_signed && result == PROTO_FAILURE)
		idle_request();		/* a question is no attempt */
	else
		finish(result, NULL);
}

/* Return: false when the answers are not those that were asked for. */
static bool get_answers(struct proto_response *response)
{
	uint32_t i;

	response->count = buf_getint(ses.payload);
	if (response->count != prompts_open)
		return false;
	for (i = 0; i < response->count; i++) {
		unsigned int len;
		char *s = buf_getstring(ses.payload, &len);
		bool fits = len <= PROTO_PROMPT_MAX;

		if (fits) {
			memcpy(response->answers[i], s, len);
			response->lens[i] = len;
		}
		m_burn(s, len);
		m_free(s);
		if (!fits)
			return false;
	}
	return true;
}

void vh_recv_info_response(void)
{
	struct proto_response response = { 0 };
	struct proto_prompt prompt;
	enum proto_result result;

	if (ses.authstate.authdone)
		return;
	if (!conversing)
		disconnect(SSH_DISCONNECT_PROTOCOL_ERROR,
			   "Unexpected keyboard-interactive response");
	if (get_answers(&response))
		result = monitor_respond(&response, &prompt);
	else
		result = monitor_abort();
	m_burn(&response, sizeof(response));
	m_burn(ses.payload->data, ses.payload->len);
	finish(result, &prompt);
}

/* What Dropbear's own log lines may show of a name from the network. */
static char *printable(const uint8_t *name, unsigned int len)
{
	char *s = m_malloc(len + 1);
	unsigned int i;

	for (i = 0; i < len; i++)
		s[i] = isgraph(name[i]) ? name[i] : '?';
	s[len] = '\0';
	return s;
}

static void pin_user(const char *name, unsigned int len)
{
	if (pinned_name) {
		if (len != pinned_len || memcmp(name, pinned_name, len) != 0)
			disconnect(SSH_DISCONNECT_PROTOCOL_ERROR,
				   "Change of username is not allowed");
		return;
	}
	pinned_len = len;
	pinned_name = m_malloc(len + 1);
	memcpy(pinned_name, name, len);
	/* Too long is told to the monitor as empty: as bad as that. */
	if (len > PROTO_NAME_MAX)
		len = 0;
	ses.authstate.pw_name = printable(pinned_name, len);
	agreed_tell();
	monitor_user(pinned_name, len);
}

void recv_msg_userauth_request(void)
{
	unsigned int namelen, servicelen, methodlen;
	char *name, *service, *method;

	if (ses.authstate.authdone)
		return;
	name = buf_getstring(ses.payload, &namelen);
	service = buf_getstring(ses.payload, &servicelen);
	method = buf_getstring(ses.payload, &methodlen);
	if (!is(service, servicelen, SSH_SERVICE_CONNECTION))
		disconnect(SSH_DISCONNECT_PROTOCOL_ERROR,
			   "Unknown service in authentication");
	pin_user(name, namelen);
	send_banner();

	/* RFC 4256 3.1: a new request ends a conversation, unanswered. */
	if (conversing) {
		enum proto_result result = monitor_abort();

		conversing = false;
		if (result == PROTO_EXHAUSTED)
			finish(result, NULL);
	}
	if (is(method, methodlen, AUTH_METHOD_PASSWORD))
		try_password();
	else if (is(method, methodlen, AUTH_METHOD_INTERACT))
		try_interactive();
	else if (is(method, methodlen, AUTH_METHOD_PUBKEY))
		try_pubkey();
	else
		idle_request();

	m_burn(ses.payload->data, ses.payload->len);
	m_free(name);
	m_free(service);
	m_free(method);
}
