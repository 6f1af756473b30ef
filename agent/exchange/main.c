// SPDX-License-Identifier: GPL-2.0-only
/* vtymux-exchange: asks RADIUS and TACACS+ servers for its parent. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "exchange.h"
#include "net.h"
#include "question.h"
#include "sandbox.h"

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* From a parent that has more rights: a check against its mistakes. */
static bool is_good(const struct exchange_request *req)
{
	const struct servers *s = &req->servers;

	if (req->kind >= EXCHANGE_ANSWER || !s->count ||
	    s->count > SERVERS_MAX || req->class_len > sizeof(req->class) ||
	    !is_text(req->user, sizeof(req->user)) ||
	    !is_text(req->password, sizeof(req->password)) ||
	    !is_text(req->peer, sizeof(req->peer)) ||
	    !is_text(req->port, sizeof(req->port)) ||
	    !is_text(req->host, sizeof(req->host)))
		return false;
	for (uint32_t i = 0; i < s->count; i++)
		if (!is_text(s->list[i].address, sizeof(s->list[i].address)) ||
		    !is_text(s->list[i].source, sizeof(s->list[i].source)) ||
		    !is_text(s->list[i].name, sizeof(s->list[i].name)) ||
		    !is_text(s->list[i].key, sizeof(s->list[i].key)) ||
		    s->list[i].timeout > SERVER_TIMEOUT_MAX ||
		    s->list[i].retransmit > SERVER_RETRANSMIT_MAX)
			return false;
	return true;
}

static int serve(struct exchange_request *req)
{
	struct question q = {
		.req = req,
		.fd = EXCHANGE_FD,
		.deadline = net_now() + req->budget,
		.reply = {
			.server = SERVERS_MAX,
			.level = EXCHANGE_NO_LEVEL,
			.session_timeout = EXCHANGE_NO_TIME,
			.idle_timeout = EXCHANGE_NO_TIME,
		},
	};

	question_run(&q);
	return send(EXCHANGE_FD, &q.reply, sizeof(q.reply), MSG_NOSIGNAL) < 0 ?
		-errno : 0;
}

int main(void)
{
	static struct exchange_request req;
	ssize_t n;
	int r = sandbox_enter();

	if (r)
		return 1;
	for (;;) {
		n = recv(EXCHANGE_FD, &req, sizeof(req), 0);
		if (!n)
			return 0;	/* it has asked all it wanted */
		if (n != sizeof(req) || !is_good(&req))
			return 2;
		r = serve(&req);
		explicit_bzero(&req, sizeof(req));
		if (r)
			return 3;
	}
}
