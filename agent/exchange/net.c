// SPDX-License-Identifier: GPL-2.0-only
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

int64_t net_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* As if_nametoindex(), on a socket of a family that we may have. */
static uint32_t interface_index(const char *name)
{
	int fd _cleanup_close_ = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%.*s", IFNAMSIZ - 1,
		 name);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &req) < 0)
		return 0;
	return (uint32_t)req.ifr_ifindex;
}

/*
 * By hand in place of getaddrinfo(), which opens files and may ask name
 * servers. Return: its length, or -EINVAL.
 */
static int parse(const char *text, uint32_t port, union address *ret)
{
	char copy[SERVER_ADDRESS_MAX + 1];
	char *scope;

	memset(ret, 0, sizeof(*ret));
	strcpy(copy, text);
	scope = strchr(copy, '%');
	if (scope)
		*scope++ = '\0';
	if (!scope && inet_pton(AF_INET, copy, &ret->in.sin_addr) == 1) {
		ret->in.sin_family = AF_INET;
		ret->in.sin_port = htons((uint16_t)port);
		return sizeof(ret->in);
	}
	if (inet_pton(AF_INET6, copy, &ret->in6.sin6_addr) != 1)
		return -EINVAL;
	ret->in6.sin6_family = AF_INET6;
	ret->in6.sin6_port = htons((uint16_t)port);
	ret->in6.sin6_scope_id = scope ? interface_index(scope) : 0;
	return scope && !ret->in6.sin6_scope_id ? -ENODEV :
		(int)sizeof(ret->in6);
}

int net_wait(int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;
	int r;

	do {
		left = until - net_now();
		if (left < 0)
			left = 0;
		r = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	return r ? 0 : -ETIMEDOUT;
}

static int finish_connect(int fd, int64_t until)
{
	socklen_t len = sizeof(int);
	int error = 0;
	int r = net_wait(fd, POLLOUT, until);

	if (r)
		return r;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

/*
 * A question is a few small packets: held back for the peer's delayed
 * acknowledgements each would take 40 ms. Where it fails it is only slower.
 */
static void send_at_once(int fd, int type)
{
	static const int on = 1;

	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int net_open(const struct aaa_server *server, uint32_t port, int type,
	     int64_t until)
{
	int fd _cleanup_close_ = -1;
	union address to, from;
	int to_len = parse(server->address, port, &to), from_len, r;

	if (to_len < 0)
		return to_len;
	fd = socket(to.sa.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (*server->source) {
		from_len = parse(server->source, 0, &from);
		if (from_len < 0 || from.sa.sa_family != to.sa.sa_family)
			return -EINVAL;
		if (bind(fd, &from.sa, (socklen_t)from_len) < 0)
			return -errno;
	}
	send_at_once(fd, type);
	if (connect(fd, &to.sa, (socklen_t)to_len) < 0) {
		r = errno == EINPROGRESS ? finish_connect(fd, until) : -errno;
		if (r)
			return r;
	}
	return take_fd(&fd);
}

int net_read(int fd, void *data, size_t len, int64_t until)
{
	char *at = data;
	ssize_t n;
	int r;

	while (len) {
		n = recv(fd, at, len, 0);
		if (!n)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0) {
			r = net_wait(fd, POLLIN, until);
			if (r)
				return r;
			continue;
		}
		at += n;
		len -= (size_t)n;
		if (len && net_now() >= until)
			return -ETIMEDOUT;	/* a byte at a time is no answer */
	}
	return 0;
}

int net_write(int fd, const void *data, size_t len, int64_t until)
{
	const char *at = data;
	ssize_t n;
	int r;

	while (len) {
		n = send(fd, at, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0) {
			r = net_wait(fd, POLLOUT, until);
			if (r)
				return r;
			continue;
		}
		at += n;
		len -= (size_t)n;
	}
	return 0;
}
