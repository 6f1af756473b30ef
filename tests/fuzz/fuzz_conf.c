// SPDX-License-Identifier: GPL-2.0-only
/*
 * A configuration, for lines in memory: whatever bytes come, what is printed
 * reads without a refusal and prints the same again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf-lines.h"
#include "line.h"
#include "secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The kernel is not asked, and hashing would be all that is measured. */
int line_value(unsigned int number, const char *attribute, char *value,
	       size_t size)
{
	if (!number || number > 6 || strcmp(attribute, "type"))
		return -19;
	snprintf(value, size, "%s", number > 4 ? "virtual" : "tty");
	return 0;
}

int line_write(unsigned int number, const char *attribute, const char *value)
{
	(void)number;
	(void)attribute;
	(void)value;
	return -19;
}

int secret_hash(const char *plain, char *hash, size_t size)
{
	snprintf(hash, size, "$y$%zu", strlen(plain));
	return 0;
}

bool secret_verify(const char *plain, const char *hash)
{
	(void)plain;
	(void)hash;
	return false;
}

bool secret_is_hash(const char *text)
{
	return *text == '$' && !strpbrk(text, " \t:;*!\\");
}

static void count(unsigned int line, const char *reason, void *arg)
{
	if (!line || !*reason)
		abort();
	++*(int *)arg;
}

static char *print(const uint8_t *data, size_t size, int *ret_refused)
{
	FILE *in = fmemopen((void *)data, size, "r"), *out;
	struct conf_lineset *set;
	struct conf_lines lines;
	struct conf conf;
	char *text = NULL;
	size_t length;

	if (!in || conf_lineset_new(&conf_lines_sysfs, &set) < 0)
		abort();
	lines = conf_lineset_lines(set);
	conf_init(&conf);
	*ret_refused = 0;
	conf_read(&conf, in, &lines, count, ret_refused);
	out = open_memstream(&text, &length);
	if (!out || conf_print(&conf, &lines, 0, out) < 0 || fclose(out))
		abort();
	conf_free(&conf);
	conf_lineset_free(set);
	fclose(in);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first, *second;
	int refused;

	if (!size)
		return 0;
	first = print(data, size, &refused);
	second = print((const uint8_t *)first, strlen(first), &refused);
	if (refused || strcmp(first, second)) {
		fprintf(stderr, "%s---\n%s", first, second);
		abort();
	}
	free(first);
	free(second);
	return 0;
}
