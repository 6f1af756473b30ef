// SPDX-License-Identifier: GPL-2.0-only
#include "receive.h"

#include "device.h"
#include "front.h"
#include "line.h"
#include "params.h"
#include "ring.h"
#include "trace.h"

#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/workqueue.h>

/* Until another try when there was no memory for received bytes. */
#define RETRY_JIFFIES	msecs_to_jiffies(10)
/* Until a login that still has not come is asked for again. */
#define INPUT_JIFFIES	HZ

static void count_flag(struct vtymux_line *line, vtymux_char_t flag)
{
	switch (flag) {
	case TTY_BREAK:
		vtymux_line_count_stat(line, VTYMUX_STAT_BREAKS, 1);
		vtymux_line_event_later(line, VTYMUX_EVENT_BREAK);
		break;
	case TTY_FRAME:
		vtymux_line_count_stat(line, VTYMUX_STAT_FRAMING, 1);
		break;
	case TTY_PARITY:
		vtymux_line_count_stat(line, VTYMUX_STAT_PARITY, 1);
		break;
	case TTY_OVERRUN:
		vtymux_line_count_stat(line, VTYMUX_STAT_HW_OVERRUNS, 1);
		break;
	}
}

/* A break and an overrun are no bytes that the device sent. */
static bool is_data(vtymux_char_t flag, tcflag_t ignore)
{
	if (flag == TTY_OVERRUN)
		return false;
	if (flag == TTY_BREAK)
		return !(ignore & IGNBRK);
	return flag == TTY_NORMAL || !(ignore & IGNPAR);
}

/*
 * Somebody at a line with exec waits for a login: if the first event was too
 * early (exec was 0) or got lost with its listener, there must be another.
 */
static bool is_news(struct vtymux_line *line)
{
	if (!test_and_set_bit(VTYMUX_LINE_INPUT, &line->flags))
		return true;
	return READ_ONCE(line->conf.exec) &&
	       time_after_eq(jiffies, line->input_at + INPUT_JIFFIES);
}

/* Nobody has the line open: what comes is noise. */
static void take_noise(struct vtymux_line *line, size_t count)
{
	vtymux_line_count_stat(line, VTYMUX_STAT_NOISE, count);
	if (is_news(line)) {
		line->input_at = jiffies;
		vtymux_line_event_later(line, VTYMUX_EVENT_INPUT);
	}
}

/*
 * How much the front has room for. With flow control the rest stays in the
 * backing until vtymux_device_drained(); the flag is set before the room is
 * read again, and the front clears it after it made room, so neither misses
 * the other.
 */
static size_t room_for(struct vtymux_line *line, size_t count, bool flow)
{
	size_t room = tty_buffer_space_avail(&line->port);

	if (room >= count || !flow)
		return min(room, count);
	set_bit(VTYMUX_LINE_STALLED, &line->flags);
	/* Pairs with the barrier in vtymux_device_drained(). */
	smp_mb__after_atomic();
	trace_vtymux_stall(line->number);
	room = tty_buffer_space_avail(&line->port);
	return min(room, count);
}

/*
 * What could not be inserted: stays in the backing with flow control, is
 * counted as lost without. Return: bytes taken of @count.
 */
static size_t settle(struct vtymux_line *line, size_t done, size_t count,
		     bool flow)
{
	if (done == count)
		return count;
	if (!flow) {
		vtymux_line_count_stat(line, VTYMUX_STAT_OVERRUNS,
				       count - done);
		trace_vtymux_overrun(line->number, count - done);
		return count;
	}
	/* There was room but no memory: nobody else would come back. */
	if (!test_bit(VTYMUX_LINE_STALLED, &line->flags)) {
		set_bit(VTYMUX_LINE_STALLED, &line->flags);
		schedule_delayed_work(&line->retry_work, RETRY_JIFFIES);
	}
	return done;
}

/* Nobody else inserts; the caller holds the lock that keeps takers out. */
static bool flip_is_empty(const struct tty_port *port)
{
	const struct tty_buffer *head = port->buf.head;

	return !head->next && head->commit == head->read;
}

