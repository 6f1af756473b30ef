// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "tls.h"

/* The first descriptor of a server; those before it are of others. */
static const int *files_of(const struct question *q,
			   const struct aaa_server *server)
{
	const int *at = q->files;

	for (const struct aaa_server *s = q->req->servers.list; s < server; s++)
		at += server_files(s);
	return at;
}

static int start_tls(struct question *q, const struct aaa_server *server,
		     int64_t until, struct stream *s)
{
	const int *files = files_of(q, server);
	bool own = server_files(server) == SERVER_FILES_MAX;
	const struct tls_setting setting = {
		.identity = server->tls.identity,
		.only_13 = server->protocol == SERVER_TACPLUS,
		.ca = files[0],
		.certificate = own ? files[1] : -1,
		.key = own ? files[2] : -1,
	};

	return tls_open(s->fd, &setting, until, q->detail, &s->tls);
}

int stream_open(struct question *q, const struct aaa_server *server,
		struct stream *ret)
{
	int64_t until = question_step(q, server);
	struct stream s = STREAM_NONE;
	int r;

	s.fd = net_open(server, server->port, SOCK_STREAM, until);
	if (s.fd < 0)
		return s.fd;
	r = server->flags & SERVER_TLS ? start_tls(q, server, until, &s) : 0;
	if (r)
		stream_close(&s);
	else
		*ret = s;
	return r;
}

int stream_read(const struct stream *s, void *data, size_t len, int64_t until)
{
	return s->tls ? tls_read(s->tls, data, len, until) :
		net_read(s->fd, data, len, until);
}

int stream_write(const struct stream *s, const void *data, size_t len,
		 int64_t until)
{
	return s->tls ? tls_write(s->tls, data, len, until) :
		net_write(s->fd, data, len, until);
}

void stream_close(struct stream *s)
{
	s->tls = tls_close(s->tls);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
