// SPDX-License-Identifier: GPL-2.0-only
/* TACACS+ over TCP or TLS, one connection a question (RFC 8907 4.3, RFC 9887). */
#include "question.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "stream.h"
#include "tacplus.h"

#define METHODS	5

/* Sends the packet that was built and checks its reply. */
static int exchange(struct question *q, const struct stream *s, struct tacplus *t,
		    const struct aaa_server *server, struct tacplus_reply *ret)
{
	uint8_t header[TACPLUS_HEADER], body[TACPLUS_BODY_MAX];
	int64_t until = question_step(q, server);
	int r, len;

	r = stream_write(s, t->buffer, t->len, until);
	if (!r)
		r = stream_read(s, header, sizeof(header), until);
	if (r)
		return r;
	len = tacplus_expect(t, header);
	if (len < 0)
		return len;
	r = stream_read(s, body, (size_t)len, until);
	return r ? r : tacplus_check(t, body, (size_t)len, ret);
}

static int begin(struct tacplus *t, enum tacplus_type type,
		 const struct aaa_server *server)
{
	uint8_t id[4];

	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return -EIO;
	tacplus_begin(t, type, id,
		      server->flags & SERVER_TLS ? NULL : server->key);
	return 0;
}

static void set_who(struct tacplus_who *who, const struct exchange_request *req,
		    uint32_t level)
{
	*who = (struct tacplus_who){
		.user = req->user, .port = req->port, .address = req->peer,
		.level = (uint8_t)level,
	};
}

/* What the server wants now. The password is already here, for once. */
static int answer_server(struct question *q, struct tacplus *t,
			 const struct tacplus_reply *reply, bool *ret_used)
{
	char answer[EXCHANGE_PASSWORD_MAX + 1];
	int r = 0;

	if (reply->status == TACPLUS_GET_USER)
		return tacplus_continue(t, q->req->user);
	if (reply->status == TACPLUS_GET_PASSWORD && !*ret_used) {
		*ret_used = true;
		return tacplus_continue(t, q->req->password);
	}
	r = question_challenge(q, reply->text, !reply->no_echo, answer);
	if (!r)
		r = tacplus_continue(t, answer);
	explicit_bzero(answer, sizeof(answer));
	return r;
}

static void say_goodbye(struct question *q, const struct stream *s, struct tacplus *t,
			const struct aaa_server *server)
{
	tacplus_abort(t);
	stream_write(s, t->buffer, t->len, question_step(q, server));
}

static int login(struct question *q, const struct stream *s,
		 const struct aaa_server *server,
		 struct tacplus *t)
{
	bool enable = q->req->kind == EXCHANGE_ENABLE;
	/* RFC 8907 has enable with the prompts of ASCII. */
	bool pap = server->flags & SERVER_PAP && !enable, used = pap;
	struct tacplus_reply reply;
	struct tacplus_who who;
	int r = begin(t, TACPLUS_AUTHEN, server);

	if (r)
		return r;
	set_who(&who, q->req, enable ? q->req->level : 1);
	who.enable = enable;
	if (tacplus_authen(t, &who, pap ? q->req->password : NULL) < 0) {
		q->reply.outcome = EXCHANGE_FAIL;
		question_note(q, SERVERS_MAX, "password is too long");
		return 0;
	}
	for (unsigned int steps = 0; steps < 2 * EXCHANGE_ROUNDS_MAX; steps++) {
		r = exchange(q, s, t, server, &reply);
		if (r)
			return r;
		if (reply.status == TACPLUS_ERROR)
			return -EREMOTEIO;
		if (reply.status == TACPLUS_PASS ||
		    reply.status == TACPLUS_FAIL) {
			q->reply.outcome = reply.status == TACPLUS_PASS ?
				EXCHANGE_PASS : EXCHANGE_FAIL;
			snprintf(q->reply.text, sizeof(q->reply.text), "%s",
				 reply.text);
			return 0;
		}
		r = pap ? -EBADMSG : answer_server(q, t, &reply, &used);
		if (r == -ECANCELED)
			say_goodbye(q, s, t, server);
		if (r)
			return r;
	}
	return -ELOOP;
}

