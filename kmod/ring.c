// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include "trace.h"

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/*
 * The least that a ring holds: what a tap may be behind on a line with little
 * or no history, 55 ms at 3 Mbit/s.
 */
#define RING_MIN	16384

/*
 * The newest bytes a line received. Positions count all bytes that went
 * through the ring, so they never wrap; those in [first(), head) are here.
 *
 * @mutex: replaces @bytes; taken before @lock
 * @lock: everything else; process context only
 */
struct vtymux_ring {
	struct mutex mutex;
	spinlock_t lock;
	wait_queue_head_t wait;
	u8 *bytes;		/* NULL without history and readers */
	size_t size;		/* a power of two */
	u64 head;		/* position of the next byte */
	u64 kept;		/* nothing before it is in @bytes */
	u64 floor;		/* nothing before it is history */
	u32 history;		/* bytes to be replayed at most */
	unsigned int readers;
	bool started;
	atomic64_t *missed;
	unsigned int number;	/* the line's, for who traces */
};

/* The oldest byte that is here. */
static u64 first(const struct vtymux_ring *ring)
{
	if (ring->head - ring->kept > ring->size)
		return ring->head - ring->size;
	return ring->kept;
}

/* The oldest byte that is history. */
static u64 history_start(const struct vtymux_ring *ring)
{
	if (ring->head - ring->floor > ring->history)
		return ring->head - ring->history;
	return ring->floor;
}

/* Puts @count bytes at @pos into @bytes, the second part at the beginning. */
static void put_at(u8 *bytes, size_t size, u64 pos, const u8 *cp, size_t count)
{
	size_t at = pos & (size - 1);
	size_t part = min(count, size - at);

	memcpy(bytes + at, cp, part);
	if (count > part)
		memcpy(bytes, cp + part, count - part);
}

static void get_at(const struct vtymux_ring *ring, u64 pos, u8 *cp,
		   size_t count)
{
	size_t at = pos & (ring->size - 1);
	size_t part = min(count, ring->size - at);

	memcpy(cp, ring->bytes + at, part);
	memcpy(cp + part, ring->bytes, count - part);
}

void vtymux_ring_feed(struct vtymux_ring *ring, const u8 *cp, size_t count)
{
	bool followed;

	spin_lock(&ring->lock);
	if (!ring->bytes) {
		spin_unlock(&ring->lock);
		return;
	}
	if (count > ring->size) {
		ring->head += count - ring->size;
		cp += count - ring->size;
		count = ring->size;
	}
	put_at(ring->bytes, ring->size, ring->head, cp, count);
	ring->head += count;
	followed = ring->readers;
	spin_unlock(&ring->lock);
	if (followed && wq_has_sleeper(&ring->wait))
		wake_up_interruptible_poll(&ring->wait, EPOLLIN | EPOLLRDNORM |
					   EPOLLPRI);
}

/* Moves what still fits from the ring's bytes to @bytes. Holds the lock. */
static u8 *replace(struct vtymux_ring *ring, u8 *bytes, size_t size)
{
	u8 *old = ring->bytes;
	u64 pos = ring->head - min_t(u64, ring->head - first(ring), size);
	u64 begin = pos;

	lockdep_assert_held(&ring->lock);
	while (bytes && pos < ring->head) {
		size_t at = pos & (ring->size - 1);
		size_t part = min_t(u64, ring->head - pos, ring->size - at);

		put_at(bytes, size, pos, old + at, part);
		pos += part;
	}
	ring->bytes = bytes;
	ring->size = size;
	ring->kept = bytes ? begin : ring->head;
	ring->floor = max(ring->floor, ring->kept);
	return old;
}

/* What the ring should have: room for the history and for readers to lag. */
static size_t wanted_size(const struct vtymux_ring *ring, u32 history,
			  unsigned int readers)
{
	if (!readers && !(history && ring->started))
		return 0;
	return roundup_pow_of_two(max_t(u32, history, RING_MIN));
}

/*
 * Makes the ring fit, and @history and @readers its own. Caller holds the
 * mutex, so nobody else changes what the size depends on. Fewer readers need
 * no more memory: that does not fail.
 */
static int set_ring(struct vtymux_ring *ring, u32 history,
		    unsigned int readers)
{
	size_t size = wanted_size(ring, history, readers);
	u8 *bytes = NULL;

	lockdep_assert_held(&ring->mutex);
	if (size && size != ring->size) {
		bytes = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		if (!bytes)
			return -ENOMEM;
	}
	spin_lock(&ring->lock);
	/* What is too old for either value is history no more. */
	ring->floor = history_start(ring);
	ring->history = history;
	ring->floor = history_start(ring);
	ring->readers = readers;
	if (size != ring->size)
		bytes = replace(ring, bytes, size);
	spin_unlock(&ring->lock);
	kvfree(bytes);
	return 0;
}

