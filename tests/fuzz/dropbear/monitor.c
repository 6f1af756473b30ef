// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor of a session process that is fuzzed, in the same process. The
 * oracle: whatever a client sends, each question is one that proto.h allows in
 * this state, with content that a monitor would not end the session for.
 *
 * The password is "secret"; a conversation asks two questions, takes an "a"
 * for the first, and says something; keys are good whose bytes add up to
 * nothing, and signatures of seven bytes. "gone" has no monitor any more. What
 * is opened depends on the login name, after a login by Dropbear's fuzzer on
 * the value of the first variable.
 */
#include "world.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

static ssize_t fake_sendmsg(int fd, const struct msghdr *mh, int flags);
static ssize_t fake_recvmsg(int fd, struct msghdr *mh, int flags);

#define sendmsg fake_sendmsg
#define recvmsg fake_recvmsg
#include "../../../agent/lib/proto.c"
#undef recvmsg
#undef sendmsg

#include "signame.h"
#include "target.h"

#define RETRIES	3
#define IDLE_S	5

enum state { START, USER, CONVERSATION, AUTHENTICATED, OPEN };

static struct {
	enum state state;
	bool is_signed, has_algorithms, gone;
	bool prelude;		/* for the PROTO_OPEN that must come next */
	bool watch;
	size_t command;		/* bytes */
	unsigned int variables, failures, round, idles;
	char name[PROTO_NAME_MAX + 1];
	union proto_any answer;
	bool has_answer;
	int fds[PROTO_FDS_MAX];
	size_t nfds;
} m;

void fake_reset(bool authenticated)
{
	memset(&m, 0, sizeof(m));
	if (authenticated) {
		m.state = AUTHENTICATED;
		strcpy(m.name, "lab");
	}
}

bool fake_authenticated(void)
{
	return m.state >= AUTHENTICATED;
}

static void check(bool holds)
{
	world_check(holds);
}

static union proto_any *begin_answer(uint32_t type)
{
	check(!m.has_answer);
	memset(&m.answer, 0, sizeof(m.answer));
	m.answer.h.type = type;
	m.has_answer = true;
	m.nfds = 0;
	return &m.answer;
}

static void answer_result(enum proto_result result)
{
	begin_answer(PROTO_RESULT)->result.result = result;
}

static void attempt(bool good)
{
	m.state = good ? AUTHENTICATED : USER;
	if (good)
		answer_result(PROTO_SUCCESS);
	else
		answer_result(++m.failures > RETRIES ? PROTO_EXHAUSTED :
						       PROTO_FAILURE);
}

static void on_sign(const struct proto_sign *q)
{
	union proto_any *a;

	check(!m.is_signed || m.state >= AUTHENTICATED);
	check(q->alg == PROTO_SIG_ED25519 || q->alg == PROTO_SIG_ECDSA ||
	      q->alg == PROTO_SIG_RSA_SHA256);
	check(q->len == 32 || q->len == 48 || q->len == 64);
	m.is_signed = true;
	a = begin_answer(PROTO_SIGNATURE);
	a->signature.len = PROTO_SIG_MAX;
}

static void on_user(const struct proto_user *q)
{
	check(q->len <= PROTO_NAME_MAX && m.has_algorithms);
	memcpy(m.name, q->name, q->len);
	m.gone = !strcmp(m.name, "gone");
	m.state = USER;
	answer_result(PROTO_NEXT);
}

static void on_password(const struct proto_password *q)
{
	check(q->len <= PROTO_PASSWORD_MAX);
	attempt(q->len == 6 && !memcmp(q->password, "secret", 6));
}

static void on_pubkey(const struct proto_pubkey *q)
{
	uint8_t sum = 0;

	check(q->alg && q->alg < __PROTO_PUB_LAST);
	check(q->key_len && q->key_len <= PROTO_KEY_MAX);
	check(q->sig_len <= PROTO_SIG_MAX);
	for (uint32_t i = 0; i < q->key_len; i++)
		sum = (uint8_t)(sum + q->key[i]);
	if (q->sig_len)
		attempt(!sum && q->sig_len == 7);
	else
		answer_result(sum ? PROTO_FAILURE : PROTO_NEXT);
}

static void prompt(void)
{
	struct proto_prompt *p = &begin_answer(PROTO_PROMPT)->prompt;

	m.state = CONVERSATION;
	if (m.round++) {
		strcpy(p->instruction, "Welcome");
		return;
	}
	p->count = 2;
	p->echo = 2;
	memset(p->instruction, 'i', sizeof(p->instruction) - 1);
	strcpy(p->prompts[0], "Password: ");
	memset(p->prompts[1], 'p', sizeof(p->prompts[1]) - 1);
}

