/* SPDX-License-Identifier: GPL-2.0-only */
/* What commands printed, on its way to the screen: filters and pages. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include "cli.h"

enum out_filter {
	OUT_ALL,
	OUT_INCLUDE,
	OUT_EXCLUDE,
	OUT_BEGIN,
	OUT_SECTION,
	OUT_COUNT,
};

struct out_pipe {
	enum out_filter filter;
	char pattern[CMD_WORD_MAX + 1];	/* POSIX extended regular expression */
};

/**
 * out_take_pipe() - cut "| include PATTERN" off a line
 * Return: 0; -EINVAL for what is no filter, with *@ret_column.
 */
int out_take_pipe(char *line, struct out_pipe *pipe, size_t *ret_column);

/* Shows a text through the filter, a page at a time. 0, -EINVAL (pattern). */
int out_show(struct cli *cli, const char *text, const struct out_pipe *pipe);

#endif /* CLI_OUT_H */
