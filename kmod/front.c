// SPDX-License-Identifier: GPL-2.0-only
#include "front.h"

#include "claim.h"
#include "compat.h"
#include "device.h"
#include "line.h"
#include "modem.h"
#include "params.h"
#include "trace.h"

#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/serial.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_flip.h>
#include <linux/tty_ldisc.h>

/*
 * How long a close waits for output: what a program wrote is sent, but a
 * session that ended must not keep its line from the next.
 */
#define CLOSING_WAIT		(30 * HZ)
#define CLOSING_WAIT_CLAIMED	(HZ / 2)

/*
 * Front and backing are both ttys, and the front's locks are taken before the
 * backing's; classes of their own tell lockdep which is which.
 */
static struct lock_class_key termios_key, throttle_key, flow_key;

int vtymux_front_install(struct tty_driver *drv, struct tty_struct *tty)
{
	struct vtymux_line *line = vtymux_line_get(drv->name_base + tty->index);

	if (!line)
		return -ENODEV;
	tty->driver_data = line;
	lockdep_set_class(&tty->termios_rwsem, &termios_key);
	lockdep_set_class(&tty->throttle_mutex, &throttle_key);
	lockdep_set_class(&tty->flow.lock, &flow_key);
	return tty_port_install(&line->port, drv, tty);
}

/* A getty, or what could become one: it would own the line as a terminal. */
static bool wants_terminal(void)
{
	return current->signal->leader && !READ_ONCE(current->signal->tty);
}

/*
 * Why this open may not be. Who has the line as controlling terminal has it
 * open already and may open it again, by /dev/tty or by name.
 */
static int refusal(struct vtymux_line *line, struct tty_struct *tty)
{
	lockdep_assert_held(&vtymux_lock);
	if (!vtymux_line_exists(line))
		return -ENXIO;
	if (vtymux_claim_opens(line) || READ_ONCE(current->signal->tty) == tty)
		return 0;
	if (line->claim)
		return -EBUSY;
	if (vtymux_line_is_virtual(line))
		return -EIO;	/* no claim, so no master */
	if (!vtymux_line_ready(line))
		return -ENODEV;
	return !line->conf.exec && wants_terminal() ? -EPERM : 0;
}

/* May this open go on? Counts it as being opened if so. */
static int admit(struct vtymux_line *line, struct tty_struct *tty)
{
	int err;

	spin_lock(&vtymux_lock);
	err = refusal(line, tty);
	if (!err) {
		line->port.closing_wait = line->claim ? CLOSING_WAIT_CLAIMED :
							CLOSING_WAIT;
		line->opening++;
	}
	spin_unlock(&vtymux_lock);
	return err;
}

/*
 * A thief and the end of a binding hang up what they find open: the port's tty.
 * Who came before it was there has to look again now that it is.
 */
static int admitted(struct vtymux_line *line, struct tty_struct *tty)
{
	int err;

	spin_lock(&vtymux_lock);
	line->opening--;
	err = refusal(line, tty);
	spin_unlock(&vtymux_lock);
	return err;
}

/* When what it tells is true; the tty lock keeps one after the other. */
static void tell(struct vtymux_line *line, enum vtymux_line_flags flag,
		 enum vtymux_event event)
{
	if (test_and_clear_bit(flag, &line->flags))
		vtymux_line_event(line, event, 0);
}

/* The core calls close after a failed open, too: the counts have to match. */
int vtymux_front_open(struct tty_struct *tty, struct file *file)
{
	struct vtymux_line *line = tty->driver_data;
	int late, err = admit(line, tty);

	if (err) {
		spin_lock_irq(&line->port.lock);
		line->port.count++;
		spin_unlock_irq(&line->port.lock);
		return err;
	}
	err = tty_port_open(&line->port, tty, file);
	late = admitted(line, tty);
	tell(line, VTYMUX_LINE_OPENED, VTYMUX_EVENT_OPENED);
	return err ?: late;
}

