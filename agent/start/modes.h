/* SPDX-License-Identifier: GPL-2.0-only */
/* Terminal modes as SSH encodes them (RFC 4254 8). */
#ifndef START_MODES_H
#define START_MODES_H

#include <stddef.h>

#include "proto.h"

/*
 * Sets on the terminal @fd those modes that Linux has; others are ignored.
 * Return: 0 or -errno.
 */
int modes_apply(int fd, const struct proto_mode *modes, size_t count);

#endif /* START_MODES_H */
