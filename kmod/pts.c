// SPDX-License-Identifier: GPL-2.0-only
#include "pts.h"

#include "device.h"
#include "line.h"

#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/tty.h>
#include <linux/wait.h>

/* The master counts as one open of its slave. */
#define COUNT_ALONE	2

static bool is_pts(const struct inode *inode)
{
	unsigned int major = MAJOR(inode->i_rdev);

	return S_ISCHR(inode->i_mode) &&
	       inode->i_sb->s_magic == DEVPTS_SUPER_MAGIC &&
	       major >= UNIX98_PTY_SLAVE_MAJOR &&
	       major < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT;
}

/* Looked at before it is opened: other devices may do things when opened. */
static int check_path(const char *name)
{
	struct path path;
	int err = kern_path(name, LOOKUP_FOLLOW, &path);

	if (err)
		return err == -ENOENT ? -ENODEV : err;
	if (!is_pts(d_backing_inode(path.dentry)))
		err = -EINVAL;
	path_put(&path);
	return err;
}

struct tty_struct *vtymux_pts_tty(struct file *file)
{
	struct tty_file_private *priv = file->private_data;

	return priv->tty;
}

/*
 * Nobody else has it open, and nobody without CAP_SYS_ADMIN opens it from now
 * on; those who do can neither read nor write, but take away our ldisc.
 */
static int make_exclusive(struct tty_struct *tty)
{
	int err = 0;

	tty_lock(tty);
	if (tty->count > COUNT_ALONE)
		err = -EBUSY;
	else if (test_bit(TTY_HUPPED, &tty->flags))
		err = -ENODEV;
	else
		set_bit(TTY_EXCLUSIVE, &tty->flags);
	tty_unlock(tty);
	return err;
}

static void configure(struct vtymux_line *line, struct tty_struct *tty,
		      struct ktermios *saved)
{
	struct ktermios termios;

	down_read(&tty->termios_rwsem);
	*saved = tty->termios;
	up_read(&tty->termios_rwsem);
	vtymux_device_wanted(line, &termios);
	termios.c_line = saved->c_line;
	tty_set_termios(tty, &termios);
}

struct file *vtymux_pts_open(struct vtymux_line *line, const char *path,
			     struct ktermios *saved)
{
	struct tty_struct *tty;
	struct file *file;
	int err = check_path(path);

	if (err)
		return ERR_PTR(err);
	file = filp_open(path, O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
	if (IS_ERR(file))
		return file;
	if (!is_pts(file_inode(file))) {
		err = -EINVAL;
		goto err_put;
	}
	tty = vtymux_pts_tty(file);
	err = make_exclusive(tty);
	if (err)
		goto err_put;
	configure(line, tty, saved);
	return file;

err_put:
	fput(file);
	return ERR_PTR(err);
}

/* The termios first: N_TTY takes them over when it is opened. */
void vtymux_pts_restore(struct tty_struct *tty, const struct ktermios *saved,
			bool lost)
{
	struct ktermios termios = *saved;

	down_read(&tty->termios_rwsem);
	termios.c_line = tty->termios.c_line;
	up_read(&tty->termios_rwsem);
	tty_set_termios(tty, &termios);
	start_tty(tty);		/* if our session had stopped it */
	/* Fails when the pts hangs up just now; then there is nothing to do. */
	if (!lost)
		tty_set_ldisc(tty, saved->c_line);
}

/*
 * The pts has to be free for others, or to be bound again, when we are done: in
 * a system call that is when it returns, where fput() does it, but for a kernel
 * thread, and only for that, __fput_sync() has to.
 */
void vtymux_pts_close(struct file *file)
{
	clear_bit(TTY_EXCLUSIVE, &vtymux_pts_tty(file)->flags);
	if (current->flags & PF_KTHREAD)
		__fput_sync(file);
	else
		fput(file);
}

/*
 * A pty's buffers are taken one after the other, and each is freed before bytes
 * of the next one come here. A master that finds its 8 KiB full has filled more
 * than one, as each holds a write of at most 2 KiB; so after it began to wait at
 * least one more comes here, with room already made, and finds it waiting.
 */
void vtymux_pts_received(struct tty_struct *tty)
{
	struct tty_struct *master = tty->link;

	if (wq_has_sleeper(&master->write_wait) ||
	    test_bit(TTY_DO_WRITE_WAKEUP, &master->flags))
		tty_wakeup(master);
}
