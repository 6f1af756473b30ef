// SPDX-License-Identifier: GPL-2.0-only
#include "compat.h"
#include "nullmodem.h"

#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/tty_driver.h>

#define OUTPUTS	(TIOCM_DTR | TIOCM_RTS | TIOCM_OUT1 | TIOCM_OUT2 | TIOCM_LOOP)

static struct nm_end *end_of(struct tty_port *port)
{
	return container_of(port, struct nm_end, port);
}

/* The end is still plugged in; under the lock. */
static bool present(struct nm_end *end)
{
	return end->socket->end == end;
}

static unsigned long lock(struct nm_end *end)
	__acquires(end->socket->lock)
{
	unsigned long flags;

	spin_lock_irqsave(end->socket->lock, flags);
	return flags;
}

static void unlock(struct nm_end *end, unsigned long flags)
	__releases(end->socket->lock)
{
	spin_unlock_irqrestore(end->socket->lock, flags);
}

/* The lines that an end sees follow from what the other, or it, has. */
static void changed(struct nm_end *end)
{
	if (!present(end))
		return;
	nm_wire_refresh(end->socket);
	nm_wire_refresh(end->socket->peer);
}

static void set_out(struct nm_end *end, unsigned int set, unsigned int clear)
{
	unsigned long flags = lock(end);

	end->out = (end->out & ~clear) | (set & OUTPUTS);
	changed(end);
	unlock(end, flags);
}

static void take_settings(struct nm_end *end, const struct ktermios *termios)
{
	unsigned long flags = lock(end);

	end->cflag = termios->c_cflag;
	end->iflag = termios->c_iflag;
	if (!(end->cflag & CRTSCTS) && end->throttled) {
		end->throttled = false;
		changed(end);
	}
	nm_wire_kick(end);
	unlock(end, flags);
}

static void set_break(struct nm_end *end, bool on)
{
	unsigned long flags = lock(end);
	struct nm_end *far = nm_wire_far(end->socket);

	if (present(end) && on && !end->breaking && nm_wire_listens(far))
		nm_wire_flagged(far, 0, TTY_BREAK);
	end->breaking = on;
	nm_wire_resume(end);
	unlock(end, flags);
}

static void flush(struct nm_end *end)
{
	unsigned long flags = lock(end);

	kfifo_reset(&end->fifo);
	unlock(end, flags);
}

static int port_activate(struct tty_port *port, struct tty_struct *tty)
{
	struct nm_end *end = end_of(port);
	unsigned long flags;
	bool gone;

	take_settings(end, &tty->termios);
	flags = lock(end);
	gone = !present(end);
	kfifo_reset(&end->fifo);
	end->throttled = false;
	end->stopped = false;
	end->xchar = 0;
	unlock(end, flags);
	return gone ? -ENODEV : 0;
}

static void port_shutdown(struct tty_port *port)
{
	struct nm_end *end = end_of(port);

	flush(end);
	set_break(end, false);
	set_out(end, 0, OUTPUTS & ~(TIOCM_DTR | TIOCM_RTS));
}

static nm_carrier_t port_carrier_raised(struct tty_port *port)
{
	return !!(READ_ONCE(end_of(port)->in) & TIOCM_CAR);
}

static void port_dtr_rts(struct tty_port *port, nm_raise_t raise)
{
	unsigned int both = TIOCM_DTR | TIOCM_RTS;

	set_out(end_of(port), raise ? both : 0, raise ? 0 : both);
}

static void port_destruct(struct tty_port *port)
{
	struct nm_end *end = end_of(port);

	kfifo_free(&end->fifo);
	kfree(end);
}

static const struct tty_port_operations port_ops = {
	.activate	= port_activate,
	.shutdown	= port_shutdown,
	.carrier_raised	= port_carrier_raised,
	.dtr_rts	= port_dtr_rts,
	.destruct	= port_destruct,
};

struct nm_end *nm_port_alloc(struct nm_socket *socket)
{
	struct nm_end *end = kzalloc(sizeof(*end), GFP_KERNEL);

	if (!end)
		return NULL;
	if (kfifo_alloc(&end->fifo, NM_FIFO, GFP_KERNEL)) {
		kfree(end);
		return NULL;
	}
	tty_port_init(&end->port);
	end->port.ops = &port_ops;
	end->socket = socket;
	nm_wire_setup(end);
	return end;
}