static enum tacplus_method method_of(uint32_t method)
{
	static const enum tacplus_method map[METHODS] = {
		[EXCHANGE_BY_NOTHING] = TACPLUS_METHOD_NOT_SET,
		[EXCHANGE_BY_LOCAL] = TACPLUS_METHOD_LOCAL,
		[EXCHANGE_BY_RADIUS] = TACPLUS_METHOD_RADIUS,
		[EXCHANGE_BY_TACPLUS] = TACPLUS_METHOD_TACACS,
		[EXCHANGE_BY_NONE] = TACPLUS_METHOD_NONE,
	};

	return method < METHODS ? map[method] : TACPLUS_METHOD_NOT_SET;
}

/* Digits to the end. Return: whether it is a number of at most @max. */
static bool take_number(const char *text, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long n;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (*end || errno || n > max)
		return false;
	*ret = (uint32_t)n;
	return true;
}

/* "port#3=tty7", "port#1=switch/tty7" */
static bool take_port(struct exchange_reply *to, const char *value)
{
	const char *tty = strstr(value, "tty");
	uint32_t line;

	if (!tty || !take_number(tty + 3, EXCHANGE_LINES - 1, &line))
		return false;
	to->has_lines = 1;
	to->lines[line / 8] |= (uint8_t)(1U << line % 8);
	return true;
}

/*
 * One argument. A mandatory one ("=") that is not understood means that the
 * user may not (RFC 8907 6.1). Return: false for such.
 */
static bool take_arg(struct question *q, const char *arg)
{
	struct exchange_reply *to = &q->reply;
	size_t name = strcspn(arg, "=*");
	const char *value = arg + name + 1;
	uint32_t number = 0;

#define IS(word)	(name == sizeof(word) - 1 && !memcmp(arg, word, name))
	if (IS("service") || IS("cmd") || IS("protocol"))
		return true;
	if (IS("priv-lvl") && take_number(value, 15, &number)) {
		to->level = (int32_t)number;
		return true;
	}
	/* Minutes, 0 for none (RFC 8907 8.2). */
	if (IS("timeout") && take_number(value, 71582788, &number)) {
		to->session_timeout = number ? number * 60 : EXCHANGE_NO_TIME;
		return true;
	}
	if (IS("idletime") && take_number(value, 71582788, &number)) {
		to->idle_timeout = number ? number * 60 : EXCHANGE_NO_TIME;
		return true;
	}
	if (q->req->kind == EXCHANGE_REVERSE && name > 5 &&
	    !memcmp(arg, "port#", 5) && take_port(to, value))
		return true;
	if (arg[name] == '*' && !IS("priv-lvl"))
		return true;
#undef IS
	question_note(q, SERVERS_MAX, "argument not understood: %.*s",
		      (int)name, arg);
	return false;
}

static int authorize(struct question *q, const struct stream *s,
		 const struct aaa_server *server,
		     struct tacplus *t)
{
	static const char *const shell[] = { "service=shell", "cmd=" };
	static const char *const reverse[] = { "service=raccess" };
	bool exec = q->req->kind == EXCHANGE_EXEC;
	struct tacplus_reply reply;
	struct tacplus_who who;
	int r = begin(t, TACPLUS_AUTHOR, server);

