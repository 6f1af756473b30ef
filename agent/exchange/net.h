/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets to servers, and how long to wait for them. */
#ifndef EXCHANGE_NET_H
#define EXCHANGE_NET_H

#include <stddef.h>
#include <stdint.h>

#include "servers.h"

#ifndef NET_SECOND	/* tests have no time */
#define NET_SECOND	INT64_C(1000)	/* ms in a second of a time-out */
#endif

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t net_now(void);

/**
 * net_open() - a connected socket to a server
 * @type: SOCK_DGRAM or SOCK_STREAM
 * @until: when to give a connection up, net_now() clock
 * What comes on it comes from the server's address and port, or the kernel
 * drops it. Return: a descriptor, non-blocking; -ETIMEDOUT; -errno.
 */
int net_open(const struct aaa_server *server, uint32_t port, int type,
	     int64_t until);

/* Waits for @events of poll(2). Return: 0, -ETIMEDOUT or -errno. */
int net_wait(int fd, short events, int64_t until);

/* All of it, on a stream. Return: 0, -ECONNRESET at the end, -errno. */
int net_read(int fd, void *data, size_t len, int64_t until);
int net_write(int fd, const void *data, size_t len, int64_t until);

#endif /* EXCHANGE_NET_H */
