// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions on a virtual line: the controlling terminal, signals of keys, of a
 * new window size and of the hangup, job control, and a shell.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static unsigned int line;

/* What a session leader does once the line is its terminal, fds 0 to 2. */
typedef int (*session_fn)(void);

/* Starts one on @v->tty, which it takes over. Return: its pid. */
static pid_t session(struct ktv *v, session_fn fn)
{
	pid_t pid;

	ktv_block(v->tty, true);
	pid = kt_fork();
	if (pid == 0) {
		close(v->master);
		close(v->claim);
		signal(SIGHUP, SIG_DFL);
		if (setsid() < 0 || ioctl(v->tty, TIOCSCTTY, 0) < 0)
			_exit(99);
		for (int fd = 0; fd < 3; fd++)
			dup2(v->tty, fd);
		if (v->tty > 2)
			close(v->tty);
		_exit(fn());
	}
	ktv_drop(&v->tty);
	return pid;
}

static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(98);
}

static void on_signal(int sig)
{
	char text[32];

	snprintf(text, sizeof(text), "[signal %d]", sig);
	say(text);
}

/* Says which signals come, until it reads a line. */
static int reports_signals(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTSTP, SIGWINCH };
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };
	char text[64];

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	say("ready");
	return read(0, text, sizeof(text)) > 0 ? 0 : 1;
}

static void expect_signal(struct ktv *v, int sig, const char *how)
{
	char text[32];

	snprintf(text, sizeof(text), "[signal %d]", sig);
	kt_ok(ktv_expect(v->master, text, 3000), "%s", how);
}

static void check_signals(void)
{
	struct ktv v = ktv_opened(line);
	struct winsize size = { 40, 132, 0, 0 };
	pid_t pid = session(&v, reports_signals);

	kt_ok(ktv_expect(v.master, "ready", 3000), "a session runs");
	ktv_write(v.master, "\003");
	expect_signal(&v, SIGINT, "^C is SIGINT");
	ktv_write(v.master, "\034");
	expect_signal(&v, SIGQUIT, "^\\ is SIGQUIT");
	ktv_write(v.master, "\032");
	expect_signal(&v, SIGTSTP, "^Z is SIGTSTP");
	kt_ok(ioctl(v.master, TIOCSWINSZ, &size) == 0, "a new size");
	expect_signal(&v, SIGWINCH, "... is SIGWINCH");
	kt_ok(ioctl(v.master, TIOCSIG, SIGINT) == 0, "TIOCSIG");
	expect_signal(&v, SIGINT, "... sends SIGINT");
	ktv_write(v.master, "end\n");
	kt_is(kt_reap(pid, 3000), 0, "the session ends");
	kt_ok(ktv_expect(v.master, "end", 1000), "... after its echo");
	kt_ok(ktv_read_fails(v.master, EIO), "then the master reads EIO");
	ktv_close(&v);
}

/* Ignores the hangup to report what its write gave. */
static int writes_stubbornly(void)
{
	signal(SIGHUP, SIG_IGN);
	say("not to be");
	return 0;
}

static int waits(void)
{
	say("ready");
	while (pause() < 0)
		;
	return 0;
}

/* Did it die of SIGHUP, within some seconds? */
static bool died_of_hangup(pid_t pid)
{
	int status = 0;

	return KT_WAIT(waitpid(pid, &status, WNOHANG) == pid, 3000) &&
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP;
}

static void check_hangups(void)
{
	struct ktv v = ktv_opened(line);
	struct ktnl *nl = ktnl_open();
	pid_t pid = session(&v, waits);

	kt_ok(ktv_expect(v.master, "ready", 3000), "a session waits");
	ktv_drop(&v.master);
	kt_ok(died_of_hangup(pid), "closing the master is SIGHUP");
	ktv_close(&v);

	v = ktv_opened(line);
	pid = session(&v, waits);
	kt_ok(ktv_expect(v.master, "ready", 3000), "another waits");
	ktv_drop(&v.claim);
	kt_ok(died_of_hangup(pid), "the end of the claim is SIGHUP");
	ktv_close(&v);

	v = ktv_opened(line);
	pid = session(&v, waits);
	kt_ok(ktv_expect(v.master, "ready", 3000), "a third waits");
	kt_is(ktnl_clear(nl, line), 0, "CLEAR");
	kt_ok(died_of_hangup(pid), "... is SIGHUP");
	ktv_close(&v);
	ktnl_close(nl);
}

