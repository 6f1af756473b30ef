// SPDX-License-Identifier: GPL-2.0-only
#include "lists.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"

#define UPDATE "update "

const char *const lists_commands[LISTS_SERVICES] = {
	[LISTS_EXEC] = "authorization exec",
	[LISTS_REVERSE] = "authorization reverse-access",
	[LISTS_ACCOUNT_EXEC] = "accounting exec",
	[LISTS_ACCOUNT_CONNECTION] = "accounting connection",
};

void lists_print(FILE *file, unsigned int line, enum lists_service service,
		 const char *name)
{
	fprintf(file, "%u %u %s\n", line, (unsigned int)service, name);
}

void lists_print_update(FILE *file, unsigned int seconds)
{
	fprintf(file, UPDATE "%u\n", seconds);
}

static int search(FILE *file, unsigned int line, enum lists_service service,
		  char ret[LISTS_NAME_MAX + 1])
{
	char text[128], name[LISTS_NAME_MAX + 1], rest;
	unsigned int l, s;

	while (fgets(text, sizeof(text), file)) {
		if (!strncmp(text, UPDATE, strlen(UPDATE)))
			continue;
		if (sscanf(text, "%u %u %31s%c", &l, &s, name, &rest) != 4 ||
		    rest != '\n' || s >= LISTS_SERVICES)
			return -EBADMSG;
		if (l == line && s == service)
			strcpy(ret, name);
	}
	return ferror(file) ? -EIO : 0;
}

/* Return: 0, -ENOENT, -errno. */
static int open_lists(const char *rundir, FILE **ret)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/" LISTS_FILE, rundir);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	*ret = fopen(path, "re");
	return *ret ? 0 : -errno;
}

unsigned int lists_update(const char *rundir)
{
	FILE *file _cleanup_file_ = NULL;
	unsigned int seconds = 0;
	char text[128];

	if (open_lists(rundir, &file) < 0)
		return 0;
	while (fgets(text, sizeof(text), file))
		if (sscanf(text, UPDATE "%u", &seconds) == 1)
			break;
	return seconds;
}

int lists_find(const char *rundir, unsigned int line,
	       enum lists_service service, char ret[LISTS_NAME_MAX + 1])
{
	FILE *file _cleanup_file_ = NULL;
	int r = open_lists(rundir, &file);

	strcpy(ret, LISTS_DEFAULT);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return search(file, line, service, ret);
}
