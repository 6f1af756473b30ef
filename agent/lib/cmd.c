// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listen.h"

#define BLANK	" \t\r\n\v\f"

/* How well a word fits a token, from worst to best. */
enum fit {
	FIT_NONE,
	FIT_REST,
	FIT_RANGE,	/* a number, but not of this range */
	FIT_AMBIGUOUS,	/* begins several words of {..} */
	FIT_ARGUMENT,
	FIT_SHORT,
	FIT_EXACT,
};

struct token {
	const char *text;
	size_t len;
};

struct input {
	char text[CMD_LINE_MAX + 1];
	char *words[CMD_WORDS_MAX];
	size_t count;
};

int cmd_fail(struct cmd_match *match, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(match->error, sizeof(match->error), format, ap);
	va_end(ap);
	return error;
}

static int split(const char *line, struct input *in, struct cmd_match *match)
{
	char *save, *word;

	in->count = 0;
	if (strlen(line) > CMD_LINE_MAX)
		return cmd_fail(match, -E2BIG, "line of over %d bytes",
				CMD_LINE_MAX);
	strcpy(in->text, line);
	for (word = strtok_r(in->text, BLANK, &save); word;
	     word = strtok_r(NULL, BLANK, &save)) {
		if (in->count == CMD_WORDS_MAX)
			return cmd_fail(match, -E2BIG, "over %d words",
					CMD_WORDS_MAX);
		if (strlen(word) > CMD_WORD_MAX)
			return cmd_fail(match, -E2BIG, "word of over %d bytes",
					CMD_WORD_MAX);
		in->words[in->count++] = word;
	}
	return 0;
}

static struct token token_at(const char *pattern)
{
	struct token t = { .text = pattern + strspn(pattern, " ") };

	t.len = strcspn(t.text, " ");
	return t;
}

static bool token_is(struct token t, const char *text)
{
	return t.len == strlen(text) && !strncmp(t.text, text, t.len);
}

static bool token_is_keyword(struct token t)
{
	return t.len && *t.text != '<' && *t.text != '{' && *t.text != '[' &&
	       !(*t.text >= 'A' && *t.text <= 'Z');
}

static bool token_repeats(struct token t)
{
	return token_is(t, "WORD...") || token_is(t, "LINE") ||
	       token_is(t, "[LINE]");
}

static enum fit fit_keyword(struct token t, const char *word)
{
	size_t len = strlen(word);

	if (len > t.len || strncmp(t.text, word, len))
		return FIT_NONE;
	return len == t.len ? FIT_EXACT : FIT_SHORT;
}

