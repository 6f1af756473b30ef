// SPDX-License-Identifier: GPL-2.0-only
#include "claim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cleanup.h"

#define CLAIM_DEVICE	"/dev/" VTYMUX_DEVICE_NAME

static int claim(struct vtymux_claim *arg, const char *owner)
{
	int fd _cleanup_close_ = -1;
	size_t len = strlen(owner);

	if (!len || len > VTYMUX_OWNER_MAX)
		return -EINVAL;
	memcpy(arg->owner, owner, len + 1);
	fd = open(CLAIM_DEVICE, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, VTYMUX_IOC_CLAIM, arg) < 0)
		return -errno;
	return take_fd(&fd);
}

int claim_line(unsigned int line, const char *owner)
{
	struct vtymux_claim arg = { .number = line };

	return claim(&arg, owner);
}

int claim_steal(unsigned int line, const char *owner)
{
	struct vtymux_claim arg = {
		.flags = VTYMUX_CLAIM_F_STEAL,
		.number = line,
	};

	return claim(&arg, owner);
}

int claim_rotary(unsigned int group, const uint64_t *candidates, size_t words,
		 const char *owner, unsigned int *ret_line)
{
	struct vtymux_claim arg = {
		.flags = VTYMUX_CLAIM_F_ROTARY,
		.number = group,
		.candidates = (uintptr_t)candidates,
		.candidate_words = (uint32_t)words,
	};
	int fd;

	if (words > VTYMUX_CLAIM_WORDS_MAX)
		return -E2BIG;
	fd = claim(&arg, owner);
	if (fd >= 0)
		*ret_line = arg.number;
	return fd;
}

int claim_virtual(const uint64_t *candidates, size_t words, const char *owner,
		  unsigned int *ret_line)
{
	struct vtymux_claim arg = {
		.flags = VTYMUX_CLAIM_F_VIRTUAL,
		.candidates = (uintptr_t)candidates,
		.candidate_words = candidates ? (uint32_t)words : 0,
	};
	int fd;

	if (words > VTYMUX_CLAIM_WORDS_MAX)
		return -E2BIG;
	fd = claim(&arg, owner);
	if (fd >= 0)
		*ret_line = arg.number;
	return fd;
}

int claim_attach(int claim_fd)
{
	struct vtymux_open arg = { .flags = O_NONBLOCK | O_CLOEXEC };
	int fd = ioctl(claim_fd, VTYMUX_IOC_ATTACH, &arg);

	return fd < 0 ? -errno : fd;
}

int claim_open(int claim_fd)
{
	struct vtymux_open arg = {
		.flags = O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
	};
	int fd = ioctl(claim_fd, VTYMUX_IOC_OPEN, &arg);

	return fd < 0 ? -errno : fd;
}

int claim_status(int claim_fd, struct vtymux_status *ret)
{
	struct vtymux_status status;

	if (ioctl(claim_fd, VTYMUX_IOC_STATUS, &status) < 0)
		return -errno;
	status.by[sizeof(status.by) - 1] = '\0';
	*ret = status;
	return 0;
}

int claim_tap(unsigned int line, uint32_t *ret_replay)
{
	struct vtymux_tap arg = {
		.line = line,
		.replay = VTYMUX_TAP_REPLAY_ALL,
		.flags = O_NONBLOCK | O_CLOEXEC,
	};
	int fd _cleanup_close_ = -1;
	int tap;

	fd = open(CLAIM_DEVICE, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	tap = ioctl(fd, VTYMUX_IOC_TAP, &arg);
	if (tap < 0)
		return -errno;
	*ret_replay = arg.replay;
	return tap;
}

int claim_tap_lost(int tap, uint64_t *ret)
{
	__u64 lost;

	if (ioctl(tap, VTYMUX_IOC_TAP_LOST, &lost) < 0)
		return -errno;
	*ret = lost;
	return 0;
}
