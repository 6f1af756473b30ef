// SPDX-License-Identifier: GPL-2.0-only
#include "out.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"

static const char *const words[] = {
	[OUT_INCLUDE] = "include", [OUT_EXCLUDE] = "exclude",
	[OUT_BEGIN] = "begin", [OUT_SECTION] = "section",
	[OUT_COUNT] = "count",
};

int out_take_pipe(char *line, struct out_pipe *pipe, size_t *ret_column)
{
	char *bar = strchr(line, '|'), *word, *pattern;
	size_t len;

	memset(pipe, 0, sizeof(*pipe));
	if (!bar)
		return 0;
	word = bar + 1 + strspn(bar + 1, " \t");
	len = strcspn(word, " \t");
	pattern = word + len + strspn(word + len, " \t");
	*ret_column = (size_t)(word - line);
	for (size_t i = OUT_INCLUDE; len && i <= OUT_COUNT; i++)
		if (len <= strlen(words[i]) && !strncmp(words[i], word, len))
			pipe->filter = (enum out_filter)i;
	if (!pipe->filter || strlen(pattern) > CMD_WORD_MAX)
		return -EINVAL;
	if (!*pattern)
		return -ENODATA;
	strcpy(pipe->pattern, pattern);
	*bar = '\0';
	return 0;
}

/* Where a page is. */
struct pager {
	struct cli *cli;
	unsigned int left;	/* lines to the end of the screen */
	bool stopped;
};

static void ask_for_more(struct pager *p)
{
	int key;

	fputs(" --More-- ", stdout);
	key = edit_key();
	fputs("\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b", stdout);
	if (key == ' ')
		p->left = p->cli->length - 1;
	else if (key == '\r' || key == '\n')
		p->left = 1;
	else
		p->stopped = true;
}

static void show(struct pager *p, const char *line)
{
	if (p->stopped)
		return;
	if (p->cli->terminal && p->cli->length && !p->cli->json && !p->left)
		ask_for_more(p);
	if (p->stopped)
		return;
	puts(line);
	if (p->left)
		p->left--;
}

struct filter {
	const struct out_pipe *pipe;
	regex_t regex;
	bool began;		/* BEGIN: the first match was seen */
	bool inside;		/* SECTION: below a line that matched */
	unsigned long count;
};

static bool passes(struct filter *f, const char *line)
{
	bool match;

	if (f->pipe->filter == OUT_ALL)
		return true;
	match = !regexec(&f->regex, line, 0, NULL, 0);
	switch (f->pipe->filter) {
	case OUT_EXCLUDE:
		return !match;
	case OUT_BEGIN:
		f->began |= match;
		return f->began;
	case OUT_SECTION:
		if (*line != ' ')
			f->inside = match;
		return f->inside || match;
	case OUT_COUNT:
		f->count += match;
		return false;
	default:
		return match;
	}
}

int out_show(struct cli *cli, const char *text, const struct out_pipe *pipe)
{
	struct pager pager = {
		.cli = cli, .left = cli->length ? cli->length - 1 : 0,
	};
	struct filter filter = { .pipe = pipe };
	char *copy = strdup(text), *line = copy;

	if (!copy)
		return -ENOMEM;
	if (pipe->filter && regcomp(&filter.regex, pipe->pattern,
				    REG_EXTENDED | REG_NOSUB)) {
		free(copy);
		return -EINVAL;
	}
	while (*line && !pager.stopped) {
		char *end = strchrnul(line, '\n');
		bool more = *end != '\0';

		*end = '\0';
		if (passes(&filter, line))
			show(&pager, line);
		line = end + more;
	}
	if (pipe->filter == OUT_COUNT)
		printf("Number of lines which match regexp = %lu\n",
		       filter.count);
	if (pipe->filter)
		regfree(&filter.regex);
	free(copy);
	return 0;
}
