// SPDX-License-Identifier: GPL-2.0-only
/* Requests of the control socket that configure, and what shows the result. */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf-cmd.h"
#include "conf-replace.h"
#include "daemon.h"
#include "redact.h"

static void run_command(struct control_client *c, char *data, size_t size)
{
	struct daemon *d = c->control->daemon;
	struct conf_parser parser = { .lines = &conf_lines_sysfs };
	const char *header = data, *text;
	struct ctl_result result = { 0 };
	struct cmd_match match;
	char logged[CMD_LINE_MAX + 1], where[CMD_LINE_MAX + 1];

	if (!memchr(data, '\0', size)) {
		control_refuse(c, -EPROTO, "malformed request");
		return;
	}
	text = data + strlen(header) + 1;
	if (strlen(text) + strlen(header) + 1 != size) {
		control_refuse(c, -EINVAL, "%% a NUL byte in the command");
		return;
	}
	result.code = daemon_command(d, header, text, &parser, &match);
	result.column = (uint32_t)match.column;
	result.known = match.cmd != NULL;
	result.mode = parser.mode;
	snprintf(result.error, sizeof(result.error), "%s", match.error);
	snprintf(result.note, sizeof(result.note), "%s", match.note ?: "");
	conf_parser_header(&parser, where);
	snprintf(result.header, sizeof(result.header), "%.127s", where);
	if (*header == *CONF_HEADER_REFUSED)
		header = "";
	if (!result.code && !conf_only_moves(&match)) {
		conf_command_for_log(&match, logged);
		snprintf(where, sizeof(where), "%.120s%s%.800s", header,
			 *header ? "; " : "", logged);
		control_log_change(c, where);
	}
	control_result(c, &result);
}

/* Sends what @print prints. */
static void send_printed(struct control_client *c,
			 int (*print)(struct control_client *c,
				      uint32_t number, FILE *file),
			 uint32_t number)
{
	char *text _cleanup_free_ = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int r;

	if (!file) {
		control_refuse(c, -errno, "%s", strerror(errno));
		return;
	}
	r = print(c, number, file);
	if (fclose(file) && r == 0)
		r = -ENOMEM;
	if (r < 0) {
		control_refuse(c, r, "%s", strerror(-r));
		return;
	}
	control_text(c, text, size);
	control_answer(c, 0);
}

static int print_running(struct control_client *c, uint32_t number, FILE *file)
{
	const struct daemon *d = c->control->daemon;

	if (!number || number == CTL_RUNNING_ALL)
		return daemon_print(d, number ? CONF_PRINT_ALL : 0, file);
	return conf_print_lines(&d->conf, &conf_lines_sysfs, 0, number - 1,
				number - 1, file);
}

static int print_public(struct control_client *c, uint32_t number, FILE *file)
{
	(void)number;
	return conf_print(&c->control->daemon->conf, NULL, CONF_PRINT_PUBLIC,
			  file);
}

static int print_startup(struct control_client *c, uint32_t number, FILE *file)
{
	FILE *from _cleanup_file_ = daemon_open_startup();
	char buffer[4096];
	size_t n;

	(void)c;
	(void)number;
	if (!from)
		return -errno;
	while ((n = fread(buffer, 1, sizeof(buffer), from)))
		fwrite(buffer, 1, n, file);
	return ferror(from) ? -EIO : 0;
}

static int print_diff(struct control_client *c, uint32_t number, FILE *file)
{
	FILE *from _cleanup_file_ = daemon_open_startup();
	int r;

	(void)number;
	if (!from)
		return -errno;
	r = conf_diff(&c->control->daemon->conf, from, &conf_lines_sysfs, file);
	return r < 0 ? r : 0;
}

static int print_log(struct control_client *c, uint32_t number, FILE *file)
{
	const struct control *control = c->control;

	(void)number;
	for (size_t i = 0; i < CONTROL_LOG_LINES; i++) {
		const char *line = control->log[(control->log_next + i) %
						CONTROL_LOG_LINES];

		if (line)
			fprintf(file, "%s\n", line);
	}
	return 0;
}

void control_upload(struct control_client *c, const char *data, size_t size)
{
	char *grown = NULL;

	/* Of who may not use it nothing is kept, nor what is too much. */
	if (c->who.privilege < 15 || c->upload_fault)
		return;
	if (c->upload_size + size > CTL_UPLOAD_MAX)
		c->upload_fault = -EFBIG;
	else if (!(grown = realloc(c->upload, c->upload_size + size + 1)))
		c->upload_fault = -ENOMEM;
	if (c->upload_fault)
		return;
	memcpy(grown + c->upload_size, data, size);
	c->upload = grown;
	c->upload_size += size;
}

