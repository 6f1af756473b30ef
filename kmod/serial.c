// SPDX-License-Identifier: GPL-2.0-only
#include "serial.h"

#include "device.h"
#include "driver.h"
#include "line.h"

#include <linux/device.h>
#include <linux/err.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

/*
 * Opens a tty that is registered, and only while its parent cannot go: a
 * number alone may belong to a port whose predecessor was freed.
 * Return: the tty, locked, or an ERR_PTR.
 */
static struct tty_struct *kopen(struct vtymux_line *line, const char *name)
{
	struct tty_struct *tty = ERR_PTR(-ENODEV);
	struct device *dev;

	dev = class_find_device_by_name(line->dev->class, name);
	if (!dev)
		return tty;
	if (vtymux_driver_has(dev->devt)) {
		put_device(dev);
		return ERR_PTR(-EINVAL);
	}
	if (dev->parent)
		device_lock(dev->parent);
	if (device_is_registered(dev))
		tty = tty_kopen_exclusive(dev->devt);
	if (dev->parent)
		device_unlock(dev->parent);
	put_device(dev);
	return tty;
}

/* Opens the device behind @tty, which is locked and stays so. */
static int start_device(struct vtymux_line *line, struct tty_struct *tty,
			struct ktermios *saved)
{
	int err;

	if (tty->driver->type != TTY_DRIVER_TYPE_SERIAL)
		return -EINVAL;
	down_write(&tty->termios_rwsem);
	*saved = tty->termios;
	vtymux_device_configured(line, &tty->termios);
	up_write(&tty->termios_rwsem);
	err = tty->ops->open(tty, NULL);
	if (!err && tty_io_error(tty))
		err = -ENODEV;	/* a placeholder without hardware */
	/* A failed open is followed by a close, too. */
	if (err && tty->ops->close)
		tty->ops->close(tty, NULL);
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

/* What a hangup closed is not closed again. */
void vtymux_serial_close(struct tty_struct *tty, const struct ktermios *saved)
{
	tty_lock(tty);
	/* Whoever wrote it is gone; the close would wait for it to be sent. */
	if (!test_bit(TTY_HUPPED, &tty->flags))
		tty_driver_flush_buffer(tty);
	if (!test_bit(TTY_HUPPED, &tty->flags) && tty->ops->close)
		tty->ops->close(tty, NULL);
	down_write(&tty->termios_rwsem);
	tty->termios = *saved;
	up_write(&tty->termios_rwsem);
	tty_unlock(tty);
	tty_kclose(tty);
}
