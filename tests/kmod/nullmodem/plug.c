// SPDX-License-Identifier: GPL-2.0-only
#include "compat.h"
#include "nullmodem.h"

#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/tty_driver.h>
#include <linux/tty_flip.h>

#define PAIRS_MAX	128

static unsigned int pairs = 4;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "pairs of ttys (1..128, default 4)");

struct nm_socket *nm_sockets;
static spinlock_t *locks;
static struct tty_driver *driver;
static DEFINE_MUTEX(nm_plug_mutex);

/* Both sides of the cable see the other come or go. */
static void set_end(struct nm_socket *socket, struct nm_end *end)
{
	spin_lock_irq(socket->lock);
	socket->end = end;
	nm_wire_refresh(socket);
	nm_wire_refresh(socket->peer);
	spin_unlock_irq(socket->lock);
}

/* An open that finds the end must find it in its socket. */
static int nm_probe(struct platform_device *device)
{
	struct nm_socket *socket =
		*(struct nm_socket **)dev_get_platdata(&device->dev);
	struct nm_end *end = nm_port_alloc(socket);
	struct device *tty;

	if (!end)
		return -ENOMEM;
	set_end(socket, end);
	tty = tty_port_register_device(&end->port, driver, socket->index,
				       &device->dev);
	if (!IS_ERR(tty)) {
		platform_set_drvdata(device, end);
		return 0;
	}
	set_end(socket, NULL);
	nm_wire_stop(end);
	tty_port_put(&end->port);
	return PTR_ERR(tty);
}

/*
 * An open either sees that the end is gone, or has set the port's tty before
 * it looked and is hung up here.
 */
static nm_remove_t nm_remove(struct platform_device *device)
{
	struct nm_end *end = platform_get_drvdata(device);

	set_end(end->socket, NULL);
	tty_port_tty_vhangup(&end->port);
	wake_up_interruptible(&end->port.delta_msr_wait);
	wake_up_interruptible(&end->port.open_wait);
	tty_unregister_device(driver, end->socket->index);
	nm_wire_stop(end);
	tty_port_put(&end->port);
	return NM_REMOVED;
}

static struct platform_driver nm_driver = {
	.probe	= nm_probe,
	.remove	= nm_remove,
	.driver	= { .name = "nullmodem", .suppress_bind_attrs = true },
};

static int plug(struct nm_socket *socket)
{
	struct platform_device_info info = {
		.parent		= socket->root,
		.name		= "nullmodem",
		.id		= socket->index,
		.data		= &socket,
		.size_data	= sizeof(socket),
	};
	struct platform_device *device;
	bool busy;

	lockdep_assert_held(&nm_plug_mutex);
	if (socket->device)
		return 0;
	spin_lock_irq(socket->lock);
	busy = socket->ttys;
	spin_unlock_irq(socket->lock);
	if (busy)
		return -EBUSY;
	device = platform_device_register_full(&info);
	if (IS_ERR(device))
		return PTR_ERR(device);
	if (!platform_get_drvdata(device)) {	/* the driver had no memory */
		platform_device_unregister(device);
		return -ENOMEM;
	}
	socket->device = device;
	return 0;
}

static void unplug(struct nm_socket *socket)
{
	lockdep_assert_held(&nm_plug_mutex);
	if (socket->device)
		platform_device_unregister(socket->device);
	socket->device = NULL;
}

static ssize_t plugged_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct nm_socket *socket = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", !!READ_ONCE(socket->device));
}

static ssize_t plugged_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct nm_socket *socket = dev_get_drvdata(dev);
	bool on;
	int err = kstrtobool(buf, &on);

	if (err)
		return err;
	err = mutex_lock_interruptible(&nm_plug_mutex);
	if (err)
		return err;
	if (on)
		err = plug(socket);
	else
		unplug(socket);
	mutex_unlock(&nm_plug_mutex);
	return err ?: count;
}
static DEVICE_ATTR_RW(plugged);

static ssize_t rate_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct nm_socket *socket = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(socket->rate));
}

static ssize_t rate_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct nm_socket *socket = dev_get_drvdata(dev);
	unsigned int rate;
	int err = kstrtouint(buf, 0, &rate);

	if (err)
		return err;
	spin_lock_irq(socket->lock);
	socket->rate = rate;
	if (socket->end)
		nm_wire_kick(socket->end);
	spin_unlock_irq(socket->lock);
	return count;
}
static DEVICE_ATTR_RW(rate);

static ssize_t ring_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct nm_socket *socket = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", READ_ONCE(socket->ring));
}

static ssize_t ring_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct nm_socket *socket = dev_get_drvdata(dev);
	bool ring;
	int err = kstrtobool(buf, &ring);

	if (err)
		return err;
	spin_lock_irq(socket->lock);
	socket->ring = ring;
	nm_wire_refresh(socket);
	spin_unlock_irq(socket->lock);
	return count;
}
static DEVICE_ATTR_RW(ring);

static ssize_t hidden_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct nm_socket *socket = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", READ_ONCE(socket->hidden));
}

static ssize_t hidden_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct nm_socket *socket = dev_get_drvdata(dev);
	bool hidden;
	int err = kstrtobool(buf, &hidden);

	if (err)
		return err;
	spin_lock_irq(socket->lock);
	socket->hidden = hidden;
	spin_unlock_irq(socket->lock);
	return count;
}
static DEVICE_ATTR_RW(hidden);

