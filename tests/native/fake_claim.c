// SPDX-License-Identifier: GPL-2.0-only
/* lib/claim.h over a broker with ptys, in place of lib/claim.c. */
#include "claim.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cleanup.h"
#include "fake_claim.h"
#include "path.h"

/* Return: 0 or -errno; @ret_fd is set when a descriptor came. */
static int ask(int fd, const struct fake_question *question,
	       struct fake_answer *answer, int *ret_fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { answer, sizeof(*answer) };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg;
	ssize_t n;

	if (send(fd, question, sizeof(*question), MSG_NOSIGNAL) < 0)
		return -EIO;
	n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC);
	if (n != sizeof(*answer) || mh.msg_flags & MSG_TRUNC)
		return -EIO;
	cmsg = CMSG_FIRSTHDR(&mh);
	if (cmsg && ret_fd)
		memcpy(ret_fd, CMSG_DATA(cmsg), sizeof(int));
	return answer->error;
}

static int connect_broker(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd _cleanup_close_ = -1;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%.90s/vtymux", path_dev());
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return -errno;
	return take_fd(&fd);
}

static int claim(struct fake_question *question, const char *owner,
		 unsigned int *ret_line)
{
	int fd _cleanup_close_ = -1;
	struct fake_answer answer;
	int r;

	if (!*owner || strlen(owner) > VTYMUX_OWNER_MAX)
		return -EINVAL;
	memcpy(question->owner, owner, strlen(owner) + 1);
	fd = connect_broker();
	if (fd < 0)
		return fd;
	r = ask(fd, question, &answer, NULL);
	if (r < 0)
		return r;
	*ret_line = answer.line;
	return take_fd(&fd);
}

int claim_line(unsigned int line, const char *owner)
{
	struct fake_question question = { .op = FAKE_LINE, .number = line };

	return claim(&question, owner, &line);
}

int claim_steal(unsigned int line, const char *owner)
{
	struct fake_question question = { .op = FAKE_STEAL, .number = line };

	return claim(&question, owner, &line);
}

/* A pipe, so what the tap cannot take is not lost but waits in the test. */
int claim_tap(unsigned int line, uint32_t *ret_replay)
{
	struct fake_question question = { .op = FAKE_TAP, .number = line };
	int fd _cleanup_close_ = connect_broker();
	struct fake_answer answer;
	int tap = -1, r;

	if (fd < 0)
		return fd;
	r = ask(fd, &question, &answer, &tap);
	if (r < 0)
		return r;
	*ret_replay = answer.line;
	return tap;
}

int claim_tap_lost(int tap, uint64_t *ret)
{
	(void)tap;
	*ret = 0;
	return 0;
}

int claim_rotary(unsigned int group, const uint64_t *candidates, size_t words,
		 const char *owner, unsigned int *ret_line)
{
	struct fake_question question = { .op = FAKE_ROTARY, .number = group };

	if (words > VTYMUX_CLAIM_WORDS_MAX)
		return -E2BIG;
	memcpy(question.candidates, candidates, words * sizeof(*candidates));
	return claim(&question, owner, ret_line);
}

int claim_virtual(const uint64_t *candidates, size_t words, const char *owner,
		  unsigned int *ret_line)
{
	struct fake_question question = { .op = FAKE_VIRTUAL };

	if (words > VTYMUX_CLAIM_WORDS_MAX)
		return -E2BIG;
	if (candidates)
		memcpy(question.candidates, candidates,
		       words * sizeof(*candidates));
	else
		memset(question.candidates, 0xff, sizeof(question.candidates));
	return claim(&question, owner, ret_line);
}

static int ask_descriptor(int claim_fd, enum fake_op op)
{
	struct fake_question question = { .op = op };
	struct fake_answer answer;
	int fd = -1;
	int r = ask(claim_fd, &question, &answer, &fd);

	return r < 0 ? r : fd;
}

int claim_open(int claim_fd)
{
	return ask_descriptor(claim_fd, FAKE_OPEN);
}

int claim_attach(int claim_fd)
{
	return ask_descriptor(claim_fd, FAKE_ATTACH);
}

int claim_status(int claim_fd, struct vtymux_status *ret)
{
	struct vtymux_status status = { 0 };
	ssize_t n = recv(claim_fd, &status, sizeof(status),
			 MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && errno != EAGAIN)
		return -errno;
	if (n >= 0 && n != sizeof(status))
		return -EIO;
	status.by[sizeof(status.by) - 1] = '\0';
	*ret = status;
	return 0;
}