/* A tty counts the end, and keeps its name from the next. */
static int nm_install(struct tty_driver *driver, struct tty_struct *tty)
{
	struct nm_socket *socket = &nm_sockets[tty->index];
	struct nm_end *end;
	int err;

	spin_lock_irq(socket->lock);
	end = socket->end;
	if (end) {
		tty_port_get(&end->port);
		socket->ttys++;
	}
	spin_unlock_irq(socket->lock);
	if (!end)
		return -ENODEV;
	tty->driver_data = end;
	err = tty_port_install(&end->port, driver, tty);
	if (!err)
		return 0;
	spin_lock_irq(socket->lock);
	socket->ttys--;
	spin_unlock_irq(socket->lock);
	tty_port_put(&end->port);
	return err;
}

static void nm_cleanup(struct tty_struct *tty)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags = lock(end);

	end->socket->ttys--;
	unlock(end, flags);
	tty->driver_data = NULL;
	tty_port_put(&end->port);
}

static int nm_open(struct tty_struct *tty, struct file *file)
{
	struct nm_end *end = tty->driver_data;

	return tty_port_open(&end->port, tty, file);
}

static void nm_close(struct tty_struct *tty, struct file *file)
{
	struct nm_end *end = tty->driver_data;

	tty_port_close(&end->port, tty, file);
}

static void nm_hangup(struct tty_struct *tty)
{
	struct nm_end *end = tty->driver_data;

	tty_port_hangup(&end->port);
}

static nm_write_t nm_write(struct tty_struct *tty, const unsigned char *buf,
			   nm_count_t count)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags = lock(end);
	nm_write_t n = -ENODEV;

	if (present(end)) {
		n = kfifo_in(&end->fifo, buf, count);
		nm_wire_kick(end);
	}
	unlock(end, flags);
	return n;
}

static unsigned int nm_write_room(struct tty_struct *tty)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags = lock(end);
	unsigned int n = present(end) ? kfifo_avail(&end->fifo) : 0;

	unlock(end, flags);
	return n;
}

static unsigned int nm_chars_in_buffer(struct tty_struct *tty)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags = lock(end);
	unsigned int n = present(end) && !end->socket->hidden ?
			 kfifo_len(&end->fifo) : 0;

	unlock(end, flags);
	return n;
}

static bool is_sent(struct nm_end *end)
{
	unsigned long flags = lock(end);
	bool sent = !present(end) || kfifo_is_empty(&end->fifo);

	unlock(end, flags);
	return sent;
}

/* As usb-serial does it; @timeout in jiffies, 0 is for ever. */
static void nm_wait_until_sent(struct tty_struct *tty, int timeout)
{
	unsigned long end = jiffies + timeout;

	while (!is_sent(tty->driver_data)) {
		schedule_timeout_interruptible(1);
		if (signal_pending(current))
			break;
		if (timeout && time_after(jiffies, end))
			break;
	}
}

/* What is in the device already stays there. */
static void nm_flush_buffer(struct tty_struct *tty)
{
	struct nm_end *end = tty->driver_data;

	if (!READ_ONCE(end->socket->hidden))
		flush(end);
	tty_wakeup(tty);
}

static void nm_send_xchar(struct tty_struct *tty, nm_char_t ch)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags = lock(end);

	end->xchar = ch;
	nm_wire_kick(end);
	unlock(end, flags);
}

static void set_throttled(struct tty_struct *tty, bool throttled)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags;

	if (I_IXOFF(tty))
		nm_send_xchar(tty, throttled ? STOP_CHAR(tty) :
						START_CHAR(tty));
	if (!C_CRTSCTS(tty))
		return;
	flags = lock(end);
	end->throttled = throttled;
	changed(end);
	unlock(end, flags);
}

static void nm_throttle(struct tty_struct *tty)
{
	set_throttled(tty, true);
}

static void nm_unthrottle(struct tty_struct *tty)
{
	set_throttled(tty, false);
}

static void set_stopped(struct tty_struct *tty, bool stopped)
{
	struct nm_end *end = tty->driver_data;
	unsigned long flags = lock(end);

	end->stopped = stopped;
	nm_wire_kick(end);
	unlock(end, flags);
}

static void nm_stop(struct tty_struct *tty)
{
	set_stopped(tty, true);
}

static void nm_start(struct tty_struct *tty)
{
	set_stopped(tty, false);
}

