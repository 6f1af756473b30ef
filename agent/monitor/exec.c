// SPDX-License-Identifier: GPL-2.0-only
#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "accounting.h"
#include "claim.h"
#include "cleanup.h"
#include "control.h"
#include "copy.h"
#include "ctl.h"
#include "job.h"
#include "log.h"
#include "loop.h"
#include "monitor.h"
#include "notice.h"
#include "path.h"
#include "program.h"
#include "record.h"
#include "signame.h"
#include "tokens.h"
#include "unit.h"
#include "utmp.h"

#define START_WAIT	30000	/* ms for the service manager */
#define END_WAIT	10000	/* ms from the end of output to that of it */
#define SIGNAL_BURST	20	/* signals at once, then one in SIGNAL_REFILL ms */
#define SIGNAL_REFILL	100

struct exec {
	/* For the next PROTO_OPEN. */
	struct proto_env env[PROTO_ENV_MAX];
	unsigned int env_count;
	char *command;
	size_t command_len;

	unsigned int count;	/* started on this connection */
	struct unit *unit;
	int control;		/* vtymux-start says here that it runs, or -1 */
	bool terminal;
	bool cleared;		/* its own exit status is not to be told */
	bool exited;		/* and the notice pipe closed for it */
	pid_t utmp_pid;		/* of the line's entry, 0: none */
};

static struct exec *get(struct monitor *m)
{
	if (!m->exec) {
		m->exec = calloc(1, sizeof(*m->exec));
		if (m->exec)
			m->exec->control = -1;
	}
	return m->exec;
}

int exec_on_env(struct monitor *m, const union proto_any *msg)
{
	struct exec *e = get(m);

	if (!e)
		return -ENOMEM;
	if (e->env_count == PROTO_ENV_MAX || !proto_env_valid(&msg->env))
		return -EPROTO;
	e->env[e->env_count++] = msg->env;
	return 0;
}

int exec_on_command(struct monitor *m, const union proto_any *msg)
{
	const struct proto_command *c = &msg->command;
	struct exec *e = get(m);
	char *larger;

	if (!e)
		return -ENOMEM;
	if (c->len > sizeof(c->bytes) ||
	    c->len > PROTO_COMMAND_MAX - e->command_len ||
	    memchr(c->bytes, '\0', c->len))
		return -EPROTO;
	larger = realloc(e->command, e->command_len + c->len + 1);
	if (!larger)
		return -ENOMEM;
	memcpy(larger + e->command_len, c->bytes, c->len);
	e->command = larger;
	e->command_len += c->len;
	larger[e->command_len] = '\0';
	return 0;
}

int exec_on_signal(struct monitor *m, const union proto_any *msg)
{
	int signo = (int)msg->signal.signo;

	if (!signame_of(signo))
		return -EPROTO;
	if (!exec_is_open(m) || m->exec->exited)
		return 0;
	/* Each is a call of the service manager, which serves others, too. */
	if (tokens_take(&m->kills, SIGNAL_BURST, SIGNAL_REFILL))
		unit_signal(m->exec->unit, signo);
	else if (m->kills.refused == 1)
		log_warn("too many signals of the client, some are dropped");
	return 0;
}

void exec_discard(struct monitor *m)
{
	if (!m->exec)
		return;
	free(m->exec->command);
	m->exec->command = NULL;
	m->exec->command_len = 0;
	m->exec->env_count = 0;
}

unsigned int exec_unit(const struct monitor *m)
{
	return exec_is_open(m) ? m->exec->count : 0;
}

bool exec_is_open(const struct monitor *m)
{
	return m->exec && m->exec->unit;
}

/* The size goes first: nobody has the line open, so nobody gets SIGWINCH. */
static int open_terminal(struct monitor *m, const struct proto_open *open,
			 struct job *job, int *ret_master)
{
	const struct winsize size = {
		.ws_col = (unsigned short)open->window.columns,
		.ws_row = (unsigned short)open->window.rows,
		.ws_xpixel = (unsigned short)open->window.width,
		.ws_ypixel = (unsigned short)open->window.height,
	};
	int master _cleanup_close_ = claim_attach(m->vty);
	int tty;

