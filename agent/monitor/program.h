/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs in an EXEC session, and as whom. */
#ifndef MONITOR_PROGRAM_H
#define MONITOR_PROGRAM_H

#include <stdbool.h>

#include "proto.h"

#define PROGRAM_ARGS_MAX	4

struct monitor;

struct program {
	const char *user;	/* account, of passwd */
	bool is_confined;	/* the account is nobody's, and may do nothing */
	const char *path;
	const char *args[PROGRAM_ARGS_MAX + 1];
	const char *what;	/* "shell", for log lines */
	const char *root;	/* the only place it may write to, or NULL */
	bool is_account;	/* its user's own, not a shared one */
	bool is_scp, is_sftp;	/* protocols that a refusal has to speak */
	const char *refusal;	/* on failure: text for the client */
};

/**
 * program_choose() - choose the program
 * @command: of PROTO_OPEN_EXEC, name of PROTO_OPEN_SUBSYSTEM; NULL for empty
 * Strings of @ret are good until the next call.
 * Return: 0, or -EACCES with @ret->refusal.
 */
int program_choose(struct monitor *m, enum proto_open_kind kind,
		   const char *command, struct program *ret);

/**
 * program_refuse() - tell the client that it was not chosen, and why
 * @ret_fds: for a copy the ends of its output and input, the caller's to close
 * Return: PROTO_OPENED_PIPES for a copy, -ECANCELED when a notice says it,
 * -EACCES when it does for an SFTP client, -errno.
 */
int program_refuse(const struct program *p, int notices, int ret_fds[2]);

/*
 * Whether an account of this system is a member of vtymux-admin and so has
 * privilege 15.
 */
bool program_is_admin(const char *user);

#endif /* MONITOR_PROGRAM_H */
