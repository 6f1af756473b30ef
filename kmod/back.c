// SPDX-License-Identifier: GPL-2.0-only
#include "back.h"

#include "compat.h"
#include "device.h"
#include "line.h"
#include "modem.h"
#include "params.h"
#include "pts.h"
#include "ring.h"
#include "serial.h"

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/tty_ldisc.h>

/*
 * The one binding whose tty may get our line discipline now, written under
 * binding_mutex. TIOCSETD from user space finds another, or NULL, and is
 * refused.
 */
static struct vtymux_back *binding;
static DEFINE_MUTEX(binding_mutex);

/* Until another try when there was no memory for received bytes. */
#define RETRY_JIFFIES	msecs_to_jiffies(10)

static int ldisc_number;

struct vtymux_back *vtymux_back_get(struct vtymux_line *line)
{
	struct vtymux_back *back;

	rcu_read_lock();
	back = rcu_dereference(line->back);
	if (back && !refcount_inc_not_zero(&back->users))
		back = NULL;
	rcu_read_unlock();
	return back;
}

void vtymux_back_put(struct vtymux_back *back)
{
	if (refcount_dec_and_test(&back->users))
		complete(&back->idle);
}

/* Takes the backing out of use and waits until nobody uses it any more. */
static void retire(struct vtymux_back *back)
{
	RCU_INIT_POINTER(back->line->back, NULL);
	vtymux_back_put(back);
	wait_for_completion(&back->idle);
	synchronize_rcu();
}

/* Under the ldisc lock, so ldisc_close() comes wholly before or after. */
static int ldisc_open(struct tty_struct *tty)
{
	if (!READ_ONCE(binding) || binding->tty != tty)
		return -EPERM;
	tty->disc_data = binding;
	tty->receive_room = 65536;
	rcu_assign_pointer(binding->line->back, binding);
	return 0;
}

/*
 * From tty_kclose() when we unbind, then DETACHED is set; or from the hangup
 * of a device that went away, under the backing's tty lock and ldisc lock,
 * where nothing more can be done than to stop using it.
 */
static void ldisc_close(struct tty_struct *tty)
{
	struct vtymux_back *back = tty->disc_data;

	tty->disc_data = NULL;
	if (!back || test_and_set_bit(VTYMUX_BACK_DETACHED, &back->flags))
		return;
	retire(back);
	set_bit(VTYMUX_BACK_LOST, &back->flags);
	schedule_work(&back->line->reap_work);
}

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

/* Nobody has the line open: what comes is noise. */
static void take_noise(struct vtymux_line *line, size_t count)
{
	vtymux_line_count_stat(line, VTYMUX_STAT_NOISE, count);
	if (!test_and_set_bit(VTYMUX_LINE_INPUT, &line->flags))
		vtymux_line_event_later(line, VTYMUX_EVENT_INPUT);
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
	smp_mb__after_atomic();
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
		return count;
	}
	/* There was room but no memory: nobody else would come back. */
	if (!test_bit(VTYMUX_LINE_STALLED, &line->flags)) {
		set_bit(VTYMUX_LINE_STALLED, &line->flags);
		schedule_delayed_work(&line->retry_work, RETRY_JIFFIES);
	}
	return done;
}

static size_t deliver(struct vtymux_line *line, const u8 *cp, size_t count,
		      bool flow)
{
	size_t done = room_for(line, count, flow);

	done = tty_insert_flip_string(&line->port, cp, done);
	if (done)
		tty_flip_buffer_push(&line->port);
	return settle(line, done, count, flow);
}

/* A chunk with flags: rare, so byte by byte. Return: bytes taken. */
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

