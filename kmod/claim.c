// SPDX-License-Identifier: GPL-2.0-only
#include "claim.h"

#include "front.h"
#include "line.h"
#include "tap.h"

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

/*
 * One open file of /dev/vtymux. The file holds a reference, and so does
 * whoever revokes the claim from elsewhere while he does it.
 *
 * @mutex: CLAIM, OPEN and revocation come one after the other. A thief takes
 * his own first and then his victim's; a victim is never a thief, because a
 * file that has a claim cannot ask for another, so there is no cycle.
 */
struct vtymux_claim_file {
	struct kref ref;
	struct mutex mutex;
	wait_queue_head_t wait;

	/* Under vtymux_lock. */
	struct vtymux_line *line;	/* claimed now */
	struct task_struct *opener;	/* inside VTYMUX_IOC_OPEN */
	struct vtymux_status status;
	char owner[VTYMUX_OWNER_MAX + 1];
};

static void claim_free(struct kref *ref)
{
	kfree(container_of(ref, struct vtymux_claim_file, ref));
}

static void claim_put(struct vtymux_claim_file *claim)
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
	vtymux_line_event(line, VTYMUX_EVENT_RELEASED, why);
	return true;
}

/* Return: the line's claim with a reference, or NULL. */
static struct vtymux_claim_file *claim_of(struct vtymux_line *line)
{
	struct vtymux_claim_file *claim;

	spin_lock(&vtymux_lock);
	claim = line->claim;
	if (claim)
		kref_get(&claim->ref);
	spin_unlock(&vtymux_lock);
	return claim;
}

