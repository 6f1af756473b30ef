/* SPDX-License-Identifier: GPL-2.0-only */
/* Accounting records of this connection's session (spool.h). */
#ifndef MONITOR_ACCOUNTING_H
#define MONITOR_ACCOUNTING_H

#include <stdbool.h>
#include <stdint.h>

struct monitor;

enum accounting_cause {	/* RFC 2866 5.10 */
	ACCOUNTING_USER		= 1,
	ACCOUNTING_LOST_CARRIER	= 2,
	ACCOUNTING_IDLE		= 4,
	ACCOUNTING_TIMEOUT	= 5,
	ACCOUNTING_ADMIN		= 6,
	ACCOUNTING_PREEMPTED	= 13,
};

/* A session on @line began. @exec: of the switch, not of a tty line. */
void accounting_start(struct monitor *m, unsigned int line, bool exec);

/* It ended; harmless when none had begun. */
void accounting_stop(struct monitor *m, enum accounting_cause cause);

/* When accounting_check() has something to do, 0: never. */
int64_t accounting_next(const struct monitor *m);

/* Reports what the session has come to, if it is time. */
void accounting_check(struct monitor *m);

#endif /* MONITOR_ACCOUNTING_H */
