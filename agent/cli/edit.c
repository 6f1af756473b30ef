// SPDX-License-Identifier: GPL-2.0-only
#include "edit.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>


#define CONTROL(c)	((c) & 0x1f)
#define RETRY		1000	/* ms until a daemon is looked for again */

/* There is one terminal. */
static struct {
	struct cli *cli;
	EditLine *el;
	History *history;
	HistEvent event;
	struct termios before;
	FILE *nowhere;		/* for what libedit says of terminals */
	const char *prompt;
	bool plain;		/* a text is typed, "?" is a character */
	bool ended;		/* by Ctrl-Z or Ctrl-C */
	char *line;		/* last read; owned */
	size_t room;
} edit;

static char *prompt(EditLine *el)
{
	(void)el;
	return (char *)edit.prompt;
}

/* Logs that come while a line is typed; it is shown again below them. */
static void take_logs(void)
{
	char text[CTL_TEXT_MAX + 1];
	struct ctl_head head;

	if (ctl_recv(edit.cli->fd, &head, text) < 0) {
		cli_reconnect(edit.cli);
		return;
	}
	if (head.type != CTL_LOG)
		return;
	fputs("\n", stdout);
	cli_print_log(text, head.size, edit.cli);
	fflush(stdout);
	el_set(edit.el, EL_REFRESH);
}

/* Waits for a byte, showing what is logged meanwhile. 1, 0 at the end. */
static int next_byte(char *byte)
{
	struct pollfd p[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .events = POLLIN },
	};
	int r;

	for (;;) {
		bool wanted = edit.cli->monitoring;
		bool absent = wanted && edit.cli->fd < 0;

		p[1].fd = wanted ? edit.cli->fd : -1;
		p[1].revents = 0;
		r = poll(p, 2, absent ? RETRY : -1);
		if (r < 0 && errno != EINTR)
			return 0;
		if (r < 0)
			continue;
		if (r == 0)
			cli_reconnect(edit.cli);
		if (p[1].revents)
			take_logs();
		if (p[0].revents)
			return read(STDIN_FILENO, byte, 1) == 1;
	}
}

static int get_character(EditLine *el, wchar_t *ret)
{
	mbstate_t state = { 0 };
	char byte;

	(void)el;
	for (;;) {
		size_t n;

		if (!next_byte(&byte))
			return 0;
		n = mbrtowc(ret, &byte, 1, &state);
		if (n == (size_t)-1) {	/* not UTF-8: as it is */
			*ret = (unsigned char)byte;
			return 1;
		}
		if (n != (size_t)-2)
			return 1;
	}
}

static void typed(char text[CMD_LINE_MAX + 1])
{
	const LineInfo *info = el_line(edit.el);
	size_t len = (size_t)(info->cursor - info->buffer);

	if (len > CMD_LINE_MAX)
		len = CMD_LINE_MAX;
	memcpy(text, info->buffer, len);
	text[len] = '\0';
}

static void print_help(const char *word, const char *help, void *arg)
{
	(void)arg;
	if (help && *help)
		printf("  %-20s  %s\n", word, help);
	else
		printf("  %s\n", word);
}

static void print_word(const char *word, const char *help, void *arg)
{
	(void)help;
	(void)arg;
	printf("%s  ", word);
}

static unsigned char on_help(EditLine *el, int c)
{
	char text[CMD_LINE_MAX + 1];
	const char *line = text;
	const struct cmd *table;
	size_t column = 0, len;
	bool partial;
	int r;

	if (edit.plain) {
		const char insert[] = { (char)c, '\0' };

		el_insertstr(el, insert);
		return CC_REFRESH;
	}
	typed(text);
	table = cli_table(edit.cli, &line);
	len = strlen(line);
	partial = len && line[len - 1] != ' ';
	fputs("?\n", stdout);
	r = cmd_help(table, edit.cli->configuring ? CMD_LEVEL_MAX :
		     edit.cli->who.privilege, line,
		     partial ? print_word : print_help, NULL, &column);
	if (r == -ENOTUNIQ)
		printf("%% Ambiguous command:  \"%s\"\n", text);
	else if (r < 0)
		fputs("% Unrecognized command\n", stdout);
	/* libedit begins a new line for the prompt. */
	fflush(stdout);
	return CC_REDISPLAY;
}

