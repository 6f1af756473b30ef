// SPDX-License-Identifier: GPL-2.0-only
#include "master.h"

#include "front.h"
#include "line.h"
#include "modes.h"
#include "queue.h"
#include "trace.h"
#include "virt.h"

#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/tty_ldisc.h>
#include <linux/uaccess.h>

static enum vtymux_slave slave_of(const struct vtymux_master *master)
{
	/* Pairs with the release at the line's close: its last bytes first. */
	return smp_load_acquire(&master->slave);
}

/*
 * The line's tty, which stays as long as the caller holds vtymux_virt_lock():
 * its last close and its hangup take that on their way. NULL if not open.
 */
static struct tty_struct *open_tty(const struct vtymux_master *master)
{
	if (master->slave != VTYMUX_SLAVE_OPEN)
		return NULL;
	return master->line->port.itty;
}

/* Looks at the slave first: after its close nothing is put any more. */
static bool readable(const struct vtymux_master *master)
{
	return slave_of(master) == VTYMUX_SLAVE_CLOSED ||
	       vtymux_queue_length(&master->output);
}

/* Return: bytes, 0 if there are none now, or -errno. */
static ssize_t read_some(struct file *file, char __user *buf, size_t count)
{
	struct vtymux_master *master = file->private_data;
	bool wake = false;
	ssize_t n;

	if (!(file->f_flags & O_NONBLOCK)) {
		if (mutex_lock_interruptible(&master->read_mutex))
			return -ERESTARTSYS;
	} else if (!mutex_trylock(&master->read_mutex)) {
		return -EAGAIN;
	}
	n = vtymux_queue_read(&master->output, buf, count, &wake);
	mutex_unlock(&master->read_mutex);
	if (wake)
		tty_port_tty_wakeup(&master->line->port);
	return n;
}

static ssize_t master_read(struct file *file, char __user *buf, size_t count,
			   loff_t *ppos)
{
	struct vtymux_master *master = file->private_data;
	bool closed;
	ssize_t n;
	int err;

	if (!count)
		return 0;
	for (;;) {
		closed = slave_of(master) == VTYMUX_SLAVE_CLOSED;
		n = read_some(file, buf, count);
		if (n)
			return n;
		if (closed)
			return -EIO;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(master->read_wait,
					       readable(master));
		if (err)
			return err;
	}
}

/* Puts into the flip buffer what the line discipline did not take. */
static size_t queue_rest(struct vtymux_master *master, const u8 *buf,
			 size_t count)
{
	struct tty_port *port = &master->line->port;
	size_t n = tty_insert_flip_string(port, buf, count);

	WRITE_ONCE(master->queued, n);
	tty_flip_buffer_push(port);
	return n;
}

/* As flush_to_ldisc() of the core. Caller holds vtymux_virt_lock(). */
static size_t feed(struct vtymux_master *master, struct tty_struct *tty,
		   const u8 *buf, size_t count)
{
	struct tty_ldisc *ld;
	size_t n = 0;

	ld = tty_ldisc_ref(tty);
	if (ld) {
		n = tty_ldisc_receive_buf(ld, buf, NULL, count);
		tty_ldisc_deref(ld);
	}
	if (n < count)
		n += queue_rest(master, buf + n, count - n);
	vtymux_line_count_stat(master->line, VTYMUX_STAT_RX, n);
	trace_vtymux_rx(master->line->number, count, n);
	return n;
}

/* Return: bytes taken, 0 if none can be now, or -EIO. */
static ssize_t deliver(struct vtymux_master *master, const u8 *buf,
		       size_t count)
{
	struct vtymux_line *line = master->line;
	struct tty_struct *tty;
	ssize_t n = 0;

	vtymux_virt_lock(line);
	tty = open_tty(master);
	if (!tty) {
		n = master->slave == VTYMUX_SLAVE_CLOSED ? -EIO : 0;
	} else if (vtymux_front_intruder(line, tty)) {
		vtymux_front_evict(line, tty);
		vtymux_line_count_stat(line, VTYMUX_STAT_NOISE, count);
		n = -EIO;
	} else if (!master->queued) {
		n = feed(master, tty, buf, count);
	}
	vtymux_virt_unlock(line, master);
	return n;
}

static bool writable(const struct vtymux_master *master)
{
	enum vtymux_slave slave = slave_of(master);

	return slave == VTYMUX_SLAVE_CLOSED ||
	       (slave == VTYMUX_SLAVE_OPEN && !READ_ONCE(master->queued));
}