static enum fit fit_number(struct token t, const char *word,
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

static enum fit fit_choice(struct token t, const char *word,
			   struct cmd_arg *arg)
{
	struct token c = { .text = t.text + 1 };
	enum fit best = FIT_NONE;
	unsigned long index = 0;

	for (; *c.text != ' ' && *c.text; c.text += c.len + 1, index++) {
		enum fit fit;

		c.len = strcspn(c.text, "|}");
		fit = fit_keyword(c, word);
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

static enum fit fit_token(struct token t, const char *word,
			  struct cmd_arg *arg)
{
	if (!t.len)
		return FIT_NONE;
	snprintf(arg->word, sizeof(arg->word), "%s", word);
	arg->number = 0;
	if (token_is_keyword(t))
		return fit_keyword(t, word);
	if (*t.text == '<')
		return fit_number(t, word, arg);
	if (*t.text == '{')
		return fit_choice(t, word, arg);
	if (token_is(t, "ADDRESS"))
		return listen_is_address(word) ? FIT_ARGUMENT : FIT_NONE;
	if (token_is(t, "LINE") || token_is(t, "[LINE]"))
		return FIT_REST;
	return FIT_ARGUMENT;
}

/*
 * The rows that still fit, as the rest of their patterns; NULL for the others.
 */
struct walk {
	const char *rest[CMD_ROWS_MAX];
	size_t rows;
	bool repeated[CMD_ROWS_MAX];	/* rest begins with a token used before */
};

static int fail_word(enum fit best, struct token t, const char *word,
		     struct cmd_match *match)
{
	if (best == FIT_RANGE)
		return cmd_fail(match, -ERANGE, "%% %.80s is not in %.*s",
				word, (int)t.len, t.text);
	if (best == FIT_AMBIGUOUS)
		return cmd_fail(match, -ENOTUNIQ,
				"%% Ambiguous command: \"%.80s\" of %.*s",
				word, (int)t.len, t.text);
	return cmd_fail(match, -EINVAL,
			"%% Invalid input detected at \"%.80s\"", word);
}

/* Keywords and the words of {..}: what a beginning was taken for. */
static void full_word(struct token t, const struct cmd_arg *arg,
		      char word[CMD_WORD_MAX + 1])
{
	if (token_is_keyword(t))
		snprintf(word, CMD_WORD_MAX + 1, "%.*s", (int)t.len, t.text);
	else
		snprintf(word, CMD_WORD_MAX + 1, "%s", arg->word);
}

/* Narrows the rows by one more word. Return: 0 or the error. */
static int walk_word(struct walk *w, const char *word, struct cmd_match *match)
{
	char full[CMD_WORD_MAX + 1], other[CMD_WORD_MAX + 1];
	enum fit fits[CMD_ROWS_MAX], best = FIT_NONE;
	bool ambiguous = false;
	struct token winner = { 0 };
	struct cmd_arg arg;

	for (size_t i = 0; i < w->rows; i++) {
		struct token t;

		fits[i] = FIT_NONE;
		if (!w->rest[i])
			continue;
		t = token_at(w->rest[i]);
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
		struct token t;

		if (fits[i] != best) {
			w->rest[i] = NULL;
			continue;
		}
		t = token_at(w->rest[i]);
		w->repeated[i] = token_repeats(t);
		if (!w->repeated[i])
			w->rest[i] = t.text + t.len;
	}
	return 0;
}

/* Whether a row may end here. */
static bool complete(const struct walk *w, size_t row, const struct cmd *cmd,
		     bool no)
{
	struct token t = token_at(w->rest[row]);

	if (!t.len || w->repeated[row] || token_is(t, "[LINE]"))
		return true;
	return no && (cmd->flags & CMD_NO_SHORT) && !token_is_keyword(t);
}

static int collect(struct cmd_match *match, char *const *words, size_t count)
{
	const char *rest = match->cmd->pattern;

	match->nargs = 0;
	for (size_t i = 0; i < count; i++) {
		struct token t = token_at(rest);

		if (!token_repeats(t))
			rest = t.text + t.len;
		if (token_is_keyword(t))
			continue;
		if (match->nargs == CMD_ARGS_MAX)
			return cmd_fail(match, -E2BIG, "over %d arguments",
					CMD_ARGS_MAX);
		fit_token(t, words[i], &match->args[match->nargs++]);
	}
	return 0;
}

static int start(struct walk *w, const struct cmd *table, bool no)
{
	w->rows = 0;
	memset(w->repeated, 0, sizeof(w->repeated));
	for (; table->pattern; table++) {
		if (w->rows == CMD_ROWS_MAX)
			return -E2BIG;
		w->rest[w->rows++] = no && !(table->flags & CMD_NO) ?
			NULL : table->pattern;
	}
	return 0;
}

int cmd_match(const struct cmd *table, const char *line,
	      struct cmd_match *match)
{
	struct input in;
	struct walk w;
	size_t first;
	int r;

	memset(match, 0, sizeof(*match));
	r = split(line, &in, match);
	if (r < 0)
		return r;
	match->no = in.count && !strcmp(in.words[0], "no");
	first = match->no ? 1 : 0;
	r = start(&w, table, match->no);
	if (r < 0)
		return cmd_fail(match, r, "table of over %d rows", CMD_ROWS_MAX);

	for (size_t i = first; i < in.count; i++) {
		r = walk_word(&w, in.words[i], match);
		if (r < 0)
			return r;
		match->words = i + 1;
	}
	for (size_t i = 0; i < w.rows && in.count > first; i++) {
		if (!w.rest[i] || !complete(&w, i, &table[i], match->no))
			continue;
		match->cmd = &table[i];
		if (!match->cmd->run)
			return cmd_fail(match, -EOPNOTSUPP,
					"not implemented in this version");
		return collect(match, in.words + first, in.count - first);
	}
	return cmd_fail(match, -ENODATA, "%% Incomplete command");
}

size_t cmd_open_text(const struct cmd_match *match, const char *line,
		     char delimiter[3])
{
	const char *rest;
	size_t skip, len;

	if (!match->cmd || !(match->cmd->flags & CMD_TEXT) || match->no)
		return 0;
	skip = 0;
	for (struct token t = token_at(match->cmd->pattern);
	     t.len && !token_repeats(t); t = token_at(t.text + t.len))
		skip++;
	for (rest = line + strspn(line, BLANK); skip--;) {
		rest += strcspn(rest, BLANK);
		rest += strspn(rest, BLANK);
	}
	if (!*rest)
		return 0;
	len = !strncmp(rest, "^C", 2) ? 2 : 1;
	memcpy(delimiter, rest, len);
	delimiter[len] = '\0';
	if (!strstr(rest + len, delimiter))
		return len;
	*delimiter = '\0';
	return 0;
}
