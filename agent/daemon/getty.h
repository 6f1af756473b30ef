/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logins on tty lines with exec=1: vtymux-getty@N.service, started by the
 * first byte that comes in, so that an idle line can be claimed.
 */
#ifndef DAEMON_GETTY_H
#define DAEMON_GETTY_H

struct nl_client;

/*
 * Bytes come on @line while nobody has it open; said again while that goes on,
 * so that a start that failed is followed by another.
 */
void getty_input(struct nl_client *nl, unsigned int line);

/* Somebody has @line open. */
void getty_opened(unsigned int line);

/* An attribute of @line changed: perhaps it lets nobody log in any more. */
void getty_changed(struct nl_client *nl, unsigned int line);

#endif /* DAEMON_GETTY_H */
