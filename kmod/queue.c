// SPDX-License-Identifier: GPL-2.0-only
#include "queue.h"

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define QUEUE_MASK	(VTYMUX_QUEUE_SIZE - 1)

/* N_TTY writes a newline as two bytes and a tab as eight, in one piece. */
#define ROOM_FEW	256

void vtymux_queue_init(struct vtymux_queue *queue)
{
	spin_lock_init(&queue->lock);
	queue->head = 0;
	queue->tail = 0;
	queue->lent = 0;
	queue->starved = false;
}

/* Bytes before the end of the buffer, where the rest goes to its begin. */
static size_t before_wrap(unsigned int position, size_t count)
{
	return min_t(size_t, count,
		     VTYMUX_QUEUE_SIZE - (position & QUEUE_MASK));
}

size_t vtymux_queue_put(struct vtymux_queue *queue, const u8 *buf,
			size_t count)
{
	unsigned long flags;
	size_t n, first;

	spin_lock_irqsave(&queue->lock, flags);
	n = min_t(size_t, count,
		  VTYMUX_QUEUE_SIZE - (queue->head - queue->tail));
	if (n < count)
		queue->starved = true;
	first = before_wrap(queue->head, n);
	memcpy(queue->data + (queue->head & QUEUE_MASK), buf, first);
	if (n > first)
		memcpy(queue->data, buf + first, n - first);
	WRITE_ONCE(queue->head, queue->head + n);
	spin_unlock_irqrestore(&queue->lock, flags);
	return n;
}

unsigned int vtymux_queue_room(struct vtymux_queue *queue)
{
	unsigned int room = VTYMUX_QUEUE_SIZE - vtymux_queue_length(queue);
	unsigned long flags;

	if (room >= ROOM_FEW)
		return room;
	spin_lock_irqsave(&queue->lock, flags);
	room = VTYMUX_QUEUE_SIZE - (queue->head - queue->tail);
	if (room < ROOM_FEW)
		queue->starved = true;
	spin_unlock_irqrestore(&queue->lock, flags);
	return room;
}

/* The lent bytes stay where they are until they are taken. */
static bool copy_out(const struct vtymux_queue *queue, char __user *buf,
		     size_t count)
{
	size_t first = before_wrap(queue->tail, count);

	return !copy_to_user(buf, queue->data + (queue->tail & QUEUE_MASK),
			     first) &&
	       (count == first ||
		!copy_to_user(buf + first, queue->data, count - first));
}

ssize_t vtymux_queue_read(struct vtymux_queue *queue, char __user *buf,
			  size_t count, bool *ret_wake)
{
	bool ok;

	spin_lock_irq(&queue->lock);
	count = min_t(size_t, count, queue->head - queue->tail);
	queue->lent = count;
	spin_unlock_irq(&queue->lock);
	if (!count)
		return 0;

	ok = copy_out(queue, buf, count);

	spin_lock_irq(&queue->lock);
	queue->lent = 0;
	if (ok)
		WRITE_ONCE(queue->tail, queue->tail + count);
	/* Half the queue at a time: a wakeup costs more than its bytes. */
	if (queue->starved &&
	    queue->head - queue->tail <= VTYMUX_QUEUE_SIZE / 2) {
		queue->starved = false;
		*ret_wake = true;
	}
	spin_unlock_irq(&queue->lock);
	return ok ? count : -EFAULT;
}

bool vtymux_queue_flush(struct vtymux_queue *queue)
{
	unsigned long flags;
	bool starved;

	spin_lock_irqsave(&queue->lock, flags);
	WRITE_ONCE(queue->head, queue->tail + queue->lent);
	starved = queue->starved;
	queue->starved = false;
	spin_unlock_irqrestore(&queue->lock, flags);
	return starved;
}
