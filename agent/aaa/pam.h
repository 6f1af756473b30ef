/* SPDX-License-Identifier: GPL-2.0-only */
/* Authentication by PAM. pam.c is the one file that includes libpam. */
#ifndef MONITOR_PAM_H
#define MONITOR_PAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/*
 * One round of the conversation. Prompts and text are printable ASCII, text
 * with newlines, whatever the module said. Answers are filled by converse().
 */
struct pam_round {
	unsigned int count;	/* of prompts; 0 when there is only text */
	uint32_t echo;		/* bit N: the answer to prompt N may be shown */
	char text[PROTO_TEXT_MAX];
	char prompts[PROTO_PROMPTS_MAX][PROTO_PROMPT_MAX];
	char answers[PROTO_PROMPTS_MAX][PROTO_PASSWORD_MAX + 1];
};

/*
 * Variables of PAM's environment that our modules leave for one another: who
 * decided, the level, lines. They go into each handle and come out of one that
 * says yes. "NAME=value", each with its NUL.
 */
struct pam_vars {
	size_t len;
	char text[4096];
};

struct pam_request {
	const char *service;	/* in the private service directory */
	const char *user;
	const char *tty, *rhost;
	/* Return: 0 with all answers filled, or -errno to give up. */
	int (*converse)(struct pam_round *round, void *arg);
	void *arg;
	bool is_authenticated;	/* by other means: the account stage only */
	struct pam_vars *vars;	/* in and, on success, out; NULL: none */
};

/**
 * pam_check() - authenticate a user, then ask if the account may be used
 * @ret_why: text for the log, set on failure, good until the next call
 *
 * Blocks as long as modules do, calls converse() meanwhile. Delays are the
 * caller's business: modules' wishes are not followed. Answers are wiped.
 *
 * Return: 0 when the user is who he says and may log in; -EACCES when not;
 * -ECANCELED when converse() gave up; -ENOENT when the service is missing, or
 * PAM itself.
 */
int pam_check(const struct pam_request *req, const char **ret_why);

/* Gives back what a check has loaded, unless one goes on. */
void pam_unload(void);

/* The value of one of them, or NULL. */
const char *pam_var(const struct pam_vars *vars, const char *name);

/* Makes it the only one. @value: short. */
void pam_var_only(struct pam_vars *vars, const char *name, const char *value);

#endif /* MONITOR_PAM_H */