	if (master < 0)
		return master;
	if (ioctl(master, TIOCSWINSZ, &size) < 0)
		return -errno;
	tty = claim_open(m->vty);
	if (tty < 0)
		return tty;
	job->terminal = true;
	for (int i = 0; i < 3; i++)
		job->fds[i] = tty;
	job->mode_count = open->mode_count;
	memcpy(job->modes, open->modes,
	       open->mode_count * sizeof(job->modes[0]));
	*ret_master = take_fd(&master);
	return 0;
}

/* Its stderr is the notice pipe, opened again because that never blocks. */
static int open_pipes(int notices, struct job *job, int ret_fds[2])
{
	char path[32];
	int in[2], out[2], err;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", notices);
	err = open(path, O_WRONLY | O_CLOEXEC);
	if (err < 0)
		return -errno;
	job->fds[2] = err;
	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	job->fds[0] = in[0];
	ret_fds[1] = in[1];
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	job->fds[1] = out[1];
	ret_fds[0] = out[0];
	return 0;
}

static void close_job(struct job *job)
{
	for (int i = 0; i < 3; i++) {
		if (job->terminal && i)
			break;
		if (job->fds[i] >= 0)
			close(job->fds[i]);
	}
	for (int i = 3; i < JOB_FDS_MAX; i++)
		if (job->fds[i] >= 0)
			close(job->fds[i]);
}

static void drop_unit(struct exec *e)
{
	e->unit = unit_free(e->unit);
	if (e->control >= 0)
		close(e->control);
	e->control = -1;
}

/* Waits for the unit as the loop goes on. Return: 0, -ECANCELED. */
static int await_start(struct monitor *m, const struct exec *e)
{
	int64_t until = monitor_now() + START_WAIT;
	enum monitor_state state = m->state;

	m->state = STATE_BUSY;
	while (m->end == END_NOT && unit_state(e->unit) == UNIT_STARTING &&
	       monitor_now() < until)
		loop_step(m, until);
	m->state = state;
	if (m->end != END_NOT || e->cleared)
		return -ECANCELED;
	switch (unit_state(e->unit)) {
	case UNIT_STARTING:
		log_err("program not started after %d s", START_WAIT / 1000);
		return -ECANCELED;
	case UNIT_FAILED:
		log_err("program not started: %s", unit_error(e->unit));
		return -ECANCELED;
	default:
		return 0;
	}
}

static int run_unit(struct monitor *m, struct exec *e,
		    const struct program *p, const struct job *job)
{
	char name[64], text[160], tty[32], helper[4096];
	struct unit_request q = {
		.name = name, .description = text, .user = p->user,
		.is_confined = p->is_confined,
		.tty = e->terminal ? tty : NULL, .root = p->root,
		.program = helper,
	};
	int pair[2], r;

	link_unit_name(m->config.session, ++e->count, name, sizeof(name));
	snprintf(text, sizeof(text), "%s of %s from %s", p->what,
		 m->target.user, m->peer);
	snprintf(tty, sizeof(tty), "/dev/" VTYMUX_LINE_PREFIX "%u",
		 m->vty_line);
	snprintf(helper, sizeof(helper), "%s/vtymux-start", path_libexecdir());
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	r = job_send(pair[0], job);
	q.input = pair[1];
	if (r == 0)
		r = unit_start(&q, &e->unit);
	close(pair[1]);
	if (r < 0) {
		close(pair[0]);
		return r;
	}
	e->control = pair[0];
	return await_start(m, e);
}

static void fill_env(const struct monitor *m, const struct proto_open *open,
		     struct job *job, char text[][256])
{
	const struct exec *e = m->exec;
	size_t n = 0;

