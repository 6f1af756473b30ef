/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the journal with fields of their own, in its native protocol: a
 * datagram of lines (systemd.io, JOURNAL_NATIVE_PROTOCOL). Not by libsystemd,
 * which a session on a line has no other use for.
 */
#ifndef AGENT_JOURNAL_H
#define AGENT_JOURNAL_H

#include <sys/uio.h>

#define JOURNAL_FIELDS_MAX	16
#define JOURNAL_FIELD_MAX	256	/* with its end of line */

struct journal {
	char text[JOURNAL_FIELDS_MAX][JOURNAL_FIELD_MAX];
	struct iovec iov[JOURNAL_FIELDS_MAX];
	int count;
};

/* Begins an entry of ours, with VTYMUX_EVENT=@event. */
void journal_begin(struct journal *entry, const char *event);

/* Adds "FIELD=value", without line breaks. What is too long is cut. */
void journal_add(struct journal *entry, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * journal_send() - sends it, @wait seconds at most, 0: not waiting at all
 * Return: 0, also without a journal; -errno, and then it is lost.
 */
int journal_send(struct journal *entry, unsigned int wait);

#endif /* AGENT_JOURNAL_H */