/* Caller holds write_mutex. Return: bytes, at least one, or -errno. */
static ssize_t write_some(struct file *file, const char __user *buf,
			  size_t count)
{
	struct vtymux_master *master = file->private_data;
	ssize_t n;
	int err;

	count = min_t(size_t, count, sizeof(master->input));
	if (copy_from_user(master->input, buf, count))
		return -EFAULT;
	for (;;) {
		n = deliver(master, master->input, count);
		if (n)
			return n;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		/* It can, but there was no memory. */
		if (writable(master))
			schedule_timeout_interruptible(1);
		err = wait_event_interruptible(master->write_wait,
					       writable(master));
		if (err || signal_pending(current))
			return -ERESTARTSYS;
	}
}

static ssize_t master_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	struct vtymux_master *master = file->private_data;
	size_t done = 0;
	ssize_t n = 0;

	if (!(file->f_flags & O_NONBLOCK)) {
		if (mutex_lock_interruptible(&master->write_mutex))
			return -ERESTARTSYS;
	} else if (!mutex_trylock(&master->write_mutex)) {
		return -EAGAIN;
	}
	while (done < count) {
		n = write_some(file, buf + done, count - done);
		if (n < 0)
			break;
		done += n;
		if (signal_pending(current)) {
			n = -ERESTARTSYS;
			break;
		}
		cond_resched();
	}
	mutex_unlock(&master->write_mutex);
	return done ? done : n;
}

