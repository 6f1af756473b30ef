/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounting: sends what monitors spool (spool.h) to the servers that the
 * configuration names, one record after the other, and keeps what no server
 * has taken. There is one in the process.
 */
#ifndef DAEMON_ACCOUNT_H
#define DAEMON_ACCOUNT_H

#include "conf.h"

/* Follows the spool when the configuration has accounting. */
void account_apply(const struct conf *conf);

/*
 * The daemon ends and no session is left: tells the servers of the system list,
 * waiting for one of them, but not for long.
 */
void account_end(void);

/* Ends what is under way; records stay. */
void account_stop(void);

#endif /* DAEMON_ACCOUNT_H */
