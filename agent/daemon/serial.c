// SPDX-License-Identifier: GPL-2.0-only
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"

#define BLOCK	1000

static uint32_t last, reserved;

/* Return: 0 or -errno. A file that holds no number counts as 0. */
static int reserve(const char *path)
{
	int fd _cleanup_close_ = open(path, O_RDWR | O_CREAT | O_CLOEXEC |
				      O_NOFOLLOW, 0600);
	char text[16] = { 0 };
	uint32_t before;
	ssize_t n;
	int len;

	if (fd < 0)
		return -errno;
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		return -errno;
	before = (uint32_t)strtoul(text, NULL, 10);
	if (before > last)
		last = before;
	len = snprintf(text, sizeof(text), "%-10u\n", last + BLOCK);
	n = pwrite(fd, text, (size_t)len, 0);
	if (n != len)
		return n < 0 ? -errno : -EIO;
	reserved = last + BLOCK;
	return 0;
}

int serial_next(const char *path, uint32_t *ret)
{
	int r = last == reserved ? reserve(path) : 0;

	if (r < 0)
		reserved = last + 1;
	*ret = ++last;
	return r;
}
