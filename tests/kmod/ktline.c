// SPDX-License-Identifier: GPL-2.0-only
/* Lines, their attributes and the claim device, of kt.h. */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void attr_path(char path[128], unsigned int line, const char *attr)
{
	snprintf(path, 128, "/sys/class/tty/" VTYMUX_LINE_PREFIX "%u/%s", line,
		 attr);
}

int kt_read(unsigned int line, const char *attr, char text[KT_ATTR_MAX])
{
	char path[128];
	ssize_t n;
	int fd, err;

	attr_path(path, line, attr);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, KT_ATTR_MAX - 1);
	err = errno;
	close(fd);
	if (n < 0)
		return -err;
	text[n] = '\0';
	if (n == 0 || text[n - 1] != '\n')
		return -EBADMSG;
	text[n - 1] = '\0';
	return (int)n - 1;
}

int kt_write(unsigned int line, const char *attr, const void *data, size_t n)
{
	char path[128];
	ssize_t done;
	int fd, err;

	attr_path(path, line, attr);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, data, n);
	err = errno;
	close(fd);
	if (done < 0)
		return -err;
	return (size_t)done == n ? 0 : -EMSGSIZE;
}

int kt_set(unsigned int line, const char *attr, const char *text)
{
	char data[KT_ATTR_MAX];
	int n = snprintf(data, sizeof(data), "%s\n", text);

	return kt_write(line, attr, data, (size_t)n);
}

const char *kt_get(unsigned int line, const char *attr)
{
	static char texts[4][KT_ATTR_MAX];
	static unsigned int next;
	char *text = texts[next++ % 4];
	int r = kt_read(line, attr, text);

	if (r < 0)
		snprintf(text, KT_ATTR_MAX, "error %d", r);
	return text;
}

bool kt_attr_is(unsigned int line, const char *attr, const char *text)
{
	return !strcmp(kt_get(line, attr), text);
}

bool kt_state_is(unsigned int line, const char *state)
{
	return kt_attr_is(line, "state", state);
}

uint64_t kt_stat(unsigned int line, const char *name)
{
	char path[64], text[KT_ATTR_MAX], *end;
	uint64_t value;

	snprintf(path, sizeof(path), "statistics/%s", name);
	if (kt_read(line, path, text) <= 0)
		return UINT64_MAX;
	value = strtoull(text, &end, 10);
	return *end ? UINT64_MAX : value;
}

void kt_bind(unsigned int line, const char *backing)
{
	int r = kt_set(line, "backing", backing);

	if (r < 0)
		kt_bail("cannot bind line %u to %s: %s", line, backing,
			strerror(-r));
	if (!kt_state_is(line, "idle"))
		kt_bail("line %u is %s after binding", line,
			kt_get(line, "state"));
}

int kt_unbind(unsigned int line)
{
	return kt_set(line, "backing", "");
}

bool kt_unbound_lines(unsigned int not, unsigned int *lines, size_t n)
{
	size_t found = 0;

	for (unsigned int l = 1; l <= VTYMUX_LINE_MAX && found < n; l++)
		if (l != not && kt_state_is(l, "unbound") &&
		    kt_attr_is(l, "rotary", ""))
			lines[found++] = l;
	return found == n;
}

static int open_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int kt_open_line(unsigned int line, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/" VTYMUX_LINE_PREFIX "%u", line);
	return open_path(path, flags);
}

int kt_open_tty(const char *backing, int flags)
{
	char path[VTYMUX_BACKING_MAX + 6];

	snprintf(path, sizeof(path), "/dev/%s", backing);
	return open_path(path, flags);
}

int kt_open_claims(int flags)
{
	return open_path("/dev/" VTYMUX_DEVICE_NAME, flags);
}

int kt_claim(int fd, unsigned int line, uint32_t flags, const char *owner)
{
	struct vtymux_claim claim = { .flags = flags, .number = line };

	memcpy(claim.owner, owner, strnlen(owner, sizeof(claim.owner)));
	if (ioctl(fd, VTYMUX_IOC_CLAIM, &claim) < 0)
		return -errno;
	return claim.number == line ? 0 : -EBADMSG;
}

int kt_claim_rotary(int fd, unsigned int group, const uint64_t *set,
		    uint32_t words)
{
	struct vtymux_claim claim = {
		.flags = VTYMUX_CLAIM_F_ROTARY,
		.number = group,
		.candidates = (uintptr_t)set,
		.candidate_words = words,
		.owner = "rotary-test",
	};

	if (ioctl(fd, VTYMUX_IOC_CLAIM, &claim) < 0)
		return -errno;
	return (int)claim.number;
}

int kt_claim_open(int fd, uint32_t flags)
{
	struct vtymux_open arg = { .flags = flags };
	int tty = ioctl(fd, VTYMUX_IOC_OPEN, &arg);

	return tty < 0 ? -errno : tty;
}

int kt_status(int fd, struct vtymux_status *status)
{
	memset(status, 0xa5, sizeof(*status));
	return ioctl(fd, VTYMUX_IOC_STATUS, status) < 0 ? -errno : 0;
}

int kt_tap(unsigned int line, uint32_t replay)
{
	struct vtymux_tap arg = {
		.line = line, .replay = replay, .flags = O_NONBLOCK | O_CLOEXEC,
	};
	int claims = kt_claims(), fd = ioctl(claims, VTYMUX_IOC_TAP, &arg);

	if (fd < 0)
		kt_bail("cannot tap line %u: %s", line, strerror(errno));
	close(claims);
	return fd;
}

int kt_poll(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int r = poll(&p, 1, ms);

	return r < 0 ? -errno : r ? p.revents : 0;
}

bool kt_hung_up(int fd)
{
	char byte = 0;

	if (!(kt_poll(fd, POLLIN, 1000) & POLLHUP))
		return false;
	return read(fd, &byte, 1) == 0 && write(fd, &byte, 1) < 0 &&
	       errno == EIO;
}

int kt_claims(void)
{
	int fd = kt_open_claims(O_RDWR);

	if (fd < 0)
		kt_bail("cannot open /dev/vtymux: %s", strerror(-fd));
	return fd;
}

int kt_claimed(unsigned int line, const char *owner)
{
	int fd = kt_claims(), r = kt_claim(fd, line, 0, owner);

	if (r < 0)
		kt_bail("cannot claim line %u for %s: %s", line, owner,
			strerror(-r));
	return fd;
}

int kt_opened(int fd)
{
	int tty = kt_claim_open(fd, O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (tty < 0)
		kt_bail("cannot open the claimed line: %s", strerror(-tty));
	return tty;
}

bool kt_idle(unsigned int line)
{
	return KT_WAIT(kt_state_is(line, "idle"), 1000) &&
	       kt_attr_is(line, "owner", "");
}

void kt_check_usable(const struct kt_pair *pair)
{
	int fd = kt_claims(), tty;

	kt_is(kt_claim(fd, pair->line, 0, "after"), 0,
	      "line %u can be claimed", pair->line);
	tty = kt_claim_open(fd, O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0 && write(tty, "x", 1) == 1,
	      "line %u can be opened and written", pair->line);
	if (tty >= 0) {
		tcflush(tty, TCIOFLUSH);
		close(tty);
	}
	close(fd);
	kt_is(kt_unbind(pair->line), 0, "line %u can be unbound", pair->line);
}
