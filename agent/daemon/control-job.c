// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that take long, and so are programs: their output is the client's
 * text, their end its answer. While one runs the client is not read; when the
 * client goes, so does the program.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "keycmd.h"
#include "loop.h"
#include "path.h"

#define WORDS_MAX	16

/* Return: bytes that went to the client; 0 when there are none for now. */
static ssize_t pass_output(struct control_client *c)
{
	char buffer[4096];
	ssize_t n = read(c->job_fd, buffer, sizeof(buffer));

	if (n <= 0)
		return 0;
	control_text(c, buffer, (size_t)n);
	return n;
}

static void end_output(struct control_client *c)
{
	c->job_source = loop_remove(c->job_source);
	if (c->job_fd >= 0)
		close(c->job_fd);
	c->job_fd = -1;
}

static void on_output(int fd, uint32_t events, void *arg)
{
	struct control_client *c = arg;

	(void)fd;
	(void)events;
	if (pass_output(c))
		control_flush(c);
	else
		end_output(c);
}

static void on_end(pid_t pid, int status, void *arg)
{
	struct control_client *c = arg;
	struct ctl_result result = {
		.code = !status ? 0 : status == KEYCMD_EXIT_EXISTS ? -EEXIST : -ECANCELED,
	};

	(void)pid;
	c->child = loop_remove(c->child);
	while (c->job_fd >= 0 && pass_output(c))
		;
	end_output(c);
	control_result(c, &result);
}

static void run_program(int output, char *const *argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, ~0U, 0) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

/* Return: 0 with the answer to come, or -errno. */
static int start(struct control_client *c, char *const *argv)
{
	int ours _cleanup_close_ = -1, theirs _cleanup_close_ = -1;
	sigset_t none;
	int ends[2], r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	ours = ends[0];
	theirs = ends[1];
	/* The program's end blocks: O_NONBLOCK is of each end. */
	if (fcntl(theirs, F_SETFL, 0) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGPIPE, SIG_DFL);
		run_program(theirs, argv);
	}
	c->child_pid = pid;
	c->job_fd = take_fd(&ours);
	r = loop_add_child(pid, on_end, c, &c->child);
	if (r == 0)
		r = loop_add_io(c->job_fd, EPOLLIN, on_output, c,
				&c->job_source);
	if (r < 0) {
		c->child = loop_remove(c->child);
		end_output(c);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r;
}

int control_crypto(struct control_client *c, char *command, bool replace)
{
	char path[4096], *argv[WORDS_MAX + 3], *save;
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/vtymux-crypto", path_libexecdir());
	argv[count++] = path;
	if (replace)
		argv[count++] = (char *)"--replace";
	for (char *word = strtok_r(command, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (count == WORDS_MAX + 2)
			return -E2BIG;
		argv[count++] = word;
	}
	argv[count] = NULL;
	return start(c, argv);
}
