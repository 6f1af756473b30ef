// SPDX-License-Identifier: GPL-2.0-only
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

#define NEW_DIR	SERVICE_DIR ".new"

/*
 * Method `system`: the accounts of this machine. default=die also covers a
 * module that is missing. The type lines nobody calls today deny, so that no
 * path through libpam ends in a stack that is not ours.
 */
static const char system_stack[] =
	"auth     [success=1 authinfo_unavail=ignore default=die]"
	" pam_unix.so nodelay try_first_pass\n"
	"auth     [default=die] pam_deny.so\n"
	"auth     [success=ok default=die] pam_permit.so\n"
	"account  [success=1 default=die] pam_unix.so\n"
	"account  [default=die] pam_deny.so\n"
	"account  [success=ok default=die] pam_permit.so\n"
	"password [default=die] pam_deny.so\n"
	"session  [default=die] pam_deny.so\n";

/* The lists there are. */
static const struct list {
	const char *name, *stack;
} lists[] = {
	{ "default", system_stack },
};

#define LISTS	(sizeof(lists) / sizeof(lists[0]))

int service_name(const char *list, char ret[SERVICE_NAME_MAX + 1])
{
	static const char hex[] = "0123456789abcdef";
	size_t len = strlen(list);
	char *out = ret;

	if (!len || len > VTYMUX_LIST_NAME_MAX)
		return -EINVAL;
	memcpy(out, "login-", 6);
	out += 6;
	for (const char *p = list; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			*out++ = (char)c;
			continue;
		}
		*out++ = '_';
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	*out = '\0';
	return 0;
}

int service_for_list(const char *list, char ret[SERVICE_NAME_MAX + 1])
{
	size_t len = strlen(list);

	if (!len || len > VTYMUX_LIST_NAME_MAX)
		return -EINVAL;
	for (size_t i = 0; i < LISTS; i++)
		if (!strcmp(list, lists[i].name))
			return service_name(list, ret);
	service_name("default", ret);
	return 1;
}

static int write_file(int dir, const char *name, const char *text)
{
	int fd _cleanup_close_ = -1;
	size_t len = strlen(text);
	ssize_t n;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOSPC;
}

static int write_lists(int dir)
{
	char name[SERVICE_NAME_MAX + 1];

	for (size_t i = 0; i < LISTS; i++) {
		int r = service_name(lists[i].name, name);

		if (!r)
			r = write_file(dir, name, lists[i].stack);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Removes a directory of plain files. Return: 0, also for none, or -errno. */
static int remove_dir(int run, const char *name)
{
	int fd = openat(run, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			O_CLOEXEC);
	DIR *dir _cleanup_dir_ = NULL;
	struct dirent *entry;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0) < 0)
			return -errno;
	}
	return unlinkat(run, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Exchanges, because a directory cannot be renamed over one with files. */
static int put_in_place(int run)
{
	if (!renameat2(run, NEW_DIR, run, SERVICE_DIR, RENAME_EXCHANGE))
		return remove_dir(run, NEW_DIR);
	if (errno != ENOENT)
		return -errno;
	return renameat(run, NEW_DIR, run, SERVICE_DIR) < 0 ? -errno : 0;
}

int service_write_all(const char *rundir)
{
	int run _cleanup_close_ = -1;
	int dir _cleanup_close_ = -1;
	int r;

	run = open(rundir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run < 0)
		return -errno;
	r = remove_dir(run, NEW_DIR);	/* of a run that did not get to an end */
	if (r < 0)
		return r;
	if (mkdirat(run, NEW_DIR, 0700) < 0)
		return -errno;
	dir = openat(run, NEW_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		     O_CLOEXEC);
	r = dir < 0 ? -errno : write_lists(dir);
	if (!r && fchmod(dir, 0700) < 0)	/* whatever the umask was */
		r = -errno;
	if (!r)
		r = put_in_place(run);
	if (r < 0)
		remove_dir(run, NEW_DIR);
	return r;
}
