// SPDX-License-Identifier: GPL-2.0-only
/*
 * CTL_ENABLE. The list of "aaa authentication enable" is asked by a program:
 * methods block. Every refusal comes at the next full second since the secret
 * did, and in the same words.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "daemon.h"
#include "enable.h"
#include "log.h"
#include "loop.h"
#include "path.h"

#define GRID		UINT64_C(1000000)	/* usec */
#define FAILURES_MAX	9		/* wrong secrets of a connection */
#define LIST		"aaa authentication enable default"

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * GRID + (uint64_t)t.tv_nsec / 1000;
}

static void on_grid(void *arg)
{
	struct control_client *c = arg;

	c->delay = loop_remove(c->delay);
	control_refuse(c, -EACCES, "%% Access denied");
}

static void on_checked(pid_t pid, int status, void *arg)
{
	struct control_client *c = arg;
	char name[160];

	(void)pid;
	c->child = loop_remove(c->child);
	control_name(c, name, sizeof(name));
	if (status == ENABLE_YES) {
		log_notice("%%SYS-5-PRIV_AUTH_PASS: Privilege level set to %u by %s",
			   c->level, name);
		c->who.privilege = c->level;
		control_answer(c, 0);
		return;
	}
	c->failures++;
	log_warn("%%SYS-5-PRIV_AUTH_FAIL: Authentication to Privilege level %u failed by %s",
		 c->level, name);
	if (loop_add_timer(GRID - (now() - c->asked) % GRID, on_grid, c,
			   &c->delay) < 0)
		on_grid(c);
}

static void fill(const struct control_client *c, const char *secret,
		 struct enable_question *q)
{
	*q = (struct enable_question){ .level = c->level, .uid = c->uid };
	/* What is longer than any secret is cut to what is none. */
	snprintf(q->secret, sizeof(q->secret), "%s", secret);
	if (!c->bound)
		return;
	snprintf(q->user, sizeof(q->user), "%s", c->who.user);
	snprintf(q->peer, sizeof(q->peer), "%s", c->who.peer);
	if (c->who.line)
		snprintf(q->tty, sizeof(q->tty), VTYMUX_LINE_PREFIX "%u",
			 c->who.line);
}

/* In the child. */
__attribute__((noreturn))
static void run(const char *program, int input)
{
	char *argv[] = { (char *)"vtymux-enable", NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null >= 0 && dup2(input, STDIN_FILENO) >= 0 &&
	    dup2(null, STDOUT_FILENO) >= 0 &&
	    !close_range(STDERR_FILENO + 1, ~0U, 0))
		execv(program, argv);
	_exit(ENABLE_FAULT);
}

/* Return: 0 with the answer to come, or -errno. */
static int start(struct control_client *c, const struct enable_question *q)
{
	int ours _cleanup_close_ = -1, theirs _cleanup_close_ = -1;
	char program[4096];
	int ends[2], r;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/vtymux-enable",
		 path_libexecdir());
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	theirs = ends[0];
	ours = ends[1];
	if (write(ours, q, sizeof(*q)) != sizeof(*q))
		return -EIO;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		run(program, theirs);
	c->child_pid = pid;
	r = loop_add_child(pid, on_checked, c, &c->child);
	if (r < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r;
}

static void check(struct control_client *c, const char *secret)
{
	struct enable_question q;
	int r;

	fill(c, secret, &q);
	c->asked = now();
	r = start(c, &q);
	explicit_bzero(&q, sizeof(q));
	if (r < 0)
		control_refuse(c, r, "cannot check the secret: %s",
			       strerror(-r));
}

void control_enable(struct control_client *c, uint32_t level,
		    const char *secret)
{
	const struct conf *conf = &c->control->daemon->conf;
	const char *list = conf_get(conf, LIST);

	if (level > 15) {
		control_refuse(c, -EINVAL, "%% Invalid level");
		return;
	}
	if (level <= c->who.privilege) {
		c->who.privilege = level;
		control_answer(c, 0);
		return;
	}
	c->level = level;
	if (!list && !*conf->enable[level])
		control_refuse(c, -ENOKEY, "%% No password set");
	else if (c->failures >= FAILURES_MAX)
		control_refuse(c, -EACCES, "%% Bad secrets");
	else if (!*secret && !(list && !strncmp(list, "none", 4)))
		control_refuse(c, -EAGAIN, "Password: ");
	else
		check(c, secret);
}
