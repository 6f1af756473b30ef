// SPDX-License-Identifier: GPL-2.0-only
#include "exec.h"

#include <sys/ioctl.h>

#include "includes.h"
#include "buffer.h"
#include "dbutil.h"
#include "session.h"
#include "ssh.h"

#include "signame.h"

#define TTY_OP_END	0

struct exec {
	bool pty;
	struct proto_open open;
	struct proto_env env[PROTO_ENV_MAX];
	unsigned int env_count;
};

struct exec *exec_new(void)
{
	return m_malloc(sizeof(struct exec));
}

void exec_free(struct exec *exec)
{
	m_free(exec);
}

bool exec_has_pty(const struct exec *exec)
{
	return exec->pty;
}

/* Copies a string that is to be printable; false when it is not or is long. */
static bool get_printable(char *ret, size_t size)
{
	unsigned int len, i;
	char *s = buf_getstring(ses.payload, &len);
	bool good = len < size;

	for (i = 0; good && i < len; i++)
		good = s[i] >= 0x20 && s[i] < 0x7f;
	if (good) {
		memset(ret, 0, size);
		memcpy(ret, s, len);
	}
	m_free(s);
	return good;
}

static void get_window(struct proto_window *ret)
{
	uint32_t v[4];
	int i;

	for (i = 0; i < 4; i++) {
		v[i] = buf_getint(ses.payload);
		v[i] = MIN(v[i], PROTO_WINDOW_MAX);
	}
	ret->columns = v[0];
	ret->rows = v[1];
	ret->width = v[2];
	ret->height = v[3];
}

/* What comes after the first that we do not know cannot be read. */
static void get_modes(struct proto_open *open)
{
	unsigned int len = buf_getint(ses.payload);
	unsigned int end;

	if (len > ses.payload->len - ses.payload->pos)
		dropbear_exit("Bad terminal modes");
	end = ses.payload->pos + len;
	open->mode_count = 0;
	while (end - ses.payload->pos >= 5 &&
	       open->mode_count < PROTO_MODES_MAX) {
		struct proto_mode *m = &open->modes[open->mode_count];

		m->opcode = buf_getbyte(ses.payload);
		if (m->opcode == TTY_OP_END || m->opcode > PROTO_MODE_LAST)
			break;
		m->value = buf_getint(ses.payload);
		open->mode_count++;
	}
	buf_setpos(ses.payload, end);
}

int exec_request_pty(struct exec *exec)
{
	bool named = get_printable(exec->open.term, sizeof(exec->open.term));

	get_window(&exec->open.window);
	get_modes(&exec->open);
	if (exec->pty || !named)
		return DROPBEAR_FAILURE;
	exec->pty = true;
	return DROPBEAR_SUCCESS;
}

int exec_request_env(struct exec *exec)
{
	struct proto_env env = { .h.type = PROTO_ENV };
	bool good;

	good = get_printable(env.name, sizeof(env.name));
	good &= get_printable(env.value, sizeof(env.value));
	if (!good || !proto_env_valid(&env) ||
	    exec->env_count == PROTO_ENV_MAX)
		return DROPBEAR_FAILURE;
	exec->env[exec->env_count++] = env;
	return DROPBEAR_SUCCESS;
}

int exec_request_window(struct exec *exec, int master)
{
	const struct proto_window *w = &exec->open.window;
	struct winsize size;

	if (!exec->pty)
		return DROPBEAR_FAILURE;
	get_window(&exec->open.window);
	if (master < 0)
		return DROPBEAR_SUCCESS;
	size = (struct winsize) {
		.ws_col = w->columns, .ws_row = w->rows,
		.ws_xpixel = w->width, .ws_ypixel = w->height,
	};
	return ioctl(master, TIOCSWINSZ, &size) < 0 ? DROPBEAR_FAILURE :
						      DROPBEAR_SUCCESS;
}

int exec_request_signal(void)
{
	unsigned int len;
	char *name = buf_getstring(ses.payload, &len);
	int signo = signame_find(name, len);

	m_free(name);
	if (!signo)
		return DROPBEAR_FAILURE;
	monitor_signal(signo);
	return DROPBEAR_SUCCESS;
}

/* Not as a Dropbear string, of which the longest are shorter. */
static int send_command(void)
{
	unsigned int len = buf_getint(ses.payload), pos;
	const unsigned char *command = buf_getptr(ses.payload, len);

	buf_incrpos(ses.payload, len);
	if (len > PROTO_COMMAND_MAX || memchr(command, '\0', len))
		return DROPBEAR_FAILURE;
	for (pos = 0; pos < len; pos += PROTO_CHUNK_MAX)
		monitor_command(command + pos, MIN(len - pos, PROTO_CHUNK_MAX));
	return DROPBEAR_SUCCESS;
}

int exec_open(struct exec *exec, enum proto_open_kind kind,
	      struct monitor_opened *ret)
{
	unsigned int i;

	if (kind != PROTO_OPEN_SHELL && send_command() != DROPBEAR_SUCCESS)
		return DROPBEAR_FAILURE;
	for (i = 0; i < exec->env_count; i++)
		monitor_env(&exec->env[i]);
	exec->open.kind = kind;
	exec->open.pty = exec->pty;
	monitor_open(&exec->open, ret);
	return DROPBEAR_SUCCESS;
}
