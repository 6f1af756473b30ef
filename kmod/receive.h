/* SPDX-License-Identifier: GPL-2.0-only */
/* What a backing received, on its way to the front, the ring and the counters. */
#ifndef _VTYMUX_RECEIVE_H
#define _VTYMUX_RECEIVE_H

#include "compat.h"

struct tty_struct;
struct vtymux_line;

/* Prepares a line that was just allocated, and undoes it. */
void vtymux_receive_setup_line(struct vtymux_line *line);
void vtymux_receive_cleanup_line(struct vtymux_line *line);

/**
 * vtymux_receive() - take what the backing @tty received
 * @fp: a flag for each byte, or NULL if all are TTY_NORMAL
 *
 * In the backing's receive work, under its buffer lock: one caller at a time.
 * Return: bytes taken; less than @count only with flow control, the rest stays
 * in the backing until the front has room.
 */
size_t vtymux_receive(struct vtymux_line *line, struct tty_struct *tty,
		      const u8 *cp, const vtymux_char_t *fp, size_t count);

#endif /* _VTYMUX_RECEIVE_H */
