// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real gettys, on a line with exec 1, where they prompt, and with exec 0, where
 * none sends a byte: by name, and with the line as their terminal already. One
 * that was given a descriptor may speak there, but gets no terminal, nor does
 * the login that it starts.
 */
#include "kt.h"
#include "ktnm.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static unsigned int line;
static char name[32];

enum way {
	BY_NAME,	/* the getty opens the line */
	TERMINAL,	/* it has the line as fds and controlling terminal */
	INHERITED,	/* as fds, opened by somebody who leads no session */
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

/* tty_nr of proc(5), 0 is none. The command may have any bytes but ")". */
static unsigned int terminal_of(const char *pid)
{
	char path[300], text[1024] = "", *at;
	unsigned int tty = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	at = fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;
	fclose(f);
	if (!at || sscanf(at + 1, " %*c %*d %*d %*d %u", &tty) != 1)
		return 0;
	return tty;
}

/* Has any process the line as its controlling terminal? */
static bool is_terminal(void)
{
	struct dirent *entry;
	unsigned int number;
	bool found = false;
	struct stat st;
	char path[64];
	DIR *proc;

	snprintf(path, sizeof(path), "/dev/%s", name);
	proc = opendir("/proc");
	if (stat(path, &st) < 0 || !proc)
		kt_bail("there are no %s and /proc", path);
	number = (minor(st.st_rdev) & 0xff) | major(st.st_rdev) << 8 |
		 (minor(st.st_rdev) & ~0xffU) << 12;
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			found |= terminal_of(entry->d_name) == number;
	closedir(proc);
	return found;
}

static bool ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
	       0 && info.si_pid == pid;
}

/*
 * The line was opened by a process that may open it. The getty leads a session
 * and would take the line as its terminal; so would login(1), which it starts
 * when somebody at the far end, if there is one, says a name.
 */
static void check_inherited(const char *const argv[], int far, const char *who)
{
	uint64_t tx = kt_stat(line, "tx");
	pid_t pid;

	kt_set(line, "exec", "0");
	pid = start(argv, INHERITED);
	KT_WAIT(ended(pid) || kt_stat(line, "tx") >= tx + 6, 20000);
	kt_comment("%s: %s, %llu bytes sent", who,
		   ended(pid) ? "gave up" : "goes on",
		   (unsigned long long)(kt_stat(line, "tx") - tx));
	for (int i = 0; far >= 0 && i < 3; i++) {
		if (write(far, "nobody\r", 7) != 7)
			break;
		KT_WAIT(ended(pid), 1000);
	}
	/* TIOCSCTTY gives it, until the next that is done with it. */
	kt_ok(KT_WAIT(!is_terminal(), 5000), "exec 0: %s keeps no terminal",
	      who);
	stop(pid);
	kt_ok(!is_terminal(), "exec 0: ... nor does who comes after");
	kt_ok(KT_WAIT(kt_idle(line), 35000), "exec 0: ... has not the line");
}

/* The other end of the line's cable, if it is one's of a null modem, or -1. */
static int open_far(const struct kt_args *args)
{
	struct ktnm nm;

	if (!ktnm_is(args->backing) || !ktnm_pair(args, 0, &nm, "the far end"))
		return -1;
	return ktnm_open(ktnm_far(&nm), 0);
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

	int far = open_far(args);

	line = args->line;
	snprintf(name, sizeof(name), VTYMUX_LINE_PREFIX "%u", line);
	kt_bind(line, args->backing);
	if (installed("agetty")) {
		check_prompts(agetty, "agetty");
		check_refused(agetty, BY_NAME, "agetty");
		check_refused(agetty_fd, TERMINAL, "agetty on its terminal");
		check_inherited(agetty_fd, far, "agetty on a descriptor");
	} else {
		kt_skip("not installed", "agetty");
	}
	if (installed("busybox")) {
		check_prompts(busybox, "busybox getty");
		check_refused(busybox, BY_NAME, "busybox getty");
		check_refused(busybox_fd, TERMINAL,
			      "busybox getty on its terminal");
		check_inherited(busybox_fd, far,
				"busybox getty on a descriptor");
	} else {
		kt_skip("not installed", "busybox getty");
	}
}

int main(int argc, char **argv)
{
	return kt_main("getty", 300, argc, argv, run);
}
