// SPDX-License-Identifier: GPL-2.0-only
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "params.h"
#include "path.h"
#include "pubkey.h"
#include "verify.h"

#define FILE_MAX	(256 * 1024)	/* bytes of an authorized_keys file */

/* Nobody's: the same work is done for names that do not exist. */
#define NOBODY_HOME	"/nonexistent"

struct wanted {
	const uint8_t *key;
	size_t len;
};

/* Calls @fn with each line until one says yes. */
static bool any_line(int fd, bool (*fn)(char *line, unsigned int number,
					const void *arg), const void *arg)
{
	char *line _cleanup_free_ = NULL;
	FILE *file _cleanup_file_ = fdopen(fd, "r");
	unsigned int number = 0;
	size_t room = 0;
	ssize_t len;

	if (!file) {
		close(fd);
		return false;
	}
	while ((len = getline(&line, &room, file)) >= 0) {
		number++;
		if ((size_t)len > PUBKEY_LINE_MAX || strlen(line) != (size_t)len)
			continue;
		line[strcspn(line, "\r\n")] = '\0';
		if (fn(line, number, arg))
			return true;
	}
	return false;
}

static bool is_safe(const struct stat *st, uid_t uid)
{
	return (!st->st_uid || st->st_uid == uid) &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* The directories above; a sticky one like /tmp is not safe either. */
static bool parents_are_safe(const char *path, uid_t uid)
{
	char parent[4096];
	struct stat st;
	char *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	while ((slash = strrchr(parent, '/'))) {
		slash[slash == parent ? 1 : 0] = '\0';
		if (stat(parent, &st) < 0)
			return false;
		if (!S_ISDIR(st.st_mode) || !is_safe(&st, uid)) {
			log_notice("%s is not used: %s may be written by others",
				   path, parent);
			return false;
		}
		if (slash == parent)
			return true;
	}
	return false;
}

/* Return: descriptor, or -errno. Symbolic links are followed before checks. */
static int open_safe(const char *path, uid_t uid)
{
	char *real _cleanup_free_ = realpath(path, NULL);
	int fd _cleanup_close_ = -1;
	struct stat st;

	if (!real)
		return -errno;
	if (!parents_are_safe(real, uid))
		return -EPERM;
	/* A FIFO must not block, a link that came since must not be followed. */
	fd = open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		  O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || !is_safe(&st, uid)) {
		log_notice("%s is not used: others than root and its user may write it",
			   path);
		return -EPERM;
	}
	if (st.st_size > FILE_MAX) {
		log_notice("%s is not used: over %d bytes", path, FILE_MAX);
		return -EFBIG;
	}
	return take_fd(&fd);
}

static bool is_home_line(char *line, unsigned int number, const void *arg)
{
	const struct wanted *w = arg;
	struct pubkey key;
	int r = pubkey_parse_line(line, &key);

	if (r == -EACCES)
		log_info("authorized_keys line %u is not used: "
			 "an option that this version does not have", number);
	return !r && pubkey_is(&key, w->key, w->len);
}

/* Names that the name service has, and root, look alike from outside. */
static bool home_authorizes(const char *user, const struct wanted *w)
{
	const struct passwd *pw = getpwnam(user ? user : ":");
	char path[4096];
	int fd, n;

	n = snprintf(path, sizeof(path), "%s/.ssh/authorized_keys",
		     pw && pw->pw_uid ? pw->pw_dir : NOBODY_HOME);
	if (n < 0 || (size_t)n >= sizeof(path) || path[0] != '/')
		return false;
	fd = open_safe(path, pw ? pw->pw_uid : 0);
	if (fd == -EACCES)
		log_notice("%s: %s", path, strerror(EACCES));
	if (fd < 0)
		return false;
	return any_line(fd, is_home_line, w);
}

struct configured {
	const struct wanted *w;
	const char *user;
};

static bool is_configured_line(char *line, unsigned int number, const void *arg)
{
	const struct configured *c = arg;
	size_t user = strcspn(line, " ");
	uint8_t md5[16], wanted[16];
	const char *text = line + user + 1;
	struct pubkey key;

	(void)number;
	if (!user || !line[user] || strlen(c->user) != user ||
	    strncmp(line, c->user, user))
		return false;
	if (strncmp(text, "md5 ", 4))
		return !pubkey_parse(text, &key) &&
		       pubkey_is(&key, c->w->key, c->w->len);
	if (pubkey_hash_parse(text + 4, md5) < 0)
		return false;
	verify_md5(c->w->key, c->w->len, wanted);
	return !memcmp(md5, wanted, sizeof(md5));
}

static bool configuration_authorizes(const char *user, const struct wanted *w)
{
	const struct configured c = { w, user ? user : "" };
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/" PARAMS_KEYS_FILE, path_rundir());
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	return any_line(fd, is_configured_line, &c);
}

enum keyfile_source keyfile_authorizes(const char *user, const uint8_t *key,
				       size_t len)
{
	const struct wanted w = { key, len };
	bool configured = configuration_authorizes(user, &w);
	bool home = home_authorizes(user, &w);

	return configured ? KEYFILE_CONFIGURED : home ? KEYFILE_HOME :
		KEYFILE_NONE;
}
