// SPDX-License-Identifier: GPL-2.0-only
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "conf-cmd.h"

static const struct cmd global_commands[] = {
	{ "end", 0, conf_cmd_end, "Leave the configuration" },
	{ "exit", 0, conf_cmd_exit, "Leave this mode" },
	{ "ip ssh authentication-retries <0-5>", CMD_NO | CMD_NO_SHORT,
	  conf_ip_retries, "Attempts after the first of a connection" },
	{ "ip ssh listen port <1-65535>", CMD_NO, conf_ip_listen,
	  "Listen for SSH on all addresses" },
	{ "ip ssh listen ADDRESS port <1-65535>", CMD_NO, conf_ip_listen,
	  "Listen for SSH on one address" },
	{ "ip ssh time-out <0-120>", CMD_NO | CMD_NO_SHORT, conf_ip_timeout,
	  "Seconds for negotiation and login" },
	{ "ip ssh version <1-2>", CMD_NO | CMD_NO_SHORT, conf_ip_version,
	  "Protocol version" },
	{ "line <0-4095>", 0, conf_line_line, "Configure a line" },
	{ "line <0-4095> <0-4095>", 0, conf_line_line, "Configure lines" },
	{ "line tty <1-4095>", 0, conf_line_line, "Configure a line" },
	{ "line tty <1-4095> <1-4095>", 0, conf_line_line, "Configure lines" },

	{ "aaa LINE", CMD_NO, NULL, "Authentication and authorization" },
	{ "access-list LINE", CMD_NO, NULL, "Address filters" },
	{ "banner {exec|incoming|login|motd} LINE",
	  CMD_NO | CMD_NO_SHORT | CMD_TEXT, NULL, "Texts for users" },
	{ "crypto LINE", CMD_NO, NULL, "Keys" },
	{ "default LINE", 0, NULL, "Return a setting to its default" },
	{ "enable LINE", CMD_NO, NULL, "Secret of the privileged mode" },
	{ "hostname [LINE]", CMD_NO, NULL, "Name of this switch" },
	{ "ip domain-name [LINE]", CMD_NO, NULL, "Domain of this switch" },
	{ "ip scp LINE", CMD_NO, NULL, "File transfer" },
	{ "ip ssh {break-string|bulk-mode|client|dh|dscp|logging|maxstartups|"
	  "port|precedence|pubkey-chain|rekey|server|source-interface|"
	  "window-size} [LINE]", CMD_NO, NULL, "SSH server parameters" },
	{ "line {aux|console|vty} [LINE]", CMD_NO, NULL, "Other lines" },
	{ "logging LINE", CMD_NO, NULL, "Log destinations" },
	{ "radius LINE", CMD_NO, NULL, "RADIUS servers" },
	{ "service LINE", CMD_NO, NULL, "Services" },
	{ "tacacs LINE", CMD_NO, NULL, "TACACS+ servers" },
	{ "username LINE", CMD_NO, NULL, "Local users" },
	{ "version LINE", 0, NULL, "Version that wrote the configuration" },
	{ 0 }
};

