/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals by their names in SSH (RFC 4254 6.10). */
#ifndef AGENT_SIGNAME_H
#define AGENT_SIGNAME_H

#include <stddef.h>

/* "TERM" of SIGTERM; NULL for a signal that has no name there. */
const char *signame_of(int signo);

/* The signal of a name of @len bytes, 0 for none. */
int signame_find(const char *name, size_t len);

#endif /* AGENT_SIGNAME_H */
