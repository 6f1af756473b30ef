/* SPDX-License-Identifier: GPL-2.0-only */
/* The login name grammar: user, user:N, user:NAME, user:rotaryN, ... */
#ifndef AGENT_TARGET_H
#define AGENT_TARGET_H

#include <stddef.h>

#include <linux/vtymux.h>

#define TARGET_USER_MAX	64

enum target_kind {
	TARGET_EXEC,	/* no colon: an EXEC session */
	TARGET_LINE,	/* user:N */
	TARGET_NAME,	/* user:NAME */
	TARGET_ROTARY,	/* user:rotaryN */
	TARGET_WATCH,	/* user:watchN or user:watchNAME */
	TARGET_STEAL,	/* user:stealN or user:stealNAME */
	TARGET_INVALID,	/* a user, but nothing after the colon we know */
};

struct target {
	char user[TARGET_USER_MAX + 1];
	enum target_kind kind;
	unsigned int number;	/* LINE, ROTARY; WATCH and STEAL by number, or 0 */
	char name[VTYMUX_NAME_MAX + 1];	/* NAME; WATCH and STEAL by name */
};

/**
 * target_parse() - parse an SSH user name
 * @name: @len bytes as they came from the peer, not NUL-terminated
 *
 * The user part must match ^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$ and the whole
 * name have at most 100 bytes, else -EINVAL and @ret untouched. Whatever the
 * part after the first colon holds, the result is 0 with a kind, perhaps
 * TARGET_INVALID. Numbers are decimal without sign or leading zero, lines
 * 1..VTYMUX_LINE_MAX, groups 1..VTYMUX_ROTARY_MAX; keywords are lower case.
 */
int target_parse(const char *name, size_t len, struct target *ret);

#endif /* AGENT_TARGET_H */
