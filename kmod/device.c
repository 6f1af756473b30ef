// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include "back.h"
#include "compat.h"
#include "line.h"
#include "params.h"
#include "trace.h"

#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/serial.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_port.h>

/* An unbind waits no longer than this for who drains a stuck device. */
#define WAIT_SLICE	(HZ / 10)

/* The backing is woken only when asked, it costs a chain of calls an irq. */
static void ask_wakeup(struct tty_struct *tty)
{
	set_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	/* Before the caller tries to write: room made since then wakes it. */
	smp_mb__after_atomic();
}

ssize_t vtymux_device_write_rest(struct vtymux_line *line, const u8 *buf,
				 size_t count, ssize_t n)
{
	struct vtymux_back *back =
		rcu_dereference_check(line->back, rcu_read_lock_any_held());
	ssize_t more;

	/* A device on its way out; who may stay open waits for the next. */
	if (n < 0)
		return n == -ENODEV ? 0 : n;
	if (!back)
		return n;
	ask_wakeup(back->tty);
	more = back->tty->ops->write(back->tty, buf + n, count - n);
	return more > 0 ? n + more : n;
}

unsigned int vtymux_device_write_room(struct vtymux_line *line)
{
	struct vtymux_back *back;
	unsigned int room = 0;

	rcu_read_lock();
	back = rcu_dereference(line->back);
	if (back) {
		room = tty_write_room(back->tty);
		if (room < 256) {	/* less than the core wakes up for */
			ask_wakeup(back->tty);
			room = tty_write_room(back->tty);
		}
	}
	rcu_read_unlock();
	return room;
}

unsigned int vtymux_device_chars_in_buffer(struct vtymux_line *line)
{
	struct vtymux_back *back;
	unsigned int chars = 0;

	rcu_read_lock();
	back = rcu_dereference(line->back);
	if (back) {
		ask_wakeup(back->tty);	/* a caller that drains sleeps on it */
		chars = tty_chars_in_buffer(back->tty);
	}
	rcu_read_unlock();
	return chars;
}

void vtymux_device_stop(struct vtymux_line *line, bool stop)
{
	struct vtymux_back *back;

	rcu_read_lock();
	back = rcu_dereference(line->back);
	if (back && stop)
		stop_tty(back->tty);
	else if (back)
		start_tty(back->tty);
	rcu_read_unlock();
}

void vtymux_device_drained(struct vtymux_line *line)
{
	struct vtymux_back *back;

	/* Pairs with the barrier in room_for(): room first, then the flag. */
	smp_mb();
	if (!test_bit(VTYMUX_LINE_STALLED, &line->flags) ||
	    !test_and_clear_bit(VTYMUX_LINE_STALLED, &line->flags))
		return;
	trace_vtymux_resume(line->number);
	rcu_read_lock();
	back = rcu_dereference(line->back);
	if (back)
		vtymux_restart_receive(back->tty->port);
	rcu_read_unlock();
}

/*
 * What a pts was given has left; besides, its flush takes the lock of the
 * master's buffer, which is of the same class as that of a serial tty under
 * which bytes are received.
 */
void vtymux_device_flush(struct vtymux_line *line)
{
	struct vtymux_back *back = vtymux_back_get(line);

	if (!back)
		return;
	if (!back->file)
		tty_driver_flush_buffer(back->tty);
	vtymux_back_put(back);
}

void vtymux_device_throttle(struct vtymux_line *line, bool throttle)
{
	struct vtymux_back *back = vtymux_back_get(line);
	struct tty_struct *tty;

	if (!back)
		return;
	tty = back->tty;
	if (!throttle)
		tty_unthrottle(tty);
	else if (!test_and_set_bit(TTY_THROTTLED, &tty->flags) &&
		 tty->ops->throttle)
		tty->ops->throttle(tty);
	vtymux_back_put(back);
}

