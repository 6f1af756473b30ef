/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts for the client's stderr. */
#ifndef MONITOR_NOTICE_H
#define MONITOR_NOTICE_H

/*
 * Writes one line of text, without its end in @format, to the notice pipe and
 * the log. Never waits.
 */
void notice(int fd, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Writes a text of the operator's as it is, and not to the log. */
void notice_text(int fd, const char *text);

#endif /* MONITOR_NOTICE_H */
