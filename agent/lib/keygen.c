// SPDX-License-Identifier: GPL-2.0-only
#include "keygen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "path.h"

#define PATH_ROOM	4096
#define TEMPORARY	"new-host-key"	/* nobody takes it for a key */

static const char *const types[KEYGEN_TYPES] = {
	[KEYGEN_RSA] = "rsa",
	[KEYGEN_ECDSA] = "ecdsa",
	[KEYGEN_ED25519] = "ed25519",
};

struct paths {
	char key[PATH_ROOM], public[PATH_ROOM];
};

static void set_paths(struct paths *p, const char *name)
{
	snprintf(p->key, sizeof(p->key), "%s/%s", path_sysconfdir(), name);
	snprintf(p->public, sizeof(p->public), "%s/%s.pub", path_sysconfdir(),
		 name);
}

static void key_paths(struct paths *p, enum keygen_type type)
{
	char name[32];

	snprintf(name, sizeof(name), "ssh_host_%s_key", types[type]);
	set_paths(p, name);
}

static bool is_valid(enum keygen_type type, unsigned int bits, const char *name)
{
	for (const char *c = name; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	if (strlen(name) > KEYGEN_NAME_MAX)
		return false;
	if (type == KEYGEN_RSA)
		return bits >= 1024 && bits <= 4096 && bits % 16 == 0;
	return type != KEYGEN_ECDSA || bits == 256 || bits == 384 || bits == 521;
}

__attribute__((noreturn))
static void run(char *const argv[])
{
	char *environment[] = { (char *)"PATH=/usr/bin:/bin", NULL };
	int null = open("/dev/null", O_RDWR);

	umask(077);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0)
		execve(argv[0], argv, environment);
	_exit(127);
}

static int run_dropbearkey(enum keygen_type type, unsigned int bits,
			   const char *name, const char *path)
{
	char program[PATH_ROOM], size[16];
	char *argv[] = {
		program, (char *)"-t", (char *)types[type], (char *)"-f",
		(char *)path, (char *)"-C", (char *)name,
		type == KEYGEN_ED25519 ? NULL : (char *)"-s", size, NULL
	};
	int status;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/dropbearkey", path_libexecdir());
	snprintf(size, sizeof(size), "%u", bits);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		run(argv);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

static int sync_file(const char *path)
{
	int fd _cleanup_close_ = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* The public half first: who sees the key sees that, too. */
static int put_in_place(const struct paths *from, const struct paths *to)
{
	int r = sync_file(from->key);

	if (r < 0)
		return r;
	if (chmod(from->public, 0644) < 0 ||
	    rename(from->public, to->public) < 0 ||
	    rename(from->key, to->key) < 0)
		return -errno;
	return sync_file(path_sysconfdir());
}

int keygen_make(enum keygen_type type, unsigned int bits, const char *name)
{
	struct paths temporary, key;
	int r;

	if (!is_valid(type, bits, name))
		return -EINVAL;
	set_paths(&temporary, TEMPORARY);
	key_paths(&key, type);
	unlink(temporary.key);
	unlink(temporary.public);
	r = run_dropbearkey(type, bits, name, temporary.key);
	if (r == 0)
		r = put_in_place(&temporary, &key);
	if (r < 0) {
		unlink(temporary.key);
		unlink(temporary.public);
	}
	return r;
}

int keygen_remove(enum keygen_type type)
{
	struct paths key;

	key_paths(&key, type);
	if (unlink(key.key) < 0)
		return -errno;
	if (unlink(key.public) < 0 && errno != ENOENT)
		return -errno;
	return sync_file(path_sysconfdir());
}

int keygen_name(enum keygen_type type, char *name, size_t size)
{
	char *line _cleanup_free_ = NULL;
	FILE *file _cleanup_file_ = NULL;
	struct paths key;
	size_t room = 0;
	const char *last;

	key_paths(&key, type);
	if (access(key.key, F_OK) < 0)
		return -errno;
	*name = '\0';
	file = fopen(key.public, "re");
	if (!file || getline(&line, &room, file) < 0)
		return 0;
	line[strcspn(line, "\r\n")] = '\0';
	last = strrchr(line, ' ');
	/* The second word is the key, the third the name. */
	if (last && last != strchr(line, ' '))
		snprintf(name, size, "%s", last + 1);
	return 0;
}