/*
 * Gives bytes to the front's line discipline here and now, which saves the
 * way through the front's buffer and a work item. It stands in for the front's
 * work: under the lock of that buffer, and only while it is empty, so that no
 * byte overtakes another. Whoever holds the lock or waits for it, such as a
 * flush, goes first: nothing here waits. A line that is open under the lock
 * stays so until it is released; see port_shutdown().
 *
 * Return: bytes taken, maybe none; the others go through the buffer, whose
 * work comes back when the line discipline can take more.
 */
static size_t deliver_direct(struct vtymux_line *line, const u8 *cp,
			     size_t count)
{
	struct tty_bufhead *buf = &line->port.buf;
	size_t done = 0;

	if (atomic_read(&buf->priority) || !mutex_trylock(&buf->lock))
		return 0;
	if (flip_is_empty(&line->port) &&
	    test_bit(VTYMUX_LINE_OPEN, &line->flags))
		done = vtymux_front_take(line, cp, NULL, count);
	mutex_unlock(&buf->lock);
	return done;
}

static size_t deliver_flip(struct vtymux_line *line, const u8 *cp,
			   size_t count, bool flow)
{
	size_t done = room_for(line, count, flow);

	done = tty_insert_flip_string(&line->port, cp, done);
	if (done)
		tty_flip_buffer_push(&line->port);
	return settle(line, done, count, flow);
}

static size_t deliver(struct vtymux_line *line, const u8 *cp, size_t count,
		      bool flow)
{
	size_t done = deliver_direct(line, cp, count);

	if (likely(done == count))
		return count;
	return done + deliver_flip(line, cp + done, count - done, flow);
}

/*
 * A chunk with flags: rare, so byte by byte, and never past the buffer.
 * Return: bytes taken.
 */
static size_t deliver_flagged(struct vtymux_line *line, const u8 *cp,
			      const vtymux_char_t *fp, size_t count, bool flow)
{
	tcflag_t ignore = READ_ONCE(line->ignore);
	size_t done, i;

	for (i = 0; i < count; i++) {
		if (is_data(fp[i], ignore)) {
			done = room_for(line, 1, flow) &&
			       tty_insert_flip_char(&line->port, cp[i], fp[i]);
			if (!settle(line, done, 1, flow))
				break;
		}
		count_flag(line, fp[i]);
	}
	tty_flip_buffer_push(&line->port);
	return i;
}

/*
 * Feeds history and taps with what was taken, exactly once.
 * Return: how many bytes that were.
 */
static size_t feed(struct vtymux_line *line, const u8 *cp,
		   const vtymux_char_t *fp, size_t count)
{
	size_t data = 0, i;

	if (!fp) {
		vtymux_ring_feed(line->ring, cp, count);
		return count;
	}
	for (i = 0; i < count; i++) {
		if (!is_data(fp[i], IGNBRK))
			continue;
		vtymux_ring_feed(line->ring, cp + i, 1);
		data++;
	}
	return data;
}

size_t vtymux_receive(struct vtymux_line *line, struct tty_struct *tty,
		      const u8 *cp, const vtymux_char_t *fp, size_t count)
{
	bool flow = vtymux_params_flow(&tty->termios);
	bool open = test_bit(VTYMUX_LINE_OPEN, &line->flags);
	size_t taken = count;
	size_t data, i;

	if (!open) {
		for (i = 0; fp && i < count; i++)
			count_flag(line, fp[i]);
	} else if (fp) {
		taken = deliver_flagged(line, cp, fp, count, flow);
	} else {
		taken = deliver(line, cp, count, flow);
	}
	data = feed(line, cp, fp, taken);
	vtymux_line_count_stat(line, VTYMUX_STAT_RX, data);
	if (!open && data)
		take_noise(line, data);
	return taken;
}

static void retry_work(struct work_struct *work)
{
	vtymux_device_drained(container_of(to_delayed_work(work),
					   struct vtymux_line, retry_work));
}

void vtymux_receive_setup_line(struct vtymux_line *line)
{
	INIT_DELAYED_WORK(&line->retry_work, retry_work);
}

void vtymux_receive_cleanup_line(struct vtymux_line *line)
{
	cancel_delayed_work_sync(&line->retry_work);
}
