// SPDX-License-Identifier: GPL-2.0-only
#include "selftest.h"

#include "../ring.h"

#include <linux/errno.h>
#include <linux/slab.h>

/* More than the least ring holds, and no multiple of what is fed at once. */
#define LEAST	16384
#define CHUNK	999

struct stream {
	struct vtymux_ring *ring;
	u64 fed;
	u8 buf[CHUNK];
};

static u8 byte_at(u64 pos)
{
	return pos ^ pos >> 8;
}

static void feed(struct stream *s, size_t count)
{
	while (count) {
		size_t i, n = min_t(size_t, count, CHUNK);

		for (i = 0; i < n; i++)
			s->buf[i] = byte_at(s->fed + i);
		vtymux_ring_feed(s->ring, s->buf, n);
		s->fed += n;
		count -= n;
	}
}

/* Reads from @pos to the end, in pieces of another size. */
static bool reads(struct stream *s, struct vtymux_cursor *cursor, u64 pos)
{
	ssize_t i, n;

	while ((n = vtymux_ring_read(s->ring, cursor, s->buf, 100)) > 0)
		for (i = 0; i < n; i++, pos++)
			if (s->buf[i] != byte_at(pos))
				return false;
	return n == 0 && pos == s->fed;
}

/* History begins with the start, is as long as it may be and survives. */
static bool history_holds(struct stream *s)
{
	struct vtymux_cursor cursor;
	u32 replay = U32_MAX;
	bool ok = true;

	feed(s, 10);
	ok &= CHECK(!vtymux_ring_join(s->ring, &cursor, &replay) && !replay);
	ok &= CHECK(!vtymux_ring_events(s->ring, &cursor));
	vtymux_ring_leave(s->ring, &cursor);
	ok &= CHECK(!vtymux_ring_start(s->ring));
	s->fed = 0;
	feed(s, 5000);
	replay = U32_MAX;
	ok &= CHECK(!vtymux_ring_join(s->ring, &cursor, &replay) &&
		    replay == 1000);
	ok &= CHECK(reads(s, &cursor, 4000));
	vtymux_ring_unread(s->ring, &cursor, 1);
	ok &= CHECK(reads(s, &cursor, 4999));
	ok &= CHECK(!vtymux_ring_resize(s->ring, 100000));
	feed(s, 60000);
	ok &= CHECK(reads(s, &cursor, 5000));
	vtymux_ring_leave(s->ring, &cursor);
	replay = U32_MAX;
	/* What was too old before the ring grew does not come back. */
	ok &= CHECK(!vtymux_ring_join(s->ring, &cursor, &replay) &&
		    replay == 61000);
	ok &= CHECK(reads(s, &cursor, 4000));
	ok &= CHECK(!vtymux_ring_resize(s->ring, 0));
	vtymux_ring_leave(s->ring, &cursor);
	return ok;
}

/* A reader that falls behind is told how far, once. */
static bool loss_holds(struct stream *s, atomic64_t *missed)
{
	struct vtymux_cursor cursor;
	u32 replay = 0;
	u64 begin = s->fed;
	bool ok = true;

	ok &= CHECK(!vtymux_ring_join(s->ring, &cursor, &replay));
	feed(s, LEAST);
	ok &= CHECK(vtymux_ring_missed(s->ring, &cursor) == 0);
	feed(s, 77);
	ok &= CHECK(vtymux_ring_read(s->ring, &cursor, s->buf, 1) ==
		    -EOVERFLOW);
	ok &= CHECK(vtymux_ring_missed(s->ring, &cursor) == 77 &&
		    atomic64_read(missed) == 77);
	vtymux_ring_told(s->ring, &cursor, 77);
	ok &= CHECK(reads(s, &cursor, begin + 77));
	feed(s, 3 * LEAST);
	vtymux_ring_leave(s->ring, &cursor);
	ok &= CHECK(atomic64_read(missed) == 77 + 2 * LEAST);
	return ok;
}

bool vtymux_selftest_ring(void)
{
	struct stream *s = kzalloc(sizeof(*s), GFP_KERNEL);
	atomic64_t missed = ATOMIC64_INIT(0);
	bool ok = false;

	if (s)
		s->ring = vtymux_ring_alloc(0, 1000, &missed);
	if (s && s->ring) {
		ok = history_holds(s);
		ok &= loss_holds(s, &missed);
		vtymux_ring_free(s->ring);
	}
	kfree(s);
	return ok;
}
