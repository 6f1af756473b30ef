// SPDX-License-Identifier: GPL-2.0-only
/* vtymux-exchange: asks RADIUS and TACACS+ servers for its parent. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "net.h"
#include "question.h"
#include "sandbox.h"

/* What came with a question. */
struct files {
	size_t count;
	int fds[EXCHANGE_FILES_MAX];
};

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* From a parent that has more rights: a check against its mistakes. */
static bool is_good(const struct exchange_request *req)
{
	const struct servers *s = &req->servers;

	if (req->kind >= EXCHANGE_KINDS || req->kind == EXCHANGE_ANSWER ||
	    req->kind == EXCHANGE_ABORT || req->level > 15 ||
	    req->record.status >= EXCHANGE_STATUSES || !s->count ||
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
		    !is_text(s->list[i].tls.identity,
			     sizeof(s->list[i].tls.identity)) ||
		    s->list[i].timeout > SERVER_TIMEOUT_MAX ||
		    s->list[i].retransmit > SERVER_RETRANSMIT_MAX)
			return false;
	return true;
}

/* Each server has what it needs, and there is no more. */
static bool are_enough(const struct files *files, const struct servers *s)
{
	size_t count = 0;

	for (uint32_t i = 0; i < s->count; i++)
		count += server_files(&s->list[i]);
	return count == files->count;
}

static void close_files(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		close(files->fds[i]);
	files->count = 0;
}

/* Return: as recvmsg(2), with the descriptors in @files. */
static ssize_t receive(struct exchange_request *req, struct files *files)
{
	union {
		char data[CMSG_SPACE(sizeof(files->fds))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { req, sizeof(*req) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.data, .msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(EXCHANGE_FD, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	files->count = 0;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		files->count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(files->fds, CMSG_DATA(c), files->count * sizeof(int));
	}
	return n;
}

static int serve(struct exchange_request *req, const struct files *files)
{
	struct question q = {
		.req = req,
		.files = files->fds,
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
	struct files files;
	ssize_t n;
	int r = sandbox_enter();

	if (r)
		return 1;
	for (;;) {
		n = receive(&req, &files);
		if (!n)
			return 0;	/* it has asked all it wanted */
		if (n != sizeof(req) || !is_good(&req) ||
		    !are_enough(&files, &req.servers))
			return 2;
		r = serve(&req, &files);
		explicit_bzero(&req, sizeof(req));
		close_files(&files);
		if (r)
			return 3;
	}
}
