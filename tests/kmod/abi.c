// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/abi against sysfs: what is documented is there, what is there is
 * documented. The list of what is documented is made when this is built.
 */
#include "kt.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The paths of the entries "What:", by build.mk. */
static const char *const documented[] = {
#include "abi-list.h"
};
#define DOCUMENTED	(sizeof(documented) / sizeof(documented[0]))

#define LINES		"/sys/class/tty/vtyN/"
#define PARAMETERS	"/sys/module/vtymux/parameters/"

/* What the entry of "type" says that a virtual line has. */
static const char *const of_virtual[] = {
	"type", "line", "name", "backing", "exec", "transport_input", "rotary",
	"login_authentication", "session_timeout", "exec_timeout",
	"absolute_timeout", "state", "owner", "statistics/rx", "statistics/tx",
	"statistics/opens", "statistics/noise",
};

/* Of every device, or of every tty. */
static const char *const of_others[] = { "dev", "uevent" };

static bool is_in(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

#define IS_IN(name, list) is_in(name, list, sizeof(list) / sizeof((list)[0]))

/* Is "@prefix@name" documented? */
static bool has_entry(const char *prefix, const char *name)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < DOCUMENTED; i++)
		if (!strncmp(documented[i], prefix, len) &&
		    !strcmp(documented[i] + len, name))
			return true;
	return false;
}

static bool is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/*
 * Has each file below @dir (and in its directories, but for the core's) an
 * entry that begins with @prefix? Return: how many have.
 */
static int walk(const char *dir, const char *sub, const char *prefix, bool *ok)
{
	char path[256], name[300];
	struct dirent *entry;
	int found = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s%s", dir, sub);
	d = opendir(path);
	if (!d)
		kt_bail("%s: %s", path, strerror(errno));
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_LNK ||
		    !strcmp(entry->d_name, "power"))
			continue;
		snprintf(name, sizeof(name), "%s%s", sub, entry->d_name);
		if (entry->d_type == DT_DIR) {
			strcat(name, "/");
			found += walk(dir, name, prefix, ok);
		} else if (has_entry(prefix, name)) {
			found++;
		} else if (!IS_IN(name, of_others)) {
			kt_comment("%s%s is not documented", prefix, name);
			*ok = false;
		}
	}
	closedir(d);
	return found;
}

static void line_path(char *path, size_t size, unsigned int line,
		      const char *attr)
{
	snprintf(path, size, "/sys/class/tty/" VTYMUX_LINE_PREFIX "%u/%s", line,
		 attr);
}

/* @list of @n: what such a line has; NULL for all that is documented. */
static void check_line(unsigned int line, const char *type,
		       const char *const *list, size_t n)
{
	bool there = true, ok = true;
	int wanted = 0, found;
	char path[256];

	for (size_t i = 0; i < DOCUMENTED; i++) {
		const char *attr = documented[i] + strlen(LINES);
		bool expected;

		if (strncmp(documented[i], LINES, strlen(LINES)))
			continue;
		expected = !list || is_in(attr, list, n);
		wanted += expected;
		line_path(path, sizeof(path), line, attr);
		if (is_file(path) != expected) {
			kt_comment("%s: %s", path,
				   expected ? "is not there" : "is there");
			there = false;
		}
	}
	kt_ok(there && wanted, "a %s line has the %d files that are documented",
	      type, wanted);
	line_path(path, sizeof(path), line, "");
	found = walk(path, "", LINES, &ok);
	kt_ok(ok, "... each of its files is documented");
	kt_is(found, wanted, "... and it has no others");
}

static void check_parameters(void)
{
	bool there = true, ok = true;
	int wanted = 0, found;

	for (size_t i = 0; i < DOCUMENTED; i++) {
		if (strncmp(documented[i], PARAMETERS, strlen(PARAMETERS)))
			continue;
		wanted++;
		if (!is_file(documented[i])) {
			kt_comment("%s is not there", documented[i]);
			there = false;
		}
	}
	kt_ok(there && wanted, "the %d parameters that are documented are there",
	      wanted);
	found = walk(PARAMETERS, "", PARAMETERS, &ok);
	kt_ok(ok, "... each parameter is documented");
	kt_is(found, wanted, "... and there are no others");
}

/* An entry of neither would not be looked for. */
static void check_entries(void)
{
	bool known = true, once = true;

	for (size_t i = 0; i < DOCUMENTED; i++) {
		known &= !strncmp(documented[i], LINES, strlen(LINES)) ||
			 !strncmp(documented[i], PARAMETERS,
				  strlen(PARAMETERS));
		once &= !is_in(documented[i], documented, i);
	}
	kt_ok(DOCUMENTED > 30 && known,
	      "%zu entries, of lines and of parameters", DOCUMENTED);
	kt_ok(once, "... each once");
}

static void run(const struct kt_args *args)
{
	unsigned int line = 1;

	check_entries();
	check_line(args->line, "tty", NULL, 0);
	while (kt_attr_is(line, "type", "tty"))
		line++;
	if (kt_attr_is(line, "type", "virtual"))
		check_line(line, "virtual", of_virtual,
			   sizeof(of_virtual) / sizeof(of_virtual[0]));
	else
		kt_skip("there is none", "a virtual line");
	check_parameters();
}

int main(int argc, char **argv)
{
	return kt_main("abi", 60, argc, argv, run);
}
