// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "cleanup.h"
#include "path.h"

int ctl_address(struct sockaddr_un *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n = snprintf(address.sun_path, sizeof(address.sun_path),
			 "%s/" CTL_SOCKET, path_rundir());

	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	*ret = address;
	return 0;
}

int ctl_connect(void)
{
	int fd _cleanup_close_ = -1;
	struct sockaddr_un address;
	int r = ctl_address(&address);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address,
			      sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

int ctl_send(int fd, uint32_t type, uint32_t number, const void *data,
	     size_t size)
{
	struct ctl_head head = {
		.version = CTL_VERSION, .type = type, .number = number,
		.size = (uint32_t)size,
	};
	struct iovec parts[] = {
		{ &head, sizeof(head) }, { (void *)data, size },
	};
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	if (size > CTL_TEXT_MAX)
		return -EMSGSIZE;
	do {
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == sizeof(head) + size ? 0 : -EIO;
}

int ctl_recv(int fd, struct ctl_head *head, char *data)
{
	struct iovec parts[] = {
		{ head, sizeof(*head) }, { data, CTL_TEXT_MAX },
	};
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	do {
		n = recvmsg(fd, &msg, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (!n)
		return -ECONNRESET;
	if (msg.msg_flags & MSG_TRUNC || (size_t)n < sizeof(*head) ||
	    head->version != CTL_VERSION ||
	    head->size != (size_t)n - sizeof(*head))
		return -EPROTO;
	data[head->size] = '\0';
	return 0;
}

static int take_result(const struct ctl_head *head, const char *data,
		       struct ctl_result *result)
{
	if (head->size != sizeof(*result))
		return -EPROTO;
	memcpy(result, data, sizeof(*result));
	result->who.user[CTL_USER_MAX] = '\0';
	result->who.peer[CTL_PEER_MAX] = '\0';
	result->hostname[sizeof(result->hostname) - 1] = '\0';
	result->header[sizeof(result->header) - 1] = '\0';
	result->note[sizeof(result->note) - 1] = '\0';
	result->error[sizeof(result->error) - 1] = '\0';
	return 0;
}

int ctl_ask(int fd, uint32_t type, uint32_t number, const void *data,
	    size_t size, ctl_text_fn text, ctl_text_fn log, void *arg,
	    struct ctl_result *result)
{
	char reply[CTL_TEXT_MAX + 1];
	struct ctl_head head;
	int r;

	r = ctl_send(fd, type, number, data, size);
	while (r == 0) {
		r = ctl_recv(fd, &head, reply);
		if (r < 0)
			break;
		if (head.type == CTL_RESULT)
			return take_result(&head, reply, result);
		if (head.type == CTL_TEXT && text)
			text(reply, head.size, arg);
		else if (head.type == CTL_LOG && log)
			log(reply, head.size, arg);
	}
	return r;
}

int ctl_broker_ask(int broker)
{
	const struct timeval limit = { .tv_sec = 10 };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	int32_t code;
	struct iovec iov = { &code, sizeof(code) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	const struct cmsghdr *cmsg;
	ssize_t n;
	int fd;

	if (setsockopt(broker, SOL_SOCKET, SO_RCVTIMEO, &limit,
		       sizeof(limit)) < 0 ||
	    send(broker, "", 1, MSG_NOSIGNAL) < 0)
		return -errno;
	do {
		n = recvmsg(broker, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (!n)
		return -ECONNRESET;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (n == sizeof(code) && code < 0 && !cmsg)
		return code;
	if (n != sizeof(code) || !cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

int ctl_broker_receive(int broker)
{
	char question[2];
	ssize_t n;

	do {
		n = recv(broker, question, sizeof(question), MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ECONNRESET;
}

int ctl_broker_answer(int broker, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	int32_t code = fd < 0 ? fd : 0;
	struct iovec iov = { &code, sizeof(code) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	return sendmsg(broker, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ?
		-errno : 0;
}

int ctl_bind(int fd, const struct ctl_identity *identity)
{
	const struct timeval limit = { .tv_sec = 5 }, none = { 0 };
	struct ctl_result result;
	int r;

	/* A session does not wait for a daemon that hangs. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	r = ctl_ask(fd, CTL_BIND, 0, identity, sizeof(*identity), NULL, NULL,
		    NULL, &result);
	if (r == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none)) < 0)
		return -errno;
	return r < 0 ? r : result.code;
}