static void on_response(const struct proto_response *q)
{
	check(q->count == (m.round == 1 ? 2 : 0));
	for (uint32_t i = 0; i < q->count; i++)
		check(q->lens[i] <= PROTO_PROMPT_MAX);
	if (m.round == 1 && q->lens[0] == 1 && q->answers[0][0] == 'a')
		prompt();
	else
		attempt(m.round == 2);
}

static void on_env(const struct proto_env *q)
{
	check(proto_env_valid(q) && ++m.variables <= PROTO_ENV_MAX);
	if (m.variables == 1 && !strchr(m.name, ':'))
		strncat(m.name, q->value, sizeof(m.name) - strlen(m.name) - 1);
	m.prelude = true;
}

static void on_command(const struct proto_command *q)
{
	m.command += q->len;
	check(q->len && q->len <= PROTO_CHUNK_MAX);
	check(m.command <= PROTO_COMMAND_MAX);
	check(!memchr(q->bytes, '\0', q->len));
	m.prelude = true;
}

static void check_open(const struct proto_open *q)
{
	check(q->kind < __PROTO_OPEN_LAST && q->pty <= 1);
	check(q->kind != PROTO_OPEN_SHELL || !m.command);
	check(is_text(q->term, sizeof(q->term)));
	check(q->window.columns <= 65535 && q->window.rows <= 65535 &&
	      q->window.width <= 65535 && q->window.height <= 65535);
	check(q->mode_count <= PROTO_MODES_MAX);
	for (uint32_t i = 0; i < q->mode_count; i++)
		check(q->modes[i].opcode && q->modes[i].opcode <= 159);
	/* What was open before is closed: it was another's line. */
	check(!world_any_open());
}

/* Each kind of target is another kind of session. */
static void open_line(enum target_kind kind)
{
	struct proto_opened *o = &begin_answer(PROTO_OPENED)->opened;

	o->kind = PROTO_OPENED_LINE;
	m.watch = kind == TARGET_WATCH;
	m.fds[m.nfds++] = world_open(m.watch ? ROLE_TAP : ROLE_LINE);
	m.fds[m.nfds++] = world_open(ROLE_NOTICE);
	if (m.watch)
		o->flags |= PROTO_LINE_WATCH;
	if (m.watch || kind == TARGET_ROTARY) {
		o->flags |= PROTO_LINE_REPLAY;
		m.fds[m.nfds++] = world_open(ROLE_HISTORY);
	}
	if (kind == TARGET_STEAL) {
		o->flags |= PROTO_LINE_OUTPUT;
		o->idle = IDLE_S;
	}
}

static void open_exec(bool pty)
{
	struct proto_opened *o = &begin_answer(PROTO_OPENED)->opened;

	o->kind = pty ? PROTO_OPENED_TERMINAL : PROTO_OPENED_PIPES;
	o->idle = IDLE_S;
	m.watch = false;
	m.fds[m.nfds++] = world_open(pty ? ROLE_MASTER : ROLE_OUTPUT);
	m.fds[m.nfds++] = world_open(ROLE_NOTICE);
	if (!pty)
		m.fds[m.nfds++] = world_open(ROLE_INPUT);
}

static void on_open(const struct proto_open *q)
{
	struct target t = { 0 };

	check_open(q);
	m.prelude = false;
	m.command = m.variables = 0;
	if (target_parse(m.name, strlen(m.name), &t) < 0 ||
	    t.kind == TARGET_NAME || t.kind == TARGET_INVALID) {
		begin_answer(PROTO_REFUSED)->refused.sftp =
			q->kind == PROTO_OPEN_SUBSYSTEM;
		m.fds[m.nfds++] = world_open(ROLE_NOTICE);
		return;
	}
	m.state = OPEN;
	if (t.kind == TARGET_EXEC)
		open_exec(q->pty);
	else
		open_line(t.kind);
}

static void on_close(const struct proto_close *q)
{
	struct proto_status *s = &begin_answer(PROTO_STATUS)->status;

	check(q->ended <= 1);
	m.state = AUTHENTICATED;
	if (q->ended)
		s->status = 3;
	else
		s->signo = 15;
}

static void on_status(uint32_t status)
{
	begin_answer(PROTO_STATUS)->status.status = status;
}

