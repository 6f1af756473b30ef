// SPDX-License-Identifier: GPL-2.0-only
#include "compat.h"
#include "nullmodem.h"

#include <linux/sched.h>
#include <linux/tty_flip.h>
#include <linux/tty_ldisc.h>

#define CHUNK		1024	/* bytes sent with the lock held */
#define WAKEUP_CHARS	256
#define TICKS		1000	/* a second, with a rate above */

bool nm_wire_listens(struct nm_end *end)
{
	return end && tty_port_initialized(&end->port) && end->cflag & CREAD;
}

struct nm_end *nm_wire_far(struct nm_socket *socket)
{
	struct nm_end *peer = socket->peer->end;

	lockdep_assert_held(socket->lock);
	if (socket->end && socket->end->out & TIOCM_LOOP)
		return socket->end;
	return peer && peer->out & TIOCM_LOOP ? NULL : peer;
}

static bool may_send(struct nm_end *end)
{
	return end->socket->end == end && !end->stopped && !end->breaking &&
	       (!(end->cflag & CRTSCTS) || end->in & TIOCM_CTS);
}

static bool has_work(struct nm_end *end)
{
	return end->socket->end == end &&
	       (end->xchar || (!kfifo_is_empty(&end->fifo) && may_send(end)));
}

/* Takes bytes out of the FIFO that nobody receives. */
static unsigned int discard(struct nm_end *end, unsigned int count)
{
	unsigned char trash[64];
	unsigned int n, done = 0;

	while (done < count) {
		n = kfifo_out(&end->fifo, trash,
			      min_t(unsigned int, count - done, sizeof(trash)));
		if (!n)
			break;
		done += n;
	}
	return done;
}

/* What the receiver had no room for. */
static unsigned int overrun(struct nm_end *end, struct nm_end *to,
			    unsigned int count)
{
	to->icount.overrun++;
	to->icount.buf_overrun += count;
	tty_insert_flip_char(&to->port, 0, TTY_OVERRUN);
	return discard(end, count);
}

static unsigned int send_some(struct nm_end *end, struct nm_end *to,
			      unsigned int count)
{
	unsigned char *room;
	int n;

	count = min_t(unsigned int, count, kfifo_len(&end->fifo));
	if (!nm_wire_listens(to))
		return discard(end, count);
	n = tty_prepare_flip_string(&to->port, &room, count);
	if (n > 0) {
		count = kfifo_out(&end->fifo, room, n);
		to->icount.rx += count;
		return count;
	}
	return count && end->socket->rate ? overrun(end, to, count) : 0;
}

static void send_xchar(struct nm_end *end, struct nm_end *to)
{
	if (!nm_wire_listens(to) ||
	    tty_insert_flip_char(&to->port, end->xchar, TTY_NORMAL))
		end->xchar = 0;
}

/* Sends up to @max bytes. Return: how many left. */
static unsigned int send(struct nm_end *end, unsigned int max)
{
	struct nm_end *to = nm_wire_far(end->socket);
	unsigned int done = 0, n;

	lockdep_assert_held(end->socket->lock);
	if (end->socket->end != end)
		return 0;
	if (end->xchar)
		send_xchar(end, to);
	while (done < max && may_send(end)) {
		n = send_some(end, to, max - done);
		if (!n)
			break;
		done += n;
	}
	end->icount.tx += done;
	if (nm_wire_listens(to))
		tty_flip_buffer_push(&to->port);
	if (done && kfifo_len(&end->fifo) < WAKEUP_CHARS)
		tty_port_tty_wakeup(&end->port);
	return done;
}

/* Without a rate: until nothing is left, or the receiver has no room. */
static void send_work(struct work_struct *work)
{
	struct nm_end *end = container_of(to_delayed_work(work),
					  struct nm_end, work);
	unsigned int n;

	do {
		spin_lock_irq(end->socket->lock);
		n = end->socket->rate ? 0 : send(end, CHUNK);
		if (!n && has_work(end) && !end->socket->rate)
			schedule_delayed_work(&end->work, 1);
		spin_unlock_irq(end->socket->lock);
		cond_resched();
	} while (n);
}