/* Return: did it wait in vain for all of @slice? */
static bool wait_a_while(struct vtymux_line *line, int slice)
{
	struct vtymux_back *back = vtymux_back_get(line);
	unsigned long end = jiffies + slice;

	if (!back)
		return false;
	if (back->tty->ops->wait_until_sent)
		back->tty->ops->wait_until_sent(back->tty, slice);
	vtymux_back_put(back);
	return time_after_eq(jiffies, end);
}

/* A hangup waits for the tty lock, which a close has while it waits here. */
static bool is_given_up(struct vtymux_line *line, struct tty_struct *tty)
{
	return signal_pending(current) || atomic_read(&line->expelling) ||
	       test_bit(TTY_HUPPED, &tty->flags);
}

void vtymux_device_wait_until_sent(struct vtymux_line *line,
				   struct tty_struct *tty, int timeout)
{
	bool forever = !timeout;
	int slice;

	do {
		slice = forever ? WAIT_SLICE : min_t(int, timeout, WAIT_SLICE);
		timeout -= slice;
	} while (wait_a_while(line, slice) && (forever || timeout > 0) &&
		 !is_given_up(line, tty));
}

void vtymux_device_send_xchar(struct vtymux_line *line, char ch)
{
	struct vtymux_back *back = vtymux_back_get(line);

	if (!back)
		return;
	if (back->tty->ops->send_xchar)
		back->tty->ops->send_xchar(back->tty, ch);
	else
		back->tty->ops->write(back->tty, &ch, 1);
	vtymux_back_put(back);
}

int vtymux_device_tiocmget(struct vtymux_line *line)
{
	struct vtymux_back *back = vtymux_back_get(line);
	int ret = -ENOTTY;

	if (!back)
		return -EIO;
	if (back->tty->ops->tiocmget)
		ret = back->tty->ops->tiocmget(back->tty);
	vtymux_back_put(back);
	return ret;
}

int vtymux_device_tiocmset(struct vtymux_line *line, unsigned int set,
			   unsigned int clear)
{
	struct vtymux_back *back = vtymux_back_get(line);
	int ret = -ENOTTY;

	if (!back)
		return -EIO;
	if (back->tty->ops->tiocmset)
		ret = back->tty->ops->tiocmset(back->tty, set, clear);
	vtymux_back_put(back);
	return ret;
}

int vtymux_device_break(struct vtymux_line *line, int state)
{
	struct vtymux_back *back = vtymux_back_get(line);
	int ret = -EOPNOTSUPP;

	if (!back)
		return -EIO;
	if (back->tty->ops->break_ctl)
		ret = back->tty->ops->break_ctl(back->tty, state);
	vtymux_back_put(back);
	return ret;
}

static int read_icount(struct vtymux_back *back,
		       struct serial_icounter_struct *icount)
{
	const struct tty_operations *ops = back->tty->ops;

	return ops->get_icount ? ops->get_icount(back->tty, icount) : -ENOTTY;
}

/* The modem line counters are the device's, the errors our own count. */
void vtymux_device_icount(struct vtymux_line *line,
			  struct serial_icounter_struct *icount)
{
	struct vtymux_back *back = vtymux_back_get(line);

	if (!back)
		return;
	read_icount(back, icount);
	vtymux_back_put(back);
}

/*
 * Several may ask at once: each loss is counted by who moves the mark over it.
 * The mark is read first, so that it is never ahead of the driver's count.
 */
void vtymux_device_count_spilled(struct vtymux_back *back)
{
	struct serial_icounter_struct icount = { 0 };
	u32 counted, now;

	do {
		counted = READ_ONCE(back->spilled);
		if (read_icount(back, &icount) < 0)
			return;
		now = icount.buf_overrun;
	} while (cmpxchg(&back->spilled, counted, now) != counted);
	if (now == counted)
		return;
	vtymux_line_count_stat(back->line, VTYMUX_STAT_OVERRUNS, now - counted);
	trace_vtymux_overrun(back->line->number, now - counted);
}

