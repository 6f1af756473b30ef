// SPDX-License-Identifier: GPL-2.0-only
#include "compile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "path.h"
#include "service.h"
#include "stack.h"

#define GENERATION	"aaa."
#define NEW_LINK	"pam.d.new"
#define STATE_DIR	"aaa"	/* tallies, dead servers: no generations */

struct compile {
	const struct aaa_config *config;
	compile_report_fn report;
	void *arg;
	int dir;		/* of the new generation */
	char conf[PATH_MAX], state[PATH_MAX];
	struct stack_paths paths;
};

static const struct aaa_list default_login = {
	AAA_LOGIN, "default", 2, { { AAA_LOCAL, "" }, { AAA_SYSTEM, "" } },
};
static const struct aaa_list default_exec = {
	AAA_EXEC, "default", 1, { { AAA_NONE, "" } },
};
static const struct aaa_list default_reverse = {
	AAA_REVERSE, "default", 1, { { AAA_NONE, "" } },
};

static const struct aaa_list default_enable = {
	AAA_ENABLE, "default", 1, { { AAA_SECRET, "" } },
};

static FILE *create(int dir, const char *name)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
			O_NOFOLLOW, 0600);
	FILE *file;

	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w");
	if (!file)
		close(fd);
	return file;
}

/* Whether all of it is on the file system. Closes. */
static int finish(FILE **file, int r)
{
	if (!r && fflush(*file) == EOF)
		r = -errno;
	fclose(*file);
	*file = NULL;
	return r;
}

/* In place of what was begun. */
static int write_deny(int dir, const char *name)
{
	FILE *file;

	if (unlinkat(dir, name, 0) < 0)
		return -errno;
	file = create(dir, name);
	if (!file)
		return -errno;
	fputs("auth [default=die] pam_deny.so\n"
	      "account [default=die] pam_deny.so\n", file);
	return finish(&file, ferror(file) ? -EIO : 0);
}

static int write_list(struct compile *c, const struct aaa_list *list,
		      const char *service)
{
	char name[SERVICE_NAME_MAX + 1];
	FILE *file;
	int r;

	r = service ? 0 : service_name(list->service, list->name, name);
	if (r)
		return r;
	if (service)
		snprintf(name, sizeof(name), "%s", service);
	file = create(c->dir, name);
	if (!file)
		return errno == EEXIST ? 0 : -errno;
	r = finish(&file, stack_print(c->config, list, &c->paths, file));
	if (r != -EINVAL)
		return r;
	c->report(list->name, "its methods cannot be in one list, it denies",
		  c->arg);
	return write_deny(c->dir, name);
}

static const struct aaa_list *find(const struct aaa_config *config,
				   enum aaa_service service, const char *name)
{
	for (size_t i = 0; i < config->list_count; i++)
		if (config->lists[i].service == service &&
		    !strcmp(config->lists[i].name, name))
			return &config->lists[i];
	return NULL;
}

/* `default` without `none`; when nothing is left of it there is no service. */
static int write_undefined(struct compile *c)
{
	const struct aaa_list *list = find(c->config, AAA_LOGIN, "default");
	struct aaa_list copy = list ? *list : default_login;

	if (copy.methods[copy.count - 1].kind == AAA_NONE)
		copy.count--;
	return copy.count ? write_list(c, &copy, SERVICE_UNDEFINED) : 0;
}

/*
 * Without `aaa new-model` who is in the database has his level there, and
 * everybody else the lowest.
 */
static int write_old_exec(struct compile *c)
{
	FILE *file = create(c->dir, "exec-default");

	if (!file)
		return -errno;
	fprintf(file, "account [success=done perm_denied=ignore default=die] "
		"%s/pam_vtymux.so exec local users=%s/users\n"
		"account [success=done default=die] %s/pam_vtymux.so exec none\n"
		"account [default=die] pam_deny.so\n"
		"auth [default=die] pam_deny.so\n", c->paths.modules,
		c->paths.conf, c->paths.modules);
	return finish(&file, ferror(file) ? -EIO : 0);
}

static int write_lists(struct compile *c)
{
	const struct aaa_config *config = c->config;
	int r = 0;

	for (size_t i = 0; i < config->list_count && !r; i++)
		r = write_list(c, &config->lists[i], NULL);
	if (!r && !find(config, AAA_LOGIN, "default"))
		r = write_list(c, &default_login, NULL);
	if (!r && !find(config, AAA_EXEC, "default"))
		r = config->new_model ? write_list(c, &default_exec, NULL) :
			write_old_exec(c);
	if (!r && !find(config, AAA_REVERSE, "default"))
		r = write_list(c, &default_reverse, NULL);
	if (!r && !find(config, AAA_ENABLE, "default"))
		r = write_list(c, &default_enable, NULL);
	return r ? r : write_undefined(c);
}

/* A group without a usable server leaves no file: its module says fault. */
static int write_group(struct compile *c, const struct aaa_group *group)
{
	char name[3 * AAA_NAME_MAX + 24];
	FILE *file;
	int r;

	stack_group_file(group, name, sizeof(name));
	file = create(c->dir, name);
	if (!file)
		return errno == EEXIST ? 0 : -errno;
	r = finish(&file, servers_print(&group->servers, file));
	if (r != -EINVAL)
		return r;
	c->report(group->name, "no usable server, lists that ask it deny",
		  c->arg);
	return unlinkat(c->dir, name, 0) < 0 ? -errno : 0;
}

