// SPDX-License-Identifier: GPL-2.0-only
/* vtymux: the command line of the terminal server. See vtymux(8). */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "edit.h"
#include "texts.h"

static void ignore_report(unsigned int line, const char *reason, void *arg)
{
	(void)line;
	(void)reason;
	(void)arg;
}

static void append(const char *data, size_t size, void *arg)
{
	fwrite(data, 1, size, arg);
}

int cli_conf(struct cli *cli, struct conf *ret)
{
	char *text _cleanup_free_ = NULL;
	FILE *file _cleanup_file_ = NULL;
	struct ctl_result result;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int r;

	if (!to)
		return -errno;
	r = cli_ask(cli, CTL_PUBLIC, 0, NULL, 0, append, to, NULL, &result);
	fclose(to);
	conf_init(ret);
	if (r < 0 || !size)
		return r;
	file = fmemopen(text, size, "r");
	if (!file)
		return -errno;
	r = conf_read(ret, file, NULL, ignore_report, NULL);
	return r < 0 ? r : 0;
}

/* A banner as it was typed, without its delimiters. */
static void print_banner(const struct conf *conf, const char *key)
{
	const char *kept = conf_get(conf, key);
	char *text _cleanup_free_ = kept ? texts_plain(kept) : NULL;

	if (text)
		fputs(text, stdout);
}

/* Switches of a line that are on unless it says "no". */
static bool is_on(const struct conf *conf, unsigned int line, const char *off)
{
	return !conf_get_line(conf, line, off);
}

static void take_number(const struct conf *conf, unsigned int line,
			const char *key, unsigned int *number)
{
	const char *text = conf_get_line(conf, line, key);

	if (text)
		*number = (unsigned int)strtoul(text, NULL, 10);
}

/* As the shell of a session: its line's settings, the texts for users. */
static void begin_session(struct cli *cli)
{
	struct conf conf;

	if (!cli->who.session || !cli->terminal)
		return;
	cli_conf(cli, &conf);
	take_number(&conf, cli->who.line, "length", &cli->length);
	take_number(&conf, cli->who.line, "width", &cli->width);
	take_number(&conf, cli->who.line, "history size", &cli->history_size);
	/* Both go with "no exec-banner", as on IOS. */
	if (is_on(&conf, cli->who.line, "no exec-banner")) {
		if (is_on(&conf, cli->who.line, "no motd-banner"))
			print_banner(&conf, "banner motd");
		print_banner(&conf, "banner exec");
	}
	conf_free(&conf);
	edit_width(cli->width);
}

static int interact(struct cli *cli)
{
	char prompt[CLI_PROMPT_MAX];
	const char *line;
	bool end;

	if (cli->fd < 0)
		printf("%% vtymuxd does not answer: %s. Lines can be looked at, nothing else.\n",
		       strerror(-cli->fd));
	begin_session(cli);
	while (!cli->quit) {
		cli_prompt(cli, prompt);
		line = edit_line(prompt, false, &end);
		if (!line)
			break;
		cli_run(cli, line);
		if (end && cli->configuring)
			cli_run(cli, "end");
	}
	edit_stop();
	/* A program that feeds commands wants to know; a person has seen it. */
	return cli->failed && !cli->terminal ? 1 : 0;
}

static int run_words(struct cli *cli, int count, char **words)
{
	char line[CMD_LINE_MAX + 1];
	size_t len = 0;

	for (int i = 0; i < count; i++) {
		int n = snprintf(line + len, sizeof(line) - len, "%s%s",
				 i ? " " : "", words[i]);

		if (n < 0 || (size_t)n >= sizeof(line) - len) {
			fprintf(stderr, "vtymux: line too long\n");
			return 2;
		}
		len += (size_t)n;
	}
	return cli_run(cli, line) < 0 || cli->failed ? 1 : 0;
}

static void print_word(const char *word, const char *help, void *arg)
{
	(void)help;
	(void)arg;
	/* Keywords only. */
	if (*word >= 'a' && *word <= 'z')
		puts(word);
}

/* For the completion of shells: what whoever asks may type there. */
static int complete(struct cli *cli, const char *line)
{
	const struct cmd *table = cli_table(cli, &line);
	size_t column;

	return cmd_help(table, cli->who.privilege, line, print_word, NULL,
			&column) < 0 ? 1 : 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: vtymux [-j] [command ...]\n"
		"       vtymux -C line\n       vtymux -V\n");
	return 2;
}

int main(int argc, char **argv)
{
	static struct cli cli = {
		.broker = -1, .length = 24, .width = 80, .history_size = 20,
	};
	const char *begun = NULL;
	int c, r;

	/* What follows the command's first word is the command's. */
	while ((c = getopt(argc, argv, "+C:jV")) >= 0) {
		switch (c) {
		case 'C':
			begun = optarg;
			break;
		case 'j':
			cli.json = true;
			break;
		case 'V':
			printf("vtymux %s\n", VTYMUX_VERSION);
			return 0;
		default:
			return usage();
		}
	}
	cli_connect(&cli);
	if (begun)
		return complete(&cli, begun);
	if (optind < argc)
		return run_words(&cli, argc - optind, argv + optind);
	r = edit_start(&cli);
	if (r < 0) {
		fprintf(stderr, "vtymux: terminal: %s\n", strerror(-r));
		return 1;
	}
	return interact(&cli);
}
