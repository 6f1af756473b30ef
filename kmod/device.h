/* SPDX-License-Identifier: GPL-2.0-only */
/* What the front asks of the device behind the backing. */
#ifndef _VTYMUX_DEVICE_H
#define _VTYMUX_DEVICE_H

#include "back.h"
#include "compat.h"
#include "line.h"

#include <linux/tty.h>
#include <linux/types.h>

struct ktermios;
struct serial_icounter_struct;

/*
 * Operations on the device. Without a working backing they do nothing and
 * return -EIO, or what is said here.
 */

/* For any context. */

/*
 * The device took @n of @count bytes, or failed. Asks for the wakeup before a
 * second try, so that none is missed. Return: as vtymux_device_write(), whose
 * second half it is, as that has to be short.
 */
ssize_t vtymux_device_write_rest(struct vtymux_line *line, const u8 *buf,
				 size_t count, ssize_t n);

/* Return: bytes taken; 0 when the writer has to wait for a wakeup. */
static inline vtymux_write_t vtymux_device_write(struct vtymux_line *line,
						 const u8 *buf,
						 vtymux_write_count_t count)
{
	struct vtymux_back *back = vtymux_back_lock(line);
	vtymux_write_t n = 0;

	if (likely(back))
		n = back->tty->ops->write(back->tty, buf, count);
	if (likely(n == count)) {
		vtymux_back_unlock();
		vtymux_line_count_stat(line, VTYMUX_STAT_TX, count);
		return count;
	}
	n = vtymux_device_write_rest(line, buf, count, n);
	vtymux_back_unlock();
	if (n > 0)
		vtymux_line_count_stat(line, VTYMUX_STAT_TX, n);
	return n;
}

unsigned int vtymux_device_write_room(struct vtymux_line *line);
unsigned int vtymux_device_chars_in_buffer(struct vtymux_line *line);
void vtymux_device_stop(struct vtymux_line *line, bool stop);
/* The front has taken bytes: a stalled backing goes on. */
void vtymux_device_drained(struct vtymux_line *line);

/* May sleep. */

void vtymux_device_flush(struct vtymux_line *line);
void vtymux_device_throttle(struct vtymux_line *line, bool throttle);
/* @timeout: jiffies, 0 for ever. @tty: the front's; its hangup ends it. */
void vtymux_device_wait_until_sent(struct vtymux_line *line,
				   struct tty_struct *tty, int timeout);
void vtymux_device_send_xchar(struct vtymux_line *line, char ch);
int vtymux_device_tiocmget(struct vtymux_line *line);
int vtymux_device_tiocmset(struct vtymux_line *line, unsigned int set,
			   unsigned int clear);
int vtymux_device_break(struct vtymux_line *line, int state);
void vtymux_device_icount(struct vtymux_line *line,
			  struct serial_icounter_struct *icount);

/**
 * vtymux_device_spilled() - bring the line's count of overruns up to date
 *
 * A device that does not heed flow control overruns the backing tty's own
 * buffer, before the line sees a byte. Only the tty's driver knows, if it
 * counts (buf_overrun of TIOCGICOUNT; UARTs do): whoever is about to tell
 * VTYMUX_STAT_OVERRUNS asks it.
 */
void vtymux_device_spilled(struct vtymux_line *line);

/* The same for a backing that the line does not have, or no longer. */
void vtymux_device_count_spilled(struct vtymux_back *back);
/* What was lost until now is not the line's. */
void vtymux_device_skip_spilled(struct vtymux_back *back);

/**
 * vtymux_device_set_termios() - hand termios to the device
 * @termios: in: what is wanted; out: what the hardware took. Unchanged when
 * there is no device.
 */
void vtymux_device_set_termios(struct vtymux_line *line,
			       struct ktermios *termios);

/* The termios of a line that nobody has open. */
void vtymux_device_configured(struct vtymux_line *line,
			      struct ktermios *termios);

/* A new device came under a front that stayed open: it goes on as before. */
void vtymux_device_rebound(struct vtymux_line *line);

/*
 * Holds back a device that does not know yet, but should, that the reader of
 * the front @tty is slow. Caller holds the front's termios_rwsem.
 */
void vtymux_device_rethrottle(struct vtymux_line *line, struct tty_struct *tty);

/* Those of a line that may be open, such as while its device was lost. */
void vtymux_device_wanted(struct vtymux_line *line, struct ktermios *termios);

#endif /* _VTYMUX_DEVICE_H */