static ktime_t tick_of(unsigned int rate)
{
	return NSEC_PER_SEC / min_t(unsigned int, rate, TICKS);
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct nm_end *end = container_of(timer, struct nm_end, timer);
	unsigned long flags;
	u64 bytes;

	spin_lock_irqsave(end->socket->lock, flags);
	if (end->socket->rate) {
		/* What a late timer owes is sent now. */
		bytes = hrtimer_forward_now(timer, tick_of(end->socket->rate));
		bytes *= DIV_ROUND_UP(end->socket->rate, TICKS);
		send(end, min_t(u64, bytes, NM_FIFO));
	}
	end->ticking = end->socket->rate && has_work(end);
	if (!end->ticking)
		nm_wire_kick(end);	/* the rate is gone */
	spin_unlock_irqrestore(end->socket->lock, flags);
	return end->ticking ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

void nm_wire_kick(struct nm_end *end)
{
	unsigned int rate = end->socket->rate;

	lockdep_assert_held(end->socket->lock);
	if (!has_work(end))
		return;
	if (!rate) {
		schedule_delayed_work(&end->work, 0);
	} else if (!end->ticking) {
		end->ticking = true;
		hrtimer_start(&end->timer, tick_of(rate), HRTIMER_MODE_REL);
	}
}

void nm_wire_resume(struct nm_end *end)
{
	lockdep_assert_held(end->socket->lock);
	if (!end->socket->rate)
		send(end, CHUNK);
	nm_wire_kick(end);
}

void nm_wire_setup(struct nm_end *end)
{
	INIT_DELAYED_WORK(&end->work, send_work);
	nm_timer_setup(&end->timer, tick);
}

void nm_wire_stop(struct nm_end *end)
{
	cancel_delayed_work_sync(&end->work);
	hrtimer_cancel(&end->timer);
}

static unsigned int seen_by(struct nm_socket *socket)
{
	struct nm_end *far = nm_wire_far(socket);
	unsigned int in = socket->ring ? TIOCM_RI : 0;

	if (far && far->out & TIOCM_DTR)
		in |= TIOCM_DSR | TIOCM_CAR;
	if (far && far->out & TIOCM_RTS && !far->throttled)
		in |= TIOCM_CTS;
	if (!far || far != socket->end)
		return in;
	/* The loop of a 16550 has a wire for each. A receiver does not stop it. */
	in &= ~(TIOCM_CAR | TIOCM_RI);
	in |= far->out & TIOCM_RTS ? TIOCM_CTS : 0;
	in |= far->out & TIOCM_OUT1 ? TIOCM_RI : 0;
	return in | (far->out & TIOCM_OUT2 ? TIOCM_CAR : 0);
}

/* As a UART driver tells of it, though it does only without CLOCAL. */
static void carrier_changed(struct nm_end *end, bool up)
{
	struct tty_struct *tty = tty_port_tty_get(&end->port);
	struct tty_ldisc *ld;

	if (up)
		wake_up_interruptible(&end->port.open_wait);
	if (!tty)
		return;
	ld = tty_ldisc_ref(tty);
	if (ld) {
		if (ld->ops->dcd_change)
			ld->ops->dcd_change(tty, up);
		tty_ldisc_deref(ld);
	}
	if (!up && tty_port_check_carrier(&end->port))
		tty_hangup(tty);
	tty_kref_put(tty);
}

void nm_wire_refresh(struct nm_socket *socket)
{
	struct nm_end *end = socket->end;
	unsigned int changed;

	lockdep_assert_held(socket->lock);
	if (!end)
		return;
	changed = end->in ^ seen_by(socket);
	end->in ^= changed;
	if (!changed)
		return;
	end->icount.cts += !!(changed & TIOCM_CTS);
	end->icount.dsr += !!(changed & TIOCM_DSR);
	end->icount.dcd += !!(changed & TIOCM_CAR);
	end->icount.rng += changed & TIOCM_RI && !(end->in & TIOCM_RI);
	wake_up_interruptible(&end->port.delta_msr_wait);
	if (changed & TIOCM_CAR)
		carrier_changed(end, end->in & TIOCM_CAR);
	if (changed & end->in & TIOCM_CTS) {
		nm_wire_kick(end);
		tty_port_tty_wakeup(&end->port);
	}
}

/* What of it is reported is up to the settings, as with a UART. */
void nm_wire_flagged(struct nm_end *end, u8 byte, u8 flag)
{
	lockdep_assert_held(end->socket->lock);
	switch (flag) {
	case TTY_BREAK:
		end->icount.brk++;
		if (end->iflag & IGNBRK)
			return;
		if (!(end->iflag & (BRKINT | PARMRK)))
			flag = TTY_NORMAL;
		break;
	case TTY_OVERRUN:
		end->icount.overrun++;
		break;
	default:
		end->icount.parity += flag == TTY_PARITY;
		end->icount.frame += flag == TTY_FRAME;
		end->icount.rx++;
		if (end->iflag & INPCK && end->iflag & IGNPAR)
			return;
		if (!(end->iflag & INPCK))
			flag = TTY_NORMAL;
	}
	if (!tty_insert_flip_char(&end->port, byte, flag))
		end->icount.buf_overrun++;
	tty_flip_buffer_push(&end->port);
}
