/* SPDX-License-Identifier: GPL-2.0-only */
/* Between cmd.c, which walks the tables, and cmd-help.c. */
#ifndef AGENT_CMD_WALK_H
#define AGENT_CMD_WALK_H

#include "cmd.h"


/* How well a word fits a token, from worst to best. */
enum cmd_fit {
	FIT_NONE,
	FIT_REST,
	FIT_RANGE, /* a number, but not of this range */
	FIT_AMBIGUOUS, /* begins several words of {..} */
	FIT_ARGUMENT,
	FIT_SHORT,
	FIT_EXACT,
};

struct cmd_token {
	const char *text;
	size_t len;
};

struct cmd_input {
	char text[CMD_LINE_MAX + 2];
	char *words[CMD_WORDS_MAX];
	size_t count;
};

/*
 * The rows that still fit, as the rest of their patterns; NULL for the others.
 */
struct cmd_walk {
	const struct cmd *row[CMD_ROWS_MAX];
	const char *rest[CMD_ROWS_MAX];
	size_t rows;
	bool repeated[CMD_ROWS_MAX]; /* rest begins with a token used before */
};

int cmd_split(const char *line, struct cmd_input *in, struct cmd_match *match);
struct cmd_token cmd_token_at(const char *pattern);
bool cmd_token_is(struct cmd_token t, const char *text);
bool cmd_token_is_keyword(struct cmd_token t);
bool cmd_token_repeats(struct cmd_token t);
enum cmd_fit cmd_fit_keyword(struct cmd_token t, const char *word);

/* All rows that @level may see, none of their words used yet. 0, -E2BIG. */
int cmd_start(struct cmd_walk *w, const struct cmd *table, unsigned int level,
	      bool no);

/*
 * "no" or "default" in front; a row that itself begins with such a word is
 * not looked for. Return: how many words that is.
 */
size_t cmd_take_prefix(const struct cmd_input *in, struct cmd_match *match);

/* Narrows by all words but the last @spare ones. Return: 0 or the error. */
int cmd_walk_words(struct cmd_walk *w, const struct cmd_input *in, size_t first,
		   size_t spare, struct cmd_match *match);

/* Whether a row may end here. */
bool cmd_complete(const struct cmd_walk *w, size_t row, const struct cmd *cmd,
		  bool no);

#endif /* AGENT_CMD_WALK_H */
