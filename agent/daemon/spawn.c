// SPDX-License-Identifier: GPL-2.0-only
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "link.h"
#include "log.h"
#include "path.h"

#define FDS_MAX		256	/* Dropbear selects */

/* Sanitizers reserve address space by the terabyte. */
#ifndef __SANITIZE_ADDRESS__
#define DATA_MAX	(256UL << 20)
#endif

static void set_limit(int which, rlim_t value)
{
	const struct rlimit limit = { value, value };

	if (setrlimit(which, &limit) < 0)
		log_warn("cannot limit a monitor: %m");
}

/* No core holds a password or key; the session process inherits all of it. */
static void set_limits(void)
{
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_NOFILE, FDS_MAX);
#ifdef DATA_MAX
	set_limit(RLIMIT_DATA, DATA_MAX);
#endif
}

static void reset_signals(void)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		if (signo != SIGKILL && signo != SIGSTOP)
			sigaction(signo, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

#ifdef VTYMUX_TEST
#define environment environ	/* path.h looks there */
#else
static char *environment[] = {
	(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	(char *)"LANG=C.UTF-8",
	NULL
};
#endif

/*
 * In the child. The two descriptors may sit in each other's places, so both
 * move out of the way first.
 */
static int place_fds(int connection, int link)
{
	int conn = fcntl(connection, F_DUPFD, LINK_FD_DAEMON + 1);
	int peer = fcntl(link, F_DUPFD, LINK_FD_DAEMON + 1);

	if (conn < 0 || peer < 0)
		return -errno;
	if (dup2(conn, LINK_FD_CONNECTION) < 0 ||
	    dup2(peer, LINK_FD_DAEMON) < 0)
		return -errno;
	if (close_range(LINK_FD_DAEMON + 1, ~0U, 0) < 0)
		return -errno;
	return 0;
}

static void __attribute__((noreturn)) child(int connection, int link,
					    char *program)
{
	char *argv[] = { program, NULL };
	int r;

	reset_signals();
	r = place_fds(connection, link);
	if (r == 0) {
		set_limits();
		execve(program, argv, environment);
		r = -errno;
	}
	errno = -r;
	log_err("cannot start %s: %m", program);
	_exit(127);
}

pid_t spawn_monitor(int connection, int *ret_link)
{
	int ours _cleanup_close_ = -1, theirs _cleanup_close_ = -1;
	char program[4096];
	int pair[2], n;
	pid_t pid;

	n = snprintf(program, sizeof(program), "%s/vtymux-monitor",
		     path_libexecdir());
	if (n < 0 || (size_t)n >= sizeof(program))
		return -ENAMETOOLONG;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(connection, theirs, program);
	*ret_link = take_fd(&ours);
	return pid;
}
