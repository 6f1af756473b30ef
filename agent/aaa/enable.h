/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vtymux-enable: asks the list of "aaa authentication enable" whether a secret
 * is good for a level. vtymuxd starts it, for methods block. It reads one
 * question from its standard input, and its exit status is the answer.
 */
#ifndef AGENT_ENABLE_H
#define AGENT_ENABLE_H

#include <stdint.h>

#define ENABLE_SECRET_MAX	512

enum enable_answer {
	ENABLE_YES,
	ENABLE_NO,
	ENABLE_FAULT,	/* of ours: no */
};

/* Fits in an empty pipe. Strings are NUL-terminated. */
struct enable_question {
	uint32_t level;		/* 1..15 */
	uint32_t uid;		/* whose name is asked for, without @user */
	char user[65];
	char tty[16];		/* "vty7", or "" */
	char peer[80];		/* address, "" for a local user */
	char secret[ENABLE_SECRET_MAX + 1];
};

#endif /* AGENT_ENABLE_H */
