/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line: its configuration, its state, who owns it. Knows neither ttys nor
 * netlink; front.c and back.c attach to it.
 *
 * Locks, outermost first:
 *   line->mutex	bind, unbind, attribute writes. Sleeps; held while the
 *			backing's tty lock is taken, so a tty operation or a
 *			ldisc callback never takes it.
 *   claim->mutex	one claim file (claim.c)
 *   tty lock, termios_rwsem, port.mutex of the front, then of the backing
 *   vtymux_lock	spinlock, process context: ownership and state of all
 *			lines, so that a choice among lines is one atomic step
 */
#ifndef _VTYMUX_LINE_H
#define _VTYMUX_LINE_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/termios.h>
#include <linux/tty_port.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <linux/vtymux.h>

struct tty_struct;
struct vtymux_back;
struct vtymux_claim_file;
struct vtymux_ring;
struct vtymux_master;

enum vtymux_parity {
	VTYMUX_PARITY_NONE,
	VTYMUX_PARITY_EVEN,
	VTYMUX_PARITY_ODD,
	VTYMUX_PARITY_MARK,
	VTYMUX_PARITY_SPACE,
};

enum vtymux_stopbits {
	VTYMUX_STOPBITS_1,
	VTYMUX_STOPBITS_1_5,
	VTYMUX_STOPBITS_2,
};

enum vtymux_flowcontrol {
	VTYMUX_FLOW_NONE,
	VTYMUX_FLOW_HARDWARE,
	VTYMUX_FLOW_SOFTWARE,
};

enum vtymux_modem {
	VTYMUX_MODEM_NONE,
	VTYMUX_MODEM_INOUT,
	VTYMUX_MODEM_DTR_ACTIVE,
	VTYMUX_MODEM_CTS_REQUIRED,
};

#define VTYMUX_MODEM_INPUTS	4	/* CTS, DSR, RI, carrier */

enum vtymux_transport {
	VTYMUX_TRANSPORT_SSH	= BIT(0),
	VTYMUX_TRANSPORT_TELNET	= BIT(1),
	VTYMUX_TRANSPORT_ALL	= VTYMUX_TRANSPORT_SSH | VTYMUX_TRANSPORT_TELNET,
};

/* The serial parameters: what the line is set to while nobody changes them. */
struct vtymux_params {
	u32 speed;	/* bit/s, 50..4000000 */
	u8 databits;	/* 5..8 */
	enum vtymux_parity parity;
	enum vtymux_stopbits stopbits;
	enum vtymux_flowcontrol flowcontrol;
};

#define VTYMUX_SPEED_MIN 50
#define VTYMUX_SPEED_MAX 4000000
#define VTYMUX_TIMEOUT_MAX 2147483647

/* The sysfs attributes. Written under line->mutex and vtymux_lock. */
struct vtymux_conf {
	struct vtymux_params params;
	bool exec;
	u32 history;	/* bytes, 0..VTYMUX_HISTORY_MAX */
	enum vtymux_modem modem;
	u32 session_timeout;	/* seconds, 0..VTYMUX_TIMEOUT_MAX */
	u32 exec_timeout;
	u32 absolute_timeout;
	u8 transport;	/* enum vtymux_transport */
	char name[VTYMUX_NAME_MAX + 1];
	char login_authentication[VTYMUX_LIST_NAME_MAX + 1];
	DECLARE_BITMAP(rotary, VTYMUX_ROTARY_MAX + 1);
};

enum vtymux_binding {
	VTYMUX_UNBOUND,
	VTYMUX_DOWN,	/* bound, but the device is gone */
	VTYMUX_BOUND,
};

enum vtymux_line_flags {
	VTYMUX_LINE_OPEN,	/* received bytes have a reader */
	VTYMUX_LINE_OPENED,	/* OPENED has to be sent ... */
	VTYMUX_LINE_CLOSED,	/* ... and CLOSED, once the port says so, too */
	VTYMUX_LINE_STALLED,	/* the backing waits for room in the front */
	VTYMUX_LINE_INPUT,	/* VTYMUX_EVENT_INPUT was sent for this idle time */
	VTYMUX_LINE_CARRIER,	/* last state of the carrier */
	VTYMUX_LINE_BREAK,	/* a break is being sent */
	VTYMUX_LINE_CTS,	/* last state of CTS, where it is looked at */
	VTYMUX_LINE_CALL,	/* there was a carrier since the open */
	VTYMUX_LINE_DTR_DOWN,	/* DTR is down for a moment only */
};

struct vtymux_line {
	struct tty_port port;	/* the front's; lives as long as the module */
	unsigned int number;
	enum vtymux_line_type type;
	struct device *dev;	/* the tty device, owner of the attributes */
	struct mutex mutex;
	struct vtymux_conf conf;
	unsigned long flags;	/* enum vtymux_line_flags, atomic bits */

	/*
	 * A CLEAR of a line without a claim, and taking one that others may
	 * have open, come one after the other. Inside line->mutex and a
	 * claim's, around the tty lock.
	 */
	struct mutex clear_mutex;
	atomic_t expelling;	/* so many are about to hang up who waits */

