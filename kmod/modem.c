// SPDX-License-Identifier: GPL-2.0-only
#include "modem.h"

#include "device.h"
#include "line.h"

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/serial.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/*
 * A UART whose port ignores the carrier (CLOCAL) reports no changes, and some
 * drivers never do: what a line cares for is looked at this often. Lines that
 * do not care are left alone.
 */
#define POLL_JIFFIES	(HZ / 4)

/* ... and this often while somebody waits for a change. */
#define WAIT_JIFFIES	(HZ / 20)

/* How long DTR is down between two calls of a line with modem inout. */
#define DTR_DOWN	HZ

static enum vtymux_modem modem_of(struct vtymux_line *line)
{
	enum vtymux_modem modem;

	spin_lock(&vtymux_lock);
	modem = line->conf.modem;
	spin_unlock(&vtymux_lock);
	return modem;
}

static void set_dtr(struct vtymux_line *line, bool up)
{
	vtymux_device_tiocmset(line, up ? TIOCM_DTR : 0, up ? 0 : TIOCM_DTR);
}

int vtymux_modem_set(struct vtymux_line *line, unsigned int set,
		     unsigned int clear)
{
	int err;

	mutex_lock(&line->port.mutex);
	err = vtymux_device_tiocmset(line, set, clear);
	if (!err) {
		line->modem_low |= clear & (TIOCM_DTR | TIOCM_RTS);
		line->modem_low &= ~set;
	}
	mutex_unlock(&line->port.mutex);
	return err;
}

/* No session leaves RTS to the next. */
static void set_lines(struct vtymux_line *line, bool dtr)
{
	vtymux_device_tiocmset(line, TIOCM_RTS, 0);
	set_dtr(line, dtr);
}

static bool watched(enum vtymux_modem modem)
{
	return modem == VTYMUX_MODEM_INOUT ||
	       modem == VTYMUX_MODEM_CTS_REQUIRED;
}

static const unsigned int inputs[VTYMUX_MODEM_INPUTS] = {
	TIOCM_CTS, TIOCM_DSR, TIOCM_RNG, TIOCM_CAR,
};

/* Counts what changed since the last look. */
static void note_changes(struct vtymux_line *line, unsigned int bits)
{
	struct serial_icounter_struct icount = { 0 };
	u32 counted[VTYMUX_MODEM_INPUTS];
	unsigned int i, changed = 0;

	vtymux_device_icount(line, &icount);
	counted[0] = icount.cts;
	counted[1] = icount.dsr;
	counted[2] = icount.rng;
	counted[3] = icount.dcd;
	spin_lock(&vtymux_lock);
	for (i = 0; i < VTYMUX_MODEM_INPUTS; i++) {
		/* A pulse leaves the line as it was, but the device may count. */
		if (!((bits ^ line->modem_bits) & inputs[i]) &&
		    counted[i] == line->modem_counted[i])
			continue;
		line->modem_counted[i] = counted[i];
		line->modem_changes[i]++;
		changed |= inputs[i];
	}
	line->modem_bits = bits;
	spin_unlock(&vtymux_lock);
	if (changed)
		wake_up_interruptible_all(&line->modem_wait);
}

/*
 * Looks at the device's CTS and carrier.
 * Return: -EIO without a device, else whether the line has lost what its
 * sessions need. A device without modem lines has them low.
 */
static int look(struct vtymux_line *line, enum vtymux_modem modem)
{
	int bits = vtymux_device_tiocmget(line);
	bool carrier = bits > 0 && (bits & TIOCM_CAR);
	bool cts = bits > 0 && (bits & TIOCM_CTS);

	assign_bit(VTYMUX_LINE_CTS, &line->flags, cts);
	if (test_bit(VTYMUX_LINE_CARRIER, &line->flags) != carrier) {
		assign_bit(VTYMUX_LINE_CARRIER, &line->flags, carrier);
		vtymux_line_event_later(line, VTYMUX_EVENT_CARRIER);
	}
	if (bits == -EIO) {
		wake_up_interruptible_all(&line->modem_wait);
		return bits;
	}
	note_changes(line, max(bits, 0));
	if (modem == VTYMUX_MODEM_CTS_REQUIRED)
		return !cts;
	if (modem != VTYMUX_MODEM_INOUT)
		return false;
	/* Only a carrier that was there can be lost: a modem dials first. */
	if (carrier)
		set_bit(VTYMUX_LINE_CALL, &line->flags);
	return !carrier && test_and_clear_bit(VTYMUX_LINE_CALL, &line->flags);
}

