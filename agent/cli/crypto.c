// SPDX-License-Identifier: GPL-2.0-only
/* Host keys: the questions of IOS; a program of the daemon's makes them. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "keycmd.h"

static void show(const char *data, size_t size, void *arg)
{
	(void)arg;
	fwrite(data, 1, size, stdout);
	fflush(stdout);
}

/* Asks for the size of an RSA key when the line does not say it. */
static bool ask_modulus(const struct cli *cli, char line[CMD_LINE_MAX + 1])
{
	size_t len = strlen(line);
	unsigned long bits;
	const char *typed;

	if (!cli->terminal)
		return true;
	printf("Choose the size of the key modulus in the range of %u to %u for your\n"
	       "  General Purpose Keys.\n\n", KEYCMD_RSA_MIN, KEYCMD_RSA_MAX);
	typed = edit_line("How many bits in the modulus [2048]: ", true, NULL);
	if (!typed)
		return false;
	bits = *typed ? strtoul(typed, NULL, 10) : KEYCMD_RSA_DEFAULT;
	if (bits < KEYCMD_RSA_MIN || bits > KEYCMD_RSA_MAX) {
		printf("%% A decimal number between %u and %u.\n",
		       KEYCMD_RSA_MIN, KEYCMD_RSA_MAX);
		return false;
	}
	snprintf(line + len, CMD_LINE_MAX + 1 - len, " modulus %lu", bits);
	return true;
}

static bool ask_yes(const struct cli *cli, const char *question)
{
	const char *typed;

	if (!cli->terminal)
		return false;
	typed = edit_line(question, true, NULL);
	return typed && (*typed == 'y' || *typed == 'Y');
}

/* After "crypto "; what the program printed was shown already. */
static int ask_daemon(struct cli *cli, const char *command, bool replace)
{
	struct ctl_result result;
	int r = cli_ask(cli, CTL_CRYPTO, replace, command, strlen(command) + 1,
			show, NULL, NULL, &result);

	if (r < 0 && *result.error)
		cli_print_error(result.error);
	return r;
}

static void run(struct cli *cli, const struct cmd_match *match)
{
	char line[CMD_LINE_MAX + 1];
	const char *command;
	int r;

	/* Room for the modulus. */
	if (cmd_text_of(match, 0, line, sizeof(line) - 32) < 0) {
		printf("%% The line is too long\n");
		cli->failed++;
		return;
	}
	command = line + strlen("crypto ");
	if (!strncmp(command, "key generate rsa", 16) &&
	    !strstr(match->rest, "modulus") && !ask_modulus(cli, line))
		return;
	if (!strncmp(command, "key zeroize", 11) && cli->terminal) {
		printf("%% These keys will be removed; SSH is off without any.\n");
		if (!ask_yes(cli, "Do you really want to remove these keys? [yes/no]: "))
			return;
	}
	r = ask_daemon(cli, command, false);
	if (r == -EEXIST &&
	    ask_yes(cli, "% Do you really want to replace them? [yes/no]: "))
		r = ask_daemon(cli, command, true);
	cli->failed += r < 0;
}

const struct cmd *cli_with_crypto(const struct cmd *table)
{
	static struct cmd rows[16];
	size_t count = 0;

	while (keycmd_commands[count].pattern) {
		rows[count] = keycmd_commands[count];
		count++;
	}
	rows[count] = (struct cmd){ .more = table };
	return rows;
}

bool cli_crypto(struct cli *cli, const char *line)
{
	struct cmd_match match;
	int r = cmd_match(keycmd_commands, line, &match);

	/* "crypto key" is understood: what is wrong is wrong here. */
	if (r < 0 && (match.words < 2 || match.no))
		return false;
	if (r < 0)
		cli_report(cli, r, line, match.cmd != NULL, match.column,
			   match.error);
	else
		run(cli, &match);
	return true;
}
