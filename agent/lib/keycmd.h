/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands "crypto key generate" and "crypto key zeroize". A generation
 * takes seconds, so a daemon leaves them to a process (vtymux-crypto).
 */
#ifndef AGENT_KEYCMD_H
#define AGENT_KEYCMD_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "conf.h"

/* Bits of an RSA key. IOS takes 360 and more; these OpenSSH and SSH-2 take. */
#define KEYCMD_RSA_MIN		1024
#define KEYCMD_RSA_MAX		4096
#define KEYCMD_RSA_DEFAULT	2048

/* Exit status of vtymux-crypto for a key that is there already. */
#define KEYCMD_EXIT_EXISTS	17

/* The argument of the handlers. */
struct keycmd {
	const struct conf *conf;	/* hostname, ip domain-name */
	bool replace;			/* a key that is there already */
	FILE *out;			/* for what IOS says */
};

/*
 * Handlers return 0, or -errno with match->error: -EEXIST for a key that is
 * there already (ask, then set @replace), -ENODATA without a name for it.
 */
extern const struct cmd keycmd_commands[];

#endif /* AGENT_KEYCMD_H */
