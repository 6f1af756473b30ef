// SPDX-License-Identifier: GPL-2.0-only
#include "virt.h"

#include "compat.h"
#include "front.h"
#include "line.h"
#include "master.h"
#include "queue.h"
#include "trace.h"

#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_flip.h>
#include <linux/tty_ldisc.h>

/* Caller holds vtymux_virt_lock(). */
static struct vtymux_master *master_of(struct vtymux_line *line)
{
	return rcu_dereference_protected(line->master,
					 lockdep_is_held(&line->port.buf.lock));
}

static void wake_reader(struct vtymux_master *master)
{
	if (wq_has_sleeper(&master->read_wait))
		wake_up_interruptible_poll(&master->read_wait,
					   EPOLLIN | EPOLLRDNORM);
}

static vtymux_write_t virt_write(struct tty_struct *tty,
				 const unsigned char *buf,
				 vtymux_write_count_t count)
{
	struct vtymux_line *line = tty->driver_data;
	struct vtymux_master *master;
	ssize_t n = -EIO;

	if (READ_ONCE(tty->flow.stopped))
		return 0;
	if (vtymux_front_intruder(line, tty)) {
		vtymux_front_evict(line, tty);
		return -EIO;
	}
	rcu_read_lock();
	master = rcu_dereference(line->master);
	if (master) {
		n = vtymux_queue_put(&master->output, buf, count);
		wake_reader(master);
		vtymux_line_count_stat(line, VTYMUX_STAT_TX, n);
		trace_vtymux_tx(line->number, count, n);
	}
	rcu_read_unlock();
	return n;
}

static unsigned int virt_write_room(struct tty_struct *tty)
{
	struct vtymux_line *line = tty->driver_data;
	struct vtymux_master *master;
	unsigned int room = 0;

	if (READ_ONCE(tty->flow.stopped))
		return 0;
	rcu_read_lock();
	master = rcu_dereference(line->master);
	if (master)
		room = vtymux_queue_room(&master->output);
	rcu_read_unlock();
	return room;
}

/*
 * A hangup leaves what was written to the master: with the exit of a session's
 * leader comes a hangup, and its last words would be lost.
 */
static void virt_flush_buffer(struct tty_struct *tty)
{
	struct vtymux_line *line = tty->driver_data;
	struct vtymux_master *master;
	bool wake = false;

	if (test_bit(TTY_HUPPING, &tty->flags))
		return;
	rcu_read_lock();
	master = rcu_dereference(line->master);
	if (master)
		wake = vtymux_queue_flush(&master->output);
	rcu_read_unlock();
	if (wake)
		tty_wakeup(tty);
}

/* The line discipline has room again. */
static void virt_unthrottle(struct tty_struct *tty)
{
	vtymux_restart_receive(tty->port);
}

/* Caller holds vtymux_virt_lock(), without which nothing is inserted. */
static bool flip_is_empty(const struct tty_port *port)
{
	const struct tty_buffer *head = port->buf.head;

	return !head->next && head->commit == head->read;
}

void vtymux_virt_flushed(struct vtymux_line *line)
{
	struct vtymux_master *master;

	vtymux_virt_lock(line);
	master = master_of(line);
	if (master && flip_is_empty(&line->port)) {
		WRITE_ONCE(master->queued, 0);
		wake_up_interruptible_all(&master->write_wait);
	}
	vtymux_virt_unlock(line, master);
}

/*
 * The core asks after it handled what it knows itself; TCFLSH of input has
 * emptied the flip buffer, and the master need not wait for that any more.
 */
static int virt_ioctl(struct tty_struct *tty, unsigned int cmd,
		      unsigned long arg)
{
	if (cmd == TCFLSH && arg != TCOFLUSH)
		vtymux_virt_flushed(tty->driver_data);
	return -ENOIOCTLCMD;
}

/* There is no hardware to set; as a pts it has 8 bits without parity. */
static void virt_set_termios(struct tty_struct *tty,
			     const struct ktermios *old)
{
	struct vtymux_line *line = tty->driver_data;

	if (vtymux_front_intruder(line, tty)) {
		vtymux_front_evict(line, tty);
		tty->termios = *old;
		return;
	}
	tty->termios.c_cflag &= ~(CSIZE | PARENB);
	tty->termios.c_cflag |= CS8 | CREAD;
}

/* No chars_in_buffer: a close must not wait for a master that does not read. */
const struct tty_operations vtymux_virt_ops = {
	.install	= vtymux_front_install,
	.open		= vtymux_front_open,
	.close		= vtymux_front_close,
	.hangup		= vtymux_front_hungup,
	.write		= virt_write,
	.write_room	= virt_write_room,
	.flush_buffer	= virt_flush_buffer,
	.unthrottle	= virt_unthrottle,
	.ioctl		= virt_ioctl,
	.set_termios	= virt_set_termios,
};

