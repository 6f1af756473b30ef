// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtymux-start: the first program of an EXEC session, in the session's own
 * unit and as its user. Takes the job from the socket on standard input, makes
 * the virtual line its controlling terminal and becomes what was asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job.h"
#include "modes.h"

#define EXIT_JOB	254	/* nothing to run, nobody to tell */
#define EXIT_EXEC	127	/* as a shell says it */

static int set_terminal(const struct job *job)
{
	int tty = job->fds[0];

	if (ioctl(tty, TIOCSCTTY, 0) < 0)
		return -errno;
	return modes_apply(tty, job->modes, job->mode_count);
}

/* The standard streams, blocking, then the rest from 3 on; all else closed. */
static int arrange_fds(const struct job *job)
{
	int moved[JOB_FDS_MAX];

	for (size_t i = 0; i < job->fd_count; i++) {
		int flags = fcntl(job->fds[i], F_GETFL);

		if (flags < 0 ||
		    fcntl(job->fds[i], F_SETFL, flags & ~O_NONBLOCK) < 0)
			return -errno;
		moved[i] = fcntl(job->fds[i], F_DUPFD, JOB_FDS_MAX);
		if (moved[i] < 0)
			return -errno;
	}
	for (size_t i = 0; i < job->fd_count; i++)
		if (dup2(moved[i], (int)i) < 0)
			return -errno;
	return close_range((unsigned int)job->fd_count, ~0U, 0) < 0 ?
		-errno : 0;
}

/* What the service manager tells a service is no business of a shell. */
static void set_environment(const struct job *job)
{
	static const char *const foreign[] = {
		"INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID",
		"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
		"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "MEMORY_PRESSURE_WATCH",
		"MEMORY_PRESSURE_WRITE",
	};

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		unsetenv(foreign[i]);
	for (size_t i = 0; job->env[i]; i++)
		if (putenv((char *)(uintptr_t)job->env[i]))
			return;
}

int main(void)
{
	struct job job;
	int r;

	r = job_receive(STDIN_FILENO, &job);
	if (r < 0)
		return EXIT_JOB;
	/* From here on errors have the session to go to; the monitor knows. */
	if (send(STDIN_FILENO, "", 1, MSG_NOSIGNAL) < 0)
		return EXIT_JOB;
	r = job.terminal ? set_terminal(&job) : 0;
	if (r == 0)
		r = arrange_fds(&job);
	if (r < 0) {
		dprintf(job.fds[2], "%% Terminal: %s\r\n", strerror(-r));
		return EXIT_JOB;
	}
	set_environment(&job);
	execv(job.path, (char **)(uintptr_t)job.args);
	fprintf(stderr, "%% %s: %s\r\n", job.path, strerror(errno));
	return EXIT_EXEC;
}
