/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The backing of a line: a tty opened inside the kernel, exclusively, with a
 * line discipline that user space cannot attach.
 */
#ifndef _VTYMUX_BACK_H
#define _VTYMUX_BACK_H

#include "line.h"

#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/termios.h>
#include <linux/types.h>

struct file;
struct tty_struct;

enum vtymux_back_flags {
	VTYMUX_BACK_DETACHED,	/* whoever sets it ends the binding */
	VTYMUX_BACK_LOST,	/* the device hung up; reaped by work */
};

/*
 * One binding. line->back points to it while the device works; readers are
 * under RCU when they do not sleep, or hold a user reference when they do.
 * Whoever sets DETACHED clears the pointer and waits for both.
 */
struct vtymux_back {
	struct vtymux_line *line;
	struct tty_struct *tty;		/* ours from open to close */
	struct file *file;		/* of a pts; NULL for a serial tty */
	struct ktermios saved;		/* the tty's own, put back at the end */
#ifdef CONFIG_LOCKDEP
	struct lock_class_key *class;	/* of its termios_rwsem, put back, too */
	const char *class_name;
#endif
	unsigned long flags;		/* enum vtymux_back_flags */
	u32 spilled;			/* of the tty's buf_overrun, counted */
	refcount_t users;
	struct completion idle;		/* the last user is gone */
};

/* Registers the line discipline with number @ldisc. Return: 0 or -errno. */
int vtymux_back_init(int ldisc);
void vtymux_back_exit(void);

/* Prepares a line that was just allocated, and undoes it. */
void vtymux_back_setup_line(struct vtymux_line *line);
void vtymux_back_cleanup_line(struct vtymux_line *line);

/*
 * Waits until a backing that was lost is released, so that it can be bound
 * again. Caller does not hold line->mutex.
 */
void vtymux_back_settle(struct vtymux_line *line);

/**
 * vtymux_back_bind() - take a tty as the line's backing
 * @name: a serial tty's name, such as ttyS4, or the path of a pts
 *
 * Return: 0, also when that tty is bound already; -EINVAL for a line of ours
 * or a tty that is neither; -ENODEV no such tty or no device behind
 * it; -EBUSY the tty is open elsewhere or the line has another one; -errno.
 * Caller holds line->mutex.
 */
int vtymux_back_bind(struct vtymux_line *line, const char *name);

/**
 * vtymux_back_detach() - stop using the backing; first half of unbinding
 *
 * From here the line is unbound and no operation reaches the device. Caller
 * holds line->mutex, then hangs up the front and calls vtymux_back_release().
 */
void vtymux_back_detach(struct vtymux_line *line);

/* Gives the tty back to the system. Caller holds line->mutex. */
void vtymux_back_release(struct vtymux_line *line);

/**
 * vtymux_back_get() - the working backing, for an operation that sleeps
 * Return: the backing, to be given back with vtymux_back_put(), or NULL.
 */
struct vtymux_back *vtymux_back_get(struct vtymux_line *line);
void vtymux_back_put(struct vtymux_back *back);

/**
 * vtymux_back_lock() - the working backing, for as long as a write takes
 *
 * An RCU read side in two instructions, where rcu_read_lock() is two calls;
 * but with PREEMPT_RT, where a device's spinlock sleeps.
 * Return: the backing or NULL; vtymux_back_unlock() in either case.
 */
static inline struct vtymux_back *vtymux_back_lock(struct vtymux_line *line)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		rcu_read_lock();
	else
		rcu_read_lock_sched();
	return rcu_dereference_check(line->back, rcu_read_lock_any_held());
}

static inline void vtymux_back_unlock(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		rcu_read_unlock();
	else
		rcu_read_unlock_sched();
}

#endif /* _VTYMUX_BACK_H */