void vtymux_front_close(struct tty_struct *tty, struct file *file)
{
	struct vtymux_line *line = tty->driver_data;

	tty_port_close(&line->port, tty, file);
	tell(line, VTYMUX_LINE_CLOSED, VTYMUX_EVENT_CLOSED);
}

/*
 * Who hangs up the port's tty may come so late that it has had its last close,
 * and the port belongs to the next: that one's files were not hung up.
 */
void vtymux_front_hungup(struct tty_struct *tty)
{
	struct vtymux_line *line = tty->driver_data;

	if (!tty->count)
		return;
	/* The next session may get the same tty. */
	clear_bit(TTY_EXCLUSIVE, &tty->flags);
	tty_port_hangup(&line->port);
	tell(line, VTYMUX_LINE_CLOSED, VTYMUX_EVENT_CLOSED);
}

/* So may output that the last one stopped, with a key or for good. */
void vtymux_front_unstop(struct tty_struct *tty)
{
	spin_lock_irq(&tty->flow.lock);
	tty->flow.tco_stopped = false;
	spin_unlock_irq(&tty->flow.lock);
	start_tty(tty);
}

/* Where operations are called, hanging up at once would wait for itself. */
void vtymux_front_evict(struct vtymux_line *line, struct tty_struct *tty)
{
	pr_notice_ratelimited("vtymux: line %u became a terminal with exec 0, hung up\n",
			      line->number);
	trace_vtymux_evict(line->number);
	tty_hangup(tty);
}

static noinline vtymux_write_t refuse_write(struct vtymux_line *line,
					    struct tty_struct *tty)
{
	vtymux_front_evict(line, tty);
	return -EIO;
}

static vtymux_write_t front_write(struct tty_struct *tty,
				  const unsigned char *buf,
				  vtymux_write_count_t count)
{
	struct vtymux_line *line = tty->driver_data;
	vtymux_write_t n;

	if (vtymux_front_intruder(line, tty))
		return refuse_write(line, tty);
	n = vtymux_device_write(line, buf, count);
	trace_vtymux_tx(line->number, count, n);
	return n;
}

static unsigned int front_write_room(struct tty_struct *tty)
{
	return vtymux_device_write_room(tty->driver_data);
}

static unsigned int front_chars_in_buffer(struct tty_struct *tty)
{
	return vtymux_device_chars_in_buffer(tty->driver_data);
}

static void front_flush_buffer(struct tty_struct *tty)
{
	vtymux_device_flush(tty->driver_data);
}

static void front_wait_until_sent(struct tty_struct *tty, int timeout)
{
	vtymux_device_wait_until_sent(tty->driver_data, tty, timeout);
}

/* Without flow control a slow reader loses bytes; the device is not held. */
static void front_throttle(struct tty_struct *tty)
{
	if (vtymux_params_flow(&tty->termios))
		vtymux_device_throttle(tty->driver_data, true);
}

static void front_unthrottle(struct tty_struct *tty)
{
	vtymux_device_throttle(tty->driver_data, false);
}

static void front_stop(struct tty_struct *tty)
{
	vtymux_device_stop(tty->driver_data, true);
}

static void front_start(struct tty_struct *tty)
{
	vtymux_device_stop(tty->driver_data, false);
}

static void front_send_xchar(struct tty_struct *tty, vtymux_char_t ch)
{
	vtymux_device_send_xchar(tty->driver_data, ch);
}

static int front_tiocmget(struct tty_struct *tty)
{
	return vtymux_device_tiocmget(tty->driver_data);
}

static int front_tiocmset(struct tty_struct *tty, unsigned int set,
			  unsigned int clear)
{
	return vtymux_modem_set(tty->driver_data, set, clear);
}

static int front_break_ctl(struct tty_struct *tty, int state)
{
	struct vtymux_line *line = tty->driver_data;

	assign_bit(VTYMUX_LINE_BREAK, &line->flags, state);
	return vtymux_device_break(line, state);
}

static int front_get_icount(struct tty_struct *tty,
			    struct serial_icounter_struct *icount)
{
	struct vtymux_line *line = tty->driver_data;

