// SPDX-License-Identifier: GPL-2.0-only
#include "modem.h"

#include "device.h"
#include "line.h"

#include <linux/jiffies.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

/*
 * A UART whose port ignores the carrier (CLOCAL) reports no changes, and some
 * drivers never do: what a line cares for is looked at this often. Lines that
 * do not care are left alone.
 */
#define POLL_JIFFIES	(HZ / 4)

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
	if (bits == -EIO)
		return bits;
	if (modem == VTYMUX_MODEM_CTS_REQUIRED)
		return !cts;
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
	int lost;

	if (!watched(modem))
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
		schedule_delayed_work(&line->modem_work, POLL_JIFFIES);
}

void vtymux_modem_setup_line(struct vtymux_line *line)
{
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
	vtymux_device_tiocmset(line, TIOCM_DTR | TIOCM_RTS, TIOCM_LOOP);
}

void vtymux_modem_closed(struct vtymux_line *line)
{
	enum vtymux_modem modem = modem_of(line);

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

	mutex_lock(&line->port.mutex);
	clear_bit(VTYMUX_LINE_DTR_DOWN, &line->flags);
	set_dtr(line, modem != VTYMUX_MODEM_DTR_ACTIVE ||
		test_bit(VTYMUX_LINE_OPEN, &line->flags));
	mutex_unlock(&line->port.mutex);
	if (watched(modem)) {
		look(line, modem);
		mod_delayed_work(system_wq, &line->modem_work, 0);
	}
}
