// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"

#include "line.h"
#include "ring.h"

#include <linux/anon_inodes.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <linux/vtymux.h>

/* Copied at a time; the receiving side waits at most for this. */
#define CHUNK		1024

/*
 * One open tap. It holds the module, so its line stays.
 *
 * @mutex: one reader at a time, owner of @chunk
 */
struct tap {
	struct vtymux_ring *ring;
	struct vtymux_cursor cursor;
	struct mutex mutex;
	u8 chunk[CHUNK];
};

/* Return: as read(2), but 0 if there is nothing now. Holds tap->mutex. */
static ssize_t read_available(struct tap *tap, char __user *buf, size_t count)
{
	size_t done = 0, left;
	ssize_t n = 0;

	while (done < count) {
		n = vtymux_ring_read(tap->ring, &tap->cursor, tap->chunk,
				     min_t(size_t, count - done, CHUNK));
		if (n <= 0)
			break;
		left = copy_to_user(buf + done, tap->chunk, n);
		done += n - left;
		if (left) {
			vtymux_ring_unread(tap->ring, &tap->cursor, left);
			n = -EFAULT;
			break;
		}
	}
	return done ?: n;
}

static ssize_t tap_read(struct file *file, char __user *buf, size_t count,
			loff_t *ppos)
{
	struct tap *tap = file->private_data;
	ssize_t n;

	if (!count)
		return 0;
	for (;;) {
		if (mutex_lock_interruptible(&tap->mutex))
			return -ERESTARTSYS;
		n = read_available(tap, buf, count);
		mutex_unlock(&tap->mutex);
		if (n)
			return n;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(*vtymux_ring_wait(tap->ring),
					     vtymux_ring_events(tap->ring,
								&tap->cursor)))
			return -ERESTARTSYS;
	}
}

static __poll_t tap_poll(struct file *file, poll_table *wait)
{
	struct tap *tap = file->private_data;

	poll_wait(file, vtymux_ring_wait(tap->ring), wait);
	return vtymux_ring_events(tap->ring, &tap->cursor);
}

/* What is missed while this tells is told the next time. */
static long tell_lost(struct tap *tap, u64 __user *user)
{
	u64 lost;
	int err = 0;

	if (mutex_lock_interruptible(&tap->mutex))
		return -ERESTARTSYS;
	lost = vtymux_ring_missed(tap->ring, &tap->cursor);
	if (copy_to_user(user, &lost, sizeof(lost)))
		err = -EFAULT;
	else
		vtymux_ring_told(tap->ring, &tap->cursor, lost);
	mutex_unlock(&tap->mutex);
	return err;
}

static long tap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd != VTYMUX_IOC_TAP_LOST)
		return -ENOTTY;
	return tell_lost(file->private_data, (void __user *)arg);
}

static void tap_free(struct tap *tap)
{
	vtymux_ring_leave(tap->ring, &tap->cursor);
	mutex_destroy(&tap->mutex);
	kfree(tap);
}

static int tap_release(struct inode *inode, struct file *file)
{
	tap_free(file->private_data);
	return 0;
}

static const struct file_operations tap_fops = {
	.owner		= THIS_MODULE,
	.read		= tap_read,
	.poll		= tap_poll,
	.release	= tap_release,
	.unlocked_ioctl	= tap_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

/* Return: a tap that is @replay bytes back, or as far as there are. */
static struct tap *tap_alloc(struct vtymux_line *line, u32 *replay)
{
	struct tap *tap = kzalloc(sizeof(*tap), GFP_KERNEL_ACCOUNT);
	int err;

	if (!tap)
		return ERR_PTR(-ENOMEM);
	tap->ring = line->ring;
	err = vtymux_ring_join(tap->ring, &tap->cursor, replay);
	if (err) {
		kfree(tap);
		return ERR_PTR(err);
	}
	mutex_init(&tap->mutex);
	return tap;
}

static struct file *tap_file(struct vtymux_line *line, u32 *replay, int flags)
{
	struct tap *tap = tap_alloc(line, replay);
	struct file *file;

	if (IS_ERR(tap))
		return ERR_CAST(tap);
	file = anon_inode_getfile("[vtymux-tap]", &tap_fops, tap,
				  O_RDONLY | flags);
	if (IS_ERR(file))
		tap_free(tap);
	else
		stream_open(file_inode(file), file);
	return file;
}

int vtymux_tap_open(struct vtymux_tap __user *user)
{
	struct vtymux_line *line;
	struct vtymux_tap arg;
	struct file *file;
	int fd;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved || arg.flags & ~(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	line = vtymux_line_get(arg.line);
	if (!line)
		return -ENXIO;
	if (vtymux_line_is_virtual(line))
		return -ENOTTY;
	fd = get_unused_fd_flags(arg.flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = tap_file(line, &arg.replay, arg.flags & O_NONBLOCK);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	if (put_user(arg.replay, &user->replay)) {
		put_unused_fd(fd);
		fput(file);
		return -EFAULT;
	}
	fd_install(fd, file);
	return fd;
}