static __poll_t master_poll(struct file *file, poll_table *wait)
{
	struct vtymux_master *master = file->private_data;
	enum vtymux_slave slave;
	__poll_t mask = 0;

	poll_wait(file, &master->read_wait, wait);
	poll_wait(file, &master->write_wait, wait);
	slave = slave_of(master);
	if (vtymux_queue_length(&master->output))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (slave == VTYMUX_SLAVE_CLOSED)
		mask |= EPOLLHUP;
	else if (writable(master))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static long set_winsize(struct vtymux_master *master,
			const struct winsize __user *user)
{
	struct winsize winsize;
	struct tty_struct *tty;
	int err = 0;

	if (copy_from_user(&winsize, user, sizeof(winsize)))
		return -EFAULT;
	vtymux_virt_lock(master->line);
	tty = open_tty(master);
	if (master->gone)
		err = -EIO;
	else
		master->winsize = winsize;
	if (!err && tty)
		err = tty_do_resize(tty, &winsize);
	vtymux_virt_unlock(master->line, master);
	return err;
}

/* The line may have been resized from its own side. */
static long get_winsize(struct vtymux_master *master,
			struct winsize __user *user)
{
	struct winsize winsize;
	struct tty_struct *tty;
	bool gone;

	vtymux_virt_lock(master->line);
	gone = master->gone;
	winsize = master->winsize;
	tty = open_tty(master);
	if (tty) {
		mutex_lock(&tty->winsize_mutex);
		winsize = tty->winsize;
		mutex_unlock(&tty->winsize_mutex);
	}
	vtymux_virt_unlock(master->line, master);
	if (gone)
		return -EIO;
	return copy_to_user(user, &winsize, sizeof(winsize)) ? -EFAULT : 0;
}

static long send_signal(struct vtymux_master *master, unsigned long sig)
{
	struct tty_struct *tty;
	struct pid *pgrp;

	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	vtymux_virt_lock(master->line);
	tty = open_tty(master);
	if (tty) {
		pgrp = tty_get_pgrp(tty);
		if (pgrp)
			kill_pgrp(pgrp, sig, 1);
		put_pid(pgrp);
	}
	vtymux_virt_unlock(master->line, master);
	return tty ? 0 : -EIO;
}

/* As of a pty: @cmd is TIOCGPGRP or TIOCGSID. */
static long get_pid_of(struct vtymux_master *master, unsigned int cmd,
		       pid_t __user *user)
{
	struct tty_struct *tty;
	struct pid *pid = NULL;
	pid_t number;

	vtymux_virt_lock(master->line);
	tty = open_tty(master);
	if (tty && cmd == TIOCGPGRP) {
		pid = tty_get_pgrp(tty);
	} else if (tty) {
		spin_lock_irq(&tty->ctrl.lock);
		pid = get_pid(tty->ctrl.session);
		spin_unlock_irq(&tty->ctrl.lock);
	}
	vtymux_virt_unlock(master->line, master);
	if (!tty)
		return -EIO;
	if (!pid && cmd == TIOCGSID)
		return -ENOTTY;
	number = pid_vnr(pid);
	put_pid(pid);
	return put_user(number, user);
}

/*
 * Input is what the line wrote, output what it has not read. The core's flush
 * takes the lock itself; a counted tty may be closed meanwhile.
 */
static long flush(struct vtymux_master *master, unsigned long what)
{
	struct tty_struct *tty;

	if (what != TCIFLUSH && what != TCOFLUSH && what != TCIOFLUSH)
		return -EINVAL;
	vtymux_virt_lock(master->line);
	tty = tty_kref_get(open_tty(master));
	vtymux_virt_unlock(master->line, master);
	if (!tty)
		return -EIO;
	if (what != TCOFLUSH && vtymux_queue_flush(&master->output))
		tty_wakeup(tty);
	if (what != TCIFLUSH) {
		tty_ldisc_flush(tty);
		vtymux_virt_flushed(master->line);
	}
	tty_kref_put(tty);
	return 0;
}

static long get_modes(struct vtymux_master *master, struct ktermios *termios)
{
	struct tty_struct *tty;

	vtymux_virt_lock(master->line);
	tty = open_tty(master);
	if (tty) {
		down_read(&tty->termios_rwsem);
		*termios = tty->termios;
		up_read(&tty->termios_rwsem);
	}
	vtymux_virt_unlock(master->line, master);
	return tty ? 0 : -EIO;
}

/* @flush: forget what the line has not read, too. */
static long set_modes(struct vtymux_master *master, struct ktermios *termios,
		      bool flush)
{
	struct tty_struct *tty;
	struct tty_ldisc *ld;

	vtymux_virt_lock(master->line);
	tty = open_tty(master);
	ld = tty && flush ? tty_ldisc_ref(tty) : NULL;
	if (ld) {
		if (ld->ops->flush_buffer)
			ld->ops->flush_buffer(tty);
		tty_ldisc_deref(ld);
	}
	if (tty)
		tty_set_termios(tty, termios);
	vtymux_virt_unlock(master->line, master);
	return tty ? 0 : -EIO;
}

/*
 * User memory is read and written without the lock: who has the master could
 * make that take for ever, and with it the end of his session.
 */
static long modes_ioctl(struct vtymux_master *master, unsigned int cmd,
			void __user *arg)
{
	struct ktermios termios;
	long err = get_modes(master, &termios);

	if (err)
		return err;
	if (vtymux_modes_is_get(cmd))
		return vtymux_modes_to_user(cmd, arg, &termios);
	err = vtymux_modes_from_user(cmd, arg, &termios);
	if (err)
		return err;
	return set_modes(master, &termios, vtymux_modes_is_flush(cmd));
}

static long master_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vtymux_master *master = file->private_data;
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case TIOCSWINSZ:
		return set_winsize(master, p);
	case TIOCGWINSZ:
		return get_winsize(master, p);
	case TIOCSIG:
		return send_signal(master, arg);
	case TIOCGPGRP:
	case TIOCGSID:
		return get_pid_of(master, cmd, p);
	case TCFLSH:
		return flush(master, arg);
	case FIONREAD:
		return put_user(vtymux_queue_length(&master->output),
				(unsigned int __user *)p);
	case TIOCOUTQ:
		return put_user(READ_ONCE(master->queued),
				(unsigned int __user *)p);
	case TIOCGPTN:
		return put_user(master->line->number,
				(unsigned int __user *)p);
	}
	return vtymux_modes_is(cmd) ? modes_ioctl(master, cmd, p) : -ENOTTY;
}

static int master_release(struct inode *inode, struct file *file)
{
	vtymux_virt_release(file->private_data);
	return 0;
}

static const struct file_operations master_fops = {
	.owner		= THIS_MODULE,
	.read		= master_read,
	.write		= master_write,
	.poll		= master_poll,
	.unlocked_ioctl	= master_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= master_release,
};

struct file *vtymux_master_file(struct vtymux_line *line, unsigned int flags)
{
	struct vtymux_master *master;
	struct file *file;

	master = kvzalloc(sizeof(*master), GFP_KERNEL_ACCOUNT);
	if (!master)
		return ERR_PTR(-ENOMEM);
	master->line = line;
	mutex_init(&master->read_mutex);
	mutex_init(&master->write_mutex);
	init_waitqueue_head(&master->read_wait);
	init_waitqueue_head(&master->write_wait);
	vtymux_queue_init(&master->output);
	file = anon_inode_getfile("[vtymux]", &master_fops, master,
				  O_RDWR | flags);
	if (IS_ERR(file))
		kvfree(master);
	else
		stream_open(file_inode(file), file);
	return file;
}
