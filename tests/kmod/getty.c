// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real gettys, on a line with exec 1, where they prompt, and with exec 0, where
 * none sends a byte: by name, and with the line as their terminal already.
 */
#include "kt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static unsigned int line;
static char name[32];

enum way {
	BY_NAME,	/* the getty opens the line */
	TERMINAL,	/* it has the line as fds and controlling terminal */
};

/* A session leader as a service manager makes one, then the getty. */
static pid_t start(const char *const argv[], enum way way)
{
	int tty = -1;
	pid_t pid;

	if (way != BY_NAME)
		tty = kt_open_line(line, O_RDWR | O_NOCTTY);
	pid = kt_fork();
	if (pid) {
		if (tty >= 0)
			close(tty);
		return pid;
	}
	signal(SIGHUP, SIG_DFL);
	setsid();
	if (way == TERMINAL && ioctl(tty, TIOCSCTTY, 0) < 0)
		_exit(126);
	if (tty < 0)
		tty = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(tty, fd);
	if (tty > 2)
		close(tty);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static bool installed(const char *program)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	return system(command) == 0;
}

static void stop(pid_t pid)
{
	/* What it left unsent must not hold up its end. */
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	kill(-pid, SIGKILL);
	kt_kill(pid);
	if (tty >= 0) {
		tcflush(tty, TCIOFLUSH);
		close(tty);
	}
}

static void check_prompts(const char *const argv[], const char *who)
{
	uint64_t tx = kt_stat(line, "tx");
	pid_t pid;

	kt_set(line, "exec", "1");
	pid = start(argv, BY_NAME);
	kt_ok(KT_WAIT(kt_stat(line, "tx") >= tx + 6, 20000),
	      "exec 1: %s prompts", who);
	stop(pid);
	kt_ok(KT_WAIT(kt_idle(line), 35000), "exec 1: ... and leaves");
}

/* Until it gives up; agetty sleeps before it does, a manager would kill it. */
static void check_refused(const char *const argv[], enum way way, const char *who)
{
	uint64_t tx = kt_stat(line, "tx");
	pid_t pid;
	int status;

	kt_set(line, "exec", "0");
	pid = start(argv, way);
	status = kt_reap(pid, 20000);
	if (status == -1)
		kill(-pid, SIGKILL);
	kt_ok(status != 0, "exec 0: %s gives up", who);
	kt_is((long)(kt_stat(line, "tx") - tx), 0, "exec 0: ... sends nothing");
	kt_ok(KT_WAIT(kt_idle(line), 35000), "exec 0: ... has not the line");
}

static void run(const struct kt_args *args)
{
	const char *const agetty[] = { "agetty", "-L", "115200", name,
					 "vt100", NULL };
	const char *const agetty_fd[] = { "agetty", "-L", "115200", "-",
					    "vt100", NULL };
	const char *const busybox[] = { "busybox", "getty", "-L", "115200",
					  name, NULL };
	const char *const busybox_fd[] = { "busybox", "getty", "-L",
					     "115200", "-", NULL };

	line = args->line;
	snprintf(name, sizeof(name), VTYMUX_LINE_PREFIX "%u", line);
	kt_bind(line, args->backing);
	if (installed("agetty")) {
		check_prompts(agetty, "agetty");
		check_refused(agetty, BY_NAME, "agetty");
		check_refused(agetty_fd, TERMINAL, "agetty on its terminal");
	} else {
		kt_skip("not installed", "agetty");
	}
	if (installed("busybox")) {
		check_prompts(busybox, "busybox getty");
		check_refused(busybox, BY_NAME, "busybox getty");
		check_refused(busybox_fd, TERMINAL,
			      "busybox getty on its terminal");
	} else {
		kt_skip("not installed", "busybox getty");
	}
}

int main(int argc, char **argv)
{
	return kt_main("getty", 300, argc, argv, run);
}
