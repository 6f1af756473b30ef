// SPDX-License-Identifier: GPL-2.0-only
/* What the requests of the control socket do. See ctl.h for each. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "conf-cmd.h"
#include "conf-replace.h"
#include "daemon.h"
#include "log.h"
#include "loop.h"
#include "nl.h"
#include "path.h"
#include "secret.h"

#define PENALTY		UINT64_C(1000000)	/* usec, for a wrong secret */
#define FAILURES_MAX	9		/* wrong secrets of a connection */

static void answer(struct control_client *c, int code)
{
	struct ctl_result result = { .code = code };

	control_result(c, &result);
}

__attribute__((format(printf, 3, 4)))
static void refuse(struct control_client *c, int code, const char *format, ...)
{
	struct ctl_result result = { .code = code };
	va_list ap;

	va_start(ap, format);
	vsnprintf(result.error, sizeof(result.error), format, ap);
	va_end(ap);
	control_result(c, &result);
}

/* What is logged of a change, and by whom. */
static void log_change(const struct control_client *c, const char *what)
{
	char name[160];

	control_name(c, name, sizeof(name));
	log_notice("%%PARSER-5-CFGLOG_LOGGEDCMD: User:%s logged command:%s",
		   name, what);
}

static void run_command(struct control_client *c, char *data, size_t size)
{
	struct daemon *d = c->control->daemon;
	struct conf_parser parser = { .lines = &conf_lines_sysfs };
	const char *header = data, *text;
	struct ctl_result result = { 0 };
	struct cmd_match match;
	char logged[CMD_LINE_MAX + 1], where[CMD_LINE_MAX + 1];

	if (!memchr(data, '\0', size)) {
		refuse(c, -EPROTO, "malformed request");
		return;
	}
	text = data + strlen(header) + 1;
	if (strlen(text) + strlen(header) + 1 != size) {
		refuse(c, -EINVAL, "%% a NUL byte in the command");
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
	if (!result.code && !conf_only_moves(&match)) {
		conf_command_for_log(&match, logged);
		snprintf(where, sizeof(where), "%.120s%s%.800s", header,
			 *header ? "; " : "", logged);
		log_change(c, where);
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
		refuse(c, -errno, "%s", strerror(errno));
		return;
	}
	r = print(c, number, file);
	if (fclose(file) && r == 0)
		r = -ENOMEM;
	if (r < 0) {
		refuse(c, r, "%s", strerror(-r));
		return;
	}
	control_text(c, text, size);
	answer(c, 0);
}

static int print_running(struct control_client *c, uint32_t number, FILE *file)
{
	const struct daemon *d = c->control->daemon;

	if (!number)
		return daemon_print(d, file);
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

static void take_upload(struct control_client *c, const char *data, size_t size)
{
	char *grown;

	/* Of who may not use it nothing is kept, nor what is too much. */
	if (c->who.privilege < 15 || c->upload_size > CTL_UPLOAD_MAX)
		return;
	grown = realloc(c->upload, c->upload_size + size + 1);
	if (!grown)
		return;
	memcpy(grown + c->upload_size, data, size);
	c->upload = grown;
	c->upload_size += size;
}

static void report_line(unsigned int line, const char *reason, void *arg)
{
	char text[CMD_ERROR_MAX + 32];
	int n = snprintf(text, sizeof(text), "line %u: %s\n", line, reason);

	control_text(arg, text, (size_t)n);
}

static void run_replace(struct control_client *c)
{
	char *text _cleanup_free_ = c->upload;
	size_t size = c->upload_size;
	struct ctl_result result = { 0 };

	c->upload = NULL;
	c->upload_size = 0;
	if (!text || size > CTL_UPLOAD_MAX) {
		refuse(c, text ? -EFBIG : -EINVAL, "%% the file is %s",
		       text ? "too big" : "empty");
		return;
	}
	result.code = daemon_replace(c->control->daemon, text, size,
				     report_line, c, result.error,
				     sizeof(result.error));
	if (result.code >= 0) {
		snprintf(result.note, sizeof(result.note),
			 "%d settings of lines changed", result.code);
		result.code = 0;
		*result.error = '\0';
		log_change(c, "configure replace");
	}
	explicit_bzero(text, size);
	control_result(c, &result);
}

static void run_save(struct control_client *c, bool erase)
{
	int r = erase ? daemon_erase() : daemon_save(c->control->daemon);

	if (r < 0) {
		refuse(c, r, "%% startup-config: %s", strerror(-r));
		return;
	}
	log_change(c, erase ? "write erase" :
		   "copy running-config startup-config");
	answer(c, 0);
}

static void send_sessions(struct control_client *c)
{
	const struct session_table *table =
		&c->control->daemon->server.sessions;

	for (size_t i = 0; i < SESSION_MAX; i++) {
		const struct session *s = &table->slots[i];
		struct ctl_session out = {
			.connection = (uint32_t)i, .id = s->id,
			.line = s->line, .state = s->state, .start = s->start,
		};
		char peer[LISTEN_PEER_MAX + 1];

		if (s->state == SESSION_FREE)
			continue;
		listen_format(&s->peer, peer);
		snprintf(out.peer, sizeof(out.peer), "%s", peer);
		snprintf(out.user, sizeof(out.user), "%s", s->user);
		control_send(c, CTL_TEXT, &out, sizeof(out));
	}
	answer(c, 0);
}

static void send_ssh(struct control_client *c)
{
	const struct daemon *d = c->control->daemon;
	size_t login;
	struct ctl_ssh out = {
		.enabled = d->keys > 0,
		.timeout = d->conf.timeout,
		.retries = d->conf.retries,
		.started = d->started,
		.version = VTYMUX_VERSION,
	};

	out.sessions = (uint32_t)session_count(&d->server.sessions, &login);
	out.logging_in = (uint32_t)login;
	server_describe(&d->server, out.listening, sizeof(out.listening));
	control_send(c, CTL_TEXT, &out, sizeof(out));
	answer(c, 0);
}

/* Through the module when it is there, which ends the claim at once. */
static void clear_line(struct control_client *c, uint32_t line)
{
	struct daemon *d = c->control->daemon;
	char what[64];
	int r = -ENOENT;

	if (line && d->binder.nl)
		r = nl_client_clear(d->binder.nl, line);
	else if (line)
		r = server_clear(&d->server, line);
	/* Nobody is on it: as good as cleared. */
	if (r == -ENODEV && conf_lines_is_virtual(&conf_lines_sysfs, line) >= 0)
		r = 0;
	if (r < 0) {
		refuse(c, r, r == -ENODEV || !line ? "%% Invalid line" :
		       "%% line %u: %s", line, strerror(-r));
		return;
	}
	snprintf(what, sizeof(what), "clear line %u", line);
	log_change(c, what);
	answer(c, 0);
}

static void disconnect(struct control_client *c, uint32_t connection)
{
	struct daemon *d = c->control->daemon;
	char what[64];
	int r = server_disconnect(&d->server, connection);

	if (r < 0) {
		refuse(c, r, "%% No such SSH connection: %u", connection);
		return;
	}
	snprintf(what, sizeof(what), "disconnect ssh %u", connection);
	log_change(c, what);
	answer(c, 0);
}

static void run_crypto(struct control_client *c, char *command, bool replace)
{
	char what[128];
	int r;

	snprintf(what, sizeof(what), "crypto %.100s", command);
	r = control_crypto(c, command, replace);
	if (r < 0)
		refuse(c, r, "%% crypto: %s", strerror(-r));
	else
		log_change(c, what);
}

static void on_penalty_over(void *arg)
{
	struct control_client *c = arg;

	c->delay = loop_remove(c->delay);
	refuse(c, -EACCES, "%% Access denied");
}

static void on_checked(pid_t pid, int status, void *arg)
{
	struct control_client *c = arg;
	char name[160];

	(void)pid;
	c->child = loop_remove(c->child);
	control_name(c, name, sizeof(name));
	if (!status) {
		log_notice("%%SYS-5-PRIV_AUTH_PASS: Privilege level set to %u by %s",
			   c->level, name);
		c->who.privilege = c->level;
		answer(c, 0);
		return;
	}
	c->failures++;
	log_warn("%%SYS-5-PRIV_AUTH_FAIL: Authentication to Privilege level %u failed by %s",
		 c->level, name);
	if (loop_add_timer(PENALTY, on_penalty_over, c, &c->delay) < 0)
		on_penalty_over(c);
}

/* Hashing takes long, so a child does it. */
static void check_secret(struct control_client *c, const char *secret,
			 const char *hash)
{
	pid_t pid = fork();

	if (!pid) {
		signal(SIGTERM, SIG_DFL);
		_exit(secret_verify(secret, hash) ? 0 : 1);
	}
	if (pid < 0) {
		refuse(c, -errno, "%s", strerror(errno));
		return;
	}
	c->child_pid = pid;
	if (loop_add_child(pid, on_checked, c, &c->child) < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		refuse(c, -EIO, "cannot check the secret");
	}
}

static void enable(struct control_client *c, uint32_t level, const char *secret)
{
	const struct daemon *d = c->control->daemon;

	if (level > 15) {
		refuse(c, -EINVAL, "%% Invalid level");
		return;
	}
	if (level <= c->who.privilege) {
		c->who.privilege = level;
		answer(c, 0);
		return;
	}
	c->level = level;
	if (!*d->conf.enable[level])
		refuse(c, -ENOKEY, "%% No password set");
	else if (!*secret)
		refuse(c, -EAGAIN, "Password: ");
	else if (c->failures >= FAILURES_MAX)
		refuse(c, -EACCES, "%% Bad secrets");
	else
		check_secret(c, secret, d->conf.enable[level]);
}

static void bind_identity(struct control_client *c, const char *data,
			  size_t size)
{
	struct ctl_identity who;

	if (c->uid || c->bound || size != sizeof(who)) {
		refuse(c, -EPERM, "%% not allowed");
		return;
	}
	memcpy(&who, data, sizeof(who));
	if (who.privilege > 15 || !memchr(who.user, 0, sizeof(who.user)) ||
	    !memchr(who.peer, 0, sizeof(who.peer)) || !*who.user) {
		refuse(c, -EINVAL, "malformed identity");
		return;
	}
	c->who = who;
	c->bound = true;
	answer(c, 0);
}

static void run_anybody(struct control_client *c, const struct ctl_head *head,
			const char *data)
{
	switch (head->type) {
	case CTL_HELLO:
		answer(c, 0);
		break;
	case CTL_BIND:
		bind_identity(c, data, head->size);
		break;
	case CTL_PUBLIC:
		send_printed(c, print_public, 0);
		break;
	case CTL_SESSIONS:
		send_sessions(c);
		break;
	case CTL_SSH:
		send_ssh(c);
		break;
	case CTL_ENABLE:
		enable(c, head->number, data);
		break;
	case CTL_DISABLE:
		if (head->number < c->who.privilege)
			c->who.privilege = head->number;
		answer(c, 0);
		break;
	default:
		refuse(c, -EPERM, "%% this needs privilege level 15");
	}
}

void control_run(struct control_client *c, const struct ctl_head *head,
		 char *data)
{
	if (head->type == CTL_DATA) {
		take_upload(c, data, head->size);
		return;
	}
	if (c->who.privilege < 15) {
		run_anybody(c, head, data);
		return;
	}
	switch (head->type) {
	case CTL_COMMAND:
		run_command(c, data, head->size);
		break;
	case CTL_RUNNING:
		send_printed(c, print_running, head->number);
		break;
	case CTL_STARTUP:
		send_printed(c, print_startup, 0);
		break;
	case CTL_DIFF:
		send_printed(c, print_diff, 0);
		break;
	case CTL_SAVE:
	case CTL_ERASE:
		run_save(c, head->type == CTL_ERASE);
		break;
	case CTL_REPLACE:
		run_replace(c);
		break;
	case CTL_CLEAR:
		clear_line(c, head->number);
		break;
	case CTL_CRYPTO:
		run_crypto(c, data, head->number);
		break;
	case CTL_DISCONNECT:
		disconnect(c, head->number);
		break;
	case CTL_LOGGING:
		send_printed(c, print_log, 0);
		break;
	case CTL_MONITOR:
		c->monitoring = head->number != 0;
		answer(c, 0);
		break;
	default:
		run_anybody(c, head, data);
	}
}
