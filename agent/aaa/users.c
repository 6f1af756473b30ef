// SPDX-License-Identifier: GPL-2.0-only
#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "file.h"

#define NAME_MAX_LEN	64

struct tally {
	unsigned int failures;
	long long last;		/* CLOCK_BOOTTIME, seconds */
};

bool users_name_ok(const char *name)
{
	static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789_";
	static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789_.@-";
	size_t len = strlen(name);

	return len >= 1 && len <= NAME_MAX_LEN && strchr(alnum, *name) &&
	       strspn(name, more) == len;
}

/* Every line is looked at, so that the time does not tell where a name is. */
static int search(FILE *file, const char *name, struct user *ret)
{
	char *text _cleanup_free_ = NULL;
	char who[NAME_MAX_LEN + 1], hash[USERS_HASH_MAX + 1], rest;
	size_t room = 0;
	unsigned int level;
	int r = -ENOENT;

	while (getline(&text, &room, file) >= 0) {
		if (sscanf(text, "%64s %2u %127s %c", who, &level, hash,
			   &rest) != 3 || level > 15)
			return -EINVAL;
		if (strcmp(who, name))
			continue;
		ret->level = level;
		strcpy(ret->hash, strcmp(hash, "-") ? hash : "");
		r = 0;
	}
	return ferror(file) ? -EIO : r;
}

int users_find(const char *path, const char *name, struct user *ret)
{
	FILE *file _cleanup_file_ = NULL;
	int r = file_open_private(path, &file);

	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	return search(file, name, ret);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

/* Locked for others until it is closed. Return: a descriptor or -errno. */
static int open_tally(const char *dir, const char *name, int flags)
{
	int d _cleanup_close_ = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (d < 0 || !users_name_ok(name))
		return -EINVAL;
	fd = openat(d, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	flock(fd, LOCK_EX);
	return fd;
}

static struct tally read_tally(int fd)
{
	struct tally t = { 0 };
	char text[64] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 ||
	    sscanf(text, "%u %lld", &t.failures, &t.last) != 2)
		return (struct tally){ 0 };
	return t;
}

bool users_locked(const char *dir, const char *name, const struct user *user,
		  uint32_t max)
{
	int fd _cleanup_close_ = -1;
	struct tally t;

	if (!max || user->level == 15)
		return false;
	fd = open_tally(dir, name, O_RDONLY);
	if (fd < 0)
		return false;
	t = read_tally(fd);
	return t.failures >= max && now() < t.last + USERS_LOCK;
}

void users_tally(const char *dir, const char *name, bool failed)
{
	int fd _cleanup_close_ = open_tally(dir, name, O_RDWR |
					    (failed ? O_CREAT : 0));
	struct tally t;
	char text[64];
	int n;

	if (fd < 0)
		return;
	t = read_tally(fd);
	t.failures = failed ? t.failures + 1 : 0;
	t.last = now();
	n = snprintf(text, sizeof(text), "%u %lld\n", t.failures, t.last);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return;	/* a full /run: the login is what counts */
}