/* Revokes @claim if it still is the line's. Return: did it? */
static bool revoke_from(struct vtymux_claim_file *claim,
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

void vtymux_claim_clear(struct vtymux_line *line, enum vtymux_revoke why)
{
	struct vtymux_claim_file *claim = claim_of(line);

	if (claim) {
		revoke_from(claim, line, why, NULL);
		claim_put(claim);
	}
	/* And what was opened without a claim. */
	vtymux_front_hangup(line);
}

/* Takes a line that is free. Caller holds vtymux_lock. */
static void take(struct vtymux_claim_file *claim, struct vtymux_line *line)
{
	claim->line = line;
	claim->status.line = line->number;
	line->claim = claim;
}

static int claim_number(struct vtymux_claim_file *claim, unsigned int number)
{
	struct vtymux_line *line = vtymux_line_get(number);
	int err;

	if (!line)
		return -ENXIO;
	spin_lock(&vtymux_lock);
	err = vtymux_line_claimable(line);
	if (!err)
		take(claim, line);
	spin_unlock(&vtymux_lock);
	return err;
}

/* The first free candidate, in one step under the lock. */
static int claim_rotary(struct vtymux_claim_file *claim, unsigned int group,
			const unsigned long *candidates)
{
	int err = -ENXIO;
	unsigned int n;

	spin_lock(&vtymux_lock);
	for (n = 1; n <= vtymux_line_count(); n++) {
		struct vtymux_line *line = vtymux_line_get(n);

		if (!test_bit(group, line->conf.rotary))
			continue;
		err = -EBUSY;
		if (!test_bit(n, candidates) || vtymux_line_claimable(line))
			continue;
		take(claim, line);
		err = 0;
		break;
	}
	spin_unlock(&vtymux_lock);
	return err;
}

/* Takes the line first, so that nobody opens it; then hangs up who has it. */
static int steal_unclaimed(struct vtymux_claim_file *claim,
			   struct vtymux_line *line)
{
	int err = 0;

	spin_lock(&vtymux_lock);
	if (!vtymux_line_ready(line))
		err = -ENODEV;
	else if (line->claim)
		err = -EAGAIN;
	else
		take(claim, line);
	spin_unlock(&vtymux_lock);
	if (!err)
		vtymux_front_hangup(line);
	return err;
}

static int claim_steal(struct vtymux_claim_file *claim, unsigned int number)
{
	struct vtymux_line *line = vtymux_line_get(number);
	struct vtymux_claim_file *victim;
	bool done;
	int err;

	if (!line)
		return -ENXIO;
	for (;;) {
		err = steal_unclaimed(claim, line);
		if (err != -EAGAIN)
			return err;
		victim = claim_of(line);
		if (!victim)
			continue;
		done = revoke_from(victim, line, VTYMUX_REVOKE_STOLEN, claim);
		claim_put(victim);
		if (done)
			return 0;
		if (signal_pending(current))
			return -EINTR;
	}
}

static bool owner_ok(const char *owner)
{
	size_t i, len = strnlen(owner, VTYMUX_OWNER_MAX + 1);

	if (!len || len > VTYMUX_OWNER_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (owner[i] < 0x21 || owner[i] > 0x7e)
			return false;
	return true;
}

static int check_claim(const struct vtymux_claim *arg)
{
	const u32 both = VTYMUX_CLAIM_F_ROTARY | VTYMUX_CLAIM_F_STEAL;
	bool rotary = arg->flags & VTYMUX_CLAIM_F_ROTARY;

	if (arg->flags & ~__VTYMUX_CLAIM_F_ALL || (arg->flags & both) == both)
		return -EINVAL;
	if (arg->reserved || !owner_ok(arg->owner))
		return -EINVAL;
	if (!rotary && (arg->candidates || arg->candidate_words))
		return -EINVAL;
	if (rotary && (!arg->number || arg->number > VTYMUX_ROTARY_MAX))
		return -EINVAL;
	if (rotary && !arg->candidates && arg->candidate_words)
		return -EINVAL;
	return arg->candidate_words > VTYMUX_CLAIM_WORDS_MAX ? -E2BIG : 0;
}

/* The candidate set of @arg as a bitmap of all lines; kfree() it. */
static unsigned long *read_candidates(const struct vtymux_claim *arg)
{
	unsigned long *set = bitmap_alloc(VTYMUX_LINE_MAX + 1, GFP_KERNEL);
	u64 *words;

	if (!set)
		return ERR_PTR(-ENOMEM);
	bitmap_fill(set, VTYMUX_LINE_MAX + 1);
	if (!arg->candidates)
		return set;
	words = memdup_user(u64_to_user_ptr(arg->candidates),
			    arg->candidate_words * sizeof(*words));
	if (IS_ERR(words)) {
		bitmap_free(set);
		return ERR_CAST(words);
	}
	bitmap_zero(set, VTYMUX_LINE_MAX + 1);
	if (arg->candidate_words)
		bitmap_from_arr64(set, words, arg->candidate_words * 64);
	kfree(words);
	return set;
}

/* Caller holds claim->mutex and has checked that there never was a claim. */
static int choose(struct vtymux_claim_file *claim,
		  const struct vtymux_claim *arg)
{
	unsigned long *candidates;
	int err;

	if (arg->flags & VTYMUX_CLAIM_F_STEAL)
		return claim_steal(claim, arg->number);
	if (!(arg->flags & VTYMUX_CLAIM_F_ROTARY))
		return claim_number(claim, arg->number);
	candidates = read_candidates(arg);
	if (IS_ERR(candidates))
		return PTR_ERR(candidates);
	err = claim_rotary(claim, arg->number, candidates);
	bitmap_free(candidates);
	return err;
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
	if (revoke_locked(claim, VTYMUX_REVOKE_NONE, NULL))
		WRITE_ONCE(claim->status.line, 0);
}

static long ioctl_claim(struct vtymux_claim_file *claim,
			struct vtymux_claim __user *user)
{
	struct vtymux_claim arg;
	int err;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	err = check_claim(&arg);
	if (err)
		return err;
	mutex_lock(&claim->mutex);
	err = claim_state(claim);
	if (!err) {
		memcpy(claim->owner, arg.owner, sizeof(claim->owner));
		err = choose(claim, &arg);
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
	    file_inode(file)->i_rdev != vtymux_front_devt(line)) {
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
	claim_put(claim);
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
