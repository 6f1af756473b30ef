// SPDX-License-Identifier: GPL-2.0-only
#include "auth.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authz.h"
#include "decoy.h"
#include "log.h"
#include "loop.h"
#include "monitor.h"
#include "open.h"
#include "pam.h"
#include "privilege.h"
#include "record.h"
#include "service.h"

#define FIRST_USER	1000	/* uid; below are system accounts */
#define FAILURE_GRID	2000	/* ms */
#define PROMPT_GRID	20	/* ms, hides how a line's login list was found */

#define METHOD_KEY	"key"	/* for pam_vtymux.so to turn into one */

/* In no passwd file: what PAM sees for a name that is not one. */
#define NOBODY_NAME	":"

struct attempt {
	struct monitor *m;
	const struct proto_password *password;	/* NULL: ask the client */
	bool asked_password;	/* it answers one prompt, not two */
	bool spoilt;	/* an answer no password can be: with a NUL inside */
	bool answered;	/* something was there to compare */
};

int64_t auth_next_on_grid(int64_t since, int64_t grid)
{
	return since + ((monitor_now() - since) / grid + 1) * grid;
}

/* Return: false when it cannot be as a C string what it is as bytes. */
static bool take_answer(char *to, size_t size, const uint8_t *from, size_t len)
{
	if (len >= size || memchr(from, '\0', len)) {
		to[0] = '\0';
		return false;
	}
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

/* The password method has nowhere to show text, and one answer. */
static int converse_password(struct pam_round *round, void *arg)
{
	struct attempt *a = arg;

	if (!round->count)
		return 0;
	if (a->asked_password || round->count != 1 || round->echo)
		return -ECANCELED;
	a->asked_password = true;
	a->answered = true;
	if (!take_answer(round->answers[0], sizeof(round->answers[0]),
			 a->password->password, a->password->len))
		a->spoilt = true;
	return 0;
}

static void send_prompt(struct monitor *m, const struct pam_round *round)
{
	union proto_any msg = { .h.type = PROTO_PROMPT };

	msg.prompt.count = round->count;
	msg.prompt.echo = round->echo;
	memcpy(msg.prompt.instruction, round->text, sizeof(round->text));
	memcpy(msg.prompt.prompts, round->prompts,
	       round->count * sizeof(round->prompts[0]));
	monitor_answer(m, &msg, NULL, 0);
}

/*
 * Prompts and serves the loop until the answer is there: auth_on_response()
 * fills the round and sets the state back to busy.
 */
static int converse_client(struct pam_round *round, void *arg)
{
	struct attempt *a = arg;
	struct monitor *m = a->m;

	loop_wait(m, auth_next_on_grid(m->asked, PROMPT_GRID));
	m->round = round;
	m->round_spoilt = false;
	m->state = STATE_CONVERSATION;
	send_prompt(m, round);
	while (m->end == END_NOT && m->state == STATE_CONVERSATION)
		loop_step(m, 0);
	if (m->end != END_NOT || !m->round) {
		m->round = NULL;
		return -ECANCELED;
	}
	m->round = NULL;
	a->answered = a->answered || round->count;
	a->spoilt = a->spoilt || m->round_spoilt;
	return 0;
}

int auth_on_response(struct monitor *m, const union proto_any *msg)
{
	const struct proto_response *r = &msg->response;

	if (r->count != m->round->count)
		return -EPROTO;
	for (unsigned int i = 0; i < r->count; i++)
		if (r->lens[i] > sizeof(r->answers[i]))
			return -EPROTO;
	for (unsigned int i = 0; i < r->count; i++)
		if (!take_answer(m->round->answers[i],
				 sizeof(m->round->answers[i]), r->answers[i],
				 r->lens[i]))
			m->round_spoilt = true;
	m->asked = monitor_now();
	m->state = STATE_BUSY;
	return 0;
}

int auth_on_abort(struct monitor *m, const union proto_any *msg)
{
	(void)msg;
	m->asked = monitor_now();
	m->round = NULL;
	m->state = STATE_BUSY;
	return 0;
}

/*
 * uid 0 is refused in this version. The lookup comes last and for everybody,
 * so it tells nothing.
 */
static bool is_root(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	return pw && pw->pw_uid == 0;
}

/* A name from elsewhere must not look like one of the system's own. */
static bool is_reserved(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	return pw && pw->pw_uid < FIRST_USER;
}

/* Runs PAM as the line asks. Return: as pam_check(). */
static int check(struct monitor *m, struct pam_request *req,
		 const char **ret_why)
{
	char service[SERVICE_NAME_MAX + 1], tty[16], rhost[PROTO_PEER_MAX];

	open_login_service(m, service, tty, sizeof(tty));
	snprintf(rhost, sizeof(rhost), "%.*s", (int)strcspn(m->peer, " "),
		 m->peer);
	req->service = service;
	req->tty = tty;
	req->rhost = rhost;
	req->vars = &m->vars;
	req->user = m->name_ok ? m->target.user : NOBODY_NAME;
	return pam_check(req, ret_why);
}

/* Return: why the attempt fails, NULL when it does not. */
static const char *judge(struct attempt *a)
{
	struct monitor *m = a->m;
	struct pam_request req = {
		.converse = a->password ? converse_password : converse_client,
		.arg = a,
	};
	const char *why = NULL;
	int r;

	m->vars.len = 0;
	r = check(m, &req, &why);
	if (a->answered)
		decoy_for_user(req.user);
	if (is_root(req.user) && !r)
		return "uid 0 is refused in this version";
	if (is_reserved(req.user) && !r && !authz_is_account(m))
		return "the name of a system account";
	if (!m->name_ok)
		return "malformed user name";
	if (r == -ECANCELED)
		return "given up";
	if (!r && a->spoilt)
		return "NUL in an answer";
	return r ? why : NULL;
}

/* There is nobody to ask: text goes to the log, a prompt ends the attempt. */
static int converse_nobody(struct pam_round *round, void *arg)
{
	(void)arg;
	return round->count ? -ECANCELED : 0;
}

/* The account stage finds out which method has the user of a key. */
static const char *judge_account(const struct monitor *m)
{
	const char *method = pam_var(&m->vars, "VTYMUX_METHOD");

	/* Services of an older version do not know keys, and admit them. */
	if (!method || !strcmp(method, METHOD_KEY))
		return "the login list does not know keys";
	if (is_reserved(m->target.user) && !authz_is_account(m))
		return "the name of a system account";
	return NULL;
}

const char *auth_account(struct monitor *m, bool configured)
{
	struct pam_request req = {
		.converse = converse_nobody, .is_authenticated = true,
	};
	const char *why = NULL;

	if (!m->name_ok)
		return "malformed user name";
	if (is_root(m->target.user))
		return "uid 0 is refused in this version";
	pam_var_only(&m->vars, "VTYMUX_METHOD",
		     configured ? METHOD_KEY : "system");
	return check(m, &req, &why) ? why : judge_account(m);
}

void auth_send_result(struct monitor *m, enum proto_result result)
{
	union proto_any msg = {
		.result = { .h.type = PROTO_RESULT, .result = result },
	};

	monitor_answer(m, &msg, NULL, 0);
}

static void succeed(struct monitor *m)
{
	const char *method = pam_var(&m->vars, "VTYMUX_METHOD");
	int r;

	log_info("%s logged in from %s by %s", m->target.user, m->peer,
		 method ? method : "an unknown method");
	authz_ask(m);
	r = privilege_logged_in();
	if (r < 0) {
		log_err("privileges: %s", strerror(-r));
		monitor_end(m, END_ERROR);
		return;
	}
	open_warn_list(m);
	monitor_await_open(m);
	alarm(0);
	m->is_logged_in = true;
	m->state = STATE_AUTHENTICATED;
	monitor_report(m, LINK_AUTHENTICATED, 0);
	record_login(m);
	auth_send_result(m, PROTO_SUCCESS);
}

/* Logs now, answers when all failures answer. */
static void fail(struct monitor *m, const char *why)
{
	m->attempts++;
	log_notice("login of %s from %s failed: %s",
		   m->name_ok ? m->target.user : "(invalid)", m->peer, why);
	monitor_report(m, LINK_FAILED, 0);
	loop_wait(m, auth_next_on_grid(m->asked, FAILURE_GRID));
	if (m->attempts > m->config.retries) {
		auth_send_result(m, PROTO_EXHAUSTED);
		return;	/* and stays busy: there is nothing left to ask */
	}
	m->state = STATE_USER;
	auth_send_result(m, PROTO_FAILURE);
}

void auth_finish(struct monitor *m, const char *why)
{
	if (m->end != END_NOT)
		return;
	m->state = STATE_BUSY;
	if (why)
		fail(m, why);
	else
		succeed(m);
}

static void try(struct monitor *m, const struct proto_password *password)
{
	struct attempt a = { .m = m, .password = password };

	m->state = STATE_BUSY;
	m->asked = monitor_now();
	m->method = password ? "password" : "keyboard-interactive";
	auth_finish(m, judge(&a));
}

int auth_on_password(struct monitor *m, const union proto_any *msg)
{
	if (msg->password.len > sizeof(msg->password.password))
		return -EPROTO;
	try(m, &msg->password);
	return 0;
}

int auth_on_kbdint(struct monitor *m, const union proto_any *msg)
{
	(void)msg;
	try(m, NULL);
	return 0;
}
