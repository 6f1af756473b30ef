// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection to the daemon, and the next one when that was restarted. Who
 * we are then is found as before: by the monitor of our session, or by our uid.
 * Nothing is said of it unless something is different.
 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE	5	/* seconds for a daemon that is being restarted */
#define PAUSE		100	/* ms between two tries */

void cli_print_log(const char *text, size_t size, void *cli)
{
	(void)cli;
	printf("*%.*s\n", (int)size, text);
}

struct sink {
	struct cli *cli;
	ctl_text_fn text;
	void *arg;
};

static void sink_text(const char *data, size_t size, void *arg)
{
	struct sink *s = arg;

	if (s->text)
		s->text(data, size, s->arg);
	else if (s->cli->out)
		fwrite(data, 1, size, s->cli->out);
}

static void sink_log(const char *data, size_t size, void *arg)
{
	cli_print_log(data, size, ((struct sink *)arg)->cli);
}

/* A descriptor that a session's monitor left us. Return: -ENOENT without. */
static int take_inherited(const char *name)
{
	const char *text = getenv(name);
	char *end;
	int flags;
	long fd;

	if (!text)
		return -ENOENT;
	fd = strtol(text, &end, 10);
	unsetenv(name);
	if (!*text || *end || fd <= STDERR_FILENO || fd > 65535)
		return -EBADF;
	/* Whoever made it may have meant it for a loop of events. */
	flags = fcntl((int)fd, F_GETFL);
	if (flags < 0 || fcntl((int)fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return (int)fd;
}

/* Return: a connection; -EPERM when nobody can say who we are. */
static int open_again(const struct cli *cli)
{
	int fd;

	if (!cli->inherited)
		return ctl_connect();
	if (cli->broker < 0)
		return -EPERM;
	fd = ctl_broker_ask(cli->broker);
	return fd == -EPIPE || fd == -ECONNRESET ? -EPERM : fd;
}

static bool passes_by(int error)
{
	return error == -ECONNREFUSED || error == -ENOENT || error == -EAGAIN ||
	       error == -ETIMEDOUT;
}

/* One that is absent for good is waited for once. */
static int open_patiently(struct cli *cli)
{
	time_t end = time(NULL) + PATIENCE;
	int fd;

	for (;;) {
		fd = open_again(cli);
		if (fd >= 0 || cli->absent || !passes_by(fd) ||
		    time(NULL) >= end)
			break;
		poll(NULL, 0, PAUSE);
	}
	cli->absent = fd < 0;
	return fd;
}

static void drop(struct cli *cli, int error)
{
	if (cli->fd >= 0)
		close(cli->fd);
	cli->fd = error;
}

static int ask(struct cli *cli, uint32_t type, uint32_t number,
	       struct ctl_result *result)
{
	int r = ctl_ask(cli->fd, type, number, NULL, 0, NULL, NULL, NULL,
			result);

	return r < 0 ? r : result->code;
}

static bool is_same(const struct ctl_identity *a, const struct ctl_identity *b)
{
	return a->session == b->session && a->line == b->line &&
	       !strcmp(a->user, b->user) && !strcmp(a->peer, b->peer);
}

/* The daemon's side of what we were: level, logs. Return: 0, -errno. */
static int restore(struct cli *cli)
{
	const struct ctl_identity before = cli->who;
	struct ctl_result result;
	int r = ask(cli, CTL_HELLO, 0, &result);

	if (r < 0)
		return r;
	if (*before.user && !is_same(&before, &result.who))
		return -EPERM;
	if (*before.user && result.who.privilege > before.privilege)
		r = ask(cli, CTL_DISABLE, before.privilege, &result);
	if (r < 0)
		return r;
	cli->who = result.who;
	if (result.who.privilege < before.privilege) {
		printf("%% vtymuxd was restarted: privilege level is %u again\n",
		       result.who.privilege);
		cli->configuring = false;
	}
	if (cli->monitoring && ask(cli, CTL_MONITOR, 1, &result) < 0)
		cli->monitoring = false;
	return 0;
}

static int connect_again(struct cli *cli)
{
	int r;

	drop(cli, -ENOTCONN);
	r = open_patiently(cli);
	if (r < 0) {
		cli->fd = r;
		return r;
	}
	cli->fd = r;
	r = restore(cli);
	if (r < 0)
		drop(cli, r);
	return r;
}

void cli_reconnect(struct cli *cli)
{
	cli->absent = true;	/* no waiting: it is asked again soon */
	connect_again(cli);
}

static bool has_ended(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static int send_and_wait(struct cli *cli, uint32_t type, uint32_t number,
			 const void *data, size_t size, struct sink *sink,
			 struct ctl_result *result)
{
	int r = 0;

	if (cli->fd < 0 || has_ended(cli->fd))
		r = connect_again(cli);
	if (r < 0)
		return r;
	r = ctl_ask(cli->fd, type, number, data, size, sink_text, sink_log,
		    sink, result);
	/* It went behind logs that were still to be read: nothing was asked. */
	if (r == -EPIPE && !connect_again(cli))
		r = ctl_ask(cli->fd, type, number, data, size, sink_text,
			    sink_log, sink, result);
	return r;
}

static void explain(int error, char *text, size_t size)
{
	if (error == -EPERM)
		snprintf(text, size, "%% vtymuxd was restarted, and who you are "
			 "cannot be proven to it: log in again");
	else if (error == -ECONNRESET)
		snprintf(text, size, "%% vtymuxd went while it was at this: "
			 "look what was done of it");
	else
		snprintf(text, size, "%% vtymuxd does not answer: %s",
			 strerror(-error));
}

int cli_ask(struct cli *cli, uint32_t type, uint32_t number, const void *data,
	    size_t size, ctl_text_fn text, void *arg, struct cmd_match *match,
	    struct ctl_result *result)
{
	struct sink sink = { .cli = cli, .text = text, .arg = arg };
	int r;

	memset(result, 0, sizeof(*result));
	r = send_and_wait(cli, type, number, data, size, &sink, result);
	if (r < 0) {
		explain(r, result->error, sizeof(result->error));
		if (match)
			cmd_fail(match, r, "%s", result->error);
		drop(cli, r);
		return r;
	}
	cli->who = result->who;
	snprintf(cli->hostname, sizeof(cli->hostname), "%s", result->hostname);
	if (match && result->code < 0)
		cmd_fail(match, result->code, "%s", result->error);
	return result->code;
}

void cli_connect(struct cli *cli)
{
	struct ctl_result result;

	cli->broker = take_inherited(CTL_BROKER_VARIABLE);
	cli->fd = take_inherited(CTL_FD_VARIABLE);
	cli->inherited = cli->fd != -ENOENT || cli->broker != -ENOENT;
	/* Others may run under our uid, with less privilege than this. */
	if (cli->inherited)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	else
		cli->fd = ctl_connect();
	if (cli->fd < 0)
		cli->absent = true;
	if (cli_ask(cli, CTL_HELLO, 0, NULL, 0, NULL, NULL, NULL, &result) < 0) {
		cli->who.privilege = geteuid() || cli->inherited ? 1 : 15;
		if (gethostname(cli->hostname, sizeof(cli->hostname) - 1) < 0)
			strcpy(cli->hostname, "Switch");
		cli->hostname[strcspn(cli->hostname, ".")] = '\0';
	}
}