void control_end_upload(struct control_client *c)
{
	if (c->upload)
		explicit_bzero(c->upload, c->upload_size);
	free(c->upload);
	c->upload = NULL;
	c->upload_size = 0;
	c->upload_fault = 0;
}

static void report_line(unsigned int line, const char *reason, void *arg)
{
	char text[CMD_ERROR_MAX + 32];
	int n = snprintf(text, sizeof(text), "line %u: %s\n", line, reason);

	control_text(arg, text, (size_t)n);
}

/* The configuration as text, to tell later what has changed. NULL, errno. */
static char *remember(const struct daemon *d)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int r;

	if (!file)
		return NULL;
	r = daemon_print(d, 0, file);
	if (fclose(file) || r < 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* Logs each line of a conf_diff() below the one that leads there. */
static void log_diff(const struct control_client *c, char *diff)
{
	char safe[CMD_LINE_MAX + 1], what[2 * CMD_LINE_MAX];
	const char *header = "";
	char *save, *line;

	for (line = strtok_r(diff, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		bool below = *line == ' ';

		if (*line == '!')
			continue;
		if (!below)
			header = "";
		if (!strchr("+-", line[below])) {
			header = line;
			continue;
		}
		redact_line(line + below + 1, safe, sizeof(safe));
		snprintf(what, sizeof(what), "configure replace: %.120s%s%c%.800s",
			 header, *header ? "; " : "", line[below], safe);
		control_log_change(c, what);
	}
}

/* What a replacement did, from the text of before. */
static void log_replaced(const struct control_client *c, char *before)
{
	FILE *from _cleanup_file_ = before ?
		fmemopen(before, strlen(before), "r") : NULL;
	char *diff _cleanup_free_ = NULL;
	char what[128];
	size_t size;
	FILE *to = open_memstream(&diff, &size);
	int r = -ENOMEM;

	if (from && to)
		r = conf_diff(&c->control->daemon->conf, from,
			      &conf_lines_sysfs, to);
	if (to && fclose(to))
		r = -ENOMEM;
	if (r < 0)
		snprintf(what, sizeof(what), "configure replace (what changed is not known: %s)",
			 strerror(-r));
	else
		snprintf(what, sizeof(what), "configure replace (%d lines differ)", r);
	if (r > 0)
		log_diff(c, diff);
	control_log_change(c, what);
}

static void run_replace(struct control_client *c)
{
	char *before _cleanup_free_ = NULL;
	char *text _cleanup_free_ = NULL;
	size_t size = c->upload_size;
	struct ctl_result result = { 0 };

	if (c->upload_fault) {
		control_refuse(c, c->upload_fault, "%% the file is %s",
			       c->upload_fault == -EFBIG ? "too big" :
			       "not whole: out of memory");
		return;
	}
	if (!c->upload) {
		control_refuse(c, -EINVAL, "%% the file is empty");
		return;
	}
	/* Not the client's any more, who may go while it is read. */
	text = c->upload;
	c->upload = NULL;
	before = remember(c->control->daemon);
	result.code = daemon_replace(c->control->daemon, text, size,
				     report_line, c, result.error,
				     sizeof(result.error));
	if (result.code >= 0) {
		snprintf(result.note, sizeof(result.note),
			 "%d settings of lines changed", result.code);
		result.code = 0;
		*result.error = '\0';
		log_replaced(c, before);
	}
	explicit_bzero(text, size);
	control_result(c, &result);
}

static void run_save(struct control_client *c, bool erase)
{
	int r = erase ? daemon_erase() : daemon_save(c->control->daemon);

	if (r < 0) {
		control_refuse(c, r, "%% startup-config: %s", strerror(-r));
		return;
	}
	control_log_change(c, erase ? "write erase" :
		   "copy running-config startup-config");
	control_answer(c, 0);
}

bool control_conf(struct control_client *c, const struct ctl_head *head,
		  char *data)
{
	switch (head->type) {
	case CTL_COMMAND:
		run_command(c, data, head->size);
		return true;
	case CTL_RUNNING:
		send_printed(c, print_running, head->number);
		return true;
	case CTL_STARTUP:
		send_printed(c, print_startup, 0);
		return true;
	case CTL_PUBLIC:
		send_printed(c, print_public, 0);
		return true;
	case CTL_DIFF:
		send_printed(c, print_diff, 0);
		return true;
	case CTL_LOGGING:
		send_printed(c, print_log, 0);
		return true;
	case CTL_SAVE:
	case CTL_ERASE:
		run_save(c, head->type == CTL_ERASE);
		return true;
	case CTL_REPLACE:
		run_replace(c);
		return true;
	default:
		return false;
	}
}
