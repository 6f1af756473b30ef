/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a client asks for a shell, command or subsystem (RFC 4254 6.2 to 6.9)
 * before and while it runs. The functions named after a request read it from
 * ses.payload and return DROPBEAR_SUCCESS or DROPBEAR_FAILURE.
 */
#ifndef SESSION_EXEC_H
#define SESSION_EXEC_H

#include <stdbool.h>

#include "monitor.h"

struct exec;

struct exec *exec_new(void);
void exec_free(struct exec *exec);

int exec_request_pty(struct exec *exec);
int exec_request_env(struct exec *exec);

/* @master: of the terminal, -1 when there is none (any more) */
int exec_request_window(struct exec *exec, int master);

int exec_request_signal(void);

bool exec_has_pty(const struct exec *exec);

/**
 * exec_open() - open what the user name asked for, with all this
 * The command or the subsystem's name is read from ses.payload.
 * Return: DROPBEAR_FAILURE, nothing was opened, when that is over
 * PROTO_COMMAND_MAX or holds a NUL.
 */
int exec_open(struct exec *exec, enum proto_open_kind kind,
	      struct monitor_opened *ret);

#endif /* SESSION_EXEC_H */