	for (unsigned int i = 0; i < e->env_count; i++)
		snprintf(text[n++], 256, "%s=%s", e->env[i].name,
			 e->env[i].value);
	if (open->pty) {
		snprintf(text[n++], 256, "TERM=%s", open->term);
		snprintf(text[n++], 256, "SSH_TTY=/dev/" VTYMUX_LINE_PREFIX
			 "%u", m->vty_line);
	}
	snprintf(text[n++], 256, "SSH_CONNECTION=%s %s", m->peer, m->local);
	snprintf(text[n++], 256, "SSH_CLIENT=%s %s", m->peer,
		 strchr(m->local, ' ') ? strchr(m->local, ' ') + 1 : "0");
	if (job->fd_count > 3)
		snprintf(text[n++], 256, CTL_BROKER_VARIABLE "=3");
	if (job->fd_count > 4)
		snprintf(text[n++], 256, CTL_FD_VARIABLE "=4");
	for (size_t i = 0; i < n; i++)
		job->env[i] = text[i];
	job->env[n] = NULL;
}

static int start(struct monitor *m, const struct proto_open *open,
		 const struct program *p, int notices, int ret_fds[2])
{
	static char env[JOB_ENV_MAX][256];
	struct exec *e = m->exec;
	struct job job = { .path = p->path, .fds = { -1, -1, -1, -1, -1 },
			   .fd_count = 3 };
	int r;

	e->terminal = open->pty;
	e->exited = e->cleared = false;
	memcpy(job.args, p->args, sizeof(p->args));
	job.fds[3] = control_open(m);
	job.fds[4] = job.fds[3] < 0 ? job.fds[3] : control_connect(m);
	job.fd_count = 3U + (job.fds[3] >= 0) + (job.fds[4] >= 0);
	if (job.fds[4] < 0)
		log_info("session without the control socket: %s",
			 strerror(-job.fds[4]));
	fill_env(m, open, &job, env);
	r = e->terminal ? open_terminal(m, open, &job, &ret_fds[0]) :
			  open_pipes(notices, &job, ret_fds);
	if (r == 0)
		r = run_unit(m, e, p, &job);
	close_job(&job);
	if (r == 0)
		return 0;
	drop_unit(e);
	for (int i = 0; i < 2; i++) {
		if (ret_fds[i] >= 0)
			close(ret_fds[i]);
		ret_fds[i] = -1;
	}
	return r;
}

static void enter_utmp(struct monitor *m)
{
	int r;

	m->exec->utmp_pid = unit_pid(m->exec->unit);
	if (!m->exec->utmp_pid)
		return;
	r = utmp_login(m->vty_line, m->target.user, m->peer,
		       m->exec->utmp_pid);
	if (r < 0)
		log_warn("utmp: %s", strerror(-r));
}

static void leave_utmp(struct monitor *m)
{
	if (m->exec->utmp_pid)
		utmp_logout(m->vty_line, m->exec->utmp_pid);
	m->exec->utmp_pid = 0;
}

int exec_start(struct monitor *m, const struct proto_open *open, int notices,
	       int ret_fds[2])
{
	struct program p;
	int r;

	ret_fds[0] = ret_fds[1] = -1;
	if (!get(m))
		return -ENOMEM;
	r = program_choose(m, open->kind, m->exec->command, &p);
	copy_begins(m, &p, m->exec->command ? m->exec->command : "");
	if (r < 0)
		return program_refuse(&p, notices, ret_fds);
	r = start(m, open, &p, notices, ret_fds);
	if (r < 0) {
		if (r != -ECANCELED)
			log_err("program not started: %s", strerror(-r));
		if (!m->exec->cleared)
			notice(notices, "%% EXEC cannot be started");
		return -ECANCELED;
	}
	log_info("%s of %s on line %u", p.what, m->target.user, m->vty_line);
	monitor_report_unit(m, m->exec->count);
	m->opened = monitor_now();
	if (m->exec->terminal)
		traffic_begin(&m->traffic, m->vty_line, TRAFFIC_VTY);
	else
		traffic_begin(&m->traffic, 0, TRAFFIC_PIPES);
	accounting_start(m, m->vty_line, true);
	m->reason = NULL;
	record_open(m, p.what);
	if (m->exec->terminal && p.is_account)
		enter_utmp(m);
	exec_discard(m);
	return m->exec->terminal ? PROTO_OPENED_TERMINAL : PROTO_OPENED_PIPES;
}

