/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening a line with its history in front, each byte exactly once. */
#ifndef MONITOR_REPLAY_H
#define MONITOR_REPLAY_H

struct monitor;

/**
 * replay_open() - open the claimed line
 * @ret_history: with the line's `replay` a file of what it received before,
 * positioned at its beginning; else -1
 * Return: the line, or -errno as claim_open().
 */
int replay_open(struct monitor *m, int *ret_history);

#endif /* MONITOR_REPLAY_H */
