/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of the configuration: the parser that runs one, the tables, and
 * what their handlers share. To add a command is to add a row; a setting that
 * only has to be kept and printed needs no handler but conf_keep().
 */
#ifndef AGENT_CONF_CMD_H
#define AGENT_CONF_CMD_H

#include <stdbool.h>

#include "cmd.h"
#include "conf.h"
#include "conf-lines.h"

/* Begins what conf_parser_header() says below a command that was refused. */
#define CONF_HEADER_REFUSED	"!"

enum conf_mode {
	CONF_MODE_GLOBAL,
	CONF_MODE_ACL_STANDARD,
	CONF_MODE_ACL_EXTENDED,
	CONF_MODE_ACL_IPV6,
	CONF_MODE_GROUP_RADIUS,
	CONF_MODE_GROUP_TACACS,
	CONF_MODE_RADIUS,
	CONF_MODE_TACACS,
	CONF_MODE_CHAIN,	/* ip ssh pubkey-chain */
	CONF_MODE_CHAIN_USER,	/* ... username NAME */
	CONF_MODE_LINE,
	CONF_MODE_REFUSED,	/* below a command that failed */
	CONF_MODE_END,
};

/* Where a parser is; also the argument of the handlers. */
struct conf_parser {
	struct conf *conf;
	const struct conf_lines *lines;	/* NULL: check the form only */
	enum conf_mode mode;
	unsigned int first, last;	/* MODE_LINE: the lines */
	bool unmapped;			/* lines without a number: "vty" without @lines */
	/* Of the block in other modes; "": of a user that was refused */
	char name[CONF_NAME_MAX + 1];
};

/**
 * conf_command() - run one command
 * @text: one line; of a command with a text, that line and then the text's
 * others, up to the one with its delimiter; of one with CMD_LINES all lines of
 * its block and the "exit" that ends it
 * Return: 0, or -errno with match->error, which names no secret. A command
 * that fails changed nothing, unless its error says so. When match->cmd has
 * CMD_INERT the setting is kept and nothing acts on it yet.
 */
int conf_command(struct conf_parser *parser, const char *text,
		 struct cmd_match *match);

/**
 * conf_enter() - go where conf_parser_header() says the parser was
 * Return: as conf_command().
 */
int conf_enter(struct conf_parser *parser, const char *header,
	       struct cmd_match *match);

/**
 * conf_find() - the row of a line: of the mode, or else of the global mode,
 * which then ends the mode
 * Of two errors the one that understood more words is reported. Return: as
 * cmd_match().
 */
int conf_find(const struct conf_parser *parser, const char *text,
	      struct cmd_match *match, bool *ret_global);

/**
 * conf_is_other_block() - whether a line that was refused began a block
 * It did when it is not indented and the block's table knows no word of it.
 */
bool conf_is_other_block(enum conf_mode mode, const char *text);

/* Leaves the block; what follows is below a command that was refused. */
void conf_refuse_block(struct conf_parser *parser);

/**
 * conf_is_comment() - a line that is no command: empty, "!...", or a heading
 * of "show running-config"
 */
bool conf_is_comment(const char *text);

/* The table of a mode; commands of the global mode are understood in all. */
const struct cmd *conf_mode_table(enum conf_mode mode);

/* "config", "config-line": what the prompt of a mode has in parentheses. */
const char *conf_mode_prompt(enum conf_mode mode);

/*
 * What leads back to where the parser is: a command, "" in global mode, or for
 * conf_enter() alone what begins with CONF_HEADER_REFUSED.
 */
void conf_parser_header(const struct conf_parser *parser,
			char header[CMD_LINE_MAX + 1]);

/*
 * The command for logs: in full words, with what is secret as "*".
 */
void conf_command_for_log(const struct cmd_match *match,
			  char text[CMD_LINE_MAX + 1]);

/* Whether the command only went to another mode: nothing is configured by it. */
bool conf_only_moves(const struct cmd_match *match);

/* A handler that keeps the command as it is, or with "no" drops it. */
int conf_keep(struct cmd_match *match, void *arg);

/* The tables; chained with .more. */
extern const struct cmd conf_global_commands[];
extern const struct cmd conf_system_commands[];	/* chained: users */
extern const struct cmd conf_user_commands[];	/* chained: aaa */
extern const struct cmd conf_aaa_commands[];	/* chained: late */
extern const struct cmd conf_late_commands[];	/* chained: acl */
extern const struct cmd conf_acl_commands[];	/* chained: ip */
extern const struct cmd conf_ip_commands[];	/* chained: ssh */
extern const struct cmd conf_ssh_commands[];
extern const struct cmd conf_chain_commands[];
extern const struct cmd conf_chain_user_commands[];
extern const struct cmd conf_acl_standard_commands[];
extern const struct cmd conf_acl_extended_commands[];
extern const struct cmd conf_acl_ipv6_commands[];
extern const struct cmd conf_line_commands[];	/* chained: access */
extern const struct cmd conf_access_commands[];	/* chained: the rest */
extern const struct cmd conf_line_more_commands[];
extern const struct cmd conf_group_radius_commands[];
extern const struct cmd conf_group_tacacs_commands[];
extern const struct cmd conf_radius_commands[];
extern const struct cmd conf_tacacs_commands[];

/* conf.c */
int conf_cmd_end(struct cmd_match *match, void *arg);
int conf_cmd_exit(struct cmd_match *match, void *arg);

/* conf-ssh.c: prints what differs from the default, as commands. */
void conf_ssh_print(const struct conf *conf, FILE *file);

/* conf-line.c: lines and attributes, see there */

/**
 * conf_value_fn() - the new value of an attribute
 * @old: what it is now
 * Return: 0, or -errno with match->error set.
 */
typedef int (*conf_value_fn)(struct cmd_match *match,
			     const struct conf_parser *parser,
			     unsigned int line, const char *old,
			     char value[CONF_VALUE_MAX]);

/* Sets an attribute of all lines of the parser, or of none. 0, -errno. */
int conf_set_lines(struct cmd_match *match, const struct conf_parser *parser,
		   const char *attribute, conf_value_fn make);

int conf_line_line(struct cmd_match *match, void *arg);

#endif /* AGENT_CONF_CMD_H */
