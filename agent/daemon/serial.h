/* SPDX-License-Identifier: GPL-2.0-only */
/* Session numbers that stay unique until the next boot. */
#ifndef DAEMON_SERIAL_H
#define DAEMON_SERIAL_H

#include <stdint.h>

/**
 * serial_next() - the next number, from 1
 * @path: file that remembers across restarts which numbers were given away
 *
 * Numbers are reserved there in blocks, so a restart skips some. Return: 0 or
 * -errno; then @ret is a number all the same, unique in this process.
 */
int serial_next(const char *path, uint32_t *ret);

#endif /* DAEMON_SERIAL_H */
