// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walker with the tables of EXEC: a line matches a row or gives a reason
 * and a column inside it; help tells the same story.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../agent/cli/out.h"
#include "cmd.h"
#include "keycmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void see(const char *word, const char *help, void *arg)
{
	check(*word && help);
	++*(size_t *)arg;
}

static void check_table(const struct cmd *table, unsigned int level,
			const char *line)
{
	size_t column = 0, words = 0, len = strlen(line);
	char text[CMD_LINE_MAX + 1], delimiter[3];
	struct cmd_match match;
	int r = cmd_match_as(table, level, line, &match), h;

	h = cmd_help(table, level, line, see, &words, &column);
	check(match.column <= len && column <= len);
	if (r == 0) {
		check(match.cmd && match.nargs <= CMD_ARGS_MAX);
		check(!(match.cmd->flags & CMD_PRIVILEGED) || level == 15);
		check(cmd_text_of(&match, 0, text, sizeof(text)) > 0);
		/* Full words give the same row, but of "no". */
		if (!match.no) {
			const struct cmd *row = match.cmd;

			check(cmd_match_as(table, level, text, &match) == 0);
			check(match.cmd == row);
		}
		cmd_open_text(&match, line, delimiter);
	} else {
		check(*match.error && strlen(match.error) <= CMD_ERROR_MAX);
	}
	if (h == 0 && len && line[len - 1] == ' ' && r == 0)
		check(words > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[2 * CMD_LINE_MAX];
	struct out_pipe pipe;
	size_t column;

	if (!size || size >= sizeof(line))
		return 0;
	memcpy(line, data + 1, size - 1);
	line[size - 1] = '\0';
	check_table(cli_exec_commands, data[0] & 1 ? 15 : 1, line);
	check_table(keycmd_commands, 15, line);
	out_take_pipe(line, &pipe, &column);
	return 0;
}
