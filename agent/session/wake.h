/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waking Dropbear's select loop, by its signal pipe: after a wake-up the loop
 * calls svr_chansess_checksignal() and looks at every channel.
 */
#ifndef SESSION_WAKE_H
#define SESSION_WAKE_H

#include <stdint.h>

/* Installs the SIGALRM handler. Return: 0 or -errno. */
int wake_init(void);

/* From anywhere, signal handlers too. Keeps errno. */
void wake_loop(void);

/**
 * wake_at() - wake the loop, and interrupt a blocking call, at a time
 * @when: wake_clock() milliseconds; an earlier pending time stays, because
 * whoever is woken too early asks again
 */
void wake_at(int64_t when);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t wake_clock(void);

#endif /* SESSION_WAKE_H */