	set_who(&who, q->req, q->req->level);
	if (!r)
		r = tacplus_author(t, &who, method_of(q->req->method),
				   exec ? shell : reverse, exec ? 2 : 1);
	if (!r)
		r = exchange(q, s, t, server, &reply);
	if (r)
		return r;
	if (reply.status == TACPLUS_ERROR)
		return -EREMOTEIO;
	snprintf(q->reply.text, sizeof(q->reply.text), "%s", reply.text);
	q->reply.outcome = reply.status == TACPLUS_PASS ? EXCHANGE_PASS :
			   EXCHANGE_FAIL;
	for (size_t at = 0; at < reply.args_len; at += strlen(reply.args + at) + 1)
		if (q->reply.outcome == EXCHANGE_PASS &&
		    !take_arg(q, reply.args + at))
			q->reply.outcome = EXCHANGE_FAIL;
	return 0;
}

/* What is sent of a record, RFC 8907 8.3. */
struct record {
	size_t count;
	const char *args[10];
	char text[10][48];
};

__attribute__((format(printf, 2, 3)))
static void add_arg(struct record *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->text[r->count], sizeof(r->text[0]), format, ap);
	va_end(ap);
	r->args[r->count] = r->text[r->count];
	r->count++;
}

static void add_totals(struct record *r, const struct exchange_request *req)
{
	const struct exchange_record *rec = &req->record;

	add_arg(r, "elapsed_time=%u", rec->seconds);
	add_arg(r, "bytes_in=%llu", (unsigned long long)rec->in);
	add_arg(r, "bytes_out=%llu", (unsigned long long)rec->out);
	if (rec->status == EXCHANGE_STOP)
		add_arg(r, "disc-cause=%u", rec->cause);
	add_arg(r, "line=%u", req->line);
}

/* Return: its flags. */
static enum tacplus_record fill_record(struct record *r,
				       const struct exchange_request *req)
{
	const struct exchange_record *rec = &req->record;
	bool of_switch = rec->status == EXCHANGE_ON ||
			 rec->status == EXCHANGE_OFF;
	bool stop = rec->status == EXCHANGE_STOP || rec->status == EXCHANGE_OFF;

	r->count = 0;
	add_arg(r, "task_id=%08x%08x", rec->boot, rec->session);
	if (rec->status != EXCHANGE_UPDATE)
		add_arg(r, "%s=%llu", stop ? "stop_time" : "start_time",
			(unsigned long long)rec->when);
	add_arg(r, "service=%s", of_switch ? "system" : "shell");
	if (of_switch) {
		add_arg(r, "event=sys_acct");
		add_arg(r, "reason=%s", stop ? "shutdown" : "reload");
	} else if (rec->status != EXCHANGE_START) {
		add_totals(r, req);
	}
	return rec->status == EXCHANGE_UPDATE ? TACPLUS_RECORD_WATCHDOG :
		stop ? TACPLUS_RECORD_STOP : TACPLUS_RECORD_START;
}

static int account(struct question *q, const struct stream *s,
		 const struct aaa_server *server,
		   struct tacplus *t)
{
	struct record record;
	enum tacplus_record flags = fill_record(&record, q->req);
	struct tacplus_reply reply;
	struct tacplus_who who;
	int r = begin(t, TACPLUS_ACCT, server);

	set_who(&who, q->req, q->req->level);
	if (!r)
		r = tacplus_account(t, &who, method_of(q->req->method), flags,
				    record.args, record.count);
	if (!r)
		r = exchange(q, s, t, server, &reply);
	if (!r && reply.status != TACPLUS_PASS)
		r = -EREMOTEIO;
	if (!r)
		q->reply.outcome = EXCHANGE_PASS;
	return r;
}

int tacplus_ask(struct question *q, const struct aaa_server *server)
{
	struct stream s _cleanup_stream_ = STREAM_NONE;
	struct tacplus t;
	int r = stream_open(q, server, &s);

	if (r)
		return r;
	switch (q->req->kind) {
	case EXCHANGE_LOGIN:
	case EXCHANGE_ENABLE:
		r = login(q, &s, server, &t);
		break;
	case EXCHANGE_ACCOUNT:
		r = account(q, &s, server, &t);
		break;
	default:
		r = authorize(q, &s, server, &t);
	}
	explicit_bzero(&t, sizeof(t));
	return r;
}
