/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process that now only waits can give back. */
#ifndef AGENT_IDLE_H
#define AGENT_IDLE_H

/*
 * Returns free memory of the heap, and of the stack below the caller, to the
 * system: what a login needed, and with it what it left there. For processes of
 * one thread.
 */
void idle_trim(void);

#endif /* AGENT_IDLE_H */
