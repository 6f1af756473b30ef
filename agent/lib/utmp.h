/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of terminals of real accounts in utmp and wtmp. */
#ifndef AGENT_UTMP_H
#define AGENT_UTMP_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * utmp_login() - somebody is on a line
 * @peer: address, and what follows a space
 * @pid: of his first process
 * Return: 0 or -errno of utmp; wtmp says nothing.
 */
int utmp_login(unsigned int line, const char *user, const char *peer,
	       pid_t pid);

/* And is gone. Return: as utmp_login(). */
int utmp_logout(unsigned int line, pid_t pid);

/* Whether utmp says that somebody is. */
bool utmp_has(unsigned int line);

#endif /* AGENT_UTMP_H */
