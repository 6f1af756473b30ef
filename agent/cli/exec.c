// SPDX-License-Identifier: GPL-2.0-only
/* The EXEC modes: the table, and the commands that do something. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "secret.h"

#define ATTEMPTS	3

static int enable(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	uint32_t level = match->nargs ? (uint32_t)match->args[0].number : 15;
	char secret[SECRET_MAX + 1] = "";
	struct ctl_result result;
	int r;

	r = cli_ask(cli, CTL_ENABLE, level, "", 1, NULL, NULL, match, &result);
	/* -EAGAIN asks for the secret. */
	if (r != -EAGAIN)
		return r;
	for (int i = 0; i < ATTEMPTS; i++) {
		if (edit_secret("Password: ", secret, sizeof(secret)) < 0)
			return cmd_fail(match, -EIO, "%% Access denied");
		r = cli_ask(cli, CTL_ENABLE, level, secret, strlen(secret) + 1,
			    NULL, NULL, match, &result);
		explicit_bzero(secret, sizeof(secret));
		if (r != -EACCES && r != -EAGAIN)
			return r;
	}
	return cmd_fail(match, -EACCES, "%% Bad secrets\n");
}

static int disable(struct cmd_match *match, void *arg)
{
	uint32_t level = match->nargs ? (uint32_t)match->args[0].number : 1;
	struct ctl_result result;

	return cli_ask(arg, CTL_DISABLE, level, NULL, 0, NULL, NULL, match,
		       &result);
}

static int quit(struct cmd_match *match, void *arg)
{
	(void)match;
	((struct cli *)arg)->quit = true;
	return 0;
}

static int terminal_length(struct cmd_match *match, void *arg)
{
	((struct cli *)arg)->length = !match->nargs ? 24 :
		(unsigned int)match->args[0].number;
	return 0;
}

static int terminal_width(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;

	cli->width = !match->nargs ? 80 :
		(unsigned int)match->args[0].number;
	edit_width(cli->width);
	return 0;
}

static int terminal_history(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;

	cli->history_size = match->nargs ?
		(unsigned int)match->args[0].number : 20;
	while (cli->history_count > cli->history_size)
		free(cli->history[--cli->history_count]);
	return 0;
}

/* Return: whether Enter, y or Y was typed at a question. */
static bool confirmed(struct cli *cli, const char *question)
{
	int key;

	if (!cli->terminal)
		return true;
	printf("%s[confirm]", question);
	key = edit_key();
	putchar('\n');
	return key == '\r' || key == '\n' || key == 'y' || key == 'Y';
}

static int clear_line(struct cmd_match *match, void *arg)
{
	uint32_t line = (uint32_t)match->args[0].number;
	struct ctl_result result;
	struct cli *cli = arg;
	int r;

	if (strstr(match->cmd->pattern, "vty"))
		line += conf_lines_last_tty(&conf_lines_sysfs) + 1;
	if (!confirmed(cli, ""))
		return 0;
	r = cli_ask(cli, CTL_CLEAR, line, NULL, 0, NULL, NULL, match, &result);
	if (r == 0)
		fprintf(cli->out, " [OK]\n");
	return r;
}

static int disconnect(struct cmd_match *match, void *arg)
{
	struct ctl_result result;

	return cli_ask(arg, CTL_DISCONNECT, (uint32_t)match->args[0].number,
		       NULL, 0, NULL, NULL, match, &result);
}

/* IOS asks for the name under which to save; it can only be that one. */
static bool destination(struct cli *cli)
{
	struct conf conf;
	const char *name;
	bool quiet;

	if (!cli->terminal)
		return true;
	quiet = cli_conf(cli, &conf) == 0 &&
		conf_get(&conf, "file prompt quiet");
	conf_free(&conf);
	if (quiet)
		return true;
	name = edit_line("Destination filename [startup-config]? ", true, NULL);
	return name && (!*name || !strcmp(name, "startup-config"));
}

