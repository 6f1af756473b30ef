// SPDX-License-Identifier: GPL-2.0-only
#include "back.h"

#include "compat.h"
#include "device.h"
#include "line.h"
#include "modem.h"
#include "params.h"
#include "pts.h"
#include "receive.h"
#include "ring.h"
#include "serial.h"
#include "trace.h"

#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_ldisc.h>

/*
 * The one binding whose tty may get our line discipline now, and the task that
 * is about to attach it, both under binding_mutex. TIOCSETD from user space is
 * another task, whose look at the binding could outlive it, and is refused.
 */
static struct vtymux_back *binding;
static struct task_struct *binder;
static DEFINE_MUTEX(binding_mutex);

static int ldisc_number;

struct vtymux_back *vtymux_back_get(struct vtymux_line *line)
{
	struct vtymux_back *back;

	rcu_read_lock();
	back = rcu_dereference(line->back);
	if (back && !refcount_inc_not_zero(&back->users))
		back = NULL;
	rcu_read_unlock();
	return back;
}

void vtymux_back_put(struct vtymux_back *back)
{
	if (refcount_dec_and_test(&back->users))
		complete_all(&back->idle);
}

static void wait_unused(struct vtymux_back *back)
{
	wait_for_completion(&back->idle);
	synchronize_rcu();
}

/*
 * Takes the backing out of use and waits until nobody uses it any more. While
 * we do, its driver does not hang up and can be asked what was lost.
 */
static void retire(struct vtymux_back *back)
{
	RCU_INIT_POINTER(back->line->back, NULL);
	vtymux_device_count_spilled(back);
	vtymux_back_put(back);
	wait_unused(back);
}

#ifdef CONFIG_LOCKDEP
/*
 * The termios lock of a tty that is a backing nests in that of a line. Lockdep
 * would take it for that of any tty, whose n_tty nests the buffer lock of a
 * pty's master in it, and the buffer lock of a serial tty around a line's. While
 * the line discipline is ours there is no n_tty, so it has a class of its own.
 */
static void enter_class(struct vtymux_back *back)
{
	static struct lock_class_key key;

	back->class = back->tty->termios_rwsem.dep_map.key;
	back->class_name = back->tty->termios_rwsem.dep_map.name;
	lockdep_set_class(&back->tty->termios_rwsem, &key);
}

/* To lockdep a class has one name; the subclass is pty.c's for a slave. */
static void leave_class(struct vtymux_back *back)
{
	lockdep_init_map(&back->tty->termios_rwsem.dep_map, back->class_name,
			 back->class, back->file ? SINGLE_DEPTH_NESTING : 0);
}
#else
static void enter_class(struct vtymux_back *back)
{
}

static void leave_class(struct vtymux_back *back)
{
}
#endif

/* Under the ldisc lock, so ldisc_close() comes wholly before or after. */
static int ldisc_open(struct tty_struct *tty)
{
	if (READ_ONCE(binder) != current || binding->tty != tty)
		return -EPERM;
	tty->disc_data = binding;
	tty->receive_room = 65536;
	enter_class(binding);
	rcu_assign_pointer(binding->line->back, binding);
	return 0;
}

/*
 * From tty_kclose() when we unbind, then DETACHED is set; or from the hangup
 * of a device that went away, under the backing's tty lock and ldisc lock,
 * where nothing more can be done than to stop using it.
 */
static void ldisc_close(struct tty_struct *tty)
{
	struct vtymux_back *back = tty->disc_data;
	struct vtymux_line *line;

	tty->disc_data = NULL;
	if (!back)
		return;
	if (test_and_set_bit(VTYMUX_BACK_DETACHED, &back->flags)) {
		wait_unused(back);
		leave_class(back);
		return;
	}
	retire(back);
	leave_class(back);
	line = back->line;
	/* From here on whoever binds the line may free it. */
	set_bit(VTYMUX_BACK_LOST, &back->flags);
	schedule_work(&line->reap_work);
}

/* In the backing's receive work, under its buffer lock. */
static vtymux_receive_t ldisc_receive(struct tty_struct *tty,
				      const unsigned char *cp,
				      const vtymux_char_t *fp,
				      vtymux_receive_count_t count)
{
	struct vtymux_back *back = tty->disc_data;
	size_t taken;

	if (!back)
		return count;
	taken = vtymux_receive(back->line, tty, cp, fp, count);
	trace_vtymux_rx(back->line->number, count, taken);
	if (back->file)
		vtymux_pts_received(tty);
	return taken;
}

/* Hard irq context, the device's lock held. */
static void ldisc_write_wakeup(struct tty_struct *tty)
{
	struct vtymux_back *back = tty->disc_data;

	clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	if (!back)
		return;
	trace_vtymux_wakeup(back->line->number);
	tty_port_tty_wakeup(&back->line->port);
}

/* Hard irq context. */
static void ldisc_dcd_change(struct tty_struct *tty, bool active)
{
	struct vtymux_back *back = tty->disc_data;

	if (!back)
		return;
	assign_bit(VTYMUX_LINE_CARRIER, &back->line->flags, active);
	vtymux_line_event_later(back->line, VTYMUX_EVENT_CARRIER);
}

static struct tty_ldisc_ops ldisc_ops = {
	.owner		= THIS_MODULE,
	.name		= "vtymux",
	.open		= ldisc_open,
	.close		= ldisc_close,
	.receive_buf2	= ldisc_receive,
	.write_wakeup	= ldisc_write_wakeup,
	.dcd_change	= ldisc_dcd_change,
};

int vtymux_back_init(int ldisc)
{
	ldisc_number = ldisc;
	ldisc_ops.num = ldisc;
	return tty_register_ldisc(&ldisc_ops);
}

