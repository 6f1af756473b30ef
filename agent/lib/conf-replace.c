// SPDX-License-Identifier: GPL-2.0-only
#include "conf-replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static void ignore(unsigned int line, const char *reason, void *arg)
{
	(void)line;
	(void)reason;
	(void)arg;
}

/* Reads a text as if nothing were configured. Return: refused lines, -errno. */
static int read_fresh(const struct conf *now, FILE *text,
		      const struct conf_lines *lines, struct conf *conf,
		      struct conf_lineset **ret_set, conf_report_fn report,
		      void *arg)
{
	struct conf_lines memory;
	int r = conf_lineset_new(lines, ret_set);

	if (r < 0)
		return r;
	memory = conf_lineset_lines(*ret_set);
	conf_init(conf);
	conf->known = now;
	r = conf_read(conf, text, &memory, report, arg);
	conf->known = NULL;
	if (r < 0) {
		conf_free(conf);
		*ret_set = conf_lineset_free(*ret_set);
	}
	return r;
}

int conf_replace(const struct conf *now, FILE *text,
		 const struct conf_lines *lines, struct conf *ret,
		 conf_report_fn report, void *arg, char *fault, size_t size)
{
	struct conf_lineset *set;
	struct conf fresh;
	int r;

	snprintf(fault, size, "cannot read it");
	r = read_fresh(now, text, lines, &fresh, &set, report, arg);
	if (r < 0)
		return r;
	if (r > 0) {
		snprintf(fault, size, "%d lines are wrong", r);
		r = -EINVAL;
	} else {
		snprintf(fault, size, "the lines changed meanwhile");
		r = conf_lineset_apply(set, lines, fault, size);
	}
	conf_lineset_free(set);
	if (r < 0) {
		conf_free(&fresh);
		return r;
	}
	*ret = fresh;
	return r;
}

/* A line of a configuration, below the one that leads there. */
struct entry {
	const char *header;	/* "" in global mode */
	const char *text;
	bool shared;
};

struct text {
	char *buffer;		/* owned */
	struct entry *entries;	/* owned; as printed */
	struct entry **sorted;	/* owned */
	size_t count;
};

static void text_free(struct text *t)
{
	free(t->buffer);
	free(t->entries);
	free(t->sorted);
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a;
	const struct entry *y = *(struct entry *const *)b;
	int r = strcmp(x->header, y->header);

	return r ? r : strcmp(x->text, y->text);
}

static int print_to(struct text *t, const struct conf *conf,
		    const struct conf_lines *lines)
{
	size_t size;
	FILE *file = open_memstream(&t->buffer, &size);
	int r;

	if (!file)
		return -errno;
	r = conf_print(conf, lines, CONF_PRINT_SINGLE, file);
	if (fclose(file) && r == 0)
		r = -errno;
	return r;
}

/* Splits the buffer. A line that begins with a blank is below the last other. */
static int split(struct text *t)
{
	const char *header = "";
	char *save, *line;
	size_t room = 1;

	for (const char *p = t->buffer; *p; p++)
		room += *p == '\n';
	t->entries = calloc(room, sizeof(*t->entries));
	t->sorted = calloc(room, sizeof(struct entry *));
	if (!t->entries || !t->sorted)
		return -ENOMEM;
	for (line = strtok_r(t->buffer, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct entry *e = &t->entries[t->count];

		if (!strcmp(line, "!") || !strcmp(line, "end"))
			continue;
		e->header = *line == ' ' ? header : "";
		e->text = line;
		if (*line != ' ')
			header = line;
		t->sorted[t->count++] = e;
	}
	qsort(t->sorted, t->count, sizeof(t->sorted[0]), compare);
	return 0;
}

static void mark_shared(const struct text *a, const struct text *b)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		int r = compare(&a->sorted[i], &b->sorted[j]);

		if (!r) {
			a->sorted[i++]->shared = true;
			b->sorted[j++]->shared = true;
		} else if (r < 0) {
			i++;
		} else {
			j++;
		}
	}
}

static int print_rest(const struct text *t, char sign, FILE *out)
{
	const char *header = "";
	int count = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct entry *e = &t->entries[i];

		if (e->shared)
			continue;
		if (strcmp(header, e->header) && *e->header)
			fprintf(out, "%s\n", e->header);
		header = e->header;
		fprintf(out, *header ? " %c%s\n" : "%c%s\n", sign,
			e->text + (*header ? 1 : 0));
		count++;
	}
	return count;
}

int conf_diff(const struct conf *now, FILE *file,
	      const struct conf_lines *lines, FILE *out)
{
	struct text there _cleanup_(text_free) = { 0 };
	struct text here _cleanup_(text_free) = { 0 };
	struct conf_lineset *set;
	struct conf_lines memory;
	struct conf conf;
	int r;

	r = read_fresh(now, file, lines, &conf, &set, ignore, NULL);
	if (r < 0)
		return r;
	memory = conf_lineset_lines(set);
	r = print_to(&there, &conf, &memory);
	conf_lineset_free(set);
	conf_free(&conf);
	if (r == 0)
		r = print_to(&here, now, lines);
	if (r == 0)
		r = split(&there);
	if (r == 0)
		r = split(&here);
	if (r < 0)
		return r;
	mark_shared(&there, &here);
	fprintf(out, "!Contextual Config Diffs:\n");
	r = print_rest(&there, '-', out);
	r += print_rest(&here, '+', out);
	if (!r)
		fprintf(out, "!No changes were found\n");
	return r;
}