static int save(struct cli *cli, struct cmd_match *match)
{
	struct ctl_result result;
	int r;

	fprintf(cli->out, "Building configuration...\n");
	r = cli_ask(cli, CTL_SAVE, 0, NULL, 0, NULL, NULL, match, &result);
	if (r == 0)
		fprintf(cli->out, "[OK]\n");
	return r;
}

static int copy_running(struct cmd_match *match, void *arg)
{
	if (!destination(arg))
		return cmd_fail(match, -EINVAL,
				"%% the destination can only be startup-config");
	return save(arg, match);
}

static int write_memory(struct cmd_match *match, void *arg)
{
	return save(arg, match);
}

static int erase(struct cmd_match *match, void *arg)
{
	struct ctl_result result;
	struct cli *cli = arg;
	int r;

	if (!confirmed(cli, "Erasing the nvram filesystem will remove all "
		       "configuration files! Continue? "))
		return 0;
	r = cli_ask(cli, CTL_ERASE, 0, NULL, 0, NULL, NULL, match, &result);
	if (r == 0)
		fprintf(cli->out, "[OK]\nErase of nvram: complete\n");
	return r;
}

#define P	CMD_PRIVILEGED

const struct cmd cli_exec_commands[] = {
	{ "enable", 0, enable, "Turn on privileged commands" },
	{ "enable <0-15>", 0, enable, "Enable level" },
	{ "disable", 0, disable, "Turn off privileged commands" },
	{ "disable <0-15>", 0, disable, "Privilege level to go to" },
	{ "exit", 0, quit, "Exit from the EXEC" },
	{ "logout", 0, quit, "Exit from the EXEC" },
	{ "quit", 0, quit, "Exit from the EXEC" },
	{ "clear line <0-4095>", P, clear_line, "Reset a terminal line" },
	{ "clear line tty <1-4095>", P, clear_line, "Reset a terminal line" },
	{ "clear line vty <0-4094>", P, clear_line, "Virtual terminal" },
	{ "configure", P, cli_configure_terminal, "Enter configuration mode" },
	{ "configure terminal", P, cli_configure_terminal,
	  "Configure from the terminal" },
	{ "configure replace WORD", P, cli_configure_replace,
	  "Replace the running-config with a new config file" },
	{ "configure replace WORD force", P, cli_configure_replace,
	  "Replace without asking" },
	{ "copy running-config startup-config", P, copy_running,
	  "Copy to the startup configuration" },
	{ "copy running-config LINE", P, NULL, "Copy to somewhere else" },
	{ "copy LINE", P, NULL, "Copy from one file to another" },
	/* "crypto key" is crypto.c's. */
	{ "crypto LINE", P | CMD_HIDDEN, NULL, "Encryption related commands" },
	{ "disconnect ssh <0-4095>", P, disconnect, "Connection to end" },
	{ "disconnect ssh vty <0-4095>", P, disconnect, "Connection to end" },
	{ "reload [LINE]", P, NULL, "Halt and perform a cold restart" },
	{ "ssh LINE", 0, NULL, "Open a secure shell client connection" },
	{ "telnet LINE", 0, NULL, "Open a telnet connection" },
	{ "terminal history size <0-256>", 0, terminal_history,
	  "Set history buffer size" },
	{ "terminal length <0-512>", 0, terminal_length,
	  "Set number of lines on a screen" },
	{ "terminal no history size", 0, terminal_history,
	  "Default history buffer size" },
	{ "terminal no length", 0, terminal_length, "24 lines" },
	{ "terminal no width", 0, terminal_width, "80 columns" },
	{ "terminal width <0-512>", 0, terminal_width,
	  "Set width of the display terminal" },
	{ "write", P, write_memory, "Write running configuration to memory" },
	{ "write memory", P, write_memory,
	  "Write running configuration to memory" },
	{ "write erase", P, erase, "Erase the startup configuration" },
	{ "write terminal", P, show_text, "Write to terminal" },
	{ .more = cli_debug_commands }
};
