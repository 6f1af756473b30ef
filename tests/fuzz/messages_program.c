// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of EXEC sessions for fuzz_messages.c, which never run. What becomes
 * of one depends on the first letter of the command: see unit_start() and
 * programs_end().
 */
#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../../agent/monitor/monitor.h"
#include "../../agent/monitor/notice.h"
#include "../../agent/monitor/program.h"
#include "../../agent/monitor/unit.h"
#include "job.h"
#include "signame.h"
#include "utmp.h"

#define SIGNAL_BURST	20	/* of exec.c */
#define SIGNAL_REFILL	100

struct unit {
	enum unit_state state;
	bool exists;
	bool exits;		/* and leaves a status */
	int status;
};

static struct {
	struct unit unit;
	bool in_utmp;
	char command;		/* its first letter */
	unsigned int signals;
	int64_t since;
} world;

void programs_begin(void)
{
	memset(&world, 0, sizeof(world));
	world.since = monitor_now();
}

bool programs_exist(void)
{
	return world.unit.exists;
}

bool programs_in_utmp(void)
{
	return world.in_utmp;
}

int program_choose(struct monitor *m, enum proto_open_kind kind,
		   const char *command, struct program *ret)
{
	messages_check(messages_proven && kind < __PROTO_OPEN_LAST);
	command = command ? command : "";
	world.command = *command;
	*ret = (struct program){
		.user = m->target.user, .path = "/bin/sh", .what = "command",
		.args = { "sh", "-c", command }, .is_account = *command == 'a',
		.is_scp = !strncmp(command, "scp", 3),
		.is_sftp = kind == PROTO_OPEN_SUBSYSTEM,
	};
	if (!ret->is_scp && !ret->is_sftp && *command != 'n')
		return 0;
	ret->refusal = "Privilege denied.";
	return -EACCES;
}

int program_refuse(const struct program *p, int notices, int ret_fds[2])
{
	messages_check(p->refusal);
	if (p->is_scp) {
		ret_fds[0] = opens_descriptor();
		ret_fds[1] = opens_descriptor();
		return PROTO_OPENED_PIPES;
	}
	notice(notices, "%s", p->refusal);
	return p->is_sftp ? -EACCES : -ECANCELED;
}

static void check_env(const char *entry)
{
	const char *value = strchr(entry, '=');

	messages_check(value && value > entry);
	messages_check(!strncmp(entry, "LANG=", 5) || !strncmp(entry, "LC_", 3) ||
		       !strncmp(entry, "TERM=", 5) || !strncmp(entry, "SSH_", 4) ||
		       !strncmp(entry, "VTYMUX_", 7));
	for (; *entry; entry++)
		messages_check(*entry >= 0x20 && *entry < 0x7f);
}

int job_send(int fd, const struct job *job)
{
	messages_check(fd >= 0 && job->path && job->args[0]);
	messages_check(job->fd_count >= 3 && job->fd_count <= JOB_FDS_MAX);
	for (size_t i = 0; i < job->fd_count; i++)
		messages_check(fcntl(job->fds[i], F_GETFD) >= 0);
	for (size_t i = 0; job->env[i]; i++)
		check_env(job->env[i]);
	messages_check(job->mode_count <= PROTO_MODES_MAX);
	for (size_t i = 0; i < job->mode_count; i++)
		messages_check(job->modes[i].opcode &&
			       job->modes[i].opcode <= PROTO_MODE_LAST);
	return 0;
}

int unit_start(const struct unit_request *request, struct unit **ret)
{
	struct unit *u = &world.unit;

	messages_check(!u->exists && *request->name && *request->user &&
		       *request->program == '/' && request->input >= 0);
	if (world.command == 'e')
		return -EIO;
	*u = (struct unit){ .state = UNIT_RUNNING, .exists = true };
	switch (world.command) {
	case 's':	/* slow */
		u->state = UNIT_STARTING;
		break;
	case 'f':
		u->state = UNIT_FAILED;
		break;
	case 'd':	/* dead before it was there */
		u->state = UNIT_ENDED;
		break;
	default:
		messages_check(send(request->input, "", 1, 0) == 1);
	}
	*ret = u;
	return 0;
}

void programs_end(void)
{
	struct unit *u = &world.unit;

	if (!u->exists || u->state != UNIT_RUNNING)
		return;
	u->state = UNIT_ENDED;
	u->exits = world.command != 'x';
	u->status = world.command == 'k' ? SIGKILL | WCOREFLAG :
					   W_EXITCODE(7, 0);
}

void unit_process(struct unit *u)
{
	messages_check(u->exists);
}

enum unit_state unit_state(const struct unit *u)
{
	return u->state;
}

pid_t unit_pid(const struct unit *u)
{
	return u->state == UNIT_RUNNING ? 42 : 0;
}

bool unit_exited(const struct unit *u, int *ret_status)
{
	if (u->exits)
		*ret_status = u->status;
	return u->exits;
}

const char *unit_error(const struct unit *u)
{
	messages_check(u->state == UNIT_FAILED);
	return "no";
}

/* As often as the monitor may ask for it, whatever the client sends. */
void unit_signal(struct unit *u, int signo)
{
	int64_t due = (monitor_now() - world.since) / SIGNAL_REFILL;

	messages_check(u->exists && signame_of(signo));
	messages_check(++world.signals <= SIGNAL_BURST + 1 + due);
}

void unit_stop(struct unit *u)
{
	messages_check(u->exists);
	if (u->state == UNIT_RUNNING || u->state == UNIT_STARTING)
		u->state = UNIT_ENDED;
}

struct unit *unit_free(struct unit *u)
{
	if (u)
		u->exists = false;
	return NULL;
}

int unit_fd(const struct unit *u)
{
	(void)u;
	return -1;
}

short unit_events(const struct unit *u)
{
	(void)u;
	return 0;
}

int64_t unit_timeout(const struct unit *u)
{
	(void)u;
	return -1;
}

int utmp_login(unsigned int line, const char *user, const char *peer,
	       pid_t pid)
{
	messages_check(line && *user && *peer && pid == 42 &&
		       !world.in_utmp);
	world.in_utmp = true;
	return 0;
}

int utmp_logout(unsigned int line, pid_t pid)
{
	messages_check(line && pid == 42 && world.in_utmp);
	world.in_utmp = false;
	return 0;
}
