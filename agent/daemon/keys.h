/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether there are host keys. The daemon never reads what is in them. */
#ifndef DAEMON_KEYS_H
#define DAEMON_KEYS_H

#include <stddef.h>

/**
 * keys_check() - look for usable host keys in a directory
 * @fault: the file that is unsafe, for -EPERM
 * Return: how many there are, 0 for none, or -EPERM when one is not a regular
 * file of root's (or the effective user's) that nobody else can read: the
 * monitor would refuse to work with it.
 */
int keys_check(const char *directory, char *fault, size_t size);

#endif /* DAEMON_KEYS_H */
