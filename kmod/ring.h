/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The newest bytes that a line received, and positions in them. One feeds,
 * any number read, and nobody waits for a reader.
 */
#ifndef _VTYMUX_RING_H
#define _VTYMUX_RING_H

#include <linux/atomic.h>
#include <linux/poll.h>
#include <linux/types.h>
#include <linux/wait.h>

struct vtymux_ring;

/* A reader's place. Its fields belong to the ring. */
struct vtymux_cursor {
	u64 pos;	/* of the next byte to be read */
	u64 lost;	/* bytes before it that were missed, not yet told */
};

/**
 * vtymux_ring_alloc() - a ring, without memory for bytes yet
 * @number: of the line whose bytes these are
 * @history: bytes to keep for those who join later
 * @missed: counts the bytes that readers missed
 *
 * Return: the ring or NULL. Undone by vtymux_ring_free().
 */
struct vtymux_ring *vtymux_ring_alloc(unsigned int number, u32 history,
				      atomic64_t *missed);
void vtymux_ring_free(struct vtymux_ring *ring);

/**
 * vtymux_ring_start() - keep history from now on
 *
 * Called before a line gets a backing, so that lines that never have one need
 * no memory. Return: 0 or -ENOMEM. Sleeps.
 */
int vtymux_ring_start(struct vtymux_ring *ring);

/**
 * vtymux_ring_resize() - change how many bytes of history are kept
 *
 * The newest bytes stay. Return: 0, or -ENOMEM and nothing changed. Sleeps.
 */
int vtymux_ring_resize(struct vtymux_ring *ring, u32 history);

/**
 * vtymux_ring_feed() - bytes were received
 *
 * One caller at a time, in process context. Does not sleep.
 */
void vtymux_ring_feed(struct vtymux_ring *ring, const u8 *cp, size_t count);

/**
 * vtymux_ring_join() - begin to read
 * @replay: in: bytes of history to begin with; out: how many there were
 *
 * Return: 0 or -ENOMEM. Undone by vtymux_ring_leave(). Both sleep.
 */
int vtymux_ring_join(struct vtymux_ring *ring, struct vtymux_cursor *cursor,
		     u32 *replay);
void vtymux_ring_leave(struct vtymux_ring *ring, struct vtymux_cursor *cursor);

/**
 * vtymux_ring_read() - take the next bytes, at most @count
 * Return: how many; 0 if there are none now; -EOVERFLOW if bytes before them
 * were missed and vtymux_ring_told() was not called yet. Does not sleep.
 */
ssize_t vtymux_ring_read(struct vtymux_ring *ring,
			 struct vtymux_cursor *cursor, u8 *cp, size_t count);

/* The last @count bytes that were read are the next ones again. */
void vtymux_ring_unread(struct vtymux_ring *ring, struct vtymux_cursor *cursor,
			size_t count);

/* How many bytes were missed; ... and that @count of them were told. */
u64 vtymux_ring_missed(struct vtymux_ring *ring, struct vtymux_cursor *cursor);
void vtymux_ring_told(struct vtymux_ring *ring, struct vtymux_cursor *cursor,
		      u64 count);

/* What there is to read, as EPOLLIN and EPOLLPRI; 0 is waited on here. */
__poll_t vtymux_ring_events(struct vtymux_ring *ring,
			    struct vtymux_cursor *cursor);
wait_queue_head_t *vtymux_ring_wait(struct vtymux_ring *ring);

#endif /* _VTYMUX_RING_H */