static size_t receive(struct vtymux_line *line, struct tty_struct *tty,
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

/* In the backing's receive work, under its buffer lock. */
static vtymux_receive_t ldisc_receive(struct tty_struct *tty,
				      const unsigned char *cp,
				      const vtymux_char_t *fp,
				      vtymux_receive_count_t count)
{
	struct vtymux_back *back = tty->disc_data;
	size_t taken;

	if (!back)
		return count;
	taken = receive(back->line, tty, cp, fp, count);
	if (back->file && taken)
		schedule_work(&back->received_work);
	return taken;
}

static void received_work(struct work_struct *work)
{
	struct vtymux_back *back =
		container_of(work, struct vtymux_back, received_work);

	vtymux_pts_received(back->tty);
}

/* Hard irq context, the device's lock held. */
static void ldisc_write_wakeup(struct tty_struct *tty)
{
	struct vtymux_back *back = tty->disc_data;

	clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	if (back)
		tty_port_tty_wakeup(&back->line->port);
}

/* Hard irq context. */
static void ldisc_dcd_change(struct tty_struct *tty, bool active)
{
	struct vtymux_back *back = tty->disc_data;

	if (!back)
		return;
	assign_bit(VTYMUX_LINE_CARRIER, &back->line->flags, active);
	vtymux_line_event_later(back->line, VTYMUX_EVENT_CARRIER);
}

static struct tty_ldisc_ops ldisc_ops = {
	.owner		= THIS_MODULE,
	.name		= "vtymux",
	.open		= ldisc_open,
	.close		= ldisc_close,
	.receive_buf2	= ldisc_receive,
	.write_wakeup	= ldisc_write_wakeup,
	.dcd_change	= ldisc_dcd_change,
};

int vtymux_back_init(int ldisc)
{
	ldisc_number = ldisc;
	ldisc_ops.num = ldisc;
	return tty_register_ldisc(&ldisc_ops);
}

void vtymux_back_exit(void)
{
	tty_unregister_ldisc(&ldisc_ops);
}

static int attach_ldisc(struct vtymux_back *back)
{
	int err;

	mutex_lock(&binding_mutex);
	binding = back;
	err = tty_set_ldisc(back->tty, ldisc_number);
	binding = NULL;
	mutex_unlock(&binding_mutex);
	return err;
}

/* A path is a pts, a name a serial tty. Return: 0 and back->tty, or -errno. */
static int open_tty(struct vtymux_back *back, const char *name)
{
	if (name[0] != '/') {
		back->tty = vtymux_serial_open(back->line, name, &back->saved);
		return PTR_ERR_OR_ZERO(back->tty);
	}
	back->file = vtymux_pts_open(back->line, name, &back->saved);
	if (IS_ERR(back->file))
		return PTR_ERR(back->file);
	back->tty = vtymux_pts_tty(back->file);
	return 0;
}

/* Undoes open_tty(). Our ldisc, which queues the work, ends before it. */
static void close_tty(struct vtymux_back *back)
{
	if (!back->file) {
		vtymux_serial_close(back->tty, &back->saved);
		return;
	}
	vtymux_pts_restore(back->tty, &back->saved,
			   test_bit(VTYMUX_BACK_LOST, &back->flags));
	cancel_work_sync(&back->received_work);
	vtymux_pts_close(back->file);
}

static struct vtymux_back *open_backing(struct vtymux_line *line,
					const char *name)
{
	struct vtymux_back *back = kzalloc(sizeof(*back), GFP_KERNEL);
	int err;

	if (!back)
		return ERR_PTR(-ENOMEM);
	back->line = line;
	refcount_set(&back->users, 1);
	init_completion(&back->idle);
	INIT_WORK(&back->received_work, received_work);
	err = open_tty(back, name);
	if (err)
		goto err_free;
	err = attach_ldisc(back);
	if (err)
		goto err_close;
	return back;

err_close:
	close_tty(back);
err_free:
	kfree(back);
	return ERR_PTR(err);
}

/* Sets the state, under the lock that choices are made under. */
static void set_binding(struct vtymux_line *line, enum vtymux_binding state,
			const char *name)
{
	spin_lock(&vtymux_lock);
	line->binding = state;
	if (name)
		strscpy(line->backing, name, sizeof(line->backing));
	spin_unlock(&vtymux_lock);
}

/*
 * Ends a binding whose device went away: the front is hung up, but for what
 * was opened under a claim, and the tty given back so that its name is free
 * for the device that returns.
 */
static void reap(struct vtymux_line *line)
{
	struct vtymux_back *back = line->bound;
	bool claimed;

	lockdep_assert_held(&line->mutex);
	if (!back || !test_bit(VTYMUX_BACK_LOST, &back->flags))
		return;
	line->bound = NULL;
	vtymux_line_count_stat(line, VTYMUX_STAT_DOWNS, 1);
	spin_lock(&vtymux_lock);
	line->binding = VTYMUX_DOWN;
	claimed = line->claim;
	spin_unlock(&vtymux_lock);
	/* Who waits for output to be sent has no longer what to wait for. */
	if (claimed)
		tty_port_tty_wakeup(&line->port);
	else
		tty_port_tty_vhangup(&line->port);
	close_tty(back);
	kfree(back);
	vtymux_line_event(line, VTYMUX_EVENT_DOWN, 0);
}

static void reap_work(struct work_struct *work)
{
	struct vtymux_line *line =
		container_of(work, struct vtymux_line, reap_work);

	mutex_lock(&line->mutex);
	reap(line);
	mutex_unlock(&line->mutex);
}

void vtymux_back_settle(struct vtymux_line *line)
{
	flush_work(&line->reap_work);
}

static void retry_work(struct work_struct *work)
{
	vtymux_device_drained(container_of(to_delayed_work(work),
					   struct vtymux_line, retry_work));
}

void vtymux_back_setup_line(struct vtymux_line *line)
{
	INIT_WORK(&line->reap_work, reap_work);
	vtymux_modem_setup_line(line);
	INIT_DELAYED_WORK(&line->retry_work, retry_work);
}

void vtymux_back_cleanup_line(struct vtymux_line *line)
{
	cancel_work_sync(&line->reap_work);
	vtymux_modem_cleanup_line(line);
	cancel_delayed_work_sync(&line->retry_work);
}

int vtymux_back_bind(struct vtymux_line *line, const char *name)
{
	struct vtymux_back *back;
	int err;

	lockdep_assert_held(&line->mutex);
	reap(line);
	if (line->bound)
		return strcmp(line->backing, name) ? -EBUSY : 0;
	err = vtymux_ring_start(line->ring);
	if (err)
		return err;
	back = open_backing(line, name);
	if (IS_ERR(back))
		return PTR_ERR(back);
	line->bound = back;
	/* If the device has left again already, reap_work waits for our mutex. */
	set_binding(line, VTYMUX_BOUND, name);
	vtymux_device_rebound(line);
	vtymux_modem_changed(line);
	vtymux_line_event(line, VTYMUX_EVENT_BOUND, 0);
	return 0;
}

void vtymux_back_detach(struct vtymux_line *line)
{
	struct vtymux_back *back = line->bound;

	lockdep_assert_held(&line->mutex);
	set_binding(line, VTYMUX_UNBOUND, "");
	if (back && !test_and_set_bit(VTYMUX_BACK_DETACHED, &back->flags))
		retire(back);
}

void vtymux_back_release(struct vtymux_line *line)
{
	struct vtymux_back *back = line->bound;

	lockdep_assert_held(&line->mutex);
	line->bound = NULL;
	if (!back)
		return;
	close_tty(back);
	kfree(back);
}
