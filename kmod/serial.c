// SPDX-License-Identifier: GPL-2.0-only
#include "serial.h"

#include "compat.h"
#include "device.h"
#include "driver.h"
#include "line.h"

#include <linux/device.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

/* A FIFO of 64 bytes is empty after that at 1200 baud. */
#define CLOSING_WAIT	HZ

/*
 * A device counts its parent until it is deleted, so that a reference to the
 * one is none to the other. What is deleted tells its class first, and is
 * found in it until the class's mutex, which is held then, is free again: at
 * most one device can be found and be on its way out, the last that told us.
 * It is counted, so that no other can have its address. Nests in the class's
 * mutex.
 */
static DEFINE_MUTEX(leaving_mutex);
static struct device *leaving;

static void remove_dev(VTYMUX_INTERFACE_ARGS)
{
	struct device *last;

	mutex_lock(&leaving_mutex);
	last = leaving;
	leaving = get_device(dev);
	mutex_unlock(&leaving_mutex);
	put_device(last);
}

/* The class is known once there is a line. */
static DEFINE_MUTEX(watch_mutex);
static struct class_interface interface = { .remove_dev = remove_dev };

static int watch(struct vtymux_line *line)
{
	int err = 0;

	mutex_lock(&watch_mutex);
	if (!interface.class) {
		interface.class = line->dev->class;
		err = class_interface_register(&interface);
		if (err)
			interface.class = NULL;
	}
	mutex_unlock(&watch_mutex);
	return err;
}

void vtymux_serial_exit(void)
{
	if (interface.class)
		class_interface_unregister(&interface);
	put_device(leaving);
}

/* Return: a device of the tty class and, if it has one, its parent, counted. */
static struct device *find(struct vtymux_line *line, const char *name,
			   struct device **ret_parent)
{
	struct device *dev;

	mutex_lock(&leaving_mutex);
	dev = class_find_device_by_name(line->dev->class, name);
	if (dev && dev == leaving) {
		put_device(dev);
		dev = NULL;
	}
	if (dev)
		*ret_parent = get_device(dev->parent);
	mutex_unlock(&leaving_mutex);
	return dev;
}

/*
 * Opens a tty that is registered, and only while its parent cannot go: a
 * number alone may belong to a port whose predecessor was freed.
 * Return: the tty, locked, or an ERR_PTR.
 */
static struct tty_struct *kopen(struct vtymux_line *line, const char *name)
{
	struct tty_struct *tty = ERR_PTR(-ENODEV);
	struct device *dev, *parent;
	int err = watch(line);

	if (err)
		return ERR_PTR(err);
	dev = find(line, name, &parent);
	if (!dev)
		return tty;
	if (parent)
		device_lock(parent);
	if (vtymux_driver_has(dev->devt))
		tty = ERR_PTR(-EINVAL);
	else if (device_is_registered(dev))
		tty = tty_kopen_exclusive(dev->devt);
	if (parent)
		device_unlock(parent);
	put_device(parent);
	put_device(dev);
	return tty;
}

static void set_termios_of_closed(struct tty_struct *tty,
				  const struct ktermios *termios)
{
	down_write(&tty->termios_rwsem);
	tty->termios = *termios;
	up_write(&tty->termios_rwsem);
}

/*
 * Opens the device behind @tty, which is locked and stays so. The kernel's
 * console would write between the line's bytes, and its port never closes: an
 * open does not bring it to the settings that are made here.
 */
static int start_device(struct vtymux_line *line, struct tty_struct *tty,
			struct ktermios *saved)
{
	struct ktermios wanted;
	int err;

	if (tty->driver->type != TTY_DRIVER_TYPE_SERIAL)
		return -EINVAL;
	if (tty->port->console)
		return -EBUSY;
	vtymux_device_wanted(line, &wanted);
	down_write(&tty->termios_rwsem);
	*saved = tty->termios;
	tty->termios = wanted;
	tty->termios.c_line = saved->c_line;
	up_write(&tty->termios_rwsem);
	err = tty->ops->open(tty, NULL);
	if (!err && tty_io_error(tty))
		err = -ENODEV;	/* a placeholder without hardware */
	if (!err)
		return 0;
	/* A failed open is followed by a close, too. */
	if (tty->ops->close)
		tty->ops->close(tty, NULL);
	set_termios_of_closed(tty, saved);
	return err;
}

struct tty_struct *vtymux_serial_open(struct vtymux_line *line,
				      const char *name,
				      struct ktermios *saved)
{
	struct tty_struct *tty = kopen(line, name);
	int err;

	if (IS_ERR(tty))
		return tty;
	err = start_device(line, tty, saved);
	tty_unlock(tty);
	if (err) {
		tty_kclose(tty);
		return ERR_PTR(err);
	}
	return tty;
}

/* Return: the tty's own time, whose special values are no jiffies. */
static unsigned int set_closing_wait(struct tty_port *port, unsigned int wait)
{
	unsigned int old;

	mutex_lock(&port->mutex);
	old = port->closing_wait;
	port->closing_wait = wait;
	mutex_unlock(&port->mutex);
	return old;
}

/*
 * Whoever wrote what is still there is gone: it is dropped. What the device has
 * in its FIFO gets the time that it takes, not the half minute of a close.
 */
static void close_device(struct tty_struct *tty)
{
	unsigned int wait;

	tty_driver_flush_buffer(tty);
	if (!tty->ops->close)
		return;
	wait = set_closing_wait(tty->port, CLOSING_WAIT);
	tty->ops->close(tty, NULL);
	set_closing_wait(tty->port, wait);
}

/* What a hangup closed is not closed again. */
void vtymux_serial_close(struct tty_struct *tty, const struct ktermios *saved)
{
	tty_lock(tty);
	if (!test_bit(TTY_HUPPED, &tty->flags))
		close_device(tty);
	set_termios_of_closed(tty, saved);
	tty_unlock(tty);
	tty_kclose(tty);
}
