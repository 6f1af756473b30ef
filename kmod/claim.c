// SPDX-License-Identifier: GPL-2.0-only
#include "claim.h"

#include "choice.h"
#include "driver.h"
#include "front.h"
#include "line.h"
#include "tap.h"
#include "trace.h"
#include "virt.h"

#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static void claim_free(struct kref *ref)
{
	kfree(container_of(ref, struct vtymux_claim_file, ref));
}

void vtymux_claim_put(struct vtymux_claim_file *claim)
{
	kref_put(&claim->ref, claim_free);
}

bool vtymux_claim_opens(const struct vtymux_line *line)
{
	lockdep_assert_held(&vtymux_lock);
	return line->claim && line->claim->opener == current;
}

void vtymux_claim_owner(const struct vtymux_line *line, char *label)
{
	spin_lock(&vtymux_lock);
	if (line->claim)
		memcpy(label, line->claim->owner, VTYMUX_OWNER_MAX + 1);
	else
		label[0] = '\0';
	spin_unlock(&vtymux_lock);
}

/*
 * Ends a claim: first everything opened under it is hung up, then the line
 * goes to @thief or is free. Between, it stays claimed and nobody opens it.
 * Return: false if it had ended already. Caller holds claim->mutex.
 */
static bool revoke_locked(struct vtymux_claim_file *claim,
			  enum vtymux_revoke why,
			  struct vtymux_claim_file *thief)
{
	struct vtymux_line *line;

	lockdep_assert_held(&claim->mutex);
	spin_lock(&vtymux_lock);
	line = claim->line;
	spin_unlock(&vtymux_lock);
	if (!line)
		return false;
	vtymux_front_hangup(line);
	if (vtymux_line_is_virtual(line))
		vtymux_virt_detach(line);

	spin_lock(&vtymux_lock);
	claim->line = NULL;
	claim->status.revoked = why;
	if (thief) {
		memcpy(claim->status.by, thief->owner,
		       sizeof(claim->status.by));
		thief->line = line;
		thief->status.line = line->number;
	}
	line->claim = thief;
	spin_unlock(&vtymux_lock);
	wake_up_all(&claim->wait);
	trace_vtymux_release(line->number, why);
	if (thief)
		trace_vtymux_claim(line->number, thief->owner);
	vtymux_line_event(line, VTYMUX_EVENT_RELEASED, why);
	return true;
}

struct vtymux_claim_file *vtymux_claim_get(struct vtymux_line *line)
{
	struct vtymux_claim_file *claim;

	spin_lock(&vtymux_lock);
	claim = line->claim;
	if (claim)
		kref_get(&claim->ref);
	spin_unlock(&vtymux_lock);
	return claim;
}

bool vtymux_claim_revoke(struct vtymux_claim_file *claim,
			 struct vtymux_line *line, enum vtymux_revoke why,
			 struct vtymux_claim_file *thief)
{
	bool done = false;

	mutex_lock_nested(&claim->mutex, SINGLE_DEPTH_NESTING);
	if (READ_ONCE(claim->line) == line)
		done = revoke_locked(claim, why, thief);
	mutex_unlock(&claim->mutex);
	return done;
}

/*
 * What was opened without a claim. Nobody gets the line before that is gone:
 * his own open would be hung up. Return: false if it is claimed.
 */
static bool clear_unclaimed(struct vtymux_line *line)
{
	bool ok;

	mutex_lock(&line->clear_mutex);
	spin_lock(&vtymux_lock);
	ok = !line->claim;
	line->opening += ok;
	spin_unlock(&vtymux_lock);
	if (ok) {
		vtymux_front_expel(line);
		spin_lock(&vtymux_lock);
		line->opening--;
		spin_unlock(&vtymux_lock);
	}
	mutex_unlock(&line->clear_mutex);
	return ok;
}

void vtymux_claim_clear(struct vtymux_line *line, enum vtymux_revoke why)
{
	struct vtymux_claim_file *claim;
	bool done;

	do {
		claim = vtymux_claim_get(line);
		if (!claim) {
			done = clear_unclaimed(line);
			continue;
		}
		/* If it ended meanwhile, what was open before is hung up. */
		vtymux_claim_revoke(claim, line, why, NULL);
		vtymux_claim_put(claim);
		done = true;
	} while (!done);
}

static int claim_state(struct vtymux_claim_file *claim)
{
	int err = 0;

	spin_lock(&vtymux_lock);
	if (claim->line)
		err = -EBUSY;
	else if (claim->status.revoked)
		err = -EIO;
	spin_unlock(&vtymux_lock);
	return err;
}

/* As if there never was a claim. Caller holds claim->mutex. */
static void give_back(struct vtymux_claim_file *claim)
{
	if (!revoke_locked(claim, VTYMUX_REVOKE_NONE, NULL))
		return;
	spin_lock(&vtymux_lock);
	claim->status.line = 0;
	spin_unlock(&vtymux_lock);
}

