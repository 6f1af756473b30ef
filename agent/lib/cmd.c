// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd-walk.h"
#include "listen.h"

int cmd_fail(struct cmd_match *match, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(match->error, sizeof(match->error), format, ap);
	va_end(ap);
	return error;
}

int cmd_split(const char *line, struct cmd_input *in, struct cmd_match *match)
{
	char *save, *word;

	in->count = 0;
	/* The running configuration has a blank before a setting of a block. */
	if (strlen(line) > CMD_LINE_MAX + (size_t)(*line == ' '))
		return cmd_fail(match, -E2BIG, "line of over %d bytes",
				CMD_LINE_MAX);
	strcpy(in->text, line);
	for (word = strtok_r(in->text, CMD_BLANK, &save); word;
	     word = strtok_r(NULL, CMD_BLANK, &save)) {
		if (in->count == CMD_WORDS_MAX)
			return cmd_fail(match, -E2BIG, "over %d words",
					CMD_WORDS_MAX);
		in->words[in->count++] = word;
	}
	return 0;
}

struct cmd_token cmd_token_at(const char *pattern)
{
	const char *end;

	/* By hand: it is done for each word and row of a table. */
	while (*pattern == ' ')
		pattern++;
	for (end = pattern; *end && *end != ' '; end++)
		;
	return (struct cmd_token){ pattern, (size_t)(end - pattern) };
}

bool cmd_token_is(struct cmd_token t, const char *text)
{
	return t.len == strlen(text) && !strncmp(t.text, text, t.len);
}

bool cmd_token_is_keyword(struct cmd_token t)
{
	return t.len && *t.text != '<' && *t.text != '{' && *t.text != '[' &&
	       !(*t.text >= 'A' && *t.text <= 'Z');
}

bool cmd_token_repeats(struct cmd_token t)
{
	return cmd_token_is(t, "WORD...") || cmd_token_is(t, "LINE") ||
	       cmd_token_is(t, "[LINE]");
}

enum cmd_fit cmd_fit_keyword(struct cmd_token t, const char *word)
{
	size_t len;

	/* Most rows differ in the first letter, case or not: no call for them. */
	if (*word && (*word ^ *t.text) & ~0x20)
		return FIT_NONE;
	len = strlen(word);
	if (len > t.len || strncasecmp(t.text, word, len))
		return FIT_NONE;
	return len == t.len ? FIT_EXACT : FIT_SHORT;
}

static enum cmd_fit fit_number(struct cmd_token t, const char *word,
			   struct cmd_arg *arg)
{
	unsigned long low, high;
	char *end;

	if (!*word || word[strspn(word, "0123456789")])
		return FIT_NONE;
	low = strtoul(t.text + 1, &end, 10);
	high = strtoul(end + 1, NULL, 10);
	errno = 0;
	arg->number = strtoul(word, NULL, 10);
	if (errno || arg->number < low || arg->number > high)
		return FIT_RANGE;
	return FIT_ARGUMENT;
}

static enum cmd_fit fit_choice(struct cmd_token t, const char *word,
			   struct cmd_arg *arg)
{
	struct cmd_token c = { .text = t.text + 1 };
	enum cmd_fit best = FIT_NONE;
	unsigned long index = 0;

	for (; *c.text != ' ' && *c.text; c.text += c.len + 1, index++) {
		enum cmd_fit fit;

		c.len = strcspn(c.text, "|}");
		fit = cmd_fit_keyword(c, word);
		if (fit == FIT_NONE)
			continue;
		if (fit == FIT_SHORT && best != FIT_NONE) {
			best = FIT_AMBIGUOUS;
			continue;
		}
		best = fit;
		arg->number = index;
		snprintf(arg->word, sizeof(arg->word), "%.*s", (int)c.len,
			 c.text);
		if (fit == FIT_EXACT)
			break;
	}
	return best;
}

static enum cmd_fit fit_token(struct cmd_token t, const char *word,
			  struct cmd_arg *arg)
{
	if (!t.len)
		return FIT_NONE;
	if (cmd_token_is_keyword(t))
		return cmd_fit_keyword(t, word);
	if (cmd_token_is(t, "LINE") || cmd_token_is(t, "[LINE]"))
		return FIT_REST;
	if (strlen(word) > CMD_WORD_MAX)
		return FIT_NONE;
	strcpy(arg->word, word);
	arg->number = 0;
	if (*t.text == '<')
		return fit_number(t, word, arg);
	if (*t.text == '{')
		return fit_choice(t, word, arg);
	if (cmd_token_is(t, "ADDRESS"))
		return listen_is_address(word) ? FIT_ARGUMENT : FIT_NONE;
	return FIT_ARGUMENT;
}