	vtymux_device_icount(line, icount);
	vtymux_device_spilled(line);
	icount->rx = atomic64_read(&line->stats[VTYMUX_STAT_RX]);
	icount->tx = atomic64_read(&line->stats[VTYMUX_STAT_TX]);
	icount->brk = atomic64_read(&line->stats[VTYMUX_STAT_BREAKS]);
	icount->frame = atomic64_read(&line->stats[VTYMUX_STAT_FRAMING]);
	icount->parity = atomic64_read(&line->stats[VTYMUX_STAT_PARITY]);
	icount->overrun = atomic64_read(&line->stats[VTYMUX_STAT_HW_OVERRUNS]);
	icount->buf_overrun = atomic64_read(&line->stats[VTYMUX_STAT_OVERRUNS]);
	return 0;
}

/* A byte with an error is none where errors are not looked for. */
static tcflag_t ignored(const struct ktermios *termios)
{
	tcflag_t ignore = termios->c_iflag & IGNBRK;

	if (termios->c_iflag & INPCK)
		ignore |= termios->c_iflag & IGNPAR;
	return ignore;
}

/*
 * The core asks after it handled what it knows itself: TCFLSH of input has
 * emptied the port's buffer, which no receive work tells the backing.
 */
static int front_ioctl(struct tty_struct *tty, unsigned int cmd,
		       unsigned long arg)
{
	struct vtymux_line *line = tty->driver_data;

	switch (cmd) {
	case TIOCMIWAIT:
		return vtymux_modem_wait(line, arg);
	case TCFLSH:
		if (arg != TCOFLUSH)
			vtymux_device_drained(line);
		break;
	}
	return -ENOIOCTLCMD;
}

/* The front's termios_rwsem is held for writing. */
static void front_set_termios(struct tty_struct *tty,
			      const struct ktermios *old)
{
	struct vtymux_line *line = tty->driver_data;
	struct ktermios termios = tty->termios;

	if (vtymux_front_intruder(line, tty)) {
		vtymux_front_evict(line, tty);
		tty->termios = *old;
		return;
	}
	WRITE_ONCE(line->ignore, ignored(&termios));
	vtymux_device_set_termios(line, &termios);
	tty_termios_copy_hw(&tty->termios, &termios);
	if (!vtymux_params_flow(&tty->termios)) {
		vtymux_device_throttle(line, false);
		vtymux_device_drained(line);
	} else {
		vtymux_device_rethrottle(line, tty);
	}
}

const struct tty_operations vtymux_front_ops = {
	.install		= vtymux_front_install,
	.open			= vtymux_front_open,
	.close			= vtymux_front_close,
	.hangup			= vtymux_front_hungup,
	.write			= front_write,
	.write_room		= front_write_room,
	.chars_in_buffer	= front_chars_in_buffer,
	.flush_buffer		= front_flush_buffer,
	.wait_until_sent	= front_wait_until_sent,
	.throttle		= front_throttle,
	.unthrottle		= front_unthrottle,
	.stop			= front_stop,
	.start			= front_start,
	.send_xchar		= front_send_xchar,
	.tiocmget		= front_tiocmget,
	.tiocmset		= front_tiocmset,
	.break_ctl		= front_break_ctl,
	.get_icount		= front_get_icount,
	.ioctl			= front_ioctl,
	.set_termios		= front_set_termios,
};

static void configure(struct vtymux_line *line, struct tty_struct *tty,
		      struct ktermios *termios)
{
	spin_lock(&vtymux_lock);
	vtymux_params_apply(&line->conf.params, termios);
	spin_unlock(&vtymux_lock);
	tty_set_termios(tty, termios);
}

/*
 * First open, or the first after a hangup. What was left in the buffer by the
 * last session is not for this one; only then bytes may come in.
 */