struct vtymux_ring *vtymux_ring_alloc(unsigned int number, u32 history,
				      atomic64_t *missed)
{
	struct vtymux_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);

	if (!ring)
		return NULL;
	mutex_init(&ring->mutex);
	spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->wait);
	ring->history = history;
	ring->missed = missed;
	ring->number = number;
	return ring;
}

void vtymux_ring_free(struct vtymux_ring *ring)
{
	if (!ring)
		return;
	kvfree(ring->bytes);
	mutex_destroy(&ring->mutex);
	kfree(ring);
}

int vtymux_ring_start(struct vtymux_ring *ring)
{
	bool started;
	int err;

	mutex_lock(&ring->mutex);
	started = ring->started;
	ring->started = true;
	err = set_ring(ring, ring->history, ring->readers);
	if (err)
		ring->started = started;
	mutex_unlock(&ring->mutex);
	return err;
}

int vtymux_ring_resize(struct vtymux_ring *ring, u32 history)
{
	int err;

	mutex_lock(&ring->mutex);
	err = set_ring(ring, history, ring->readers);
	mutex_unlock(&ring->mutex);
	return err;
}

int vtymux_ring_join(struct vtymux_ring *ring, struct vtymux_cursor *cursor,
		     u32 *replay)
{
	int err;

	mutex_lock(&ring->mutex);
	err = set_ring(ring, ring->history, ring->readers + 1);
	if (!err) {
		spin_lock(&ring->lock);
		*replay = min_t(u64, *replay, ring->head - history_start(ring));
		cursor->pos = ring->head - *replay;
		cursor->lost = 0;
		spin_unlock(&ring->lock);
	}
	mutex_unlock(&ring->mutex);
	return err;
}

/* Counts what the reader missed and moves it on. Holds the lock. */
static void settle(struct vtymux_ring *ring, struct vtymux_cursor *cursor)
{
	u64 oldest = first(ring);

	lockdep_assert_held(&ring->lock);
	if (cursor->pos >= oldest)
		return;
	atomic64_add(oldest - cursor->pos, ring->missed);
	trace_vtymux_tap_lost(ring->number, oldest - cursor->pos);
	cursor->lost += oldest - cursor->pos;
	cursor->pos = oldest;
}

void vtymux_ring_leave(struct vtymux_ring *ring, struct vtymux_cursor *cursor)
{
	mutex_lock(&ring->mutex);
	spin_lock(&ring->lock);
	settle(ring, cursor);
	spin_unlock(&ring->lock);
	set_ring(ring, ring->history, ring->readers - 1);
	mutex_unlock(&ring->mutex);
}

ssize_t vtymux_ring_read(struct vtymux_ring *ring,
			 struct vtymux_cursor *cursor, u8 *cp, size_t count)
{
	ssize_t n;

	spin_lock(&ring->lock);
	settle(ring, cursor);
	if (cursor->lost) {
		n = -EOVERFLOW;
	} else {
		n = min_t(u64, ring->head - cursor->pos, count);
		get_at(ring, cursor->pos, cp, n);
		cursor->pos += n;
	}
	spin_unlock(&ring->lock);
	return n;
}

/* If they have been overwritten meanwhile, settle() finds them missed. */
void vtymux_ring_unread(struct vtymux_ring *ring, struct vtymux_cursor *cursor,
			size_t count)
{
	spin_lock(&ring->lock);
	cursor->pos -= count;
	spin_unlock(&ring->lock);
}

u64 vtymux_ring_missed(struct vtymux_ring *ring, struct vtymux_cursor *cursor)
{
	u64 lost;

	spin_lock(&ring->lock);
	settle(ring, cursor);
	lost = cursor->lost;
	spin_unlock(&ring->lock);
	return lost;
}

void vtymux_ring_told(struct vtymux_ring *ring, struct vtymux_cursor *cursor,
		      u64 count)
{
	spin_lock(&ring->lock);
	cursor->lost -= count;
	spin_unlock(&ring->lock);
}

__poll_t vtymux_ring_events(struct vtymux_ring *ring,
			    struct vtymux_cursor *cursor)
{
	__poll_t events = 0;

	spin_lock(&ring->lock);
	settle(ring, cursor);
	if (cursor->lost)
		events = EPOLLIN | EPOLLRDNORM | EPOLLPRI;
	else if (cursor->pos < ring->head)
		events = EPOLLIN | EPOLLRDNORM;
	spin_unlock(&ring->lock);
	return events;
}

wait_queue_head_t *vtymux_ring_wait(struct vtymux_ring *ring)
{
	return &ring->wait;
}
