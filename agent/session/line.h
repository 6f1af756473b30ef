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

/*
 * read(2) for the channel, of a line or not; -1 and EINTR for "not now". Of a
 * tap that lost bytes the client is told.
 */
int line_read(struct Channel *channel, int fd, unsigned char *bytes,
	      unsigned int len);

/* Tells the monitor of idleness. Called by the loop. */
void line_poll(void);

#endif /* SESSION_LINE_H */