void vtymux_back_exit(void)
{
	tty_unregister_ldisc(&ldisc_ops);
}

static int attach_ldisc(struct vtymux_back *back)
{
	int err;

	mutex_lock(&binding_mutex);
	binding = back;
	WRITE_ONCE(binder, current);
	err = tty_set_ldisc(back->tty, ldisc_number);
	WRITE_ONCE(binder, NULL);
	binding = NULL;
	mutex_unlock(&binding_mutex);
	return err;
}

/* A path is a pts, a name a serial tty. Return: 0 and back->tty, or -errno. */
static int open_tty(struct vtymux_back *back, const char *name)
{
	if (name[0] != '/') {
		back->tty = vtymux_serial_open(back->line, name, &back->saved);
		return PTR_ERR_OR_ZERO(back->tty);
	}
	back->file = vtymux_pts_open(back->line, name, &back->saved);
	if (IS_ERR(back->file))
		return PTR_ERR(back->file);
	back->tty = vtymux_pts_tty(back->file);
	return 0;
}

/* Undoes open_tty(). */
static void close_tty(struct vtymux_back *back)
{
	if (!back->file) {
		vtymux_serial_close(back->tty, &back->saved);
		return;
	}
	vtymux_pts_restore(back->tty, &back->saved,
			   test_bit(VTYMUX_BACK_LOST, &back->flags));
	vtymux_pts_close(back->file);
}

static struct vtymux_back *open_backing(struct vtymux_line *line,
					const char *name)
{
	struct vtymux_back *back = kzalloc(sizeof(*back), GFP_KERNEL);
	int err;

	if (!back)
		return ERR_PTR(-ENOMEM);
	back->line = line;
	refcount_set(&back->users, 1);
	init_completion(&back->idle);
	err = open_tty(back, name);
	if (err)
		goto err_free;
	vtymux_device_skip_spilled(back);
	err = attach_ldisc(back);
	if (err)
		goto err_close;
	return back;

err_close:
	close_tty(back);
err_free:
	kfree(back);
	return ERR_PTR(err);
}

/* Sets the state, under the lock that choices are made under. */
static void set_binding(struct vtymux_line *line, enum vtymux_binding state,
			const char *name)
{
	spin_lock(&vtymux_lock);
	line->binding = state;
	if (name)
		strscpy(line->backing, name, sizeof(line->backing));
	spin_unlock(&vtymux_lock);
}

/*
 * Ends a binding whose device went away: the front is hung up, but for what
 * was opened under a claim, and the tty given back so that its name is free
 * for the device that returns.
 */
static void reap(struct vtymux_line *line)
{
	struct vtymux_back *back = line->bound;
	bool claimed;

	lockdep_assert_held(&line->mutex);
	if (!back || !test_bit(VTYMUX_BACK_LOST, &back->flags))
		return;
	line->bound = NULL;
	vtymux_line_count_stat(line, VTYMUX_STAT_DOWNS, 1);
	spin_lock(&vtymux_lock);
	line->binding = VTYMUX_DOWN;
	claimed = line->claim;
	spin_unlock(&vtymux_lock);
	/* Who waits for output to be sent has no longer what to wait for. */
	tty_port_tty_wakeup(&line->port);
	if (!claimed)
		tty_port_tty_vhangup(&line->port);
	close_tty(back);
	kfree(back);
	trace_vtymux_down(line->number);
	vtymux_line_event(line, VTYMUX_EVENT_DOWN, 0);
}

static void reap_work(struct work_struct *work)
{
	struct vtymux_line *line =
		container_of(work, struct vtymux_line, reap_work);

	mutex_lock(&line->mutex);
	reap(line);
	mutex_unlock(&line->mutex);
}

void vtymux_back_settle(struct vtymux_line *line)
{
	flush_work(&line->reap_work);
}

void vtymux_back_setup_line(struct vtymux_line *line)
{
	INIT_WORK(&line->reap_work, reap_work);
	vtymux_modem_setup_line(line);
	vtymux_receive_setup_line(line);
}

void vtymux_back_cleanup_line(struct vtymux_line *line)
{
	cancel_work_sync(&line->reap_work);
	vtymux_modem_cleanup_line(line);
	vtymux_receive_cleanup_line(line);
}

int vtymux_back_bind(struct vtymux_line *line, const char *name)
{
	struct vtymux_back *back;
	int err;

	lockdep_assert_held(&line->mutex);
	reap(line);
	if (line->bound)
		return strcmp(line->backing, name) ? -EBUSY : 0;
	err = vtymux_ring_start(line->ring);
	if (err)
		return err;
	back = open_backing(line, name);
	if (IS_ERR(back))
		return PTR_ERR(back);
	line->bound = back;
	/* If the device has left again already, reap_work waits for our mutex. */
	set_binding(line, VTYMUX_BOUND, name);
	trace_vtymux_bind(line->number, name);
	vtymux_device_rebound(line);
	vtymux_modem_changed(line);
	vtymux_line_event(line, VTYMUX_EVENT_BOUND, 0);
	return 0;
}

void vtymux_back_detach(struct vtymux_line *line)
{
	struct vtymux_back *back = line->bound;

	lockdep_assert_held(&line->mutex);
	set_binding(line, VTYMUX_UNBOUND, "");
	if (back)
		trace_vtymux_unbind(line->number);
	if (back && !test_and_set_bit(VTYMUX_BACK_DETACHED, &back->flags))
		retire(back);
	/* A close that waits for output has the tty lock that a hangup takes. */
	tty_port_tty_wakeup(&line->port);
}

void vtymux_back_release(struct vtymux_line *line)
{
	struct vtymux_back *back = line->bound;

	lockdep_assert_held(&line->mutex);
	line->bound = NULL;
	if (!back)
		return;
	close_tty(back);
	kfree(back);
}
