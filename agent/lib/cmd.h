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
 * and an argument beats LINE. Keywords are the same in capitals. Everything
 * but keywords becomes an argument, LINE as it was typed.
 *
 * A table ends with a row without a pattern, which may go on with .more.
 */
#ifndef AGENT_CMD_H
#define AGENT_CMD_H

#include <stdbool.h>
#include <stddef.h>

#define CMD_BLANK	" \t\r\n\v\f"	/* between words */
#define CMD_LINE_MAX	1023	/* bytes in a typed line */
#define CMD_WORDS_MAX	512	/* words in it */
#define CMD_WORD_MAX	255	/* bytes in one, but in LINE */
#define CMD_ARGS_MAX	16
#define CMD_ROWS_MAX	192	/* rows of a table and what follows it */
#define CMD_ERROR_MAX	383
#define CMD_LEVEL_MAX	15	/* privilege */

enum cmd_flags {
	CMD_NO		= 1U << 0,	/* "no" in front is accepted */
	CMD_NO_SHORT	= 1U << 1,	/* ... and then arguments may be left out */
	CMD_TEXT	= 1U << 2,	/* LINE is a text between delimiters */
	CMD_PRIVILEGED	= 1U << 3,	/* not there below CMD_LEVEL_MAX */
	CMD_HIDDEN	= 1U << 4,	/* no help, no completion */
	CMD_SECRET	= 1U << 5,	/* the last argument is not for logs */
	CMD_INERT	= 1U << 6,	/* kept, but nothing acts on it yet */
	CMD_ORDERED	= 1U << 7,	/* kept in the order given */
	CMD_LINES	= 1U << 8,	/* lines follow, up to cmd_ends_lines() */
	CMD_APART	= 1U << 9,	/* no row of the same key replaces it */
	CMD_NO_UNSAID	= 1U << 10,	/* CMD_NO, which help does not offer */
};

struct cmd_match;

/**
 * struct cmd - one row
 * @run: NULL for a command of IOS that this version does not have; else
 * returns 0, or -errno with match->error saying why
 * @key: for conf_keep(): how many words make two commands the same setting; 0
 * for all up to the first argument
 * @more: in the last row: the table that goes on
 */
struct cmd {
	const char *pattern;
	unsigned int flags;		/* enum cmd_flags */
	int (*run)(struct cmd_match *match, void *arg);
	const char *help;
	unsigned int key;
	const struct cmd *more;
};

struct cmd_arg {
	unsigned long number;		/* <..>; index of the word for {..} */
	char word[CMD_WORD_MAX + 1];	/* as typed; the whole word for {..} */
};

struct cmd_match {
	const struct cmd *cmd;
	bool no;			/* "no" or "default" in front */
	bool by_default;		/* it was "default" */
	size_t words;			/* understood, "no" included */
	size_t column;			/* in bytes, of what was not */
	size_t nargs;
	struct cmd_arg args[CMD_ARGS_MAX];
	char rest[CMD_LINE_MAX + 1];	/* LINE, without blanks at its ends */
	const char *text;		/* CMD_TEXT: between the delimiters;
					 * CMD_LINES: the lines, or NULL */
	const char *note;		/* a remark on what was done, or NULL */
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

/* cmd_match() without the rows that need more privilege than @level. */
int cmd_match_as(const struct cmd *table, unsigned int level, const char *line,
		 struct cmd_match *match);

/* The row after @row, in this table or the next; NULL at the end. */
const struct cmd *cmd_next(const struct cmd *row);

/* The first row of a table, NULL when it is empty. */
const struct cmd *cmd_first(const struct cmd *table);

/**
 * cmd_help_fn() - told about one word that may come next
 * @word: a keyword, "<1-127>", "WORD", "LINE" or "<cr>"
 */
typedef void (*cmd_help_fn)(const char *word, const char *help, void *arg);

/**
 * cmd_help() - what may come at the end of a line
 * @line: when it ends in a blank or is empty the next words, else those that
 * its last word begins; each word once, sorted, <cr> last
 * Return: 0; -EINVAL or -ENOTUNIQ when the line up to there is no command,
 * with *@ret_column where it goes wrong.
 */
int cmd_help(const struct cmd *table, unsigned int level, const char *line,
	     cmd_help_fn fn, void *arg, size_t *ret_column);

/**
 * cmd_text_of() - the command in full words
 * Keywords in full, arguments as matched, without "no". @words: how many at
 * most, 0 for all. Return: bytes, or -E2BIG.
 */
int cmd_text_of(const struct cmd_match *match, size_t words, char *text,
		size_t size);

/**
 * cmd_open_text() - the delimiter of a text that goes on in the next lines
 * @match: what cmd_match() made of @line, -EOPNOTSUPP included
 * The delimiter is the first character of the text, or "^C". Return: bytes
 * copied to @delimiter; 0, and perhaps "" in @delimiter, when no text is open.
 */
size_t cmd_open_text(const struct cmd_match *match, const char *line,
		     char delimiter[3]);

/* Whether a line ends those of CMD_LINES: "exit" or "quit" alone. */
bool cmd_ends_lines(const char *line);

/* Sets match->error. Return: @error, so that a handler can return it. */
int cmd_fail(struct cmd_match *match, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* AGENT_CMD_H */
