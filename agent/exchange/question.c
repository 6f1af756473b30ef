// SPDX-License-Identifier: GPL-2.0-only
#include "question.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net.h"

static int receive_answer(struct question *q, char *answer)
{
	struct exchange_request req;
	ssize_t n = recv(q->fd, &req, sizeof(req), 0);
	int r = 0;

	if (n != sizeof(req) || req.kind != EXCHANGE_ANSWER ||
	    !memchr(req.password, '\0', sizeof(req.password)))
		r = -ECANCELED;
	else
		strcpy(answer, req.password);
	explicit_bzero(&req, sizeof(req));
	return r;
}

int question_challenge(struct question *q, const char *text, bool echo,
		       char *answer)
{
	struct exchange_reply ask = {
		.outcome = EXCHANGE_CHALLENGE, .server = SERVERS_MAX,
		.level = EXCHANGE_NO_LEVEL, .echo = echo,
	};
	int64_t begun = net_now();
	int r;

	if (q->rounds++ == EXCHANGE_ROUNDS_MAX)
		return -ELOOP;
	snprintf(ask.text, sizeof(ask.text), "%s", text);
	if (send(q->fd, &ask, sizeof(ask), MSG_NOSIGNAL) < 0)
		return -ECANCELED;
	r = receive_answer(q, answer);
	q->deadline += net_now() - begun;
	return r;
}

void question_note(struct question *q, uint32_t server, const char *format, ...)
{
	size_t at = strlen(q->reply.why);
	char *to = q->reply.why + at;
	size_t room = sizeof(q->reply.why) - at;
	va_list ap;
	int n = 0;

	if (server < q->req->servers.count)
		n = snprintf(to, room, "%s%s: ", at ? "; " : "",
			     q->req->servers.list[server].name);
	if (n < 0 || (size_t)n >= room)
		return;
	va_start(ap, format);
	vsnprintf(to + n, room - (size_t)n, format, ap);
	va_end(ap);
}

int64_t question_step(const struct question *q, const struct aaa_server *server)
{
	int64_t until = net_now() + server->timeout * NET_SECOND;

	return until < q->deadline ? until : q->deadline;
}

static const char *explain(const struct question *q, int error)
{
	if (*q->detail)
		return q->detail;
	switch (error) {
	case -ETIMEDOUT:
		return "no answer";
	case -EBADMSG:
		return "wrong key or broken answer";
	case -EREMOTEIO:
		return "the server reports an error";
	case -ELOOP:
		return "too many challenges";
	default:
		return strerror(-error);
	}
}

/* What leads to no other server. */
static bool is_final(int error)
{
	return error == -ECANCELED || error == -ENOKEY;
}

static int ask_one(struct question *q, uint32_t i)
{
	const struct aaa_server *s = &q->req->servers.list[i];
	int r;

	q->detail[0] = '\0';
	if (net_now() >= q->deadline)
		return -ETIMEDOUT;	/* not this server's fault */
	r = s->protocol == SERVER_RADIUS ? radius_ask(q, s) :
		tacplus_ask(q, s);
	if (r && r != -ECANCELED)
		question_note(q, i, "%s", explain(q, r));
	if (r && !is_final(r))
		q->reply.silent |= 1U << i;
	if (!r)
		q->reply.server = i;
	return r;
}

/* Dead ones are left out, unless all are dead. */
void question_run(struct question *q)
{
	uint32_t count = q->req->servers.count;
	uint32_t all = (1U << count) - 1;
	uint32_t skip = (q->req->skip & all) == all ? 0 : q->req->skip;
	int r = -ENOENT;

	for (uint32_t i = 0; i < count && r && !is_final(r); i++)
		if (!(skip >> i & 1))
			r = ask_one(q, i);
	if (!r)
		return;
	q->reply.outcome = r == -ENOKEY ? EXCHANGE_FAULT : EXCHANGE_ERROR;
	q->reply.server = SERVERS_MAX;
	q->reply.level = EXCHANGE_NO_LEVEL;
	if (r == -ECANCELED) {
		q->reply.outcome = EXCHANGE_FAIL;
		snprintf(q->reply.why, sizeof(q->reply.why), "given up");
	}
}
