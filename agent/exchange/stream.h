/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection to a server: TCP, or TLS on it when the server is so. */
#ifndef EXCHANGE_STREAM_H
#define EXCHANGE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "question.h"

struct stream {
	int fd;			/* -1: none */
	struct tls *tls;	/* or NULL */
};

#define STREAM_NONE	((struct stream){ .fd = -1 })
#define _cleanup_stream_	_cleanup_(stream_close)

/**
 * stream_open() - connect, and agree on TLS
 * @ret: STREAM_NONE before
 * Return: 0; -ENOKEY for a file of TLS that is no use; -ETIMEDOUT; -errno. More
 * may be in question.detail, now and after the calls below.
 */
int stream_open(struct question *q, const struct aaa_server *server,
		struct stream *ret);

/* All of it. Return: 0, -ECONNRESET at the end, -errno. */
int stream_read(const struct stream *s, void *data, size_t len, int64_t until);
int stream_write(const struct stream *s, const void *data, size_t len,
		 int64_t until);

/* Leaves STREAM_NONE. */
void stream_close(struct stream *s);

#endif /* EXCHANGE_STREAM_H */
