/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Serial ports that exist for tests: pairs of ttys, joined by a null-modem
 * cable. What one end sends the other receives; RTS of one is CTS of the
 * other, DTR is DSR and carrier. Ends 2n and 2n + 1, ttyNM<2n> and
 * ttyNM<2n + 1>, are a pair.
 *
 * A socket is where an end is plugged in. It stays while the module is loaded
 * and is the directory /sys/devices/nullmodem<N>/:
 *
 *   plugged	1 or 0. Writing 0 is what pulling a USB adapter is: the ttys are
 *		hung up, the device goes, its memory with the last who has it
 *		open. Writing 1 plugs a new end in: EBUSY as long as somebody has
 *		the last one open, whose name it would take.
 *   rate	bytes a second that this end sends; 0, the default: as fast as
 *		they are taken, and no byte is lost on the way. With a rate what
 *		finds the receiver's buffer full is lost, as in a UART.
 *   ring	the ring indicator that this end sees
 *   hidden	1: what waits to be sent is in the device, as in a USB adapter:
 *		the driver knows of it only when it is asked to wait for it, and
 *		no flush reaches it
 *   inject	"break", "overrun", "parity XX" or "framing XX": what this end
 *		receives now; XX is the byte, in hexadecimal. ENOLINK if it is
 *		not open.
 *   lines	the modem lines that are high here, of "dtr rts cts dsr car ri"
 *
 * As with a 16550, parity and framing errors are reported with INPCK alone. Not
 * played: the line's settings (ends with different speeds understand each
 * other, seven data bits carry eight) and the time that a byte takes, but for
 * "rate".
 *
 * TIOCM_LOOP works as a 16550's: the end hears itself alone, and the other
 * nothing; RTS is CTS, DTR is DSR, OUT1 is the ring indicator, OUT2 carrier.
 *
 * Locks: nm_plug_mutex (plug.c) for what is plugged in; below it the core's;
 * innermost the pair's spinlock, for all else. Ldiscs are woken and told of the
 * carrier with it held and interrupts off, with a rate in hard interrupt
 * context, as UART drivers do.
 */
#ifndef _NULLMODEM_H
#define _NULLMODEM_H

#include <linux/hrtimer.h>
#include <linux/kfifo.h>
#include <linux/serial.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <linux/tty_port.h>
#include <linux/workqueue.h>

#define NM_FIFO		4096	/* bytes that wait to be sent */

struct platform_device;

/* Counted by its port: who plugged it in, and each tty. */
struct nm_end {
	struct tty_port port;
	struct nm_socket *socket;
	struct kfifo fifo;
	struct delayed_work work;	/* sends when there is no rate */
	struct hrtimer timer;		/* sends when there is */
	bool ticking;
	bool throttled, stopped, breaking;
	u8 xchar;			/* to be sent first, 0 is none */
	unsigned int out;		/* TIOCM_DTR, TIOCM_RTS */
	unsigned int in;		/* TIOCM_CTS and so on, last seen */
	tcflag_t cflag, iflag;		/* copies, for any context */
	struct async_icount icount;
};

struct nm_socket {
	spinlock_t *lock;		/* the pair's */
	struct nm_socket *peer;
	unsigned int index;
	struct nm_end *end;		/* NULL: nothing plugged in */
	unsigned int ttys;		/* that exist, of whichever end */
	unsigned int rate;
	bool ring, hidden;
	/* Under nm_plug_mutex. */
	struct device *root;
	struct platform_device *device;
};

/* wire.c; the lock is held, where it is not said otherwise. */

/* The end that receives what this socket's sends, NULL for none. */
struct nm_end *nm_wire_far(struct nm_socket *socket);

/* Not held. The end's work and timer. */
void nm_wire_setup(struct nm_end *end);
/* Not held. After this nothing is sent; the end is out of its socket. */
void nm_wire_stop(struct nm_end *end);

/* Sends what there is to send, later. */
void nm_wire_kick(struct nm_end *end);
/* The first of it at once: a UART's next byte is ready when its break ends. */
void nm_wire_resume(struct nm_end *end);
/* Something about the lines that this socket's end sees may have changed. */
void nm_wire_refresh(struct nm_socket *socket);
/* The end receives a byte with TTY_PARITY and so on, or TTY_BREAK. */
void nm_wire_flagged(struct nm_end *end, u8 byte, u8 flag);
/* Is it open? Else what is sent to it is lost. */
bool nm_wire_listens(struct nm_end *end);

/* port.c */

/* The driver, for @count ends in nm_sockets, or an ERR_PTR. */
struct tty_driver *nm_port_driver(unsigned int count);
struct nm_end *nm_port_alloc(struct nm_socket *socket);	/* NULL: no memory */

/* plug.c */

extern struct nm_socket *nm_sockets;

#endif /* _NULLMODEM_H */
