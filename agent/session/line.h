/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line of the session channel: its history first, a tap that loses bytes,
 * and for how long nothing came. There is one at a time.
 */
#ifndef SESSION_LINE_H
#define SESSION_LINE_H

#include <stdbool.h>

struct Channel;
struct monitor_opened;

/* Notes when there is nothing heard; the descriptors are the channel's. */
void line_follow(struct Channel *channel, const struct monitor_opened *opened);

/* The same, and takes the descriptors of the line and its history. */
void line_start(struct Channel *channel, const struct monitor_opened *opened);

/* Closes what the channel itself does not know of. Harmless without a line. */
void line_stop(struct Channel *channel);

/* The line for breaks, -1 when there is none any more, or only a tap. */
int line_fd(const struct Channel *channel);

/* Whether the channel has a tap, whose end only the monitor tells. */
bool line_is_watch(const struct Channel *channel);

/* Tells the monitor of idleness. Called by the loop. */
void line_poll(void);

#endif /* SESSION_LINE_H */
