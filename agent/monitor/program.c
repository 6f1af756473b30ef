// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "monitor.h"
#include "notice.h"
#include "path.h"

#define SFTP_SERVER	"/usr/lib/openssh/sftp-server"
#define SCP		"/usr/bin/scp"
#define SCP_OPTIONS	"dfpqrtv"	/* of its far end */
#define ADMIN_GROUP	"vtymux-admin"
#define CLI_USER	"vtymux-exec"
#define GROUPS_MAX	256
#define FIRST_ACCOUNT	1000	/* uid; below are system accounts */

static bool is_member(const char *user)
{
	const struct passwd *pw = getpwnam(user);
	const struct group *gr;
	gid_t groups[GROUPS_MAX], admin;
	int count = GROUPS_MAX;

	if (!pw)
		return false;
	gr = getgrnam(ADMIN_GROUP);
	if (!gr)
		return false;
	admin = gr->gr_gid;
	if (getgrouplist(pw->pw_name, pw->pw_gid, groups, &count) < 0)
		return false;
	for (int i = 0; i < count; i++)
		if (groups[i] == admin)
			return true;
	return false;
}

/* In a child, for what NSS loads to find groups would stay with us. */
bool program_is_admin(const char *user)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(is_member(user) ? 0 : 1);
	if (pid < 0) {
		log_err("privilege of %s: %m", user);
		return false;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/*
 * Whether a command is the far end of a copy: scp -t or -f, as clients call
 * it, options first. A shell may make more of the line than this sees, but
 * nothing that its user could not type; who has no shell gets use_scp().
 */
static bool is_scp(const char *command)
{
	size_t len = strcspn(command, " ");

	if (len < 3 || memcmp(command + len - 3, "scp", 3) ||
	    (len > 3 && command[len - 4] != '/'))
		return false;
	for (;;) {
		command += len;
		command += strspn(command, " ");
		len = strcspn(command, " ");
		if (len < 2 || command[0] != '-' || command[1] == '-')
			return false;
		if (memchr(command, 't', len) || memchr(command, 'f', len))
			return true;
	}
}

static int refuse(struct program *p, const char *why)
{
	p->refusal = why;
	return -EACCES;
}

static int choose_copy(const struct monitor *m, struct program *p)
{
	p->what = "copy";
	if (!m->config.scp)
		return refuse(p, "Administratively disabled.");
	if (m->privilege != 15)
		return refuse(p, "Privilege denied.");
	if (*m->config.scp_root)
		p->root = m->config.scp_root;
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void use_shell(struct program *p, const char *command)
{
	p->args[0] = base_name(p->path);
	p->args[1] = "-c";
	p->args[2] = command;
}

/* Sets all but the arguments. */
static void use_account(const struct passwd *pw, struct program *p)
{
	static char shell[256], user[256];

	*p = (struct program){
		.user = user, .path = shell, .what = "shell", .is_account = true,
	};
	snprintf(user, sizeof(user), "%s", pw->pw_name);
	snprintf(shell, sizeof(shell), "%s",
		 *pw->pw_shell ? pw->pw_shell : "/bin/sh");
}

/* A person's, and not one that is kept from logging in. */
static bool can_own_copies(const struct passwd *pw)
{
	const char *shell = base_name(pw->pw_shell);

	return pw->pw_uid >= FIRST_ACCOUNT && strcmp(shell, "nologin") &&
	       strcmp(shell, "false");
}

/*
 * The far end of a copy without a shell, which would run whatever else the
 * command says. Behind the options of is_scp()'s command all is one path, also
 * with blanks. Return: 0, or -EACCES for what no client sends.
 */
static int use_scp(struct program *p, const char *command)
{
	static char options[sizeof(SCP_OPTIONS) + 1], path[PROTO_COMMAND_MAX + 1];
	size_t len = strcspn(command, " "), n = 0;

	options[n++] = '-';
	for (;;) {
		command += len;
		command += strspn(command, " ");
		len = strcspn(command, " ");
		if (len < 2 || *command != '-' || command[1] == '-')
			break;
		if (strspn(command + 1, SCP_OPTIONS) < len - 1 ||
		    n + len > sizeof(options))
			return refuse(p, "Not an option of a copy.");
		memcpy(options + n, command + 1, len - 1);
		n += len - 1;
	}
	options[n] = '\0';
	if (len == 2 && !memcmp(command, "--", 2))
		command += 2 + strspn(command + 2, " ");
	if (command[0] == '~' && (!command[1] || command[1] == '/'))
		command += command[1] ? 2 : 1;	/* where it starts */
	snprintf(path, sizeof(path), "%s", *command ? command : ".");
	p->path = SCP;
	p->args[0] = "scp";
	p->args[1] = options;
	p->args[2] = "--";
	p->args[3] = path;
	return 0;
}

/*
 * A file needs an owner: who is known to a server or the database copies as the
 * account of that name. It is no system account, and systemd asks its account
 * stage. There is no copying without one, and no more than copying with it.
 */
static int choose_copy_as(const struct monitor *m, const char *command,
			  struct program *p)
{
	bool scp = p->is_scp, sftp = p->is_sftp;
	const struct passwd *pw;
	int r = choose_copy(m, p);

	if (r < 0)
		return r;
	pw = getpwnam(m->target.user);
	if (!pw || !can_own_copies(pw))
		return refuse(p, "An account of this system is needed.");
	use_account(pw, p);
	p->is_scp = scp;
	p->is_sftp = sftp;
	p->path = SFTP_SERVER;
	p->args[0] = base_name(SFTP_SERVER);
	r = scp ? use_scp(p, command) : 0;
	return r < 0 ? r : choose_copy(m, p);
}

/*
 * Who is no account of this system gets the command line, or one command of
 * it, and never a shell. What he may do there is the control socket's to say.
 */
static int choose_cli(const struct monitor *m, enum proto_open_kind kind,
		      const char *command, struct program *p)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/vtymux", path_bindir());
	*p = (struct program){
		.user = CLI_USER, .is_confined = true, .path = path,
		.args = { "vtymux" }, .what = "command line",
	};
	if (kind == PROTO_OPEN_SHELL)
		return 0;
	if (kind == PROTO_OPEN_SUBSYSTEM) {
		if (strcmp(command, "sftp"))
			return refuse(p, "% No such subsystem");
		p->is_sftp = true;
		return choose_copy_as(m, command, p);
	}
	p->what = "command";
	p->args[1] = "--";
	p->args[2] = command;
	p->is_scp = is_scp(command);
	return p->is_scp ? choose_copy_as(m, command, p) : 0;
}

int program_choose(struct monitor *m, enum proto_open_kind kind,
		   const char *command, struct program *ret)
{
	static char login[258];
	const struct passwd *pw;
	int r = 0;

	if (!command)
		command = "";
	if (!m->is_account)
		return choose_cli(m, kind, command, ret);
	pw = getpwnam(m->target.user);
	*ret = (struct program){ .what = "shell" };
	if (!pw)	/* gone since the login */
		return refuse(ret, "% EXEC cannot be started");
	use_account(pw, ret);
	snprintf(login, sizeof(login), "-%s", base_name(ret->path));
	ret->args[0] = login;
	if (kind == PROTO_OPEN_SHELL)
		return 0;
	if (kind == PROTO_OPEN_EXEC) {
		ret->what = "command";
		ret->is_scp = is_scp(command);
		if (ret->is_scp)
			r = choose_copy(m, ret);
		use_shell(ret, command);
		return r;
	}
	if (strcmp(command, "sftp"))
		return refuse(ret, "% No such subsystem");
	ret->is_sftp = true;
	r = choose_copy(m, ret);
	use_shell(ret, SFTP_SERVER);
	return r;
}

/*
 * What scp shows its user comes as an error record of its protocol (a byte 1,
 * a line) on the output. Everybody else reads the notice; for SFTP the session
 * process makes it answers to what the client asks, for that is untrusted.
 */
int program_refuse(const struct program *p, int notices, int ret_fds[2])
{
	int out[2], in[2];

	if (!p->is_scp) {
		notice(notices, "%s", p->refusal);
		return p->is_sftp ? -EACCES : -ECANCELED;
	}
	log_info("scp refused: %s", p->refusal);
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	ret_fds[0] = out[0];
	if (dprintf(out[1], "\001%s\n", p->refusal) < 0)
		log_warn("scp: %m");
	close(out[1]);
	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	ret_fds[1] = in[1];
	close(in[0]);
	return PROTO_OPENED_PIPES;
}
