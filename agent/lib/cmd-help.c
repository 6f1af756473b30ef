// SPDX-License-Identifier: GPL-2.0-only
/* What may come next in a line: "?" and completion. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd-walk.h"

/* What words are about that many commands begin with. */
static const struct {
	const char *word, *help;
} subjects[] = {
	{ "aaa", "Authentication, Authorization and Accounting" },
	{ "access-class", "Filter connections based on an IP access list" },
	{ "access-list", "Add an access list entry" },
	{ "access-lists", "List access lists" },
	{ "accounting", "Accounting configurations parameters" },
	{ "archive", "Archive functions" },
	{ "authentication", "Authentication configurations parameters" },
	{ "authorization", "Authorization configurations parameters" },
	{ "clear", "Reset functions" },
	{ "config", "Archived configurations" },
	{ "configure", "Enter configuration mode" },
	{ "crypto", "Encryption module" },
	{ "copy", "Copy from one file to another" },
	{ "debug", "Debugging functions" },
	{ "disconnect", "Disconnect an existing network connection" },
	{ "enable", "Modify enable password parameters" },
	{ "file", "Adjust file system parameters" },
	{ "generate", "Generate new keys" },
	{ "group", "Groups of servers" },
	{ "history", "History of the line" },
	{ "ip", "Global IP configuration subcommands" },
	{ "ipv6", "IPv6 configuration" },
	{ "line", "Terminal lines" },
	{ "key", "Long term key operations" },
	{ "login", "Login authentication" },
	{ "modem", "Configure the Modem Control Lines" },
	{ "privilege", "Privilege parameters" },
	{ "radius", "RADIUS server configuration command" },
	{ "radius-server", "Modify RADIUS query parameters" },
	{ "scp", "Scp commands" },
	{ "server", "Servers" },
	{ "show", "Show running system information" },
	{ "ssh", "Configure ssh options" },
	{ "tacacs", "TACACS+ server configuration command" },
	{ "tacacs-server", "Modify TACACS+ query parameters" },
	{ "terminal", "Set terminal line parameters" },
	{ "tls", "Connection to the server inside TLS" },
	{ "transport", "Define transport protocols for line" },
	{ "undebug", "Disable debugging functions" },
	{ "username", "Establish User Name Authentication" },
	{ "vty", "Virtual terminal" },
};

static const char *subject_help(const char *word)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (!strcmp(subjects[i].word, word))
			return subjects[i].help;
	return NULL;
}

/* Words that may come next; each once. */
struct candidates {
	struct candidate {
		char word[CMD_WORD_MAX + 1];
		const char *help;	/* of the row that ends with it, or NULL */
		const char *row;	/* of any row */
	} all[CMD_ROWS_MAX];
	size_t count;
	bool cr;
};

static void propose(struct candidates *c, const char *word, size_t len,
		    const char *help, const char *row)
{
	struct candidate *known;
	size_t at = 0;

	for (; at < c->count; at++) {
		int order;

		known = &c->all[at];
		order = strncasecmp(known->word, word, len);
		if (!order && strlen(known->word) == len) {
			if (!known->help)
				known->help = help;
			return;
		}
		if (order > 0 || (!order && strlen(known->word) > len))
			break;
	}
	if (c->count == CMD_ROWS_MAX || len > CMD_WORD_MAX)
		return;
	memmove(&c->all[at + 1], &c->all[at],
		(c->count++ - at) * sizeof(c->all[0]));
	known = &c->all[at];
	snprintf(known->word, sizeof(known->word), "%.*s", (int)len, word);
	known->help = help;
	known->row = row;
}

static void propose_choices(struct candidates *c, struct cmd_token t,
			    const char *partial, const char *help)
{
	struct cmd_token one = { .text = t.text + 1 };

	for (; *one.text != ' ' && *one.text; one.text += one.len + 1) {
		one.len = strcspn(one.text, "|}");
		if (cmd_fit_keyword(one, partial) != FIT_NONE)
			propose(c, one.text, one.len, help, help);
	}
}

static void propose_row(struct candidates *c, const struct cmd_walk *w, size_t i,
			bool no, const char *partial)
{
	const struct cmd *row = w->row[i];
	struct cmd_token t = cmd_token_at(w->rest[i]);
	bool last;

	c->cr |= !*partial && cmd_complete(w, i, row, no);
	if (!t.len)
		return;
	last = !cmd_token_at(t.text + t.len).len;
	if (*t.text == '{')
		propose_choices(c, t, partial, row->help);
	else if (cmd_token_is(t, "[LINE]") || cmd_token_is(t, "WORD..."))
		propose(c, *t.text == '[' ? "LINE" : "WORD", 4, row->help,
			row->help);
	else if (!cmd_token_is_keyword(t) || cmd_fit_keyword(t, partial) != FIT_NONE)
		propose(c, t.text, t.len, last || !cmd_token_is_keyword(t) ?
			row->help : NULL, row->help);
}

/* "no" and "default" go before whatever has a no form and says so. */
static void propose_prefixes(struct candidates *c, const struct cmd_walk *w,
			     const char *partial)
{
	static const char *const words[] = { "default", "no" };
	bool any = false;

	for (size_t i = 0; i < w->rows; i++)
		any |= (w->row[i]->flags & (CMD_NO | CMD_NO_UNSAID)) == CMD_NO;
	for (size_t i = 0; any && i < 2; i++)
		if (!strncasecmp(words[i], partial, strlen(partial)))
			propose(c, words[i], strlen(words[i]), i ?
				"Negate a command or set its defaults" :
				"Set a command to its defaults", "");
}

int cmd_help(const struct cmd *table, unsigned int level, const char *line,
	     cmd_help_fn fn, void *arg, size_t *ret_column)
{
	size_t first, spare, len = strlen(line);
	struct candidates c = { 0 };
	struct cmd_match match = { 0 };
	const char *partial = "";
	struct cmd_input in;
	struct cmd_walk w;
	int r;

	r = cmd_split(line, &in, &match);
	if (r < 0)
		return r;
	spare = len && !strchr(CMD_BLANK, line[len - 1]) ? 1 : 0;
	if (spare)
		partial = in.words[in.count - 1];
	first = in.count > spare ? cmd_take_prefix(&in, &match) : 0;
	r = cmd_start(&w, table, level, match.no);
	if (r == 0)
		r = cmd_walk_words(&w, &in, first, spare, &match);
	if (r < 0) {
		*ret_column = match.column;
		return r;
	}
	if (in.count == spare)
		propose_prefixes(&c, &w, partial);
	for (size_t i = 0; i < w.rows; i++)
		if (w.rest[i] && !(w.row[i]->flags & CMD_HIDDEN))
			propose_row(&c, &w, i, match.no, partial);
	for (size_t i = 0; i < c.count; i++)
		fn(c.all[i].word, c.all[i].help ?:
		   subject_help(c.all[i].word) ?: c.all[i].row, arg);
	if (c.cr && in.count > first)
		fn("<cr>", "", arg);
	return 0;
}