static int port_activate(struct tty_port *port, struct tty_struct *tty)
{
	struct vtymux_line *line = vtymux_line_of(port);
	struct ktermios termios;

	tty_ldisc_flush(tty);
	vtymux_params_raw(&termios);
	termios.c_line = tty->termios.c_line;
	configure(line, tty, &termios);
	vtymux_front_unstop(tty);
	vtymux_device_throttle(line, false);
	vtymux_modem_opened(line);
	set_bit(VTYMUX_LINE_OPEN, &line->flags);
	vtymux_line_count_stat(line, VTYMUX_STAT_OPENS, 1);
	trace_vtymux_open(line->number);
	set_bit(VTYMUX_LINE_OPENED, &line->flags);
	return 0;
}

/* Last close or hangup: the device goes back to the configured parameters. */
static void port_shutdown(struct tty_port *port)
{
	struct vtymux_line *line = vtymux_line_of(port);
	struct ktermios termios;

	clear_bit(VTYMUX_LINE_OPEN, &line->flags);
	/* Who delivers to the tty now is done before it goes. */
	tty_buffer_lock_exclusive(port);
	tty_buffer_unlock_exclusive(port);
	clear_bit(VTYMUX_LINE_INPUT, &line->flags);
	/*
	 * What the close did not wait for is not for the next session. First:
	 * the end of a break and a start would send it.
	 */
	vtymux_device_flush(line);
	if (test_and_clear_bit(VTYMUX_LINE_BREAK, &line->flags))
		vtymux_device_break(line, 0);
	vtymux_device_stop(line, false);
	vtymux_device_throttle(line, false);
	vtymux_device_configured(line, &termios);
	vtymux_device_set_termios(line, &termios);
	vtymux_modem_closed(line);
	vtymux_device_drained(line);
	trace_vtymux_close(line->number);
	set_bit(VTYMUX_LINE_CLOSED, &line->flags);
}

static const struct tty_port_operations port_ops = {
	.activate	= port_activate,
	.shutdown	= port_shutdown,
};

/* Under the lock of the port's buffer, which the end of @tty waits for. */
size_t vtymux_front_take(struct vtymux_line *line, const u8 *cp,
			 const vtymux_port_flag_t *fp, size_t count)
{
	struct tty_port *port = &line->port;
	struct tty_struct *tty = READ_ONCE(port->itty);

	if (tty && vtymux_front_intruder(line, tty)) {
		vtymux_front_evict(line, tty);
		vtymux_line_count_stat(line, VTYMUX_STAT_NOISE, count);
		return count;
	}
	return tty_port_default_client_ops.receive_buf(port, cp, fp, count);
}

/*
 * In the front's receive work: what the ldisc took made room. What nobody will
 * read any more must not fill it: it would hold back the device for the next.
 */
static vtymux_receive_t client_receive(struct tty_port *port,
				       const unsigned char *cp,
				       const vtymux_port_flag_t *fp,
				       size_t count)
{
	struct vtymux_line *line = vtymux_line_of(port);
	vtymux_receive_t taken = count;

	if (test_bit(VTYMUX_LINE_OPEN, &line->flags))
		taken = vtymux_front_take(line, cp, fp, count);
	vtymux_device_drained(line);
	return taken;
}

void vtymux_front_setup_port(struct tty_port *port)
{
	static struct tty_port_client_operations client_ops;

	client_ops = tty_port_default_client_ops;
	client_ops.receive_buf = client_receive;
	port->ops = &port_ops;
	port->client_ops = &client_ops;
}

void vtymux_front_hangup(struct vtymux_line *line)
{
	tty_port_tty_vhangup(&line->port);
}

void vtymux_front_expel(struct vtymux_line *line)
{
	atomic_inc(&line->expelling);
	vtymux_device_flush(line);
	tty_port_tty_wakeup(&line->port);
	tty_port_tty_vhangup(&line->port);
	atomic_dec(&line->expelling);
}

void vtymux_front_apply(struct vtymux_line *line)
{
	struct tty_struct *tty = tty_port_tty_get(&line->port);
	struct ktermios termios;

	if (tty) {
		down_read(&tty->termios_rwsem);
		termios = tty->termios;
		up_read(&tty->termios_rwsem);
		configure(line, tty, &termios);
		tty_kref_put(tty);
		return;
	}
	vtymux_device_configured(line, &termios);
	vtymux_device_set_termios(line, &termios);
}
