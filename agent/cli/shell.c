// SPDX-License-Identifier: GPL-2.0-only
/* A line, from what was typed to what is shown. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "out.h"

void cli_prompt(const struct cli *cli, char prompt[CLI_PROMPT_MAX])
{
	if (cli->configuring)
		snprintf(prompt, CLI_PROMPT_MAX, "%s(%s)#", cli->hostname,
			 conf_mode_prompt(cli->mode));
	else
		snprintf(prompt, CLI_PROMPT_MAX, "%s%c", cli->hostname,
			 cli->who.privilege > 1 ? '#' : '>');
}

/* What follows "do" in a configuration mode, else NULL. */
static const char *after_do(const char *line)
{
	line += strspn(line, " \t");
	return !strncmp(line, "do", 2) && (line[2] == ' ' || line[2] == '\t') ?
		line + 3 : NULL;
}

const struct cmd *cli_table(const struct cli *cli, const char **line)
{
	const char *command = after_do(*line);

	if (cli->configuring && !command)
		return cli->mode == CONF_MODE_GLOBAL ?
			cli_with_crypto(conf_global_commands) :
			conf_mode_table(cli->mode);
	if (cli->configuring)
		*line = command;
	return cli_with_crypto(cli_exec_commands);
}

static void report_invalid(const struct cli *cli, const char *line,
			   size_t column)
{
	char prompt[CLI_PROMPT_MAX] = "";

	/* The prompt and the line are on the screen of a terminal already. */
	if (cli->terminal)
		cli_prompt(cli, prompt);
	else
		printf("%s\n", line);
	printf("%*s^\n%% Invalid input detected at '^' marker.\n\n",
	       (int)(strlen(prompt) + column), "");
}

/*
 * IOS's texts begin with a capital. One of ours says that it is an error, for
 * the programs that drive IOS look for that word and not for a percent sign.
 */
void cli_print_error(const char *text)
{
	const char *bare = text + (*text == '%');

	bare += *bare == ' ';
	if (*bare >= 'A' && *bare <= 'Z')
		printf("%s%s\n", *text == '%' ? "" : "% ", text);
	else
		printf("%% Error: %s\n", bare);
}

void cli_report(struct cli *cli, int error, const char *line, bool known,
		size_t column, const char *text)
{
	cli->failed++;
	if (!known && (error == -EINVAL || error == -ERANGE))
		report_invalid(cli, line, column);
	else if (!known && error == -ENOTUNIQ)
		printf("%% Ambiguous command:  \"%s\"\n", line);
	else if (!known && error == -ENODATA)
		printf("%% Incomplete command.\n\n");
	else if (*text)
		cli_print_error(text);
	else
		printf("%% Error: %s\n", strerror(-error));
}

static void remember(struct cli *cli, const char *line)
{
	char *copy;

	if (!cli->history_size)
		return;
	while (cli->history_count >= cli->history_size) {
		free(cli->history[0]);
		memmove(&cli->history[0], &cli->history[1],
			--cli->history_count * sizeof(cli->history[0]));
	}
	copy = strdup(line);
	if (copy)
		cli->history[cli->history_count++] = copy;
}

/* "--json" as the last word asks for it for this command. */
static bool take_json(char *line)
{
	size_t len = strlen(line);

	while (len && strchr(" \t", line[len - 1]))
		line[--len] = '\0';
	if (len < 7 || strcmp(line + len - 6, "--json") ||
	    !strchr(" \t", line[len - 7]))
		return false;
	line[len - 6] = '\0';
	return true;
}

/* Runs a row and shows what it printed. */
static int run_row(struct cli *cli, struct cmd_match *match,
		   const struct out_pipe *pipe, const char *line)
{
	char *text _cleanup_free_ = NULL;
	size_t size = 0;
	int r, shown;

	cli->out = open_memstream(&text, &size);
	if (!cli->out)
		return -ENOMEM;
	r = match->cmd->run(match, cli);
	fclose(cli->out);
	cli->out = NULL;
	shown = out_show(cli, text, pipe);
	if (shown == -EINVAL)
		printf("%% Failed to compile regular expression.\n");
	if (r < 0)
		cli_report(cli, r, line, true, 0, match->error);
	return r;
}

/* A lone unknown word would be a host to connect to. */
static bool is_one_word(const char *line)
{
	line += strspn(line, " \t");
	line += strcspn(line, " \t");
	return !line[strspn(line, " \t")];
}

static int run_exec(struct cli *cli, const char *typed)
{
	char line[CMD_LINE_MAX + 1];
	struct cmd_match match;
	struct out_pipe pipe;
	size_t column;
	bool json = cli->json;
	int r;

	if (strlen(typed) > CMD_LINE_MAX) {
		cli_report(cli, -E2BIG, "", true, 0, "line too long");
		return -E2BIG;
	}
	strcpy(line, typed);
	r = out_take_pipe(line, &pipe, &column);
	if (r < 0) {
		cli_report(cli, r, typed, false, column, "");
		return r;
	}
	cli->json |= take_json(line);
	r = cmd_match_as(cli_exec_commands, cli->who.privilege, line, &match);
	if (r == 0) {
		r = run_row(cli, &match, &pipe, typed);
	} else if (r == -EINVAL && !match.words && is_one_word(line)) {
		cli->failed++;
		printf("%% Unknown command or computer name, or unable to find computer address\n");
	} else {
		cli_report(cli, r, typed, match.cmd != NULL, match.column,
			   match.error);
	}
	cli->json = json;
	return r;
}

int cli_run(struct cli *cli, const char *line)
{
	const char *start = line + strspn(line, " \t"), *command;
	int r;

	if (!*start || *start == '!')
		return 0;
	remember(cli, start);
	command = cli->configuring ? after_do(line) : NULL;
	if (cli->configuring && !command)
		r = cli_configure(cli, line);
	else if (cli->who.privilege == CMD_LEVEL_MAX &&
		 cli_crypto(cli, command ?: line))
		r = 0;
	else
		r = run_exec(cli, command ?: line);
	fflush(stdout);
	return r;
}