static long ioctl_claim(struct vtymux_claim_file *claim,
			struct vtymux_claim __user *user)
{
	struct vtymux_claim arg;
	int err;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	err = vtymux_choice_check(&arg);
	if (err)
		return err;
	mutex_lock(&claim->mutex);
	err = claim_state(claim);
	if (!err) {
		memcpy(claim->owner, arg.owner, sizeof(claim->owner));
		err = vtymux_choice_take(claim, &arg);
	}
	if (!err) {
		vtymux_line_event(claim->line, VTYMUX_EVENT_CLAIMED, 0);
		err = put_user(claim->status.line, &user->number);
		if (err)
			give_back(claim);
	}
	mutex_unlock(&claim->mutex);
	return err;
}

/* Opens the node of the caller's name space, under the mark admit() looks for. */
static struct file *open_marked(struct vtymux_claim_file *claim,
				struct vtymux_line *line, int flags)
{
	struct file *file;
	char path[32];

	snprintf(path, sizeof(path), "/dev/" VTYMUX_LINE_PREFIX "%u",
		 line->number);
	spin_lock(&vtymux_lock);
	claim->opener = current;
	spin_unlock(&vtymux_lock);
	file = filp_open(path, O_RDWR | flags, 0);
	spin_lock(&vtymux_lock);
	claim->opener = NULL;
	spin_unlock(&vtymux_lock);
	if (IS_ERR(file))
		return file;
	if (!S_ISCHR(file_inode(file)->i_mode) ||
	    file_inode(file)->i_rdev != vtymux_driver_devt(line)) {
		fput(file);
		return ERR_PTR(-ENODEV);
	}
	return file;
}

static int open_claimed(struct vtymux_claim_file *claim, int flags)
{
	struct vtymux_line *line = READ_ONCE(claim->line);
	struct file *file;
	int fd;

	if (!line)
		return claim->status.revoked ? -EIO : -ENOLCK;
	fd = get_unused_fd_flags(flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = open_marked(claim, line, flags & ~O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

static long ioctl_open(struct vtymux_claim_file *claim,
		       const struct vtymux_open __user *user)
{
	struct vtymux_open arg;
	int fd;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved || arg.flags & ~(O_NONBLOCK | O_NOCTTY | O_CLOEXEC))
		return -EINVAL;
	mutex_lock(&claim->mutex);
	fd = open_claimed(claim, arg.flags);
	mutex_unlock(&claim->mutex);
	return fd;
}

static long ioctl_attach(struct vtymux_claim_file *claim,
			 const struct vtymux_open __user *user)
{
	struct vtymux_open arg;
	int fd;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved || arg.flags & ~(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	mutex_lock(&claim->mutex);
	if (claim->line)
		fd = vtymux_virt_attach(claim->line, arg.flags);
	else
		fd = claim->status.revoked ? -EIO : -ENOLCK;
	mutex_unlock(&claim->mutex);
	return fd;
}

static long ioctl_status(struct vtymux_claim_file *claim,
			 struct vtymux_status __user *user)
{
	struct vtymux_status status;

	spin_lock(&vtymux_lock);
	status = claim->status;
	spin_unlock(&vtymux_lock);
	return copy_to_user(user, &status, sizeof(status)) ? -EFAULT : 0;
}

static long claim_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vtymux_claim_file *claim = file->private_data;

	switch (cmd) {
	case VTYMUX_IOC_CLAIM:
		return ioctl_claim(claim, (void __user *)arg);
	case VTYMUX_IOC_OPEN:
		return ioctl_open(claim, (void __user *)arg);
	case VTYMUX_IOC_ATTACH:
		return ioctl_attach(claim, (void __user *)arg);
	case VTYMUX_IOC_STATUS:
		return ioctl_status(claim, (void __user *)arg);
	case VTYMUX_IOC_TAP:
		return vtymux_tap_open((void __user *)arg);
	}
	return -ENOTTY;
}

static __poll_t claim_poll(struct file *file, poll_table *wait)
{
	struct vtymux_claim_file *claim = file->private_data;

	poll_wait(file, &claim->wait, wait);
	return READ_ONCE(claim->status.revoked) ? EPOLLHUP | EPOLLERR : 0;
}

static int claim_open(struct inode *inode, struct file *file)
{
	struct vtymux_claim_file *claim;

	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	claim = kzalloc(sizeof(*claim), GFP_KERNEL);
	if (!claim)
		return -ENOMEM;
	kref_init(&claim->ref);
	mutex_init(&claim->mutex);
	init_waitqueue_head(&claim->wait);
	file->private_data = claim;
	return stream_open(inode, file);
}

static int claim_release(struct inode *inode, struct file *file)
{
	struct vtymux_claim_file *claim = file->private_data;

	mutex_lock(&claim->mutex);
	revoke_locked(claim, VTYMUX_REVOKE_NONE, NULL);
	mutex_unlock(&claim->mutex);
	vtymux_claim_put(claim);
	return 0;
}

static const struct file_operations claim_fops = {
	.owner		= THIS_MODULE,
	.open		= claim_open,
	.release	= claim_release,
	.poll		= claim_poll,
	.unlocked_ioctl	= claim_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice claim_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= VTYMUX_DEVICE_NAME,
	.fops	= &claim_fops,
	.mode	= 0600,
};

int vtymux_claim_init(void)
{
	return misc_register(&claim_device);
}

void vtymux_claim_exit(void)
{
	misc_deregister(&claim_device);
}
