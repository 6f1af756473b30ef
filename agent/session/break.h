/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A break on the line of a channel (RFC 4335). It is timed here, not in the
 * kernel, so that the line is read while it lasts. What the client sends
 * meanwhile waits: bytes written during a break would not get out.
 */
#ifndef SESSION_BREAK_H
#define SESSION_BREAK_H

#include <stdint.h>

struct Channel;

#define BREAK_MIN_MS	500	/* also for a length of 0, "default" */
#define BREAK_MAX_MS	3000

/**
 * break_start() - begin a break
 * @ms: clamped to BREAK_MIN_MS..BREAK_MAX_MS. During a break another one
 * makes it longer, if it ends later.
 *
 * Waits up to a second for what was written to the line to be sent.
 * Return: 0; -EINTR when it is still not sent then; -EAGAIN while the break
 * is on another channel; -errno as the line gave it.
 */
int break_start(struct Channel *channel, uint32_t ms);

/* Ends a break whose time is over. Called by the loop. */
void break_poll(void);

/* Ends the break of @channel, if there is one, before its line is closed. */
void break_cancel(struct Channel *channel);

#endif /* SESSION_BREAK_H */
