/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that is the master of a virtual line. */
#ifndef _VTYMUX_MASTER_H
#define _VTYMUX_MASTER_H

struct file;
struct vtymux_line;

/**
 * vtymux_master_file() - make a master that is not attached yet
 * @flags: O_NONBLOCK
 * Return: the file, its private_data the struct vtymux_master; or ERR_PTR.
 */
struct file *vtymux_master_file(struct vtymux_line *line, unsigned int flags);

#endif /* _VTYMUX_MASTER_H */
