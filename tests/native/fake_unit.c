// SPDX-License-Identifier: GPL-2.0-only
/*
 * unit.h by fork(2) in place of the service manager: the program runs as the
 * monitor's own user, in a process group that takes the place of the cgroup.
 */
#include "../../agent/monitor/unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct unit {
	enum unit_state state;
	pid_t pid;
	int pidfd;
	int status;
};

static void reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn))
static void run(const struct unit_request *request)
{
	char *argv[] = { (char *)"vtymux-start", NULL };

	reset_signals();
	setsid();
	if (dup2(request->input, STDIN_FILENO) < 0)
		_exit(1);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	execv(request->program, argv);
	_exit(203);
}

int unit_start(const struct unit_request *request, struct unit **ret)
{
	struct unit *u = calloc(1, sizeof(*u));

	if (!u)
		return -ENOMEM;
	/* No PDEATHSIG: a dead monitor's programs are what a test looks for. */
	u->pid = fork();
	if (u->pid < 0) {
		free(u);
		return -errno;
	}
	if (!u->pid)
		run(request);
	u->pidfd = (int)syscall(SYS_pidfd_open, u->pid, 0);
	u->state = UNIT_RUNNING;
	*ret = u;
	return 0;
}

int unit_fd(const struct unit *u)
{
	return u->state == UNIT_RUNNING ? u->pidfd : -1;
}

short unit_events(const struct unit *u)
{
	(void)u;
	return POLLIN;
}

int64_t unit_timeout(const struct unit *u)
{
	(void)u;
	return -1;
}

void unit_process(struct unit *u)
{
	if (u->state != UNIT_RUNNING ||
	    waitpid(u->pid, &u->status, WNOHANG) != u->pid)
		return;
	kill(-u->pid, SIGTERM);	/* whoever else is in there */
	u->state = UNIT_ENDED;
}

enum unit_state unit_state(const struct unit *u)
{
	return u->state;
}

pid_t unit_pid(const struct unit *u)
{
	return u->pid;
}

bool unit_exited(const struct unit *u, int *ret_status)
{
	*ret_status = u->status;
	return u->state == UNIT_ENDED;
}

const char *unit_error(const struct unit *u)
{
	(void)u;
	return "";
}

void unit_signal(struct unit *u, int signo)
{
	kill(u->pid, signo);
}

void unit_stop(struct unit *u)
{
	if (u->state != UNIT_RUNNING)
		return;
	kill(-u->pid, SIGHUP);
	kill(-u->pid, SIGTERM);
	kill(-u->pid, SIGCONT);
}

struct unit *unit_free(struct unit *u)
{
	if (!u)
		return NULL;
	unit_stop(u);
	close(u->pidfd);
	free(u);
	return NULL;
}
