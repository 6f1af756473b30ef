/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walker of the IOS-like grammar. A mode of the grammar is a const table
 * of rows; a row's pattern is a list of tokens:
 *
 *   word		a keyword; any unambiguous beginning of it is accepted
 *   <1-127>		a decimal number of that range
 *   {none|all}		one of these words, abbreviated or not
 *   ADDRESS		a numeric IPv4 or IPv6 address, or IPv6%interface
 *   WORD		any word
 *   WORD...		one word or more, to the end of the line
 *   LINE		the rest of the line, at least one word
 *   [LINE]		the rest of the line, perhaps nothing
 *
 * A keyword typed in full beats an abbreviation, a keyword beats an argument,
 * and an argument beats LINE. Everything but keywords becomes an argument.
 */
#ifndef AGENT_CMD_H
#define AGENT_CMD_H

#include <stdbool.h>
#include <stddef.h>

#define CMD_LINE_MAX	1023	/* bytes in a typed line */
#define CMD_WORDS_MAX	48	/* words in it */
#define CMD_WORD_MAX	255	/* bytes in one */
#define CMD_ARGS_MAX	16
#define CMD_ROWS_MAX	128	/* rows of a table */
#define CMD_ERROR_MAX	383

enum cmd_flags {
	CMD_NO		= 1U << 0,	/* "no" in front is accepted */
	CMD_NO_SHORT	= 1U << 1,	/* ... and then arguments may be left out */
	CMD_TEXT	= 1U << 2,	/* LINE is a text between delimiters */
};

struct cmd_match;

/**
 * struct cmd - one row
 * @run: NULL for a command of IOS that this version does not have; else
 * returns 0, or -errno with match->error saying why
 */
struct cmd {
	const char *pattern;
	unsigned int flags;		/* enum cmd_flags */
	int (*run)(struct cmd_match *match, void *arg);
	const char *help;
};

struct cmd_arg {
	unsigned long number;		/* <..>; index of the word for {..} */
	char word[CMD_WORD_MAX + 1];	/* as typed; the whole word for {..} */
};

struct cmd_match {
	const struct cmd *cmd;
	bool no;
	size_t words;			/* understood, "no" included */
	size_t nargs;
	struct cmd_arg args[CMD_ARGS_MAX];
	char error[CMD_ERROR_MAX + 1];
};

/**
 * cmd_match() - find the row of a typed line
 * @table: ends with a row without a pattern
 * @line: NUL-terminated, any bytes
 *
 * Return: 0 with @match complete; or with match->error and match->words set:
 * -EINVAL (no such command), -ENOTUNIQ (ambiguous), -ENODATA (incomplete or
 * empty), -ERANGE (a number out of range), -E2BIG (too long), -EOPNOTSUPP (a
 * row without a handler).
 */
int cmd_match(const struct cmd *table, const char *line,
	      struct cmd_match *match);

/**
 * cmd_open_text() - the delimiter of a text that goes on in the next lines
 * @match: what cmd_match() made of @line, -EOPNOTSUPP included
 * The delimiter is the first character of the text, or "^C". Return: bytes
 * copied to @delimiter; 0, and perhaps "" in @delimiter, when no text is open.
 */
size_t cmd_open_text(const struct cmd_match *match, const char *line,
		     char delimiter[3]);

/* Sets match->error. Return: @error, so that a handler can return it. */
int cmd_fail(struct cmd_match *match, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* AGENT_CMD_H */