/* Return: was there a master that stays? */
static bool open_slave(struct vtymux_line *line, struct tty_struct *tty)
{
	struct vtymux_master *master;
	bool ok;

	vtymux_virt_lock(line);
	master = master_of(line);
	ok = master && !master->gone;
	if (ok) {
		mutex_lock(&tty->winsize_mutex);
		tty->winsize = master->winsize;
		mutex_unlock(&tty->winsize_mutex);
		WRITE_ONCE(master->queued, 0);
		WRITE_ONCE(master->slave, VTYMUX_SLAVE_OPEN);
		wake_up_interruptible_all(&master->write_wait);
	}
	vtymux_virt_unlock(line, NULL);
	return ok;
}

/*
 * First open, or the first after a hangup. What the last session did not read
 * or set is not for this one.
 */
static int virt_activate(struct tty_port *port, struct tty_struct *tty)
{
	struct vtymux_line *line = vtymux_line_of(port);
	struct ktermios termios = tty->driver->init_termios;

	tty_ldisc_flush(tty);
	termios.c_line = tty->termios.c_line;
	tty_set_termios(tty, &termios);
	vtymux_front_unstop(tty);
	if (!open_slave(line, tty))
		return -EIO;
	vtymux_line_count_stat(line, VTYMUX_STAT_OPENS, 1);
	trace_vtymux_open(line->number);
	set_bit(VTYMUX_LINE_OPENED, &line->flags);
	return 0;
}

/* Caller holds vtymux_virt_lock(). */
static void close_slave(struct vtymux_master *master)
{
	WRITE_ONCE(master->queued, 0);
	/* After the last byte was put: a reader looks at this first. */
	smp_store_release(&master->slave, VTYMUX_SLAVE_CLOSED);
	wake_up_interruptible_all(&master->read_wait);
	wake_up_interruptible_all(&master->write_wait);
}

/* Last close or hangup. */
static void virt_shutdown(struct tty_port *port)
{
	struct vtymux_line *line = vtymux_line_of(port);
	struct vtymux_master *master;

	vtymux_virt_lock(line);
	master = master_of(line);
	if (master)
		close_slave(master);
	vtymux_virt_unlock(line, NULL);
	trace_vtymux_close(line->number);
	set_bit(VTYMUX_LINE_CLOSED, &line->flags);
}

static const struct tty_port_operations port_ops = {
	.activate	= virt_activate,
	.shutdown	= virt_shutdown,
};

/* In the port's work, buf.lock held: what the master could not give at once. */
static vtymux_receive_t client_receive(struct tty_port *port,
				       const unsigned char *cp,
				       const vtymux_port_flag_t *fp,
				       size_t count)
{
	struct vtymux_line *line = vtymux_line_of(port);
	struct vtymux_master *master = master_of(line);
	vtymux_receive_t taken = vtymux_front_take(line, cp, fp, count);

	if (master && master->queued) {
		WRITE_ONCE(master->queued, master->queued -
			   min_t(unsigned int, taken, master->queued));
		if (!master->queued)
			wake_up_interruptible_all(&master->write_wait);
	}
	return taken;
}

void vtymux_virt_setup_port(struct tty_port *port)
{
	static struct tty_port_client_operations client_ops;

	client_ops = tty_port_default_client_ops;
	client_ops.receive_buf = client_receive;
	port->ops = &port_ops;
	port->client_ops = &client_ops;
}

int vtymux_virt_attach(struct vtymux_line *line, unsigned int flags)
{
	struct file *file;
	int fd, err = 0;

	if (!vtymux_line_is_virtual(line))
		return -ENOTTY;
	fd = get_unused_fd_flags(flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = vtymux_master_file(line, flags & O_NONBLOCK);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	mutex_lock(&line->master_mutex);
	vtymux_virt_lock(line);
	if (master_of(line))
		err = -EBUSY;
	else
		rcu_assign_pointer(line->master, file->private_data);
	vtymux_virt_unlock(line, NULL);
	mutex_unlock(&line->master_mutex);
	if (err) {
		fput(file);
		put_unused_fd(fd);
		return err;
	}
	fd_install(fd, file);
	return fd;
}

/*
 * First nobody can open the line any more, then who has it open is hung up,
 * and then the line is ready for another master.
 */
static void detach(struct vtymux_line *line, struct vtymux_master *master)
{
	lockdep_assert_held(&line->master_mutex);
	vtymux_virt_lock(line);
	master->gone = true;
	vtymux_virt_unlock(line, master);
	vtymux_front_hangup(line);
	vtymux_virt_lock(line);
	close_slave(master);
	RCU_INIT_POINTER(line->master, NULL);
	vtymux_virt_unlock(line, NULL);
}

void vtymux_virt_detach(struct vtymux_line *line)
{
	struct vtymux_master *master;

	mutex_lock(&line->master_mutex);
	master = rcu_dereference_protected(line->master,
					   lockdep_is_held(&line->master_mutex));
	if (master)
		detach(line, master);
	mutex_unlock(&line->master_mutex);
}

void vtymux_virt_release(struct vtymux_master *master)
{
	struct vtymux_line *line = master->line;

	mutex_lock(&line->master_mutex);
	if (rcu_access_pointer(line->master) == master)
		detach(line, master);
	mutex_unlock(&line->master_mutex);
	kvfree_rcu(master, rcu);
}
