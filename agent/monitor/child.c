// SPDX-License-Identifier: GPL-2.0-only
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "monitor.h"
#include "path.h"

static void reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		sigaction(s, &dfl, NULL);	/* fails for KILL and STOP */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: only async-signal-safe calls. */
static int arrange_fds(int pair)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return -errno;
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -errno;
#ifndef VTYMUX_TEST	/* a sanitizer's report is worth more there */
	if (dup2(null, STDERR_FILENO) < 0)
		return -errno;
#endif
	if (dup2(pair, PROTO_FD_MONITOR) < 0)
		return -errno;
	if (fcntl(PROTO_FD_CONNECTION, F_SETFD, 0) < 0)
		return -errno;
	if (close_range(PROTO_FD_MONITOR + 1, ~0U, 0) < 0)
		return -errno;
	return 0;
}

__attribute__((noreturn))
static void run(const char *program, int pair)
{
	char *argv[] = { (char *)"vtymux-sshd", NULL };
#ifdef VTYMUX_TEST
	char **envp = environ;
#else
	char *envp[] = { NULL };
#endif

	reset_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!arrange_fds(pair))
		execve(program, argv, envp);
	_exit(127);
}

int child_start(struct monitor *m)
{
	int ours _cleanup_close_ = -1;
	int theirs _cleanup_close_ = -1;
	char program[4096];
	int pair[2], n;
	pid_t pid;

	n = snprintf(program, sizeof(program), "%s/vtymux-sshd",
		     path_libexecdir());
	if (n < 0 || (size_t)n >= sizeof(program))
		return -ENAMETOOLONG;
	if (access(program, X_OK) < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	/* Our end must never wait for a peer that does not read. */
	if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		run(program, theirs);
	close(LINK_FD_CONNECTION);
	m->child = pid;
	m->session = take_fd(&ours);
	return 0;
}

static void say_how(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_err("session process made a forbidden system call");
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		log_err("session process ended by signal %d", WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		log_err("session process could not be started");
}

bool child_reap(struct monitor *m)
{
	int status;
	pid_t pid;

	if (!m->child)
		return true;
	pid = waitpid(m->child, &status, WNOHANG);
	if (pid != m->child && !(pid < 0 && errno == ECHILD))
		return false;
	if (pid == m->child)
		say_how(status);
	m->child = 0;
	return true;
}

void child_kill(struct monitor *m)
{
	int status;

	if (child_reap(m))
		return;
	/* Not reaped, so the pid is still ours. */
	if (kill(m->child, SIGKILL) < 0) {
		log_err("ending the session process: %m");
		return;
	}
	/* One that was ending on its own keeps its own status. */
	if (waitpid(m->child, &status, 0) == m->child)
		say_how(status);
	m->child = 0;
}