void exec_poll(const struct monitor *m, struct pollfd *ret)
{
	if (exec_is_open(m)) {
		ret->fd = unit_fd(m->exec->unit);
		ret->events = unit_events(m->exec->unit);
	}
}

int64_t exec_timeout(const struct monitor *m)
{
	return exec_is_open(m) ? unit_timeout(m->exec->unit) : -1;
}

/* A unit may fail before its first program: no such user, no PAM session. */
static void check_started(struct monitor *m)
{
	struct exec *e = m->exec;
	char byte;

	if (e->cleared ||
	    recv(e->control, &byte, sizeof(byte), MSG_DONTWAIT) == 1)
		return;
	log_err("program not started, see the unit");
	if (m->notice >= 0)
		notice(m->notice, "%% EXEC cannot be started");
	e->cleared = true;
}

/* The end of the notice pipe tells the session process. */
void exec_process(struct monitor *m)
{
	struct exec *e = m->exec;
	int status;

	unit_process(e->unit);
	if (e->exited)
		return;
	if (unit_exited(e->unit, &status) ||
	    unit_state(e->unit) == UNIT_ENDED) {
		e->exited = true;
		check_started(m);
	} else if (unit_state(e->unit) == UNIT_FAILED && m->state == STATE_OPEN) {
		log_err("program out of sight: %s", unit_error(e->unit));
		e->exited = true;
	}
	if (e->exited && m->notice >= 0) {
		close(m->notice);
		m->notice = -1;
	}
}

void exec_clear(struct monitor *m)
{
	m->exec->cleared = true;
	unit_stop(m->exec->unit);
}

/* Return: why it ended, for the record; NULL when it did not by itself. */
static const char *fill_status(const struct exec *e, struct proto_status *ret)
{
	static char reason[32];
	int status;

	ret->status = 1;
	if (e->cleared || !unit_exited(e->unit, &status))
		return NULL;
	if (WIFEXITED(status)) {
		ret->status = (uint32_t)WEXITSTATUS(status);
		snprintf(reason, sizeof(reason), "exit %u", ret->status);
		return reason;
	}
	snprintf(reason, sizeof(reason), "signal %d", WTERMSIG(status));
	ret->status = 128U + (uint32_t)WTERMSIG(status);
	if (signame_of(WTERMSIG(status))) {
		ret->signo = (uint32_t)WTERMSIG(status);
		ret->core = WCOREDUMP(status) != 0;
	}
	return reason;
}

void exec_finish(struct monitor *m, bool ended, struct proto_status *ret)
{
	int64_t until = monitor_now() + END_WAIT;
	struct exec *e = m->exec;
	enum monitor_state state = m->state;
	const char *reason;

	m->state = STATE_BUSY;
	while (ended && m->end == END_NOT && !e->exited &&
	       monitor_now() < until)
		loop_step(m, until);
	m->state = state;
	reason = fill_status(e, ret);
	if (reason)
		m->reason = reason;
	copy_ended(m, ret->status);
	exec_release(m);
}

void exec_release(struct monitor *m)
{
	if (exec_is_open(m)) {
		accounting_stop(m, m->exec->cleared ? ACCOUNTING_ADMIN :
				ACCOUNTING_USER);
		leave_utmp(m);
		monitor_report(m, LINK_CLOSED, m->vty_line);
		drop_unit(m->exec);
	}
	control_close(m);
	exec_discard(m);
}
