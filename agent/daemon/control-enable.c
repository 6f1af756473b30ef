// SPDX-License-Identifier: GPL-2.0-only
/*
 * CTL_ENABLE. The list of "aaa authentication enable" is asked by a program:
 * methods block. Every refusal comes at the next full second since the secret
 * did, and in the same words.
 *
 * A success is told at once, so that who has no answer soon knows that there
 * is none to come. He may hang up, but gains nothing: his next secret has to
 * wait for that second, and the program goes on to the entry in the log.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "daemon.h"
#include "enable.h"
#include "log.h"
#include "loop.h"
#include "path.h"

#define GRID		UINT64_C(1000000)	/* usec */
#define POLL		UINT64_C(20000)		/* usec, while another is checked */
#define FAILURES_MAX	9		/* wrong secrets; then there is a pause */
#define PAUSE		UINT64_C(60000000)	/* usec, and all is forgotten */
#define LIST		"aaa authentication enable default"

/* His entry, made when there is none; the oldest idle one goes for it. */
static struct control_asker *find(struct control_client *c)
{
	struct control_asker *askers = c->control->askers, *slot = NULL;
	uint32_t id = c->bound ? c->who.session : c->uid;

	for (size_t i = 0; i < CONTROL_ASKERS_MAX; i++) {
		struct control_asker *a = &askers[i];

		if (a->used && a->bound == c->bound && a->id == id)
			return a;
		if (a->child || (slot && !slot->used))
			continue;
		if (!slot || !a->used || a->asked < slot->asked)
			slot = a;
	}
	if (slot)
		*slot = (struct control_asker){
			.used = true, .bound = c->bound, .id = id,
		};
	return slot;
}

static bool is_barred(struct control_asker *a)
{
	if (!a->child && loop_now() >= a->asked + PAUSE)
		a->failures = 0;
	return a->failures >= FAILURES_MAX;
}

static void on_grid(void *arg)
{
	struct control_client *c = arg;

	c->delay = loop_remove(c->delay);
	control_refuse(c, -EACCES, "%% Access denied");
}

static void pass(struct control_asker *a, struct control_client *c)
{
	a->failures = 0;
	log_notice("%%SYS-5-PRIV_AUTH_PASS: Privilege level set to %u by %s%s",
		   a->level, a->name, c ? "" : ", who has hung up");
	if (!c)
		return;
	c->who.privilege = a->level;
	control_answer(c, 0);
}

static void on_checked(pid_t pid, int status, void *arg)
{
	struct control_asker *a = arg;
	struct control_client *c = a->client;
	uint64_t now = loop_now();

	(void)pid;
	a->child = loop_remove(a->child);
	a->client = NULL;
	if (c)
		c->asker = NULL;
	if (status == ENABLE_YES) {
		pass(a, c);
		return;
	}
	a->failures++;
	a->next = now + GRID - (now - a->asked) % GRID;
	log_warn("%%SYS-5-PRIV_AUTH_FAIL: Authentication to Privilege level %u failed by %s",
		 a->level, a->name);
	if (c && loop_add_timer(a->next - now, on_grid, c, &c->delay) < 0)
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

/* Return: 0 with on_checked() to come, or -errno. */
static int start(struct control_asker *a, const struct enable_question *q)
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
	a->pid = pid;
	r = loop_add_child(pid, on_checked, a, &a->child);
	if (r < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r;
}

static void check(struct control_client *c, struct control_asker *a,
		  const char *secret)
{
	struct enable_question q;
	int r;

	fill(c, secret, &q);
	a->asked = loop_now();
	a->level = c->level;
	control_name(c, a->name, sizeof(a->name));
	r = start(a, &q);
	explicit_bzero(&q, sizeof(q));
	if (r < 0) {
		control_refuse(c, r, "cannot check the secret: %s",
			       strerror(-r));
		return;
	}
	a->client = c;
	c->asker = a;
}

static void forget_secret(struct control_client *c)
{
	if (c->secret)
		explicit_bzero(c->secret, strlen(c->secret));
	free(c->secret);
	c->secret = NULL;
}

static void attempt(void *arg)
{
	struct control_client *c = arg;
	struct control_asker *a = find(c);
	uint64_t now = loop_now(), wait = 0;

	c->delay = loop_remove(c->delay);
	if (!a || a->child)
		wait = POLL;
	else if (now < a->next)
		wait = a->next - now;
	if (a && is_barred(a)) {
		control_refuse(c, -EACCES, "%% Bad secrets");
	} else if (!wait) {
		check(c, a, c->secret);
	} else if (loop_add_timer(wait, attempt, c, &c->delay) == 0) {
		return;
	} else {
		control_refuse(c, -ENOMEM, "cannot check the secret");
	}
	forget_secret(c);
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
	if (!list && !*conf->enable[level]) {
		control_refuse(c, -ENOKEY, "%% No password set");
		return;
	}
	if (!*secret && !(list && !strncmp(list, "none", 4))) {
		control_refuse(c, -EAGAIN, "Password: ");
		return;
	}
	c->secret = strdup(secret);
	if (c->secret)
		attempt(c);
	else
		control_refuse(c, -ENOMEM, "cannot check the secret");
}

void control_enable_drop(struct control_client *c)
{
	c->delay = loop_remove(c->delay);
	forget_secret(c);
	if (c->asker)
		c->asker->client = NULL;
	c->asker = NULL;
}

void control_enable_stop(struct control *control)
{
	for (size_t i = 0; i < CONTROL_ASKERS_MAX; i++) {
		struct control_asker *a = &control->askers[i];

		if (!a->child)
			continue;
		kill(a->pid, SIGKILL);
		waitpid(a->pid, NULL, 0);
		a->child = loop_remove(a->child);
	}
}