static int write_users(struct compile *c)
{
	FILE *file = create(c->dir, "users");

	if (!file)
		return -errno;
	for (size_t i = 0; i < c->config->user_count; i++) {
		const struct aaa_user *u = &c->config->users[i];

		fprintf(file, "%s %u %s\n", u->name, u->level,
			*u->hash ? u->hash : "-");
	}
	return finish(&file, ferror(file) ? -EIO : 0);
}

/* As users whose names are the levels. */
static int write_secrets(struct compile *c)
{
	FILE *file = create(c->dir, "enable");

	if (!file)
		return -errno;
	for (unsigned int level = 1; level < AAA_LEVELS; level++) {
		const char *hash = c->config->secrets[level];

		if (hash && *hash)
			fprintf(file, "%u %u %s\n", level, level, hash);
	}
	return finish(&file, ferror(file) ? -EIO : 0);
}

/* No audit records of its own, a short lock, and none for root. */
static int write_faillock(struct compile *c)
{
	FILE *file = create(c->dir, "faillock.conf");

	if (!file)
		return -errno;
	fprintf(file, "dir = %s/faillock\nsilent\ndeny = %u\n"
		"unlock_time = 60\nfail_interval = 900\nlocal_users_only\n",
		c->state, c->config->max_fail ? c->config->max_fail : 1000000);
	return finish(&file, ferror(file) ? -EIO : 0);
}

static int write_all(struct compile *c)
{
	int r = write_lists(c);

	for (size_t i = 0; i < c->config->group_count && !r; i++)
		r = write_group(c, &c->config->groups[i]);
	if (!r)
		r = write_users(c);
	if (!r)
		r = write_secrets(c);
	return r ? r : write_faillock(c);
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

/* All generations but the one in use, leftovers of a crash included. */
static int remove_others(int run, const char *keep)
{
	int fd = openat(run, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir _cleanup_dir_ = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (!r && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, GENERATION, strlen(GENERATION)) &&
		    strcmp(entry->d_name, keep))
			r = remove_dir(run, entry->d_name);
	return r;
}

static int make_state(int run)
{
	static const char *const dirs[] = {
		STATE_DIR, STATE_DIR "/dead", STATE_DIR "/tally",
		STATE_DIR "/faillock",
	};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdirat(run, dirs[i], 0700) < 0 && errno != EEXIST)
			return -errno;
	return 0;
}

/* The link's new text, and the number of the generation it names now. */
static unsigned long current(int run, char *name, size_t size)
{
	ssize_t n = readlinkat(run, SERVICE_DIR, name, size - 1);

	name[n < 0 ? 0 : n] = '\0';
	if (strncmp(name, GENERATION, strlen(GENERATION)))
		return 0;
	return strtoul(name + strlen(GENERATION), NULL, 10);
}

static int put_in_place(int run, const char *name)
{
	struct stat st;

	if (unlinkat(run, NEW_LINK, 0) < 0 && errno != ENOENT)
		return -errno;
	if (symlinkat(name, run, NEW_LINK) < 0)
		return -errno;
	/* An older version had a directory there. */
	if (fstatat(run, SERVICE_DIR, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode)) {
		int r = remove_dir(run, SERVICE_DIR);

		if (r < 0)
			return r;
	}
	return renameat(run, NEW_LINK, run, SERVICE_DIR) < 0 ? -errno : 0;
}

static int fill(struct compile *c, int run, const char *rundir,
		const char *name)
{
	int dir _cleanup_close_ = -1;
	int a, b;

	a = snprintf(c->conf, sizeof(c->conf), "%s/%s", rundir, name);
	b = snprintf(c->state, sizeof(c->state), "%s/" STATE_DIR, rundir);
	if (a < 0 || (size_t)a >= sizeof(c->conf) || b < 0 ||
	    (size_t)b >= sizeof(c->state) || strchr(rundir, ' '))
		return -EINVAL;
	c->paths = (struct stack_paths){
		.modules = path_libexecdir(), .conf = c->conf,
		.state = c->state,
	};
	if (mkdirat(run, name, 0700) < 0)
		return -errno;
	dir = openat(run, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		     O_CLOEXEC);
	if (dir < 0 || fchmod(dir, 0700) < 0)	/* whatever the umask was */
		return -errno;
	c->dir = dir;
	return write_all(c);
}

int compile_write(const char *rundir, const struct aaa_config *config,
		  compile_report_fn report, void *arg)
{
	struct compile c = { .config = config, .report = report, .arg = arg };
	int run _cleanup_close_ = open(rundir, O_RDONLY | O_DIRECTORY |
				       O_CLOEXEC);
	char old[64], name[64];
	int r;

	if (run < 0)
		return -errno;
	snprintf(name, sizeof(name), GENERATION "%lu",
		 current(run, old, sizeof(old)) + 1);
	r = remove_others(run, old);
	if (!r)
		r = make_state(run);
	if (!r)
		r = fill(&c, run, rundir, name);
	if (!r)
		r = put_in_place(run, name);
	if (r < 0)
		remove_dir(run, name);
	return r;
}
