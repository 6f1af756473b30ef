/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes on their way from a tty's writers, in any context, to the readers of a
 * file, who copy them to user space without a lock.
 */
#ifndef _VTYMUX_QUEUE_H
#define _VTYMUX_QUEUE_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define VTYMUX_QUEUE_SIZE	16384	/* a power of two */

struct vtymux_queue {
	spinlock_t lock;	/* any context */
	unsigned int head;	/* bytes ever put; wraps around */
	unsigned int tail;	/* ... ever taken */
	unsigned int lent;	/* from the tail on: being copied by a reader */
	bool starved;		/* a writer found no room and waits for it */
	u8 data[VTYMUX_QUEUE_SIZE];
};

void vtymux_queue_init(struct vtymux_queue *queue);

/* Return: bytes put, @count but when the queue is full. Any context. */
size_t vtymux_queue_put(struct vtymux_queue *queue, const u8 *buf,
			size_t count);

/* Return: bytes that can be put. If few, the reader will say when more. */
unsigned int vtymux_queue_room(struct vtymux_queue *queue);

/* Bytes to read. A look without the lock. */
static inline unsigned int vtymux_queue_length(const struct vtymux_queue *queue)
{
	return READ_ONCE(queue->head) - READ_ONCE(queue->tail);
}

/**
 * vtymux_queue_read() - take bytes to user space
 * @ret_wake: set to true when a writer waits and there is room enough now
 *
 * Sleeps; of several readers the caller lets one in at a time.
 * Return: bytes taken, 0 when there are none; -EFAULT, nothing is taken then.
 */
ssize_t vtymux_queue_read(struct vtymux_queue *queue, char __user *buf,
			  size_t count, bool *ret_wake);

/**
 * vtymux_queue_flush() - forget all but what a reader copies just now
 * Return: does a writer wait? Any context.
 */
bool vtymux_queue_flush(struct vtymux_queue *queue);

#endif /* _VTYMUX_QUEUE_H */
