/* SPDX-License-Identifier: GPL-2.0-only */
/* How many virtual lines the module has now. */
#ifndef DAEMON_VTYS_H
#define DAEMON_VTYS_H

/**
 * vtys_count() - look at the module's parameters
 * @ret_first: number of the first virtual line
 * Return: how many there are, 0 also without the module.
 */
unsigned int vtys_count(unsigned int *ret_first);

#endif /* DAEMON_VTYS_H */