static int fail_word(enum cmd_fit best, struct cmd_token t, const char *word,
		     struct cmd_match *match)
{
	if (best == FIT_RANGE)
		return cmd_fail(match, -ERANGE, "%% %.80s is not in %.*s",
				word, (int)t.len, t.text);
	if (best == FIT_AMBIGUOUS)
		return cmd_fail(match, -ENOTUNIQ,
				"%% Ambiguous command: \"%.80s\" of %.*s",
				word, (int)t.len, t.text);
	if (strlen(word) > CMD_WORD_MAX)
		return cmd_fail(match, -E2BIG, "word of over %d bytes",
				CMD_WORD_MAX);
	return cmd_fail(match, -EINVAL,
			"%% Invalid input detected at \"%.80s\"", word);
}

/* Keywords and the words of {..}: what a beginning was taken for. */
static void full_word(struct cmd_token t, const struct cmd_arg *arg,
		      char word[CMD_WORD_MAX + 1])
{
	if (cmd_token_is_keyword(t))
		snprintf(word, CMD_WORD_MAX + 1, "%.*s", (int)t.len, t.text);
	else
		snprintf(word, CMD_WORD_MAX + 1, "%s", arg->word);
}

/* Narrows the rows by one more word. Return: 0 or the error. */
static int walk_word(struct cmd_walk *w, const char *word, struct cmd_match *match)
{
	char full[CMD_WORD_MAX + 1], other[CMD_WORD_MAX + 1];
	enum cmd_fit fits[CMD_ROWS_MAX], best = FIT_NONE;
	bool ambiguous = false;
	struct cmd_token winner = { 0 };
	struct cmd_arg arg;

	for (size_t i = 0; i < w->rows; i++) {
		struct cmd_token t;

		fits[i] = FIT_NONE;
		if (!w->rest[i])
			continue;
		t = cmd_token_at(w->rest[i]);
		fits[i] = fit_token(t, word, &arg);
		if (fits[i] > best) {
			best = fits[i];
			winner = t;
			full_word(t, &arg, full);
			ambiguous = false;
		} else if (fits[i] == FIT_SHORT && best == FIT_SHORT) {
			full_word(t, &arg, other);
			ambiguous |= strcmp(full, other) != 0;
		}
	}
	if (ambiguous)
		return cmd_fail(match, -ENOTUNIQ,
				"%% Ambiguous command: \"%.80s\"", word);
	if (best < FIT_ARGUMENT && best != FIT_REST)
		return fail_word(best, winner, word, match);

	for (size_t i = 0; i < w->rows; i++) {
		struct cmd_token t;

		if (fits[i] != best) {
			w->rest[i] = NULL;
			continue;
		}
		t = cmd_token_at(w->rest[i]);
		w->repeated[i] = cmd_token_repeats(t);
		if (!w->repeated[i])
			w->rest[i] = t.text + t.len;
	}
	return 0;
}

bool cmd_complete(const struct cmd_walk *w, size_t row, const struct cmd *cmd,
		     bool no)
{
	struct cmd_token t = cmd_token_at(w->rest[row]);

	if (!t.len || w->repeated[row] || cmd_token_is(t, "[LINE]"))
		return true;
	return no && (cmd->flags & CMD_NO_SHORT) && !cmd_token_is_keyword(t);
}

static void take_rest(struct cmd_match *match, const char *line, size_t from)
{
	size_t len = strlen(line + from);

	while (len && strchr(CMD_BLANK, line[from + len - 1]))
		len--;
	memcpy(match->rest, line + from, len);
	match->rest[len] = '\0';
}

static int collect(struct cmd_match *match, const char *line,
		   const struct cmd_input *in, size_t first)
{
	const char *rest = match->cmd->pattern;

	match->nargs = 0;
	for (size_t i = first; i < in->count; i++) {
		struct cmd_token t = cmd_token_at(rest);

		if (cmd_token_is(t, "LINE") || cmd_token_is(t, "[LINE]")) {
			take_rest(match, line,
				  (size_t)(in->words[i] - in->text));
			return 0;
		}
		if (!cmd_token_repeats(t))
			rest = t.text + t.len;
		if (cmd_token_is_keyword(t))
			continue;
		if (match->nargs == CMD_ARGS_MAX)
			return cmd_fail(match, -E2BIG, "over %d arguments",
					CMD_ARGS_MAX);
		fit_token(t, in->words[i], &match->args[match->nargs++]);
	}
	return 0;
}

const struct cmd *cmd_first(const struct cmd *table)
{
	while (table && !table->pattern)
		table = table->more;
	return table;
}

const struct cmd *cmd_next(const struct cmd *row)
{
	return cmd_first(row + 1);
}

int cmd_start(struct cmd_walk *w, const struct cmd *table, unsigned int level,
		 bool no)
{
	const struct cmd *row;

	w->rows = 0;
	memset(w->repeated, 0, sizeof(w->repeated));
	for (row = cmd_first(table); row; row = cmd_next(row)) {
		if ((row->flags & CMD_PRIVILEGED && level < CMD_LEVEL_MAX) ||
		    (no && !(row->flags & CMD_NO)))
			continue;
		if (w->rows == CMD_ROWS_MAX)
			return -E2BIG;
		w->row[w->rows] = row;
		w->rest[w->rows++] = row->pattern;
	}
	return 0;
}

