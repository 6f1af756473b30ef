// SPDX-License-Identifier: GPL-2.0-only
#include "job.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cleanup.h"

#define JOB_MAGIC	0x766a6f62U
#define JOB_TEXT_MAX	(PROTO_COMMAND_MAX + 16384)

struct header {
	uint32_t magic;
	uint32_t terminal;
	uint32_t arg_count, env_count;	/* strings, after the path */
	uint32_t mode_count;
	uint32_t text_len;	/* NUL-terminated strings that follow */
	struct proto_mode modes[PROTO_MODES_MAX];
};

struct text {
	char *at;
	size_t len, room;
};

static bool put(struct text *text, const char *s)
{
	size_t len = strlen(s) + 1;

	if (len > text->room - text->len)
		return false;
	memcpy(text->at + text->len, s, len);
	text->len += len;
	return true;
}

/* Return: how many strings, -E2BIG. */
static int put_all(struct text *text, const char *const *list, size_t max)
{
	size_t n = 0;

	for (; list[n]; n++)
		if (n == max || !put(text, list[n]))
			return -E2BIG;
	return (int)n;
}

static int send_packet(int fd, struct iovec iov[2], const int *fds,
		       size_t fd_count)
{
	union {
		char buf[CMSG_SPACE(JOB_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr mh = {
		.msg_iov = iov, .msg_iovlen = 2,
		.msg_control = control.buf,
		.msg_controllen = CMSG_SPACE(fd_count * sizeof(int)),
	};

	control.align.cmsg_level = SOL_SOCKET;
	control.align.cmsg_type = SCM_RIGHTS;
	control.align.cmsg_len = CMSG_LEN(fd_count * sizeof(int));
	memcpy(CMSG_DATA(&control.align), fds, fd_count * sizeof(int));
	return sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int job_send(int fd, const struct job *job)
{
	char *buffer _cleanup_free_ = malloc(JOB_TEXT_MAX);
	struct text text = { buffer, 0, JOB_TEXT_MAX };
	struct header h = { .magic = JOB_MAGIC, .terminal = job->terminal };
	struct iovec iov[2] = { { &h, sizeof(h) }, { buffer, 0 } };
	int args, env;

	if (!buffer)
		return -ENOMEM;
	if (job->fd_count < 3 || job->fd_count > JOB_FDS_MAX ||
	    job->mode_count > PROTO_MODES_MAX)
		return -EINVAL;
	if (!put(&text, job->path))
		return -E2BIG;
	args = put_all(&text, job->args, JOB_ARGS_MAX);
	if (args < 0)
		return args;
	env = put_all(&text, job->env, JOB_ENV_MAX);
	if (env < 0)
		return env;
	h.arg_count = (uint32_t)args;
	h.env_count = (uint32_t)env;
	h.mode_count = (uint32_t)job->mode_count;
	h.text_len = (uint32_t)text.len;
	memcpy(h.modes, job->modes, job->mode_count * sizeof(h.modes[0]));
	iov[1].iov_len = text.len;
	return send_packet(fd, iov, job->fds, job->fd_count);
}

/* Takes the descriptors out of @mh. */
static size_t take_fds(struct msghdr *mh, int fds[JOB_FDS_MAX])
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(mh);
	size_t n;

	if (!cmsg || cmsg->cmsg_level != SOL_SOCKET ||
	    cmsg->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (n > JOB_FDS_MAX)
		n = JOB_FDS_MAX;
	memcpy(fds, CMSG_DATA(cmsg), n * sizeof(int));
	return n;
}

/* Cuts @count strings off the front of @text. */
static bool get_all(struct text *text, const char **list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *s = text->at + text->len;
		size_t len = strnlen(s, text->room - text->len);

		if (len == text->room - text->len)
			return false;
		list[i] = s;
		text->len += len + 1;
	}
	return true;
}

static int parse(const struct header *h, struct text *text, struct job *job)
{
	if (h->magic != JOB_MAGIC || h->arg_count > JOB_ARGS_MAX ||
	    !h->arg_count || h->env_count > JOB_ENV_MAX ||
	    h->mode_count > PROTO_MODES_MAX || h->text_len != text->room)
		return -EBADMSG;
	job->terminal = h->terminal;
	job->mode_count = h->mode_count;
	memcpy(job->modes, h->modes, sizeof(job->modes));
	if (!get_all(text, &job->path, 1) ||
	    !get_all(text, job->args, h->arg_count) ||
	    !get_all(text, job->env, h->env_count) ||
	    text->len != text->room)
		return -EBADMSG;
	return 0;
}

int job_receive(int fd, struct job *ret)
{
	union {
		char buf[CMSG_SPACE(JOB_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	char *buffer _cleanup_free_ = malloc(JOB_TEXT_MAX);
	struct header h;
	struct iovec iov[2] = { { &h, sizeof(h) }, { buffer, JOB_TEXT_MAX } };
	struct msghdr mh = {
		.msg_iov = iov, .msg_iovlen = 2,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct text text = { .at = buffer };
	struct job job = { 0 };
	ssize_t n;
	int r;

	if (!buffer)
		return -ENOMEM;
	do {
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (!n)
		return -ECONNRESET;
	job.fd_count = take_fds(&mh, job.fds);
	r = -EBADMSG;
	if ((size_t)n > sizeof(h) && job.fd_count >= 3 &&
	    !(mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		text.room = (size_t)n - sizeof(h);
		r = parse(&h, &text, &job);
	}
	if (r < 0) {
		while (job.fd_count)
			close(job.fds[--job.fd_count]);
		return r;
	}
	job.buffer = buffer;
	buffer = NULL;
	*ret = job;
	return 0;
}
