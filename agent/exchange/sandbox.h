/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXCHANGE_SANDBOX_H
#define EXCHANGE_SANDBOX_H

/**
 * sandbox_enter() - give up everything but sockets to servers
 * Return: 0 or -errno; then nothing from the network may be read.
 */
int sandbox_enter(void);

#endif /* EXCHANGE_SANDBOX_H */
