/* SPDX-License-Identifier: GPL-2.0-only */
/* Between conf.c, which has the tables, and the files of its commands. */
#ifndef AGENT_CONF_CMD_H
#define AGENT_CONF_CMD_H

#include <stdbool.h>

#include "cmd.h"
#include "conf.h"

enum conf_mode {
	CONF_MODE_GLOBAL,
	CONF_MODE_LINE,
	CONF_MODE_REFUSED,	/* below a line command that failed */
	CONF_MODE_END,
};

/* The argument of the handlers. */
struct conf_parser {
	struct conf *conf;
	unsigned int flags;	/* enum conf_flags */
	enum conf_mode mode;
	unsigned int first, last;	/* MODE_LINE: the lines */
};

/* conf.c */
int conf_cmd_end(struct cmd_match *match, void *arg);
int conf_cmd_exit(struct cmd_match *match, void *arg);

/* conf-ip.c */
int conf_ip_listen(struct cmd_match *match, void *arg);
int conf_ip_retries(struct cmd_match *match, void *arg);
int conf_ip_timeout(struct cmd_match *match, void *arg);
int conf_ip_version(struct cmd_match *match, void *arg);

/* conf-line.c */
int conf_line_binding(struct cmd_match *match, void *arg);
int conf_line_exec(struct cmd_match *match, void *arg);
int conf_line_line(struct cmd_match *match, void *arg);
int conf_line_login(struct cmd_match *match, void *arg);
int conf_line_name(struct cmd_match *match, void *arg);
int conf_line_rotary(struct cmd_match *match, void *arg);
int conf_line_setting(struct cmd_match *match, void *arg);
int conf_line_transport(struct cmd_match *match, void *arg);

#endif /* AGENT_CONF_CMD_H */