/* Its terminal is there by its name and as /dev/tty, for it alone. */
static int opens_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR), named;
	char name[64], path[64];

	snprintf(path, sizeof(path), "/dev/vty%u", line);
	if (fd < 0 || ttyname_r(0, name, sizeof(name)) != 0)
		return 1;
	if (strcmp(name, path))
		return 2;
	named = open(name, O_RDWR);
	if (named < 0)
		return 3;
	if (write(fd, "by tty ", 7) != 7 || write(named, "by name ", 8) != 8)
		return 4;
	if (tcgetpgrp(fd) != getpgrp() || tcgetsid(named) != getsid(0))
		return 5;
	say("opened");
	return 0;
}

static void check_terminal(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = session(&v, opens_terminal);

	kt_ok(ktv_expect(v.master, "by tty by name opened", 3000),
	      "the session opens its terminal again");
	kt_is(kt_reap(pid, 3000), 0, "... by /dev/tty and by name");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY), -EBUSY,
	      "others do not");
	ktv_close(&v);
}

/* vhangup(2): the files are dead, the claim and the master are not. */
static int hangs_up(void)
{
	char byte;

	signal(SIGHUP, SIG_IGN);
	say("before");
	if (syscall(SYS_vhangup) < 0)
		return 1;
	return read(0, &byte, 1) == 0 && write(1, "x", 1) < 0 && errno == EIO ?
		0 : 2;
}

static void check_vhangup(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = session(&v, hangs_up);

	kt_is(kt_reap(pid, 3000), 0, "vhangup makes the descriptors dead");
	kt_ok(ktv_expect(v.master, "before", 1000),
	      "what was written before stays");
	kt_ok(ktv_read_fails(v.master, EIO), "then the master reads EIO");
	v.tty = kt_opened(v.claim);
	ktv_write(v.tty, "after");
	kt_ok(ktv_expect(v.master, "after", 1000),
	      "opened again it goes on");
	ktv_close(&v);
}

/*
 * A background process that reads, or writes with TOSTOP, is stopped. Return:
 * what the parent, the leader, saw of its child.
 */
static int background(bool reads)
{
	struct termios t;
	int status;
	pid_t pid;

	tcgetattr(0, &t);
	t.c_lflag |= TOSTOP;
	tcsetattr(0, TCSANOW, &t);
	pid = fork();
	if (pid == 0) {
		char byte;

		setpgid(0, 0);
		if (reads)
			_exit(read(0, &byte, 1) != 1);
		_exit(write(1, "bg", 2) != 2);
	}
	setpgid(pid, pid);
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		return 1;
	if (WSTOPSIG(status) != (reads ? SIGTTIN : SIGTTOU))
		return 2;
	say("stopped ");
	signal(SIGTTOU, SIG_IGN);
	if (tcsetpgrp(0, pid) < 0 || kill(-pid, SIGCONT) < 0)
		return 3;
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return 4;
	return tcsetpgrp(0, getpgrp()) < 0 ? 5 : 0;
}

static int background_reads(void)
{
	return background(true);
}

static int background_writes(void)
{
	return background(false);
}

static void check_background(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = session(&v, background_reads);

	kt_ok(ktv_expect(v.master, "stopped", 3000),
	      "a background read stops with SIGTTIN");
	ktv_write(v.master, "a\n");
	kt_is(kt_reap(pid, 3000), 0, "... and goes on in the foreground");
	ktv_close(&v);
	v = ktv_opened(line);
	pid = session(&v, background_writes);
	kt_ok(ktv_expect(v.master, "bg", 3000),
	      "a background write stops with SIGTTOU");
	kt_is(kt_reap(pid, 3000), 0, "... and goes on in the foreground");
	ktv_close(&v);
}