static const struct cmd line_commands[] = {
	{ "binding {device|path|serial-number} WORD", CMD_NO | CMD_NO_SHORT,
	  conf_line_binding, "The tty behind this line" },
	{ "databits <5-8>", CMD_NO | CMD_NO_SHORT, conf_line_setting,
	  "Bits in a character" },
	{ "end", 0, conf_cmd_end, "Leave the configuration" },
	{ "exec", CMD_NO, conf_line_exec, "Allow a login on this line" },
	{ "exit", 0, conf_cmd_exit, "Leave this mode" },
	{ "flowcontrol {none|software|hardware}", CMD_NO | CMD_NO_SHORT,
	  conf_line_setting, "Flow control" },
	{ "login authentication WORD", CMD_NO | CMD_NO_SHORT, conf_line_login,
	  "Login list" },
	{ "name WORD", CMD_NO | CMD_NO_SHORT, conf_line_name,
	  "Label for user:NAME" },
	{ "parity {none|even|odd|space|mark}", CMD_NO | CMD_NO_SHORT,
	  conf_line_setting, "Parity" },
	{ "rotary <1-127>", CMD_NO | CMD_NO_SHORT, conf_line_rotary,
	  "Member of a rotary group" },
	{ "speed <50-4000000>", CMD_NO | CMD_NO_SHORT, conf_line_setting,
	  "Bits a second" },
	{ "stopbits {1|1.5|2}", CMD_NO | CMD_NO_SHORT, conf_line_setting,
	  "Stop bits" },
	{ "transport input {all|none}", CMD_NO | CMD_NO_SHORT,
	  conf_line_transport, "Protocols to this line" },
	{ "transport input {ssh|telnet}", CMD_NO, conf_line_transport,
	  "Protocols to this line" },
	{ "transport input {ssh|telnet} {ssh|telnet}", CMD_NO,
	  conf_line_transport, "Protocols to this line" },

	{ "absolute-timeout [LINE]", CMD_NO, NULL, "Longest session" },
	{ "access-class [LINE]", CMD_NO, NULL, "Address filter" },
	{ "activation-character [LINE]", CMD_NO, NULL, "Wakes the line" },
	{ "allow [LINE]", CMD_NO, NULL, "Users of this line" },
	{ "autohangup [LINE]", CMD_NO, NULL, "Hang up after a connection" },
	{ "escape-character [LINE]", CMD_NO, NULL, "Leads a suspend" },
	{ "exec-timeout [LINE]", CMD_NO, NULL, "Idle limit of the EXEC" },
	{ "flowcontrol {software|hardware} {in|lock|out} [LINE]", CMD_NO, NULL,
	  "Flow control of one direction" },
	{ "history [LINE]", CMD_NO, NULL, "Size of the history" },
	{ "length [LINE]", CMD_NO, NULL, "Lines of the terminal" },
	{ "location [LINE]", CMD_NO, NULL, "Free text" },
	{ "login", CMD_NO, NULL, "Password check" },
	{ "login local", CMD_NO, NULL, "Password check" },
	{ "logout-warning [LINE]", CMD_NO, NULL, "Notice before the end" },
	{ "modem [LINE]", CMD_NO, NULL, "Modem signals" },
	{ "privilege LINE", CMD_NO, NULL, "Privilege at login" },
	{ "refuse-message LINE", CMD_NO | CMD_NO_SHORT | CMD_TEXT, NULL,
	  "Text of a busy line" },
	{ "rotary <1-127> LINE", CMD_NO, NULL, "Queued rotary" },
	{ "session-timeout [LINE]", CMD_NO, NULL, "Idle limit" },
	{ "timeout LINE", CMD_NO, NULL, "Time for the login" },
	{ "transport input {acercon|lapb-ta|lat|mop|nasi|pad|rlogin|udptn|v120}"
	  " [LINE]", CMD_NO, NULL, "Other protocols" },
	{ "transport {output|preferred} [LINE]", CMD_NO, NULL,
	  "Protocols from this line" },
	{ "vacant-message LINE", CMD_NO | CMD_NO_SHORT | CMD_TEXT, NULL,
	  "Text of an idle line" },
	{ "watch [LINE]", CMD_NO, NULL, "Users who may watch" },
	{ "width [LINE]", CMD_NO, NULL, "Columns of the terminal" },
	{ 0 }
};

void conf_init(struct conf *conf)
{
	*conf = (struct conf){
		.timeout = CONF_TIMEOUT_DEFAULT,
		.retries = CONF_RETRIES_DEFAULT,
	};
}

void conf_free(struct conf *conf)
{
	free(conf->bindings);
	conf_init(conf);
}

unsigned int conf_login_time(const struct conf *conf)
{
	return conf->timeout ? conf->timeout : CONF_TIMEOUT_CAP;
}

/* Index of the first binding of @line or above. */
static size_t binding_index(const struct conf *conf, unsigned int line)
{
	size_t i = 0;

	while (i < conf->binding_count && conf->bindings[i].line < line)
		i++;
	return i;
}

const struct binding *conf_binding(const struct conf *conf, unsigned int line)
{
	size_t i = binding_index(conf, line);

	if (i == conf->binding_count || conf->bindings[i].line != line)
		return NULL;
	return &conf->bindings[i];
}

int conf_bind(struct conf *conf, unsigned int line,
	      const struct binding *binding)
{
	size_t i = binding_index(conf, line);
	bool present = i < conf->binding_count && conf->bindings[i].line == line;
	struct binding *b = conf->bindings;

	if (!binding) {
		if (present)
			memmove(&b[i], &b[i + 1],
				(--conf->binding_count - i) * sizeof(*b));
		return 0;
	}
	if (!present) {
		b = realloc(b, (conf->binding_count + 1) * sizeof(*b));
		if (!b)
			return -ENOMEM;
		memmove(&b[i + 1], &b[i],
			(conf->binding_count++ - i) * sizeof(*b));
		conf->bindings = b;
	}
	b[i] = *binding;
	b[i].line = line;
	return 0;
}

int conf_cmd_end(struct cmd_match *match, void *arg)
{
	(void)match;
	((struct conf_parser *)arg)->mode = CONF_MODE_END;
	return 0;
}

int conf_cmd_exit(struct cmd_match *match, void *arg)
{
	struct conf_parser *p = arg;

	(void)match;
	p->mode = p->mode == CONF_MODE_GLOBAL ? CONF_MODE_END :
		CONF_MODE_GLOBAL;
	return 0;
}

/*
 * A command of the line mode, or else one of the global mode, which ends the
 * line mode. Of two errors the one that understood more words is reported.
 */
static int find(const struct conf_parser *p, const char *text,
		struct cmd_match *match, const struct cmd **ret_table)
{
	struct cmd_match global;
	int r, g;

	*ret_table = global_commands;
	if (p->mode == CONF_MODE_GLOBAL)
		return cmd_match(global_commands, text, match);
	r = cmd_match(line_commands, text, match);
	if (r < 0 && r != -EOPNOTSUPP) {
		g = cmd_match(global_commands, text, &global);
		if (g == 0 || g == -EOPNOTSUPP ||
		    global.words > match->words) {
			*match = global;
			return g;
		}
	}
	*ret_table = line_commands;
	return r;
}