size_t cmd_take_prefix(const struct cmd_input *in, struct cmd_match *match)
{
	if (!in->count)
		return 0;
	match->by_default = !strcasecmp(in->words[0], "default");
	match->no = match->by_default || !strcasecmp(in->words[0], "no");
	return match->no ? 1 : 0;
}

int cmd_walk_words(struct cmd_walk *w, const struct cmd_input *in, size_t first,
		      size_t spare, struct cmd_match *match)
{
	for (size_t i = first; i + spare < in->count; i++) {
		int r;

		match->column = (size_t)(in->words[i] - in->text);
		r = walk_word(w, in->words[i], match);
		if (r < 0)
			return r;
		match->words = i + 1;
	}
	return 0;
}

/* What is kept and sent on is the full form, which may be the longer one. */
static int check_length(struct cmd_match *match, const char *line)
{
	char text[CMD_LINE_MAX + 1];

	if (strlen(line) + strlen(match->cmd->pattern) <= CMD_LINE_MAX ||
	    cmd_text_of(match, 0, text, sizeof(text)) >= 0)
		return 0;
	return cmd_fail(match, -E2BIG, "line of over %d bytes in full words",
			CMD_LINE_MAX);
}

int cmd_match_as(const struct cmd *table, unsigned int level, const char *line,
		 struct cmd_match *match)
{
	struct cmd_input in;
	struct cmd_walk w;
	size_t first;
	int r;

	memset(match, 0, sizeof(*match));
	r = cmd_split(line, &in, match);
	if (r < 0)
		return r;
	first = cmd_take_prefix(&in, match);
	r = cmd_start(&w, table, level, match->no);
	if (r < 0)
		return cmd_fail(match, r, "table of over %d rows", CMD_ROWS_MAX);
	r = cmd_walk_words(&w, &in, first, 0, match);
	if (r < 0)
		return r;
	for (size_t i = 0; i < w.rows && in.count > first; i++) {
		if (!w.rest[i] || !cmd_complete(&w, i, w.row[i], match->no))
			continue;
		match->cmd = w.row[i];
		r = collect(match, line, &in, first);
		if (r == 0)
			r = check_length(match, line);
		if (r == 0 && !match->cmd->run)
			r = cmd_fail(match, -EOPNOTSUPP,
				     "not implemented in this version");
		return r;
	}
	return cmd_fail(match, -ENODATA, "%% Incomplete command");
}

int cmd_match(const struct cmd *table, const char *line,
	      struct cmd_match *match)
{
	return cmd_match_as(table, CMD_LEVEL_MAX, line, match);
}

int cmd_text_of(const struct cmd_match *match, size_t words, char *text,
		size_t size)
{
	const char *rest = match->cmd->pattern;
	size_t len = 0, arg = 0, count = 0;

	*text = '\0';
	for (struct cmd_token t = cmd_token_at(rest); t.len; t = cmd_token_at(rest)) {
		const char *word = NULL;
		int n;

		if (words && count++ == words)
			break;
		if (cmd_token_is(t, "LINE") || cmd_token_is(t, "[LINE]"))
			word = *match->rest ? match->rest : NULL;
		else if (!cmd_token_is_keyword(t) && arg < match->nargs)
			word = match->args[arg++].word;
		else if (cmd_token_is_keyword(t))
			word = t.text;
		if (!word)
			break;
		n = snprintf(text + len, size - len, "%s%.*s", len ? " " : "",
			     cmd_token_is_keyword(t) ? (int)t.len : CMD_LINE_MAX,
			     word);
		if (n < 0 || (size_t)n >= size - len)
			return -E2BIG;
		len += (size_t)n;
		if (!cmd_token_repeats(t) || arg >= match->nargs)
			rest = t.text + t.len;
	}
	return (int)len;
}

size_t cmd_open_text(const struct cmd_match *match, const char *line,
		     char delimiter[3])
{
	const char *rest = match->rest, *end;
	size_t len;

	(void)line;
	if (!match->cmd || !(match->cmd->flags & CMD_TEXT) || match->no ||
	    !*rest)
		return 0;
	len = !strncmp(rest, "^C", 2) ? 2 : 1;
	memcpy(delimiter, rest, len);
	delimiter[len] = '\0';
	end = strstr(rest + len, delimiter);
	if (!end)
		return len;
	*delimiter = '\0';
	return 0;
}

bool cmd_ends_lines(const char *line)
{
	line += strspn(line, CMD_BLANK);
	if (strncmp(line, "exit", 4) && strncmp(line, "quit", 4))
		return false;
	return !line[4 + strspn(line + 4, CMD_BLANK)];
}