/* Keys go to the foreground group alone; there is none left: nothing breaks. */
static int leads_foreground(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(0, getpid());
		say("ready");
		for (;;)
			pause();
	}
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGINT)
		return 2;
	signal(SIGTTOU, SIG_IGN);
	return tcsetpgrp(0, getpgrp()) < 0 ? 3 : 0;
}

static void check_foreground(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = session(&v, leads_foreground);

	kt_ok(ktv_expect(v.master, "ready", 3000), "a group in front");
	ktv_write(v.master, "\003");
	kt_is(kt_reap(pid, 3000), 0, "^C ends it, not the leader");
	ktv_close(&v);
}

static int runs_shell(void)
{
	setenv("PS1", "prompt> ", 1);
	setenv("TERM", "dumb", 1);
	execl("/bin/bash", "bash", "--norc", "--noediting", "-i", NULL);
	execl("/bin/sh", "sh", "-i", NULL);
	return 1;
}

static void check_shell(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = session(&v, runs_shell);

	if (!kt_ok(ktv_expect(v.master, "prompt> ", 10000), "a shell prompts"))
		goto out;
	ktv_write(v.master, "echo $((6*7))\n");
	kt_ok(ktv_expect(v.master, "42\r\n", 5000), "... calculates");
	ktv_write(v.master, "sleep 1000\n");
	kt_ok(ktv_expect(v.master, "sleep 1000\r\n", 5000), "... sleeps");
	/* The job must be in front before the key reaches it. */
	kt_poll(-1, 0, 500);
	ktv_write(v.master, "\032");
	kt_ok(ktv_expect(v.master, "Stopped", 5000), "... is stopped by ^Z");
	ktv_write(v.master, "fg\n");
	kt_ok(ktv_expect(v.master, "sleep 1000\r\n", 5000), "... goes on by fg");
	kt_poll(-1, 0, 500);
	ktv_write(v.master, "\003");
	ktv_write(v.master, "echo code $?\n");
	kt_ok(ktv_expect(v.master, "code 130", 5000), "... is ended by ^C");
	ktv_write(v.master, "exit 7\n");
	kt_is(kt_reap(pid, 5000), 7, "... and exits");
	while (kt_poll(v.master, POLLIN, 1000) & POLLIN) {
		char rest[256];

		if (read(v.master, rest, sizeof(rest)) <= 0)
			break;
	}
	kt_ok(ktv_read_fails(v.master, EIO), "then the master reads EIO");
out:
	ktv_close(&v);
}

/* The last thing that a session says arrives, also when the master is late. */
static int says_much(void)
{
	for (int i = 0; i < 100; i++)
		say("0123456789\n");
	say("last");
	return 0;
}

static void check_last_words(void)
{
	struct ktv v = ktv_opened(line);
	pid_t pid = session(&v, says_much);

	kt_is(kt_reap(pid, 3000), 0, "a session says much and ends");
	kt_ok(ktv_expect(v.master, "0123456789\r\nlast", 1000),
	      "the master gets it all");
	kt_ok(ktv_read_fails(v.master, EIO), "... and then EIO");
	ktv_close(&v);
}

/* exec 0 on a virtual line: no login lives there either. */
static void check_exec(void)
{
	struct ktv v;
	pid_t pid;

	kt_set(line, "exec", "0");
	v = ktv_opened(line);
	pid = session(&v, writes_stubbornly);
	kt_is(kt_reap(pid, 3000), 98, "exec 0: a session cannot write");
	kt_ok(ktv_read_fails(v.master, EIO), "exec 0: it is hung up");
	ktv_close(&v);
	kt_set(line, "exec", "1");
}

static void run(const struct kt_args *args)
{
	(void)args;
	ktv_lines(&line, 1);
	check_signals();
	check_hangups();
	check_terminal();
	check_vhangup();
	check_background();
	check_foreground();
	check_last_words();
	check_exec();
	check_shell();
	kt_ok(kt_idle(line), "the line is idle in the end");
}

int main(int argc, char **argv)
{
	return kt_main("jobs", 120, argc, argv, run);
}
