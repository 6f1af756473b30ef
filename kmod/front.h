/* SPDX-License-Identifier: GPL-2.0-only */
/* The front: the tty devices /dev/vtyN. */
#ifndef _VTYMUX_FRONT_H
#define _VTYMUX_FRONT_H

#include <linux/compiler.h>
#include <linux/tty.h>
#include <linux/types.h>

#include "compat.h"
#include "line.h"

struct tty_driver;

extern const struct tty_operations vtymux_front_ops;

/* Sets what the port of a tty line calls. */
void vtymux_front_setup_port(struct tty_port *port);

/**
 * vtymux_front_hangup() - hang up everything that has the line open
 *
 * Returns when no file that was open before reaches the line any more. Sleeps:
 * takes the front's tty lock.
 */
void vtymux_front_hangup(struct vtymux_line *line);

/*
 * The same for what was opened without a claim, whose close may wait half a
 * minute for its output under that lock: the output is dropped, and not waited
 * for where the device has it already.
 */
void vtymux_front_expel(struct vtymux_line *line);

/**
 * vtymux_front_take() - give received bytes to whoever has the line open
 *
 * Caller holds the lock of the port's buffer and is either its work or knows
 * that VTYMUX_LINE_OPEN is set. Does not wait for a reader.
 * Return: bytes taken; 0, too, if the line discipline is being changed.
 */
size_t vtymux_front_take(struct vtymux_line *line, const u8 *cp,
			 const vtymux_port_flag_t *fp, size_t count);

/* Puts the configured parameters into force, also on an open line. Sleeps. */
void vtymux_front_apply(struct vtymux_line *line);

/* Lets go on what the last session has stopped. For a line being opened. */
void vtymux_front_unstop(struct tty_struct *tty);

/* Operations that the lines of both types share. */
int vtymux_front_install(struct tty_driver *drv, struct tty_struct *tty);
int vtymux_front_open(struct tty_struct *tty, struct file *file);
void vtymux_front_close(struct tty_struct *tty, struct file *file);
void vtymux_front_hungup(struct tty_struct *tty);

/*
 * Is the line a controlling terminal although its exec is 0? No open lets that
 * happen, but TIOCSCTTY of a descriptor opened by somebody else, or exec set
 * to 0 while somebody is logged in; the tty core asks no driver.
 */
static inline bool vtymux_front_intruder(const struct vtymux_line *line,
					 struct tty_struct *tty)
{
	return unlikely(READ_ONCE(tty->ctrl.session)) &&
	       !READ_ONCE(line->conf.exec);
}

/* Hangs the line up, soon and from any context, and says so in the log. */
void vtymux_front_evict(struct vtymux_line *line, struct tty_struct *tty);

#endif /* _VTYMUX_FRONT_H */