void vtymux_device_skip_spilled(struct vtymux_back *back)
{
	struct serial_icounter_struct icount = { 0 };

	if (read_icount(back, &icount) == 0)
		back->spilled = icount.buf_overrun;
}

void vtymux_device_spilled(struct vtymux_line *line)
{
	struct vtymux_back *back = vtymux_back_get(line);

	if (!back)
		return;
	vtymux_device_count_spilled(back);
	vtymux_back_put(back);
}

/*
 * The device never hangs up for itself (CLOCAL) and reports what it sees as
 * flags (BRKINT, PARMRK, INPCK); what the front ignores is left out when it is
 * received, so that it still counts.
 */
static void for_device(struct ktermios *termios)
{
	termios->c_cflag |= CLOCAL | CREAD | HUPCL;
	termios->c_iflag &= IXOFF;
	termios->c_iflag |= BRKINT | PARMRK | INPCK;
	termios->c_oflag = 0;
	termios->c_lflag = 0;
}

void vtymux_device_set_termios(struct vtymux_line *line,
			       struct ktermios *termios)
{
	struct vtymux_back *back = vtymux_back_get(line);
	struct ktermios wanted = *termios;

	if (!back)
		return;
	for_device(&wanted);
	down_read(&back->tty->termios_rwsem);
	wanted.c_line = back->tty->termios.c_line;
	up_read(&back->tty->termios_rwsem);
	tty_set_termios(back->tty, &wanted);
	down_read(&back->tty->termios_rwsem);
	tty_termios_copy_hw(termios, &back->tty->termios);
	up_read(&back->tty->termios_rwsem);
	vtymux_back_put(back);
}

void vtymux_device_configured(struct vtymux_line *line,
			      struct ktermios *termios)
{
	vtymux_params_raw(termios);
	spin_lock(&vtymux_lock);
	vtymux_params_apply(&line->conf.params, termios);
	spin_unlock(&vtymux_lock);
	for_device(termios);
}

/* The line discipline said it once: a reader that was slow before still is. */
void vtymux_device_rethrottle(struct vtymux_line *line, struct tty_struct *tty)
{
	lockdep_assert_held(&tty->termios_rwsem);
	mutex_lock(&tty->throttle_mutex);
	if (tty_throttled(tty) && vtymux_params_flow(&tty->termios))
		vtymux_device_throttle(line, true);
	mutex_unlock(&tty->throttle_mutex);
}

/* Stopped is stopped under this lock, so that no start comes between. */
static void restop(struct vtymux_line *line, struct tty_struct *tty)
{
	spin_lock_irq(&tty->flow.lock);
	if (tty->flow.stopped)
		vtymux_device_stop(line, true);
	spin_unlock_irq(&tty->flow.lock);
}

void vtymux_device_rebound(struct vtymux_line *line)
{
	struct tty_struct *tty = tty_port_tty_get(&line->port);
	struct ktermios termios;

	if (!tty)
		return;
	restop(line, tty);
	down_read(&tty->termios_rwsem);
	termios = tty->termios;
	vtymux_device_set_termios(line, &termios);
	vtymux_device_rethrottle(line, tty);
	up_read(&tty->termios_rwsem);
	if (test_bit(VTYMUX_LINE_BREAK, &line->flags))
		vtymux_device_break(line, -1);
	tty_kref_put(tty);
	tty_port_tty_wakeup(&line->port);
}

void vtymux_device_wanted(struct vtymux_line *line, struct ktermios *termios)
{
	struct tty_struct *tty = tty_port_tty_get(&line->port);

	if (!tty) {
		vtymux_device_configured(line, termios);
		return;
	}
	down_read(&tty->termios_rwsem);
	*termios = tty->termios;
	up_read(&tty->termios_rwsem);
	tty_kref_put(tty);
	for_device(termios);
}
