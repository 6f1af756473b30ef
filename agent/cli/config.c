// SPDX-License-Identifier: GPL-2.0-only
/* The configuration modes: the daemon runs the lines, here is where we are. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "edit.h"

/*
 * Appends the lines of a text up to the one with its delimiter, or without one
 * up to cmd_ends_lines().
 */
static char *read_text(const char *line, const char *delimiter)
{
	char *text = strdup(line), *longer;
	const char *more;

	if (delimiter)
		printf("Enter TEXT message.  End with the character '%s'.\n",
		       delimiter);
	while (text && (more = edit_line("", true, NULL))) {
		if (asprintf(&longer, "%s\n%s", text, more) < 0)
			longer = NULL;
		free(text);
		text = longer;
		if (delimiter ? strstr(more, delimiter) != NULL :
		    cmd_ends_lines(more))
			break;
	}
	return text;
}

/* The line, and the text that begins in it. Return: owned by the caller. */
static char *whole_command(const struct cli *cli, const char *line)
{
	struct cmd_match match;
	char delimiter[3];
	int r = cmd_match(conf_mode_table(cli->mode), line, &match);

	/* Also of a command that this version does not have. */
	if (r < 0 && r != -EOPNOTSUPP)
		cmd_match(conf_global_commands, line, &match);
	if (match.cmd && match.cmd->flags & CMD_LINES && !match.no)
		return read_text(line, NULL);
	if (cmd_open_text(&match, line, delimiter))
		return read_text(line, delimiter);
	return strdup(line);
}

static void leave(struct cli *cli)
{
	cli->configuring = false;
	cli->mode = CONF_MODE_GLOBAL;
	*cli->header = '\0';
}

static void follow(struct cli *cli, const struct ctl_result *result)
{
	if (result->mode >= CONF_MODE_END) {
		leave(cli);
		return;
	}
	cli->mode = (enum conf_mode)result->mode;
	strcpy(cli->header, result->header);
}

/*
 * After an error: what was refused may have ended the block that we were in. A
 * program's next lines are then below it; who types sees it by the prompt.
 */
static void follow_refused(struct cli *cli, const struct ctl_result *result,
			   const char *line)
{
	enum conf_mode mode = cli->mode;

	follow(cli, result);
	if (!cli->terminal && cli->mode == mode &&
	    conf_is_other_block(mode, line)) {
		cli->mode = CONF_MODE_REFUSED;
		strcpy(cli->header, CONF_HEADER_REFUSED);
	} else if (cli->terminal && cli->mode == CONF_MODE_REFUSED) {
		cli->mode = CONF_MODE_GLOBAL;
		*cli->header = '\0';
	}
}

int cli_configure(struct cli *cli, const char *typed)
{
	/* Of its own: what is typed next, of a text, takes the place of it. */
	char *line _cleanup_free_ = strdup(typed);
	char *text _cleanup_free_ = NULL;
	char *request _cleanup_free_ = NULL;
	struct ctl_result result;
	int size, r;

	if (!line)
		return -ENOMEM;
	if (cli_crypto(cli, line))
		return 0;
	text = whole_command(cli, line);
	if (!text)
		return -ENOMEM;
	size = asprintf(&request, "%s%c%s", cli->header, '\0', text);
	if (size < 0) {
		request = NULL;
		return -ENOMEM;
	}
	if (size > CTL_TEXT_MAX) {
		cli_report(cli, -E2BIG, line, true, 0,
			   "% not applied: a command of over 16 KB");
		return -E2BIG;
	}
	r = cli_ask(cli, CTL_COMMAND, 0, request, (size_t)size, NULL, NULL,
		    NULL, &result);
	if (r < 0 && r != result.code) {	/* of the connection */
		cli_report(cli, r, line, true, 0, result.error);
		return r;
	}
	if (r < 0) {
		cli_report(cli, r, line, result.known, result.column,
			   result.error);
		follow_refused(cli, &result, line);
		return r;
	}
	follow(cli, &result);
	if (*result.note)
		printf("%% Note: %s\n", result.note);
	return 0;
}

int cli_configure_terminal(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;

	if (cli->fd < 0)
		return cmd_fail(match, cli->fd, "%% vtymuxd is not running: %s",
				strerror(-cli->fd));
	leave(cli);
	cli->configuring = true;
	fprintf(cli->out,
		"Enter configuration commands, one per line.  End with CNTL/Z.\n");
	return 0;
}

static int send_file(struct cli *cli, const char *path)
{
	FILE *file _cleanup_file_ = fopen(path, "re");
	char buffer[CTL_TEXT_MAX];
	size_t n, total = 0;
	int r = 0;

	if (!file)
		return -errno;
	while (r == 0 && (n = fread(buffer, 1, sizeof(buffer), file))) {
		total += n;
		r = total > CTL_UPLOAD_MAX ? -EFBIG :
			ctl_send(cli->fd, CTL_DATA, 0, buffer, n);
	}
	return ferror(file) ? -EIO : r;
}

int cli_configure_replace(struct cmd_match *match, void *arg)
{
	const char *path = match->args[0].word;
	struct ctl_result result;
	struct cli *cli = arg;
	int r;

	if (cli->fd < 0)
		return cmd_fail(match, cli->fd, "%% vtymuxd is not running: %s",
				strerror(-cli->fd));
	if (cli->terminal && match->nargs == 1 &&
	    !strstr(match->cmd->pattern, "force")) {
		printf("This will apply all necessary additions and deletions\n"
		       "to replace the current running configuration with the\n"
		       "contents of the specified configuration file.\n"
		       "Enter Y if you are sure you want to proceed. ? [no]: ");
		r = edit_key();
		putchar('\n');
		if (r != 'y' && r != 'Y')
			return 0;
	}
	r = send_file(cli, path);
	/* Any other request ends the file; what was sent of it is forgotten. */
	if (r < 0)
		cli_ask(cli, CTL_HELLO, 0, NULL, 0, NULL, NULL, NULL, &result);
	if (r < 0)
		return cmd_fail(match, r, "%%Error opening %s (%s)", path,
				strerror(-r));
	r = cli_ask(cli, CTL_REPLACE, 0, NULL, 0, NULL, NULL, match, &result);
	if (r == 0)
		fprintf(cli->out, "%s\nRollback Done\n", result.note);
	return r;
}
