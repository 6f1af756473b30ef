// SPDX-License-Identifier: GPL-2.0-only
/* Messages between the session process and its monitor: see proto.h. */
#include "proto.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static const size_t proto_sizes[PROTO_TYPES] = {
	[PROTO_HELLO]		= sizeof(struct proto_hello),
	[PROTO_SIGN]		= sizeof(struct proto_sign),
	[PROTO_SIGNATURE]	= sizeof(struct proto_signature),
	[PROTO_USER]		= sizeof(struct proto_user),
	[PROTO_PASSWORD]	= sizeof(struct proto_password),
	[PROTO_KBDINT]		= sizeof(struct proto_simple),
	[PROTO_PROMPT]		= sizeof(struct proto_prompt),
	[PROTO_RESPONSE]	= sizeof(struct proto_response),
	[PROTO_ABORT]		= sizeof(struct proto_simple),
	[PROTO_RESULT]		= sizeof(struct proto_result_msg),
	[PROTO_OPEN]		= sizeof(struct proto_open),
	[PROTO_OPENED]		= sizeof(struct proto_opened),
	[PROTO_REFUSED]		= sizeof(struct proto_refused),
	[PROTO_CLOSE]		= sizeof(struct proto_close),
	[PROTO_STATUS]		= sizeof(struct proto_status),
	[PROTO_LOG]		= sizeof(struct proto_log),
	[PROTO_BANNER]		= sizeof(struct proto_banner),
	[PROTO_PUBKEY]		= sizeof(struct proto_pubkey),
	[PROTO_ENV]		= sizeof(struct proto_env),
	[PROTO_COMMAND]		= sizeof(struct proto_command),
	[PROTO_ALGORITHMS]	= sizeof(struct proto_algorithms),
	[PROTO_SIGNAL]		= sizeof(struct proto_signal),
	[PROTO_IDLE]		= sizeof(struct proto_simple),
	[PROTO_LOST]		= sizeof(struct proto_simple),
};

size_t proto_size(uint32_t type)
{
	return type < PROTO_TYPES ? proto_sizes[type] : 0;
}

int proto_send(int fd, const union proto_any *msg, const int *fds, size_t nfds)
{
	union {
		char buf[CMSG_SPACE(PROTO_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = {
		.iov_base = (void *)msg,
		.iov_len = proto_size(msg->h.type),
	};
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (!iov.iov_len || nfds > PROTO_FDS_MAX)
		return -EINVAL;

	if (nfds) {
		struct cmsghdr *cmsg = &control.align;

		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
	}

	do {
		n = sendmsg(fd, &mh, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	/* A seqpacket is sent whole or not at all. */
	return (size_t)n == iov.iov_len ? 0 : -EPROTO;
}

/* Takes up to @room descriptors out of @mh, closes all others. */
static bool proto_take_fds(struct msghdr *mh, int *fds, size_t room,
			   size_t *ret_n)
{
	struct cmsghdr *cmsg;
	bool fits = true;
	size_t n = 0;

	for (cmsg = CMSG_FIRSTHDR(mh); cmsg; cmsg = CMSG_NXTHDR(mh, cmsg)) {
		size_t i, count;

		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int),
			       sizeof(fd));
			if (n < room) {
				fds[n++] = fd;
			} else {
				close(fd);
				fits = false;
			}
		}
	}
	*ret_n = n;
	return fits;
}

int proto_recv(int fd, union proto_any *msg, int *fds, size_t *nfds)
{
	/* Room for one more than is legal, so that too many are seen as such. */
	union {
		char buf[CMSG_SPACE((PROTO_FDS_MAX + 1) * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = msg, .iov_len = sizeof(*msg) };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	size_t room = nfds ? *nfds : 0;
	size_t got = 0;
	ssize_t n;
	bool good;

	explicit_bzero(msg, sizeof(*msg));
	if (nfds)
		*nfds = 0;

	do {
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;

	good = proto_take_fds(&mh, fds, room, &got);
	if (n == 0 && good && !(mh.msg_flags & MSG_CTRUNC) && got == 0)
		return -ECONNRESET;
	if (good && !(mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) &&
	    (size_t)n >= sizeof(msg->h) &&
	    (size_t)n == proto_size(msg->h.type)) {
		if (nfds)
			*nfds = got;
		return 0;
	}

	while (got > 0)
		close(fds[--got]);
	explicit_bzero(msg, sizeof(*msg));
	return -EPROTO;
}

static bool is_text(const char *s, size_t size)
{
	size_t len = strnlen(s, size);

	for (size_t i = 0; i < len; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return len < size;
}

bool proto_algorithms_valid(const struct proto_algorithms *a)
{
	return is_text(a->client, sizeof(a->client)) &&
	       is_text(a->kex, sizeof(a->kex)) &&
	       is_text(a->cipher_in, sizeof(a->cipher_in)) &&
	       is_text(a->cipher_out, sizeof(a->cipher_out)) &&
	       is_text(a->mac_in, sizeof(a->mac_in)) &&
	       is_text(a->mac_out, sizeof(a->mac_out));
}

bool proto_env_valid(const struct proto_env *env)
{
	size_t len = strnlen(env->name, sizeof(env->name));

	if (!is_text(env->name, sizeof(env->name)) ||
	    !is_text(env->value, sizeof(env->value)))
		return false;
	if (!strcmp(env->name, "LANG"))
		return true;
	if (strncmp(env->name, "LC_", 3))
		return false;
	return len > 3 && strspn(env->name + 3,
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == len - 3;
}

bool proto_open_valid(const struct proto_open *open)
{
	const struct proto_window *w = &open->window;

	if (open->kind >= __PROTO_OPEN_LAST || open->pty > 1 ||
	    open->mode_count > PROTO_MODES_MAX ||
	    !is_text(open->term, sizeof(open->term)))
		return false;
	if (w->columns > PROTO_WINDOW_MAX || w->rows > PROTO_WINDOW_MAX ||
	    w->width > PROTO_WINDOW_MAX || w->height > PROTO_WINDOW_MAX)
		return false;
	for (uint32_t i = 0; i < open->mode_count; i++)
		if (!open->modes[i].opcode ||
		    open->modes[i].opcode > PROTO_MODE_LAST)
			return false;
	return true;
}

const char *proto_pubalg_name(unsigned int alg)
{
	static const char *const names[__PROTO_PUB_LAST] = {
		[PROTO_PUB_ED25519] = "ssh-ed25519",
		[PROTO_PUB_ECDSA_256] = "ecdsa-sha2-nistp256",
		[PROTO_PUB_ECDSA_384] = "ecdsa-sha2-nistp384",
		[PROTO_PUB_ECDSA_521] = "ecdsa-sha2-nistp521",
		[PROTO_PUB_RSA_SHA256] = "rsa-sha2-256",
		[PROTO_PUB_RSA_SHA512] = "rsa-sha2-512",
	};

	return alg < __PROTO_PUB_LAST ? names[alg] : NULL;
}