static void nm_set_termios(struct tty_struct *tty, const struct ktermios *old)
{
	struct nm_end *end = tty->driver_data;
	bool was_off = (old->c_cflag & CBAUD) == B0;

	take_settings(end, &tty->termios);
	if (!was_off && !C_BAUD(tty))
		set_out(end, 0, TIOCM_DTR | TIOCM_RTS);
	else if (was_off && C_BAUD(tty))
		set_out(end, TIOCM_DTR | TIOCM_RTS, 0);
}

static int nm_tiocmget(struct tty_struct *tty)
{
	struct nm_end *end = tty->driver_data;

	return READ_ONCE(end->out) | READ_ONCE(end->in);
}

static int nm_tiocmset(struct tty_struct *tty, unsigned int set,
		       unsigned int clear)
{
	set_out(tty->driver_data, set, clear);
	return 0;
}

static int nm_break_ctl(struct tty_struct *tty, int state)
{
	set_break(tty->driver_data, state);
	return 0;
}

static struct async_icount counters(struct nm_end *end)
{
	unsigned long flags = lock(end);
	struct async_icount now = end->icount;

	unlock(end, flags);
	return now;
}

static int nm_get_icount(struct tty_struct *tty,
			 struct serial_icounter_struct *icount)
{
	struct async_icount now = counters(tty->driver_data);

	icount->cts = now.cts;
	icount->dsr = now.dsr;
	icount->rng = now.rng;
	icount->dcd = now.dcd;
	icount->rx = now.rx;
	icount->tx = now.tx;
	icount->frame = now.frame;
	icount->overrun = now.overrun;
	icount->parity = now.parity;
	icount->brk = now.brk;
	icount->buf_overrun = now.buf_overrun;
	return 0;
}

static bool changed_since(struct nm_end *end, const struct async_icount *old,
			  unsigned long lines)
{
	struct async_icount now = counters(end);

	return (lines & TIOCM_CTS && now.cts != old->cts) ||
	       (lines & TIOCM_DSR && now.dsr != old->dsr) ||
	       (lines & TIOCM_CAR && now.dcd != old->dcd) ||
	       (lines & TIOCM_RI && now.rng != old->rng);
}

static int nm_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	struct nm_end *end = tty->driver_data;
	struct async_icount old;
	int err;

	if (cmd != TIOCMIWAIT)
		return -ENOIOCTLCMD;
	old = counters(end);
	err = wait_event_interruptible(end->port.delta_msr_wait,
				       changed_since(end, &old, arg) ||
				       !tty_port_initialized(&end->port));
	if (!err && !tty_port_initialized(&end->port))
		err = -EIO;
	return err;
}

static const struct tty_operations nm_ops = {
	.install		= nm_install,
	.cleanup		= nm_cleanup,
	.open			= nm_open,
	.close			= nm_close,
	.hangup			= nm_hangup,
	.write			= nm_write,
	.write_room		= nm_write_room,
	.chars_in_buffer	= nm_chars_in_buffer,
	.flush_buffer		= nm_flush_buffer,
	.wait_until_sent	= nm_wait_until_sent,
	.send_xchar		= nm_send_xchar,
	.throttle		= nm_throttle,
	.unthrottle		= nm_unthrottle,
	.stop			= nm_stop,
	.start			= nm_start,
	.set_termios		= nm_set_termios,
	.tiocmget		= nm_tiocmget,
	.tiocmset		= nm_tiocmset,
	.break_ctl		= nm_break_ctl,
	.get_icount		= nm_get_icount,
	.ioctl			= nm_ioctl,
};

struct tty_driver *nm_port_driver(unsigned int count)
{
	struct tty_driver *driver;
	int err;

	driver = tty_alloc_driver(count, TTY_DRIVER_REAL_RAW |
				  TTY_DRIVER_DYNAMIC_DEV);
	if (IS_ERR(driver))
		return driver;
	driver->driver_name = "nullmodem";
	driver->name = "ttyNM";
	driver->type = TTY_DRIVER_TYPE_SERIAL;
	driver->subtype = SERIAL_TYPE_NORMAL;
	driver->init_termios = tty_std_termios;
	driver->init_termios.c_cflag = B9600 | CS8 | CREAD | HUPCL | CLOCAL;
	driver->init_termios.c_ispeed = 9600;
	driver->init_termios.c_ospeed = 9600;
	tty_set_operations(driver, &nm_ops);
	err = tty_register_driver(driver);
	if (err) {
		tty_driver_kref_put(driver);
		return ERR_PTR(err);
	}
	return driver;
}
