// SPDX-License-Identifier: GPL-2.0-only
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define BACKLOG		256

/*
 * A silent peer is gone after 60 + 4 * 15 seconds. TCP_USER_TIMEOUT is not
 * used: it would also end a connection whose client is merely stopped.
 */
#define KEEPALIVE_IDLE		60
#define KEEPALIVE_INTERVAL	15
#define KEEPALIVE_COUNT		4

static int resolve(const char *address, uint16_t port,
		   struct sockaddr_storage *ret, socklen_t *ret_len)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *info;
	char service[6];

	/* inet_aton's short forms, "1" or "0x7f.1", are likely mistakes. */
	if (!strchr(address, ':') &&
	    strspn(address, "0123456789.") != strlen(address))
		return -EINVAL;
	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address, service, &hints, &info))
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret, info->ai_addr, info->ai_addrlen);
	*ret_len = info->ai_addrlen;
	freeaddrinfo(info);
	return 0;
}

static size_t dots(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '.';
	return n;
}

bool listen_is_address(const char *text)
{
	struct sockaddr_storage address;
	socklen_t len;

	if (strlen(text) > LISTEN_ADDRESS_MAX)
		return false;
	if (!strchr(text, ':') && dots(text) != 3)
		return false;
	return resolve(text, 1, &address, &len) == 0;
}

int listen_canonical(const char *text, char ret[LISTEN_ADDRESS_MAX + 1])
{
	char host[LISTEN_ADDRESS_MAX + 1];
	struct sockaddr_storage address;
	socklen_t len;

	if (!listen_is_address(text) || resolve(text, 1, &address, &len) < 0 ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host),
			NULL, 0, NI_NUMERICHOST))
		return -EINVAL;
	strcpy(ret, host);
	return 0;
}

int listen_parse(const char *text, struct sockaddr_storage *ret)
{
	char address[LISTEN_ADDRESS_MAX + 1];
	size_t len = strcspn(text, " ");
	struct sockaddr_storage sa;
	unsigned long port;
	socklen_t sa_len;
	char *end;

	if (!text[len] || len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	port = strtoul(text + len + 1, &end, 10);
	if (*end || port > 65535 || resolve(address, (uint16_t)port, &sa, &sa_len) < 0)
		return -EINVAL;
	*ret = sa;
	return 0;
}

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ?
		-errno : 0;
}

int listen_open(const char *address, uint16_t port)
{
	int fd _cleanup_close_ = -1;
	struct sockaddr_storage sa;
	socklen_t len;
	int r;

	r = resolve(address, port, &sa, &len);
	if (r < 0)
		return r;
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -errno;
	r = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (r < 0)
		return r;
	if (sa.ss_family == AF_INET6) {
		r = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		if (r < 0)
			return r;
		r = set(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	} else {
		r = set(fd, IPPROTO_IP, IP_FREEBIND, 1);
	}
	if (r < 0)
		return r;
	if (bind(fd, (struct sockaddr *)&sa, len) < 0)
		return -errno;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return take_fd(&fd);
}

/* Errors of the connection, not of the listener: accept(2), "Error handling" */
static bool is_stillborn(int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
	case ENETDOWN:
	case EPROTO:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
		return true;
	default:
		return false;
	}
}

int listen_accept(int fd, struct sockaddr_storage *ret_peer)
{
	struct sockaddr_storage peer;
	int conn;

	do {
		socklen_t len = sizeof(peer);

		memset(&peer, 0, sizeof(peer));
		conn = accept4(fd, (struct sockaddr *)&peer, &len,
			       SOCK_CLOEXEC);
	} while (conn < 0 && is_stillborn(errno));
	if (conn < 0)
		return -errno;
	/* A connection without them is still a connection. */
	set(conn, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(conn, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE);
	set(conn, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
	set(conn, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT);
	*ret_peer = peer;
	return conn;
}

uint16_t listen_local_port(int connection)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a;
	socklen_t len = sizeof(a);

	if (getsockname(connection, &a.sa, &len) < 0)
		return 0;
	return ntohs(a.sa.sa_family == AF_INET6 ? a.in6.sin6_port :
						  a.in.sin_port);
}

void listen_format(const struct sockaddr_storage *peer,
		   char text[LISTEN_PEER_MAX + 1])
{
	socklen_t len = peer->ss_family == AF_INET6 ?
		sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	char host[LISTEN_ADDRESS_MAX + 1], port[8];

	if (getnameinfo((const struct sockaddr *)peer, len, host, sizeof(host),
			port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(text, LISTEN_PEER_MAX + 1, "unknown");
	else
		snprintf(text, LISTEN_PEER_MAX + 1, "%s %s", host, port);
}

bool listen_same_source(const struct sockaddr_storage *a,
			const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET6) {
		const struct sockaddr_in6 *x = (const void *)a;
		const struct sockaddr_in6 *y = (const void *)b;

		/* All hosts of a link share the link-local /64. */
		return !memcmp(&x->sin6_addr, &y->sin6_addr,
			       IN6_IS_ADDR_LINKLOCAL(&x->sin6_addr) ? 16 : 8);
	} else {
		const struct sockaddr_in *x = (const void *)a;
		const struct sockaddr_in *y = (const void *)b;

		return x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
}
