/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vtymux: the operator's command. A line becomes a row of a table; what the
 * row prints is collected in cli->out, and then filtered and paged. All
 * authority is the daemon's: it knows who we are by our connection.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cmd.h"
#include "conf.h"
#include "conf-cmd.h"
#include "ctl.h"

#define CLI_HISTORY_MAX		256
#define CLI_PROMPT_MAX		128

struct json;

struct cli {
	int fd;				/* to the daemon; -errno without */
	int broker;			/* to the session's monitor, or -1 */
	bool inherited;			/* we are what the monitor says we are */
	bool absent;			/* the daemon did not come in time */
	bool terminal;			/* a person, or a program that plays one */
	bool json, quit;
	bool monitoring;		/* logs may come at any time */
	struct ctl_identity who;	/* of the last answer */
	char hostname[68];
	enum conf_mode mode;		/* when configuring */
	char header[128];		/* of that mode */
	bool configuring;
	unsigned int length, width;	/* of the screen; length 0: no pages */
	unsigned int history_size;
	char *history[CLI_HISTORY_MAX];	/* oldest first; owned */
	size_t history_count;
	FILE *out;			/* what the command prints */
	int failed;			/* commands, for the exit status */
};

/* connect.c: the connection */

/* As the program begins. Says who and where we are, with the daemon or without. */
void cli_connect(struct cli *cli);

/*
 * Whether the daemon answers again, asked now and then while logs are wanted.
 */
void cli_reconnect(struct cli *cli);

/**
 * cli_ask() - ask the daemon, and keep what it says of us
 * @text: may be NULL; then text goes to cli->out
 * Return: 0; or -errno of the answer or the connection, and @match has the
 * reason unless it is NULL.
 */
int cli_ask(struct cli *cli, uint32_t type, uint32_t number, const void *data,
	    size_t size, ctl_text_fn text, void *arg, struct cmd_match *match,
	    struct ctl_result *result);

/* The public part of the configuration; conf_free() it. Return: 0, -errno. */
int cli_conf(struct cli *cli, struct conf *ret);

/* A line of the daemon's log comes at once. */
void cli_print_log(const char *text, size_t size, void *cli);

/* shell.c: lines */

/* Runs a line in whatever mode we are. Return: 0, or -errno, reported. */
int cli_run(struct cli *cli, const char *line);

/* The prompt of the mode. */
void cli_prompt(const struct cli *cli, char prompt[CLI_PROMPT_MAX]);

/* The table that help and completion of a line come from. */
const struct cmd *cli_table(const struct cli *cli, const char **line);

/* A text of the daemon's or a command's that says what is wrong. */
void cli_print_error(const char *text);

/* Tells the user what is wrong with a line, as IOS does. */
void cli_report(struct cli *cli, int error, const char *line, bool known,
		size_t column, const char *text);

/* config.c: lines of the configuration modes */
int cli_configure(struct cli *cli, const char *line);
int cli_configure_terminal(struct cmd_match *match, void *arg);
int cli_configure_replace(struct cmd_match *match, void *arg);

/*
 * crypto.c: "crypto key ..." in whatever mode; asks what IOS asks.
 * Return: false when the line is no such command.
 */
bool cli_crypto(struct cli *cli, const char *line);

/* A table with these commands before it, for help; good until the next call. */
const struct cmd *cli_with_crypto(const struct cmd *table);

/* exec.c, debug.c, show.c: the tables, each chained to the next */
extern const struct cmd cli_exec_commands[];
extern const struct cmd cli_debug_commands[];
extern const struct cmd cli_show_commands[];

/* show-*.c */
int show_line(struct cmd_match *match, void *arg);
int show_line_one(struct cmd_match *match, void *arg);
int show_line_summary(struct cmd_match *match, void *arg);
int show_access_lists(struct cmd_match *match, void *arg);
int show_terminal(struct cmd_match *match, void *arg);
int show_users(struct cmd_match *match, void *arg);
int show_sessions(struct cmd_match *match, void *arg);
int show_ssh(struct cmd_match *match, void *arg);
int show_ip_ssh(struct cmd_match *match, void *arg);
int show_version(struct cmd_match *match, void *arg);
int show_debugging(struct cmd_match *match, void *arg);
int show_clock(struct cmd_match *match, void *arg);
int show_privilege(struct cmd_match *match, void *arg);
int show_history(struct cmd_match *match, void *arg);
int show_tech_support(struct cmd_match *match, void *arg);
int show_crypto_keys(struct cmd_match *match, void *arg);
int show_text(struct cmd_match *match, void *arg);

#endif /* CLI_CLI_H */