/* Return: the flag and *ret_byte, or -EINVAL. */
static int parse_injection(const char *text, u8 *ret_byte)
{
	*ret_byte = 0;
	if (sysfs_streq(text, "break"))
		return TTY_BREAK;
	if (sysfs_streq(text, "overrun"))
		return TTY_OVERRUN;
	if (str_has_prefix(text, "parity "))
		return kstrtou8(text + 7, 16, ret_byte) ? -EINVAL : TTY_PARITY;
	if (str_has_prefix(text, "framing "))
		return kstrtou8(text + 8, 16, ret_byte) ? -EINVAL : TTY_FRAME;
	return -EINVAL;
}

static ssize_t inject_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct nm_socket *socket = dev_get_drvdata(dev);
	int err = -ENOLINK;
	u8 byte;
	int flag = parse_injection(buf, &byte);

	if (flag < 0)
		return flag;
	spin_lock_irq(socket->lock);
	if (nm_wire_listens(socket->end)) {
		nm_wire_flagged(socket->end, byte, flag);
		err = 0;
	}
	spin_unlock_irq(socket->lock);
	return err ?: count;
}
static DEVICE_ATTR_WO(inject);

static ssize_t lines_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct nm_socket *socket = dev_get_drvdata(dev);
	unsigned int bits = 0;

	spin_lock_irq(socket->lock);
	if (socket->end)
		bits = socket->end->in |
		       (socket->end->throttled ?
				socket->end->out & ~TIOCM_RTS :
				socket->end->out);
	spin_unlock_irq(socket->lock);
	return sysfs_emit(buf, "%s%s%s%s%s%s\n",
			  bits & TIOCM_DTR ? "dtr " : "",
			  bits & TIOCM_RTS ? "rts " : "",
			  bits & TIOCM_CTS ? "cts " : "",
			  bits & TIOCM_DSR ? "dsr " : "",
			  bits & TIOCM_CAR ? "car " : "",
			  bits & TIOCM_RI ? "ri " : "");
}
static DEVICE_ATTR_RO(lines);

static struct attribute *socket_attrs[] = {
	&dev_attr_plugged.attr,
	&dev_attr_rate.attr,
	&dev_attr_ring.attr,
	&dev_attr_hidden.attr,
	&dev_attr_inject.attr,
	&dev_attr_lines.attr,
	NULL,
};

static const struct attribute_group socket_group = { .attrs = socket_attrs };

/* A root device has no release of ours that could outlive the module. */
static int add_socket(struct nm_socket *socket)
{
	struct device *root;
	char name[32];
	int err;

	snprintf(name, sizeof(name), "nullmodem%u", socket->index);
	root = root_device_register(name);
	if (IS_ERR(root))
		return PTR_ERR(root);
	dev_set_drvdata(root, socket);
	socket->root = root;
	err = sysfs_create_group(&root->kobj, &socket_group);
	if (err) {
		root_device_unregister(root);
		socket->root = NULL;
	}
	return err;
}

static void remove_sockets(void)
{
	struct nm_socket *socket;
	unsigned int i;

	for (i = 0; i < 2 * pairs; i++) {
		socket = &nm_sockets[i];
		if (!socket->root)
			continue;
		/* Waits for those who write to one. */
		sysfs_remove_group(&socket->root->kobj, &socket_group);
		mutex_lock(&nm_plug_mutex);
		unplug(socket);
		mutex_unlock(&nm_plug_mutex);
		root_device_unregister(socket->root);
	}
}

static int add_sockets(void)
{
	struct nm_socket *socket;
	unsigned int i;
	int err = 0;

	for (i = 0; i < 2 * pairs && !err; i++) {
		socket = &nm_sockets[i];
		spin_lock_init(&locks[i / 2]);
		socket->lock = &locks[i / 2];
		socket->index = i;
		socket->peer = &nm_sockets[i ^ 1];
	}
	for (i = 0; i < 2 * pairs && !err; i++) {
		err = add_socket(&nm_sockets[i]);
		mutex_lock(&nm_plug_mutex);
		if (!err)
			err = plug(&nm_sockets[i]);
		mutex_unlock(&nm_plug_mutex);
	}
	if (err)
		remove_sockets();
	return err;
}

static int __init nm_init(void)
{
	int err = -ENOMEM;

	if (!pairs || pairs > PAIRS_MAX)
		return -EINVAL;
	nm_sockets = kcalloc(2 * pairs, sizeof(*nm_sockets), GFP_KERNEL);
	locks = kcalloc(pairs, sizeof(*locks), GFP_KERNEL);
	if (!nm_sockets || !locks)
		goto err_free;
	driver = nm_port_driver(2 * pairs);
	if (IS_ERR(driver)) {
		err = PTR_ERR(driver);
		goto err_free;
	}
	err = platform_driver_register(&nm_driver);
	if (err)
		goto err_tty;
	err = add_sockets();
	if (err)
		goto err_platform;
	return 0;

err_platform:
	platform_driver_unregister(&nm_driver);
err_tty:
	tty_unregister_driver(driver);
	tty_driver_kref_put(driver);
err_free:
	kfree(locks);
	kfree(nm_sockets);
	return err;
}

/* Nobody has an end open any more: each tty counts the module. */
static void __exit nm_exit(void)
{
	remove_sockets();
	platform_driver_unregister(&nm_driver);
	tty_unregister_driver(driver);
	tty_driver_kref_put(driver);
	kfree(locks);
	kfree(nm_sockets);
}

module_init(nm_init);
module_exit(nm_exit);
MODULE_DESCRIPTION("Pairs of ttys joined by null-modem cables, for tests");
MODULE_LICENSE("GPL");