struct completion {
	char word[CMD_WORD_MAX + 1];
	size_t count;
};

static void collect(const char *word, const char *help, void *arg)
{
	struct completion *c = arg;

	(void)help;
	if (*word == '<' || (*word >= 'A' && *word <= 'Z'))
		return;
	if (!c->count++)
		snprintf(c->word, sizeof(c->word), "%s", word);
}

static unsigned char on_tab(EditLine *el, int c)
{
	struct completion found = { .count = 0 };
	char text[CMD_LINE_MAX + 1];
	const char *line = text, *word;
	const struct cmd *table;
	size_t column;

	(void)c;
	if (edit.plain)
		return CC_NORM;
	typed(text);
	table = cli_table(edit.cli, &line);
	word = strrchr(line, ' ');
	word = word ? word + 1 : line;
	if (!*word || cmd_help(table, edit.cli->configuring ? CMD_LEVEL_MAX :
			       edit.cli->who.privilege, line, collect, &found,
			       &column) < 0 || found.count != 1)
		return CC_REFRESH_BEEP;
	el_insertstr(el, found.word + strlen(word));
	el_insertstr(el, " ");
	return CC_REFRESH;
}

static unsigned char on_end(EditLine *el, int c)
{
	edit.ended = true;
	fputs(c == CONTROL('z') ? "^Z" : "^C", stdout);
	fflush(stdout);
	el_cursor(el, (int)(el_line(el)->lastchar - el_line(el)->cursor));
	if (c == CONTROL('c'))
		el_deletestr(el, (int)(el_line(el)->cursor -
				       el_line(el)->buffer));
	el_insertstr(el, "\n");
	return CC_NEWLINE;
}

static void bind_keys(void)
{
	static const struct {
		const char *key, *function;
	} keys[] = {
		{ "?", "vtymux-help" }, { "\t", "vtymux-complete" },
		{ "^Z", "vtymux-end" }, { "^C", "vtymux-end" },
		/* The terminal is called dumb, so its keys are not known. */
		{ "\033[A", "ed-prev-history" }, { "\033[B", "ed-next-history" },
		{ "\033[C", "ed-next-char" }, { "\033[D", "ed-prev-char" },
		{ "\033OA", "ed-prev-history" }, { "\033OB", "ed-next-history" },
		{ "\033OC", "ed-next-char" }, { "\033OD", "ed-prev-char" },
		{ "^W", "ed-delete-prev-word" }, { "^U", "vi-kill-line-prev" },
	};

	el_set(edit.el, EL_ADDFN, "vtymux-help", "help", on_help);
	el_set(edit.el, EL_ADDFN, "vtymux-complete", "complete", on_tab);
	el_set(edit.el, EL_ADDFN, "vtymux-end", "end", on_end);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		el_set(edit.el, EL_BIND, keys[i].key, keys[i].function, NULL);
}

