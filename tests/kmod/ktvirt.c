// SPDX-License-Identifier: GPL-2.0-only
#include "ktvirt.h"
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

#define PARAMETERS "/sys/module/vtymux/parameters/"

unsigned int ktv_parameter(const char *name)
{
	char path[128], text[32];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n <= 0)
		kt_bail("there is a parameter %s", name);
	text[n] = '\0';
	return (unsigned int)strtoul(text, NULL, 10);
}

int ktv_resize(const char *text)
{
	int fd = open(PARAMETERS "virtual_lines", O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = errno;
	close(fd);
	return n < 0 ? -err : 0;
}

void ktv_lines(unsigned int *lines, size_t n)
{
	unsigned int first = ktv_parameter("tty_lines") + 1;

	for (size_t i = 0; i < n; i++) {
		lines[i] = first + (unsigned int)i;
		if (!kt_attr_is(lines[i], "type", "virtual") ||
		    !kt_idle(lines[i]))
			kt_bail("line %u is virtual and idle", lines[i]);
	}
}

int ktv_claim_any(int claim, const uint64_t *set, uint32_t words)
{
	struct vtymux_claim arg = {
		.flags = VTYMUX_CLAIM_F_VIRTUAL,
		.candidates = (uintptr_t)set,
		.candidate_words = words,
		.owner = "virtual-test",
	};

	return ioctl(claim, VTYMUX_IOC_CLAIM, &arg) < 0 ? -errno :
							 (int)arg.number;
}

int ktv_attach(int claim, uint32_t flags)
{
	struct vtymux_open arg = { .flags = flags };
	int fd = ioctl(claim, VTYMUX_IOC_ATTACH, &arg);

	return fd < 0 ? -errno : fd;
}

struct ktv ktv_claimed(unsigned int line)
{
	struct ktv v = { .line = line, .tty = -1 };

	v.claim = kt_claimed(line, "virtual-test");
	v.master = ktv_attach(v.claim, O_NONBLOCK | O_CLOEXEC);
	if (v.master < 0)
		kt_bail("cannot attach line %u: %s", line,
			strerror(-v.master));
	return v;
}

struct ktv ktv_opened(unsigned int line)
{
	struct ktv v = ktv_claimed(line);

	v.tty = kt_opened(v.claim);
	return v;
}

void ktv_drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void ktv_close(struct ktv *v)
{
	ktv_drop(&v->tty);
	ktv_drop(&v->master);
	ktv_drop(&v->claim);
}

void ktv_block(int fd, bool block)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, block ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void ktv_raw(int tty)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0)
		kt_bail("tcgetattr: %s", strerror(errno));
	cfmakeraw(&t);
	if (tcsetattr(tty, TCSANOW, &t) < 0)
		kt_bail("tcsetattr: %s", strerror(errno));
}

static void show(const char *what, const char *bytes, size_t n)
{
	char text[512];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && len + 5 < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					bytes[i] >= ' ' && bytes[i] < 0x7f ?
					"%c" : "\\x%02x",
					(unsigned char)bytes[i]);
	kt_comment("%s \"%s\"", what, text);
}

bool ktv_reads(int fd, const char *text)
{
	uint64_t end = kt_now_ms() + 1000;
	char got[512];
	size_t n = 0, len = strlen(text);

	while (n < len && kt_now_ms() < end) {
		ssize_t r = read(fd, got + n, len - n);

		if (r > 0)
			n += (size_t)r;
		else if (r == 0 || errno != EAGAIN)
			break;
		else
			kt_poll(fd, POLLIN, 100);
	}
	if (n == len && !memcmp(got, text, len))
		return true;
	show("came", got, n);
	show("expected", text, len);
	return false;
}

bool ktv_expect(int fd, const char *text, int ms)
{
	uint64_t end = kt_now_ms() + (uint64_t)ms;
	static char got[65536];
	size_t n = 0;

	while (kt_now_ms() < end && n < sizeof(got) - 1) {
		ssize_t r = read(fd, got + n, sizeof(got) - 1 - n);

		if (r > 0) {
			n += (size_t)r;
			got[n] = '\0';
			if (memmem(got, n, text, strlen(text)))
				return true;
		} else if (r == 0 || errno != EAGAIN) {
			break;
		} else {
			kt_poll(fd, POLLIN, 100);
		}
	}
	show("came", got, n);
	show("expected", text, strlen(text));
	return false;
}

bool ktv_read_fails(int fd, int err)
{
	uint64_t end = kt_now_ms() + 1000;
	char byte;
	ssize_t r;

	for (;;) {
		r = read(fd, &byte, 1);
		if (r < 0 && errno == err)
			return true;
		if (r >= 0 || errno != EAGAIN || kt_now_ms() > end)
			break;
		kt_pause();
	}
	kt_comment("read gives %zd, %s", r, r < 0 ? strerror(errno) : "-");
	return false;
}

int ktv_write(int fd, const char *text)
{
	ssize_t n = write(fd, text, strlen(text));

	return n < 0 ? -errno : (size_t)n == strlen(text) ? 0 : -EMSGSIZE;
}
