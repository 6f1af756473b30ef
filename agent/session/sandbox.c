// SPDX-License-Identifier: GPL-2.0-only
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
#include "filter.h"
#include "proto.h"

#define SANDBOX_USER	"vtymux"
#define SANDBOX_ROOT	VTYMUX_RUNDIR "/empty"

/* Dropbear selects: a descriptor of FD_SETSIZE or more would end it. */
#define SANDBOX_NOFILE	256

struct sandbox {
	bool privileged;	/* root, so there is something to give up */
	const char *user;
	const char *root;
	uid_t uid;
	gid_t gid;
};

static int sandbox_init(struct sandbox *s)
{
	const struct passwd *pw;

	s->privileged = geteuid() == 0;
	s->user = SANDBOX_USER;
	s->root = SANDBOX_ROOT;
#ifdef VTYMUX_TEST
	if (getenv("VTYMUX_SSHD_USER"))
		s->user = getenv("VTYMUX_SSHD_USER");
	if (getenv("VTYMUX_SSHD_ROOT"))
		s->root = getenv("VTYMUX_SSHD_ROOT");
	if (!s->privileged)
		return 0;
#else
	if (!s->privileged)
		return -EPERM;
#endif
	errno = 0;
	pw = getpwnam(s->user);
	if (!pw)
		return errno ? -errno : -ENOENT;
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		return -EPERM;
	s->uid = pw->pw_uid;
	s->gid = pw->pw_gid;
	return 0;
}

static int limit(int resource, rlim_t max)
{
	const struct rlimit rl = { .rlim_cur = max, .rlim_max = max };

	return setrlimit(resource, &rl) < 0 ? -errno : 0;
}

static int set_limits(void)
{
	int err;

	err = limit(RLIMIT_NOFILE, SANDBOX_NOFILE);
	if (!err)
		err = limit(RLIMIT_CORE, 0);
	if (!err)
		err = limit(RLIMIT_FSIZE, 0);
	if (!err)
		err = limit(RLIMIT_NPROC, 0);
	return err;
}

static int close_descriptors(void)
{
	int null, i;

	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	for (i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (i != null && dup2(null, i) < 0)
			return -errno;
	if (close_range(PROTO_FD_MONITOR + 1, ~0U, 0) < 0)
		return -errno;
	return 0;
}

static int check_empty(int fd)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;

	fd = dup(fd);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		int err = -errno;

		close(fd);
		return err;
	}
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			return -ENOTEMPTY;
	return 0;
}

static int change_root(const char *path)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	int err;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return -EACCES;
	err = check_empty(fd);
	if (err < 0)
		return err;
	if (fchdir(fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

/* In this order: the bounding set needs CAP_SETPCAP, the ids CAP_SETUID. */
static int drop_privileges(const struct sandbox *s, const struct caps *c)
{
	c->clear(CAPNG_SELECT_ALL);
	if (c->apply(CAPNG_SELECT_BOUNDS) < 0)
		return -EPERM;
	if (setgroups(0, NULL) < 0 || setresgid(s->gid, s->gid, s->gid) < 0 ||
	    setresuid(s->uid, s->uid, s->uid) < 0)
		return -errno;
	c->clear(CAPNG_SELECT_ALL);
	if (c->apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) < 0)
		return -EPERM;
	return 0;
}

/* Trust nothing: look whether it is all gone. */
static int check_dropped(const struct sandbox *s, const struct caps *c)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	int cap;

	if (getresuid(&ruid, &euid, &suid) < 0 ||
	    getresgid(&rgid, &egid, &sgid) < 0)
		return -errno;
	if (ruid != s->uid || euid != s->uid || suid != s->uid ||
	    rgid != s->gid || egid != s->gid || sgid != s->gid ||
	    getgroups(0, NULL) != 0)
		return -EPERM;
	if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0)
		return -EPERM;
	c->clear(CAPNG_SELECT_ALL);
	if (c->get_caps_process() < 0 ||
	    c->have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
		return -EPERM;
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0 ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0))
			return -EPERM;
	return 0;
}

/* The library is loaded while there are files, and gone afterwards. */
static int give_up(const struct sandbox *s)
{
	struct caps c;
	int err;

	err = caps_load(&c);
	if (!err)
		err = change_root(s->root);
	if (!err)
		err = drop_privileges(s, &c);
	if (!err)
		err = check_dropped(s, &c);
	caps_unload(&c);
	return err;
}

static int enter(const struct sandbox *s, struct filter *filter)
{
	int err;

	err = close_descriptors();
	if (!err)
		err = set_limits();
	if (!err && s->privileged)
		err = give_up(s);
	if (err < 0)
		return err;

	/* After the change of ids, which resets it. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return filter_load(filter);
}

int sandbox_enter(void)
{
	struct filter *filter;
	struct sandbox s = { 0 };
	int err;

	err = sandbox_init(&s);
	if (!err)
		err = filter_new(&filter);
	if (err < 0)
		return err;
	err = enter(&s, filter);
	filter_free(filter);
	return err;
}
