// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void link_unit_name(uint32_t session, uint32_t n, char *ret, size_t size)
{
	snprintf(ret, size, "vtymux-%u-%u.service", session, n);
}

int link_send(int fd, const struct link_msg *msg)
{
	ssize_t n;

	do {
		n = send(fd, msg, sizeof(*msg), MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == sizeof(*msg) ? 0 : -EIO;
}

static int check(const struct link_msg *msg)
{
	if (msg->type <= LINK_NONE || msg->type >= __LINK_LAST)
		return -EPROTO;
	if (!memchr(msg->user, '\0', sizeof(msg->user)) ||
	    !memchr(msg->method, '\0', sizeof(msg->method)) ||
	    !memchr(msg->text, '\0', sizeof(msg->text)) ||
	    !proto_algorithms_valid(&msg->algorithms) ||
	    !memchr(msg->config.scp_root, '\0', sizeof(msg->config.scp_root)))
		return -EPROTO;
	return 0;
}

int link_recv(int fd, struct link_msg *msg)
{
	struct link_msg m;
	ssize_t n;

	do {
		/* MSG_TRUNC gives the real length of a packet too long. */
		n = recv(fd, &m, sizeof(m), MSG_DONTWAIT | MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ECONNRESET;
	if (n != sizeof(m) || check(&m) < 0)
		return -EPROTO;
	*msg = m;
	return 0;
}