	/* Under vtymux_lock. */
	struct vtymux_claim_file *claim;
	unsigned int opening;	/* admitted, not yet open */
	enum vtymux_binding binding;	/* a virtual line's is always BOUND */
	char backing[VTYMUX_BACKING_MAX + 1];

	struct vtymux_back __rcu *back;	/* set while the device works */
	struct vtymux_back *bound;	/* owned, under mutex; outlives @back */
	struct work_struct reap_work;	/* a lost backing */
	struct delayed_work retry_work;	/* received bytes, no memory */
	struct vtymux_ring *ring;	/* what was received */
	tcflag_t ignore;		/* IGNBRK, IGNPAR: in effect */
	unsigned long input_at;		/* jiffies of the last INPUT; receiver's */

	struct delayed_work modem_work;	/* looks at CTS and carrier */
	unsigned long dtr_up;	/* jiffies, when DTR_DOWN ends; under port.mutex */
	unsigned int modem_low;	/* DTR, RTS by the session; under port.mutex */
	wait_queue_head_t modem_wait;	/* of TIOCMIWAIT */
	atomic_t modem_waiters;
	/* Under vtymux_lock: what was seen of the modem lines, and how often. */
	unsigned int modem_bits;	/* TIOCM_CTS and so on */
	u32 modem_counted[VTYMUX_MODEM_INPUTS];	/* by the device */
	u32 modem_changes[VTYMUX_MODEM_INPUTS];	/* by the line */

	/* Of a virtual line, under port.buf.lock; read under RCU, too. */
	struct vtymux_master __rcu *master;
	struct mutex master_mutex;

	unsigned long events;		/* bits of enum vtymux_event to be sent */
	struct work_struct event_work;	/* ... from where sleeping is not allowed */

	atomic64_t stats[VTYMUX_STAT_MAX + 1];	/* by enum vtymux_stat */
};

extern spinlock_t vtymux_lock;

/*
 * Lines 1..count exist. Their memory lives as long as the module, also that of
 * a line which was removed, so that no pointer to one ever dangles.
 */

/**
 * vtymux_line_prepare() - make a line that does not exist yet, or no more
 * @number: up to VTYMUX_LINE_MAX, over vtymux_line_count()
 *
 * Nobody finds it before vtymux_line_extend().
 * Return: the line with the default configuration, or NULL without memory.
 */
struct vtymux_line *vtymux_line_prepare(unsigned int number,
					enum vtymux_line_type type);

/* Makes the lines up to @count, all prepared, exist. */
void vtymux_line_extend(unsigned int count);

/**
 * vtymux_line_truncate() - make the lines over @count cease to exist
 * Return: 0, or -EBUSY if one of them is claimed or open; then all stay.
 */
int vtymux_line_truncate(unsigned int count);

/* Frees all lines; none is in use or has a device. */
void vtymux_line_free_all(void);

/* Return: the line, or NULL. */
struct vtymux_line *vtymux_line_get(unsigned int number);
unsigned int vtymux_line_count(void);

/* Return: a line that was prepared, whether it exists or not. */
struct vtymux_line *vtymux_line_prepared(unsigned int number);

static inline struct vtymux_line *vtymux_line_of(struct tty_port *port)
{
	return container_of(port, struct vtymux_line, port);
}

static inline bool vtymux_line_is_virtual(const struct vtymux_line *line)
{
	return line->type == VTYMUX_LINE_VIRTUAL;
}

/* Does it exist, that is, was it not removed? Caller holds vtymux_lock. */
bool vtymux_line_exists(const struct vtymux_line *line);

/* Caller holds vtymux_lock. */
enum vtymux_line_state vtymux_line_state(const struct vtymux_line *line);

/* Is there a device, with CTS if the line requires it? Holds vtymux_lock. */
bool vtymux_line_ready(const struct vtymux_line *line);

/**
 * vtymux_line_claimable() - may a claim be put on the line now?
 * Return: 0, -ENXIO if it was removed, -ENODEV if it is not ready, -EBUSY
 * claimed or open.
 * Caller holds vtymux_lock.
 */
int vtymux_line_claimable(const struct vtymux_line *line);

static inline void vtymux_line_count_stat(struct vtymux_line *line,
					  enum vtymux_stat stat, u64 n)
{
	atomic64_add(n, &line->stats[stat]);
}

/* Event sinks are called in process context; @value is as in the uapi. */
typedef void (*vtymux_event_fn)(unsigned int line, enum vtymux_event event,
				u32 value);

/* Set before the first line has a device, cleared after the last. */
void vtymux_line_set_event_sink(vtymux_event_fn sink);

/* Sends an event now. May sleep. */
void vtymux_line_event(struct vtymux_line *line, enum vtymux_event event,
		       u32 value);

/* Sends INPUT, BREAK or CARRIER soon; for any context. */
void vtymux_line_event_later(struct vtymux_line *line, enum vtymux_event event);

#endif /* _VTYMUX_LINE_H */