/* Takes no line->mutex: an unbind may hold it and wait for us. */
static void modem_work(struct work_struct *work)
{
	struct vtymux_line *line = container_of(to_delayed_work(work),
						struct vtymux_line, modem_work);
	enum vtymux_modem modem = modem_of(line);
	bool waiters = atomic_read(&line->modem_waiters);
	int lost;

	if (!watched(modem) && !waiters)
		return;
	mutex_lock(&line->port.mutex);
	if (test_bit(VTYMUX_LINE_DTR_DOWN, &line->flags) &&
	    time_after_eq(jiffies, line->dtr_up)) {
		clear_bit(VTYMUX_LINE_DTR_DOWN, &line->flags);
		set_dtr(line, true);
	}
	mutex_unlock(&line->port.mutex);
	lost = look(line, modem);
	if (lost > 0 && test_bit(VTYMUX_LINE_OPEN, &line->flags))
		tty_port_tty_vhangup(&line->port);
	/* Without a device there is nothing to see until the next one. */
	if (lost >= 0)
		schedule_delayed_work(&line->modem_work, waiters ?
				      WAIT_JIFFIES : POLL_JIFFIES);
}

void vtymux_modem_setup_line(struct vtymux_line *line)
{
	init_waitqueue_head(&line->modem_wait);
	INIT_DELAYED_WORK(&line->modem_work, modem_work);
}

void vtymux_modem_cleanup_line(struct vtymux_line *line)
{
	cancel_delayed_work_sync(&line->modem_work);
}

/* The device stays open all the time: as if it were opened now. */
void vtymux_modem_opened(struct vtymux_line *line)
{
	clear_bit(VTYMUX_LINE_CALL, &line->flags);
	clear_bit(VTYMUX_LINE_DTR_DOWN, &line->flags);
	line->modem_low = 0;
	vtymux_device_tiocmset(line, TIOCM_DTR | TIOCM_RTS, TIOCM_LOOP);
}

void vtymux_modem_closed(struct vtymux_line *line)
{
	enum vtymux_modem modem = modem_of(line);

	line->modem_low = 0;
	wake_up_interruptible_all(&line->modem_wait);
	switch (modem) {
	case VTYMUX_MODEM_NONE:
	case VTYMUX_MODEM_CTS_REQUIRED:
		set_lines(line, true);
		break;
	case VTYMUX_MODEM_DTR_ACTIVE:
		set_lines(line, false);
		break;
	case VTYMUX_MODEM_INOUT:
		line->dtr_up = jiffies + DTR_DOWN;
		set_bit(VTYMUX_LINE_DTR_DOWN, &line->flags);
		set_lines(line, false);
		mod_delayed_work(system_wq, &line->modem_work, DTR_DOWN);
		break;
	}
}

void vtymux_modem_changed(struct vtymux_line *line)
{
	enum vtymux_modem modem = modem_of(line);
	bool dtr;

	mutex_lock(&line->port.mutex);
	clear_bit(VTYMUX_LINE_DTR_DOWN, &line->flags);
	dtr = modem != VTYMUX_MODEM_DTR_ACTIVE ||
	      test_bit(VTYMUX_LINE_OPEN, &line->flags);
	set_dtr(line, dtr && !(line->modem_low & TIOCM_DTR));
	if (line->modem_low & TIOCM_RTS)
		vtymux_device_tiocmset(line, 0, TIOCM_RTS);
	mutex_unlock(&line->port.mutex);
	if (watched(modem)) {
		look(line, modem);
		mod_delayed_work(system_wq, &line->modem_work, 0);
	}
}

/* What a waiter compares with. */
struct mark {
	u64 opens;
	u32 changes[VTYMUX_MODEM_INPUTS];
};

static void take_mark(struct vtymux_line *line, struct mark *mark)
{
	mark->opens = atomic64_read(&line->stats[VTYMUX_STAT_OPENS]);
	spin_lock(&vtymux_lock);
	memcpy(mark->changes, line->modem_changes, sizeof(mark->changes));
	spin_unlock(&vtymux_lock);
}

/* Return: 1 one of @mask changed, 0 not yet, -EIO it never will. */
static int changed_since(struct vtymux_line *line, const struct mark *mark,
			 unsigned int mask)
{
	struct mark now;
	unsigned int i;

	take_mark(line, &now);
	for (i = 0; i < VTYMUX_MODEM_INPUTS; i++)
		if (mask & inputs[i] && now.changes[i] != mark->changes[i])
			return 1;
	if (!test_bit(VTYMUX_LINE_OPEN, &line->flags) ||
	    now.opens != mark->opens || !rcu_access_pointer(line->back))
		return -EIO;
	return 0;
}

int vtymux_modem_wait(struct vtymux_line *line, unsigned int mask)
{
	int err, ret = vtymux_device_tiocmget(line);
	struct mark mark;

	if (ret < 0)
		return ret;
	/* What changed before the call is no news. */
	look(line, modem_of(line));
	take_mark(line, &mark);
	atomic_inc(&line->modem_waiters);
	mod_delayed_work(system_wq, &line->modem_work, WAIT_JIFFIES);
	err = wait_event_interruptible(line->modem_wait,
				       (ret = changed_since(line, &mark, mask)));
	atomic_dec(&line->modem_waiters);
	if (err)
		return err;
	return min(ret, 0);
}
