// SPDX-License-Identifier: GPL-2.0-only
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"

#define MAGIC		0x76744102U	/* "vtA", format 2 */
#define DROPPED		"dropped"

/* Locked for other writers until it is closed. Return: a descriptor, -errno. */
static int open_spool(const char *rundir, bool lock)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/" SPOOL_DIR, rundir);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (lock)
		flock(fd, LOCK_EX);
	return fd;
}

/* The least name that begins with 'r', and how many there are. */
static unsigned int scan(int spool, char first[SPOOL_NAME_MAX + 1])
{
	int fd = openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir _cleanup_dir_ = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	unsigned int count = 0;

	*first = '\0';
	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name != 'r' ||
		    strlen(entry->d_name) > SPOOL_NAME_MAX)
			continue;
		if (!count++ || strcmp(entry->d_name, first) < 0)
			strcpy(first, entry->d_name);
	}
	return count;
}

static unsigned long read_dropped(int spool)
{
	int fd _cleanup_close_ = openat(spool, DROPPED, O_RDONLY | O_CLOEXEC |
					O_NOFOLLOW);
	char text[24] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	return strtoul(text, NULL, 10);
}

static void count_drop(int spool)
{
	unsigned long dropped = read_dropped(spool) + 1;
	int fd _cleanup_close_ = openat(spool, DROPPED, O_WRONLY | O_CREAT |
					O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		dprintf(fd, "%lu\n", dropped);
}

static int write_record(int spool, const struct spool_record *record,
			const char *name)
{
	int fd _cleanup_close_ = openat(spool, "new", O_WRONLY | O_CREAT |
					O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	if (write(fd, record, sizeof(*record)) != sizeof(*record))
		return -ENOSPC;
	return renameat(spool, "new", spool, name) < 0 ? -errno : 0;
}

uint32_t spool_boot_id(void)
{
	int fd _cleanup_close_ = open("/proc/sys/kernel/random/boot_id",
				      O_RDONLY | O_CLOEXEC);
	char text[9] = "";

	if (fd < 0 || read(fd, text, 8) != 8)
		return 0;
	return (uint32_t)strtoul(text, NULL, 16);
}

/* Removes an update of the session that has not been sent. */
static void drop_update(int spool, uint32_t session)
{
	int fd = openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir _cleanup_dir_ = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	unsigned int id, status;

	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "r%*[0-9.]-%u-%u", &id,
			   &status) == 2 && id == session &&
		    status == EXCHANGE_UPDATE)
			unlinkat(spool, entry->d_name, 0);
}

int spool_put(const char *rundir, struct spool_record *record)
{
	int spool _cleanup_close_ = open_spool(rundir, true);
	char name[SPOOL_NAME_MAX + 1], first[SPOOL_NAME_MAX + 1];
	struct timespec now;
	int r;

	if (spool < 0)
		return spool;
	if (record->record.status == EXCHANGE_UPDATE)
		drop_update(spool, record->record.session);
	if (scan(spool, first) >= SPOOL_MAX) {
		count_drop(spool);
		return -ENOSPC;
	}
	clock_gettime(CLOCK_BOOTTIME, &now);
	snprintf(name, sizeof(name), "r%012lld.%09ld-%u-%u",
		 (long long)now.tv_sec, now.tv_nsec, record->record.session,
		 record->record.status);
	record->magic = MAGIC;
	r = write_record(spool, record, name);
	if (r == -ENOSPC)
		count_drop(spool);
	return r;
}

static bool read_record(int spool, const char *name, struct spool_record *ret)
{
	int fd _cleanup_close_ = openat(spool, name, O_RDONLY | O_CLOEXEC |
					O_NOFOLLOW);

	return fd >= 0 && read(fd, ret, sizeof(*ret)) == sizeof(*ret) &&
	       ret->magic == MAGIC && ret->kind < SPOOL_KINDS &&
	       ret->record.status < EXCHANGE_STATUSES &&
	       ret->class_len <= sizeof(ret->class) &&
	       memchr(ret->user, '\0', sizeof(ret->user)) &&
	       memchr(ret->peer, '\0', sizeof(ret->peer)) &&
	       memchr(ret->port, '\0', sizeof(ret->port)) &&
	       memchr(ret->list, '\0', sizeof(ret->list));
}

int spool_first(const char *rundir, char name[SPOOL_NAME_MAX + 1],
		struct spool_record *ret)
{
	int spool _cleanup_close_ = open_spool(rundir, false);

	if (spool < 0)
		return spool;
	while (scan(spool, name)) {
		if (read_record(spool, name, ret))
			return 0;
		if (unlinkat(spool, name, 0) < 0)
			return -errno;
		count_drop(spool);
	}
	return -ENOENT;
}

int spool_remove(const char *rundir, const char *name)
{
	int spool _cleanup_close_ = open_spool(rundir, false);

	if (spool < 0)
		return spool;
	return unlinkat(spool, name, 0) < 0 ? -errno : 0;
}

static int remove_all(const char *rundir, const char *path)
{
	char name[SPOOL_NAME_MAX + 1];
	int spool _cleanup_close_ = open_spool(rundir, true);

	if (spool < 0)
		return spool == -ENOENT ? 0 : spool;
	while (scan(spool, name))
		if (unlinkat(spool, name, 0) < 0)
			return -errno;
	unlinkat(spool, DROPPED, 0);
	unlinkat(spool, "new", 0);
	return rmdir(path) < 0 ? -errno : 0;
}

int spool_enable(const char *rundir, int on)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/" SPOOL_DIR, rundir);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	if (!on)
		return remove_all(rundir, path);
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

unsigned int spool_count(const char *rundir, unsigned long *ret_dropped)
{
	int spool _cleanup_close_ = open_spool(rundir, false);
	char first[SPOOL_NAME_MAX + 1];

	if (ret_dropped)
		*ret_dropped = spool < 0 ? 0 : read_dropped(spool);
	return spool < 0 ? 0 : scan(spool, first);
}
