/* SPDX-License-Identifier: GPL-2.0-only */
/* DTR, CTS and carrier of a line, by its attribute "modem". */
#ifndef _VTYMUX_MODEM_H
#define _VTYMUX_MODEM_H

struct vtymux_line;

/* Prepares a line that was just allocated, and undoes it. */
void vtymux_modem_setup_line(struct vtymux_line *line);
void vtymux_modem_cleanup_line(struct vtymux_line *line);

/*
 * First open and last close or hangup: raises or drops DTR, and puts back RTS.
 * Both sleep; the caller holds port.mutex of the front.
 */
void vtymux_modem_opened(struct vtymux_line *line);
void vtymux_modem_closed(struct vtymux_line *line);

/**
 * vtymux_modem_changed() - the device or the attribute is another
 *
 * Puts DTR where it belongs, or where the session that has the line open put
 * it, and RTS, too; on a line that cares for CTS or carrier, begins to look at
 * them. Sleeps; takes port.mutex of the front.
 */
void vtymux_modem_changed(struct vtymux_line *line);

/**
 * vtymux_modem_set() - TIOCMSET of the session that has the line open
 * @set: what to make high, of TIOCM_DTR, TIOCM_RTS and what the device knows
 * @clear: what to make low
 *
 * What is low of DTR and RTS will be so on another device, too.
 * Return: 0, -EIO without a device, or what the device says. Sleeps; takes
 * port.mutex of the front.
 */
int vtymux_modem_set(struct vtymux_line *line, unsigned int set,
		     unsigned int clear);

/**
 * vtymux_modem_wait() - TIOCMIWAIT: wait until a modem line changes
 * @mask: of TIOCM_CTS, TIOCM_DSR, TIOCM_RNG and TIOCM_CAR
 *
 * The device is looked at 20 times a second meanwhile; a shorter pulse is seen
 * if the device counts it.
 * Return: 0, -ERESTARTSYS, -EIO after a hangup or without a device, -ENOTTY
 * for a device without modem lines. Sleeps, with nothing held that an unbind
 * or a hangup waits for.
 */
int vtymux_modem_wait(struct vtymux_line *line, unsigned int mask);

#endif /* _VTYMUX_MODEM_H */
