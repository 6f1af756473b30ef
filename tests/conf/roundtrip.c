// SPDX-License-Identifier: GPL-2.0-only
/*
 * roundtrip FILE: reads a configuration for 8 tty and 4 virtual lines, prints
 * what was refused and the running configuration; and once more, from what was
 * printed, which must give the same. Status 1 if it does not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf.h"
#include "conf-lines.h"

#define TTYS	8U
#define LINES	12U

static int model_get(void *arg, unsigned int line, const char *attribute,
		     char *value, size_t size)
{
	(void)arg;
	if (!line || line > LINES || strcmp(attribute, "type"))
		return -ENODEV;
	snprintf(value, size, "%s", line > TTYS ? "virtual" : "tty");
	return 0;
}

static const struct conf_lines model = { .get = model_get };

static void report(unsigned int line, const char *reason, void *arg)
{
	fprintf(arg, "line %u: %s\n", line, reason);
}

/* Reads @file; the running configuration goes to @text. Return: refused. */
static int read_and_print(FILE *file, FILE *reports, char **text)
{
	struct conf_lineset *set;
	struct conf_lines lines;
	struct conf conf, copy;
	size_t size;
	FILE *out;
	int r;

	if (conf_lineset_new(&model, &set) < 0)
		exit(2);
	lines = conf_lineset_lines(set);
	conf_init(&conf);
	r = conf_read(&conf, file, &lines, report, reports);
	out = open_memstream(text, &size);
	/* A copy must print the same, so print that. */
	if (r < 0 || !out || conf_copy(&copy, &conf) < 0)
		exit(2);
	conf_free(&conf);
	if (conf_print(&copy, &lines, 0, out) < 0 || fclose(out))
		exit(2);
	conf_free(&copy);
	conf_lineset_free(set);
	return r;
}

int main(int argc, char **argv)
{
	char *first _cleanup_free_ = NULL, *second _cleanup_free_ = NULL;
	FILE *file _cleanup_file_ = NULL, *again _cleanup_file_ = NULL;

	if (argc != 2 || !(file = fopen(argv[1], "re")))
		return 2;
	read_and_print(file, stdout, &first);
	fputs(first, stdout);
	again = fmemopen(first, strlen(first), "r");
	if (!again || read_and_print(again, stdout, &second) ||
	    strcmp(first, second)) {
		printf("*** read again, it is another:\n%s", second ?: "");
		return 1;
	}
	return 0;
}
