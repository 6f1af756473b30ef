/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of terminals of real accounts in utmp and wtmp. */
#ifndef MONITOR_ACCOUNT_H
#define MONITOR_ACCOUNT_H

#include <sys/types.h>

struct monitor;

/* Writes the utmp entry of the connection's virtual line. @pid: its shell. */
void account_login(struct monitor *m, pid_t pid);

/* Ends it; harmless when there is none. */
void account_logout(struct monitor *m);

#endif /* MONITOR_ACCOUNT_H */
