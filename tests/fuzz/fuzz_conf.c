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

/*
 * Opened once, because a stream costs more than what is read and written.
 * @at to @end: what there is to read.
 */
static const char *at, *end;

static ssize_t read_more(void *cookie, char *bytes, size_t size)
{
	size_t n = (size_t)(end - at) < size ? (size_t)(end - at) : size;

	(void)cookie;
	memcpy(bytes, at, n);
	at += n;
	return (ssize_t)n;
}

static FILE *input(const char *data, size_t size)
{
	static const cookie_io_functions_t functions = { .read = read_more };
	static FILE *in;

	if (!in)
		in = fopencookie(NULL, "r", functions);
	if (!in)
		abort();
	clearerr(in);
	at = data;
	end = data + size;
	return in;
}

/* Return: on the heap and no longer than it is, so that ASan sees its end. */
static char *print_conf(const struct conf *conf, const struct conf_lines *lines)
{
	static FILE *out;
	static char *text;
	static size_t length;
	char *copy;

	if (!out)
		out = open_memstream(&text, &length);
	if (!out || fseek(out, 0, SEEK_SET) < 0 ||
	    conf_print(conf, lines, 0, out) < 0 || fflush(out))
		abort();
	copy = strndup(text, length);
	if (!copy || strlen(copy) != length)
		abort();
	return copy;
}

static char *print(const char *data, size_t size, int *ret_refused)
{
	FILE *in = input(data, size);
	struct conf_lineset *set;
	struct conf_lines lines;
	struct conf conf;
	char *text;

	if (conf_lineset_new(&conf_lines_sysfs, &set) < 0)
		abort();
	lines = conf_lineset_lines(set);
	conf_init(&conf);
	*ret_refused = 0;
	if (conf_read(&conf, in, &lines, count, ret_refused) < 0 || at != end)
		abort();
	text = print_conf(&conf, &lines);
	conf_free(&conf);
	conf_lineset_free(set);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first, *second;
	int refused;

	if (!size)
		return 0;
	first = print((const char *)data, size, &refused);
	second = print(first, strlen(first), &refused);
	if (refused || strcmp(first, second)) {
		fprintf(stderr, "%s---\n%s", first, second);
		abort();
	}
	free(first);
	free(second);
	return 0;
}
