/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process that now only waits can give back. */
#ifndef AGENT_IDLE_H
#define AGENT_IDLE_H

#include <stddef.h>

/* How long nothing has to happen before a process gives memory back. */
#define IDLE_MS		1000

/*
 * Returns free memory of the heap, and of the stack below the caller, to the
 * system: what the last work needed, and with it what it left there. For
 * processes of one thread.
 */
void idle_trim(void);

/*
 * Returns the whole pages of @len bytes from @start on, of the heap or another
 * private anonymous mapping: they read as zeros from then on. For what is
 * allocated and holds nothing.
 */
void idle_discard(void *start, size_t len);

#endif /* AGENT_IDLE_H */
