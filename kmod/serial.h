/* SPDX-License-Identifier: GPL-2.0-only */
/* A serial tty, opened inside the kernel and for nobody else. */
#ifndef _VTYMUX_SERIAL_H
#define _VTYMUX_SERIAL_H

struct ktermios;
struct tty_struct;
struct vtymux_line;

/**
 * vtymux_serial_open() - open a tty exclusively, with the line's settings
 * @name: a tty device's name, such as ttyS4
 * @saved: receives the termios the tty had
 *
 * Return: the tty, unlocked, for vtymux_serial_close(), or an ERR_PTR: -EINVAL
 * for a line of ours or a tty that is not a serial port, -ENODEV no such tty or
 * no device behind it, -EBUSY it is open elsewhere or the kernel's console,
 * -errno. Sleeps.
 */
struct tty_struct *vtymux_serial_open(struct vtymux_line *line,
				      const char *name,
				      struct ktermios *saved);

/* Gives the tty back, also when it hung up. Its ldisc is closed by that. */
void vtymux_serial_close(struct tty_struct *tty, const struct ktermios *saved);

/* When nothing is opened any more; while there are lines. */
void vtymux_serial_exit(void);

#endif /* _VTYMUX_SERIAL_H */