/* Keys that would be signals are ours to read. */
static void take_signals(void)
{
	struct termios t = edit.before;

	t.c_cc[VINTR] = _POSIX_VDISABLE;
	t.c_cc[VQUIT] = _POSIX_VDISABLE;
	t.c_cc[VSUSP] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

void edit_width(unsigned int width)
{
	struct winsize size;

	if (!edit.el || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	size.ws_col = (unsigned short)(width ? width : 512);
	if (!size.ws_row)
		size.ws_row = 24;
	ioctl(STDIN_FILENO, TIOCSWINSZ, &size);
	el_resize(edit.el);
}

static void take_size(struct cli *cli)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	if (size.ws_row)
		cli->length = size.ws_row;
	if (size.ws_col)
		cli->width = size.ws_col;
}

int edit_start(struct cli *cli)
{
	edit.cli = cli;
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &edit.before) < 0)
		return 0;
	cli->terminal = true;
	take_size(cli);
	setlocale(LC_CTYPE, "C.UTF-8");
	take_signals();
	/* No escape sequences: programs read this, too. */
	setenv("TERM", "dumb", 1);
	edit.nowhere = fopen("/dev/null", "we");
	if (!edit.nowhere)
		return -errno;
	edit.el = el_init("vtymux", stdin, stdout, edit.nowhere);
	edit.history = history_init();
	if (!edit.el || !edit.history)
		return -ENOMEM;
	history(edit.history, &edit.event, H_SETSIZE, CLI_HISTORY_MAX);
	history(edit.history, &edit.event, H_SETUNIQUE, 1);
	el_set(edit.el, EL_PROMPT, prompt);
	el_set(edit.el, EL_EDITOR, "emacs");
	el_set(edit.el, EL_HIST, history, edit.history);
	el_set(edit.el, EL_GETCFN, get_character);
	el_set(edit.el, EL_SIGNAL, 0);
	el_set(edit.el, EL_SETTY, "-d", "-isig", NULL);
	/* What is typed ahead is echoed when it is read, and only then. */
	el_set(edit.el, EL_SETTY, "-x", "-echo", "-icanon", NULL);
	bind_keys();
	edit_width(cli->width);
	return 0;
}

void edit_stop(void)
{
	if (edit.history)
		history_end(edit.history);
	if (edit.el)
		el_end(edit.el);
	if (edit.cli && edit.cli->terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &edit.before);
	if (edit.nowhere)
		fclose(edit.nowhere);
	free(edit.line);
	edit.el = NULL;
	edit.line = NULL;
}

static const char *strip(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

const char *edit_line(const char *text, bool plain, bool *ret_end)
{
	const char *line;
	int count;

	if (ret_end)
		*ret_end = false;
	if (!edit.el)
		return getline(&edit.line, &edit.room, stdin) < 0 ? NULL :
			strip(edit.line);
	edit.prompt = text;
	edit.plain = plain;
	edit.ended = false;
	/* Before the prompt: who types on seeing it must not be echoed twice. */
	el_set(edit.el, EL_PREP_TERM, 1);
	line = el_gets(edit.el, &count);
	if (!line || count < 0)
		return NULL;
	free(edit.line);
	edit.line = strdup(line);
	if (!edit.line)
		return NULL;
	strip(edit.line);
	if (edit.ended)
		fputs("\n", stdout);
	if (!plain && edit.line[strspn(edit.line, " \t")])
		history(edit.history, &edit.event, H_ENTER, edit.line);
	if (ret_end)
		*ret_end = edit.ended;
	return edit.line;
}

/* Keys one by one, not shown, until edit_cooked(). */
static void raw(struct termios *saved)
{
	struct termios t;

	tcgetattr(STDIN_FILENO, saved);
	t = *saved;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

int edit_key(void)
{
	struct termios saved;
	char byte;
	int r;

	if (!edit.cli->terminal)	/* nobody to ask: yes */
		return '\n';
	raw(&saved);
	fflush(stdout);
	r = next_byte(&byte) ? (unsigned char)byte : -1;
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	return r;
}

int edit_secret(const char *text, char *secret, size_t size)
{
	struct termios saved;
	size_t len = 0;
	char byte;
	int r;

	if (!edit.cli->terminal) {
		const char *line = edit_line("", true, NULL);

		snprintf(secret, size, "%s", line ?: "");
		return line ? 0 : -EIO;
	}
	raw(&saved);
	fputs(text, stdout);
	fflush(stdout);
	while ((r = next_byte(&byte)) && byte != '\r' && byte != '\n') {
		if (byte == CONTROL('u'))
			len = 0;
		else if ((byte == 0x7f || byte == '\b') && len)
			len--;
		else if ((unsigned char)byte >= 0x20 && byte != 0x7f &&
			 len < size - 1)
			secret[len++] = byte;
	}
	secret[len] = '\0';
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	fputs("\n", stdout);
	return r ? 0 : -EIO;
}