/* The first word is "line" as far as it goes: a new block begins here. */
static bool begins_block(const char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strcspn(text, " \t\r\n");
	return len >= 2 && len <= 4 && !strncmp(text, "line", len);
}

static int run_command(struct conf_parser *p, const char *text,
		       struct cmd_match *match)
{
	const struct cmd *table;
	int r;

	r = find(p, text, match, &table);
	if (r == 0 && table == line_commands && p->mode == CONF_MODE_REFUSED &&
	    match->cmd->run != conf_cmd_exit && match->cmd->run != conf_cmd_end)
		r = cmd_fail(match, -ECANCELED,
			     "not applied: its line command was not accepted");
	if (match->cmd && table == global_commands)
		p->mode = CONF_MODE_GLOBAL;
	if (r == 0)
		r = match->cmd->run(match, p);
	if (r < 0 && begins_block(text))
		p->mode = CONF_MODE_REFUSED;
	return r;
}

static bool is_comment(const char *text)
{
	text += strspn(text, " \t\r\n");
	return !*text || *text == '!';
}

/* What conf_read() carries from line to line. */
struct reader {
	struct conf_parser parser;
	conf_report_fn report;
	void *arg;
	unsigned int number;	/* of the line */
	int refused;		/* lines so far */
	char delimiter[3];	/* of a text that is open, or "" */
};

static void refuse(struct reader *rd, const char *reason)
{
	rd->report(rd->number, reason, rd->arg);
	rd->refused++;
}

static void read_line(struct reader *rd, const char *text, size_t len)
{
	struct cmd_match match;
	int r;

	if (*rd->delimiter) {
		if (strstr(text, rd->delimiter))
			*rd->delimiter = '\0';
		return;
	}
	if (strlen(text) != len) {
		refuse(rd, "% a NUL byte in the line");
		return;
	}
	if (is_comment(text))
		return;
	if (rd->parser.mode == CONF_MODE_END) {
		refuse(rd, "% not applied: after the end");
		return;
	}
	r = run_command(&rd->parser, text, &match);
	cmd_open_text(&match, text, rd->delimiter);
	if (r < 0)
		refuse(rd, match.error);
}

int conf_read(struct conf *conf, FILE *file, unsigned int flags,
	      conf_report_fn report, void *arg)
{
	struct reader rd = {
		.parser = { .conf = conf, .flags = flags },
		.report = report,
		.arg = arg,
	};
	char *text _cleanup_free_ = NULL;
	size_t room = 0;
	ssize_t len;

	while ((errno = 0, len = getline(&text, &room, file)) >= 0) {
		rd.number++;
		read_line(&rd, text, (size_t)len);
	}
	if (!feof(file))
		return errno ? -errno : -EIO;
	if (*rd.delimiter)
		refuse(&rd, "% the text has no end");
	return rd.refused;
}

int conf_load(struct conf *conf, const char *path, unsigned int flags,
	      conf_report_fn report, void *arg)
{
	int fd _cleanup_close_ = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
				      O_NONBLOCK);
	FILE *file _cleanup_file_ = NULL;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_uid && st.st_uid != geteuid()) ||
	    st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	if (st.st_size > CONF_SIZE_MAX)
		return -EFBIG;
	file = fdopen(fd, "r");
	if (!file)
		return -errno;
	take_fd(&fd);
	return conf_read(conf, file, flags, report, arg);
}

int conf_print(const struct conf *conf, FILE *file)
{
	for (size_t i = 0; i < conf->listen_count; i++)
		fprintf(file, "ip ssh listen %s%sport %u\n",
			conf->listens[i].address,
			*conf->listens[i].address ? " " : "",
			conf->listens[i].port);
	if (conf->timeout != CONF_TIMEOUT_DEFAULT)
		fprintf(file, "ip ssh time-out %u\n", conf->timeout);
	if (conf->retries != CONF_RETRIES_DEFAULT)
		fprintf(file, "ip ssh authentication-retries %u\n",
			conf->retries);
	for (size_t i = 0; i < conf->binding_count; i++)
		fprintf(file, "!\nline %u\n binding %s %s\n",
			conf->bindings[i].line,
			binding_type_name(conf->bindings[i].type),
			conf->bindings[i].value);
	fprintf(file, "!\nend\n");
	return ferror(file) ? -EIO : 0;
}

int conf_save(const struct conf *conf, const char *path)
{
	FILE *file _cleanup_file_ = NULL;
	int fd _cleanup_close_ = -1;
	char temporary[4096];
	int r;

	r = snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (r < 0 || (size_t)r >= sizeof(temporary))
		return -ENAMETOOLONG;
	if (unlink(temporary) < 0 && errno != ENOENT)
		return -errno;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	file = fdopen(fd, "w");
	if (!file)
		return -errno;
	take_fd(&fd);
	r = conf_print(conf, file);
	if (r == 0 && fflush(file) == EOF)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}
