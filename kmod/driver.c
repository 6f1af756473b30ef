// SPDX-License-Identifier: GPL-2.0-only
#include "driver.h"

#include "front.h"
#include "line.h"
#include "params.h"
#include "virt.h"

#include <linux/device.h>
#include <linux/kdev_t.h>
#include <linux/module.h>
#include <linux/serial.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

static struct tty_driver *tty_driver;		/* index is the line's number */
static struct tty_driver *virtual_driver;	/* index 0 is the first virtual */

/* A line's locks are taken before those of its backing, a tty like it. */
static struct lock_class_key port_mutex_key, buf_lock_key;

/* For the @count lines from number @base on; no device exists yet. */
static struct tty_driver *register_driver(const char *name, unsigned int base,
					  unsigned int count,
					  const struct tty_operations *ops,
					  const struct ktermios *termios)
{
	struct tty_driver *drv;
	int err;

	drv = tty_alloc_driver(count, TTY_DRIVER_REAL_RAW |
			       TTY_DRIVER_DYNAMIC_DEV |
			       TTY_DRIVER_RESET_TERMIOS);
	if (IS_ERR(drv))
		return drv;
	drv->driver_name = name;
	drv->name = VTYMUX_LINE_PREFIX;
	drv->name_base = base;
	drv->minor_start = base;	/* so a minor is a line's number */
	drv->type = TTY_DRIVER_TYPE_SERIAL;
	drv->subtype = SERIAL_TYPE_NORMAL;
	drv->init_termios = *termios;
	tty_set_operations(drv, ops);
	err = tty_register_driver(drv);
	if (!err)
		return drv;
	tty_driver_kref_put(drv);
	return ERR_PTR(err);
}

static void unregister_driver(struct tty_driver *drv)
{
	if (!drv)
		return;
	tty_unregister_driver(drv);
	tty_driver_kref_put(drv);
}

int vtymux_driver_init(unsigned int tty_lines)
{
	unsigned int virtual_max = VTYMUX_LINE_MAX - tty_lines;
	struct ktermios raw;

	vtymux_params_raw(&raw);
	/* Number 0, the console, is not ours. */
	tty_driver = register_driver("vtymux", 0, tty_lines + 1, &vtymux_front_ops,
				     &raw);
	if (IS_ERR(tty_driver))
		return PTR_ERR(tty_driver);
	virtual_driver = NULL;
	if (!virtual_max)
		return 0;
	virtual_driver = register_driver("vtymux_virtual", tty_lines + 1,
					 virtual_max, &vtymux_virt_ops,
					 &tty_std_termios);
	if (IS_ERR(virtual_driver)) {
		unregister_driver(tty_driver);
		return PTR_ERR(virtual_driver);
	}
	return 0;
}

void vtymux_driver_exit(void)
{
	unregister_driver(virtual_driver);
	unregister_driver(tty_driver);
}

static struct tty_driver *driver_of(const struct vtymux_line *line)
{
	return vtymux_line_is_virtual(line) ? virtual_driver : tty_driver;
}

static unsigned int index_of(const struct vtymux_line *line)
{
	return line->number - driver_of(line)->name_base;
}

/* Once, before the line's first device: a hung up tty may outlive a device. */
static void setup_port(struct vtymux_line *line)
{
	if (line->port.ops)
		return;
	tty_port_init(&line->port);
	if (vtymux_line_is_virtual(line))
		vtymux_virt_setup_port(&line->port);
	else
		vtymux_front_setup_port(&line->port);
	lockdep_set_class(&line->port.mutex, &port_mutex_key);
	lockdep_set_class(&line->port.buf.lock, &buf_lock_key);
}

int vtymux_driver_add(struct vtymux_line *line,
		      const struct attribute_group **groups)
{
	struct device *dev;

	setup_port(line);
	/* A writer of an attribute waits until the line knows its device. */
	mutex_lock(&line->mutex);
	dev = tty_port_register_device_attr(&line->port, driver_of(line),
					    index_of(line), NULL, line, groups);
	if (!IS_ERR(dev))
		line->dev = dev;
	mutex_unlock(&line->mutex);
	if (IS_ERR(dev))
		tty_port_destroy(&line->port);
	return PTR_ERR_OR_ZERO(dev);
}

void vtymux_driver_remove(struct vtymux_line *line)
{
	tty_unregister_device(driver_of(line), index_of(line));
	tty_port_destroy(&line->port);
}

dev_t vtymux_driver_devt(const struct vtymux_line *line)
{
	return MKDEV(driver_of(line)->major, line->number);
}

bool vtymux_driver_has(dev_t devt)
{
	return MAJOR(devt) == tty_driver->major ||
	       (virtual_driver && MAJOR(devt) == virtual_driver->major);
}
