/* SPDX-License-Identifier: GPL-2.0-only */
/* The slave end of a pseudo terminal as a backing. */
#ifndef _VTYMUX_PTS_H
#define _VTYMUX_PTS_H

#include <linux/types.h>

struct file;
struct ktermios;
struct tty_struct;
struct vtymux_line;

/**
 * vtymux_pts_open() - open a pts, with the line's settings
 * @path: as the caller's mount namespace and rights have it
 * @saved: receives the termios the pts had
 *
 * Return: the file, for vtymux_pts_close(), or an ERR_PTR: -EINVAL if it is no
 * pts, -ENODEV there is none, -EBUSY it is open elsewhere, what open(2) gives.
 * Sleeps.
 */
struct file *vtymux_pts_open(struct vtymux_line *line, const char *path,
			     struct ktermios *saved);

/* The tty of an open pts; stays while the file does. */
struct tty_struct *vtymux_pts_tty(struct file *file);

/* Puts back the termios, and unless it is @lost the line discipline. Sleeps. */
void vtymux_pts_restore(struct tty_struct *tty, const struct ktermios *saved,
			bool lost);

/* Undoes vtymux_pts_open(). */
void vtymux_pts_close(struct file *file);

/* Bytes came, in the receive work: wakes a master that waits for room. */
void vtymux_pts_received(struct tty_struct *tty);

#endif /* _VTYMUX_PTS_H */