static void on_algorithms(const struct proto_algorithms *q)
{
	check(!m.has_algorithms && proto_algorithms_valid(q));
	m.has_algorithms = true;
}

static void on_log(const struct proto_log *q)
{
	check(q->level >= LOG_ERR && q->level <= LOG_DEBUG);
	check(memchr(q->text, '\0', sizeof(q->text)) != NULL);
}

#define IN(state) (1U << (state))
#define LOGGED_IN (IN(AUTHENTICATED) | IN(OPEN))

/* The table of proto.h. */
static const unsigned int allowed[PROTO_TYPES] = {
	[PROTO_SIGN]	   = IN(START) | LOGGED_IN,
	[PROTO_ALGORITHMS] = IN(START),
	[PROTO_USER]	   = IN(START),
	[PROTO_PASSWORD]   = IN(USER),
	[PROTO_KBDINT]	   = IN(USER),
	[PROTO_PUBKEY]	   = IN(USER),
	[PROTO_RESPONSE]   = IN(CONVERSATION),
	[PROTO_ABORT]	   = IN(CONVERSATION),
	[PROTO_ENV]	   = IN(AUTHENTICATED),
	[PROTO_COMMAND]	   = IN(AUTHENTICATED),
	[PROTO_OPEN]	   = IN(AUTHENTICATED),
	[PROTO_SIGNAL]	   = IN(OPEN),
	[PROTO_CLOSE]	   = IN(OPEN),
	[PROTO_IDLE]	   = IN(OPEN),
	[PROTO_LOST]	   = IN(OPEN),
	[PROTO_LOG]	   = ~0U,
};

static void dispatch(const union proto_any *q)
{
	uint32_t type = q->h.type;

	check(allowed[type] & IN(m.state));
	check(!m.prelude || type == PROTO_ENV || type == PROTO_COMMAND ||
	      type == PROTO_OPEN);
	switch (type) {
	case PROTO_SIGN:
		return on_sign(&q->sign);
	case PROTO_ALGORITHMS:
		return on_algorithms(&q->algorithms);
	case PROTO_USER:
		return on_user(&q->user);
	case PROTO_PASSWORD:
		return on_password(&q->password);
	case PROTO_KBDINT:
		m.round = 0;
		return prompt();
	case PROTO_PUBKEY:
		return on_pubkey(&q->pubkey);
	case PROTO_RESPONSE:
		return on_response(&q->response);
	case PROTO_ABORT:
		return attempt(false);
	case PROTO_ENV:
		return on_env(&q->env);
	case PROTO_COMMAND:
		return on_command(&q->command);
	case PROTO_OPEN:
		return on_open(&q->open);
	case PROTO_SIGNAL:
		return check(signame_of((int)q->signal.signo) != NULL);
	case PROTO_CLOSE:
		return on_close(&q->close);
	case PROTO_IDLE:
		return on_status(m.idles++ ? 0 : IDLE_S);
	case PROTO_LOST:
		check(m.watch);
		return on_status(0);
	case PROTO_LOG:
		return on_log(&q->log);
	}
}

static ssize_t fake_sendmsg(int fd, const struct msghdr *mh, int flags)
{
	size_t size = mh->msg_iov[0].iov_len;
	union proto_any *q;

	(void)flags;
	check(fd == PROTO_FD_MONITOR && mh->msg_iovlen == 1);
	check(!mh->msg_controllen && !m.has_answer);
	if (m.gone) {
		errno = EPIPE;
		return -1;
	}
	/* On the heap and no longer than it is, so that ASan sees its end. */
	q = malloc(size);
	check(q != NULL);
	memcpy(q, mh->msg_iov[0].iov_base, size);
	dispatch(q);
	free(q);
	return (ssize_t)size;
}

static void put_fds(struct msghdr *mh)
{
	struct cmsghdr *cmsg = mh->msg_control;

	if (!m.nfds) {
		mh->msg_controllen = 0;
		return;
	}
	mh->msg_controllen = CMSG_SPACE(m.nfds * sizeof(int));
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(m.nfds * sizeof(int));
	memcpy(CMSG_DATA(cmsg), m.fds, m.nfds * sizeof(int));
}

static ssize_t fake_recvmsg(int fd, struct msghdr *mh, int flags)
{
	size_t size = proto_size(m.answer.h.type);

	(void)flags;
	check(fd == PROTO_FD_MONITOR && m.has_answer);
	memcpy(mh->msg_iov[0].iov_base, &m.answer, size);
	mh->msg_flags = 0;
	put_fds(mh);
	m.has_answer = false;
	return (ssize_t)size;
}
