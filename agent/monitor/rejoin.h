/* SPDX-License-Identifier: GPL-2.0-only */
/* Joining the next daemon when the one that started us has gone. */
#ifndef MONITOR_REJOIN_H
#define MONITOR_REJOIN_H

#include <stdint.h>

struct monitor;

/* The link has ended: tries again now and then from now on. */
void rejoin_begin(struct monitor *m);

/* Tries when it is time. Return: when to call again, 0 for never. */
int64_t rejoin_poll(struct monitor *m);

#endif /* MONITOR_REJOIN_H */
