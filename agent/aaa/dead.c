// SPDX-License-Identifier: GPL-2.0-only
#include "dead.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

/* Of nothing but the address and port, so that groups share it. */
static void name_of(const struct aaa_server *s, char *ret, size_t size)
{
	snprintf(ret, size, "%u-%u-%s", s->protocol, s->port, s->address);
	for (char *p = ret; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-.:", *p))
			*p = '_';
}

/* When the server may be asked again; 0 for one that is alive. */
static long long read_mark(int dir, const char *name)
{
	int fd _cleanup_close_ = openat(dir, name, O_RDONLY | O_CLOEXEC |
					O_NOFOLLOW);
	char text[24] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	return atoll(text);
}

/* A mark that cannot be written costs time at the next login, no more. */
static void write_mark(int dir, const char *name, long long until)
{
	int fd _cleanup_close_ = openat(dir, name, O_WRONLY | O_CREAT |
					O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		dprintf(fd, "%lld\n", until);
}

uint32_t dead_servers(const char *path, const struct servers *servers)
{
	int dir _cleanup_close_ = -1;
	char name[SERVER_ADDRESS_MAX + 32];
	uint32_t dead = 0;

	if (!servers->deadtime)
		return 0;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (uint32_t i = 0; dir >= 0 && i < servers->count; i++) {
		name_of(&servers->list[i], name, sizeof(name));
		if (read_mark(dir, name) > now())
			dead |= 1U << i;
	}
	return dead;
}

void dead_update(const char *path, const struct servers *servers,
		 uint32_t silent, uint32_t answered)
{
	int dir _cleanup_close_ = -1;
	char name[SERVER_ADDRESS_MAX + 32];

	if (!servers->deadtime)
		return;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (uint32_t i = 0; dir >= 0 && i < servers->count; i++) {
		name_of(&servers->list[i], name, sizeof(name));
		if (i == answered)
			unlinkat(dir, name, 0);
		else if (silent >> i & 1)
			write_mark(dir, name, now() + servers->deadtime);
	}
}
