/* SPDX-License-Identifier: GPL-2.0-only */
/* Who the keys of `ip ssh pubkey-chain` are for. */
#ifndef DAEMON_CHAIN_H
#define DAEMON_CHAIN_H

struct conf;

/*
 * Warns, when it becomes so, of keys of names that nobody has: neither a
 * `username` nor an account in /etc/passwd. Other services that know accounts
 * are not asked, for that may take long.
 */
void chain_warn(const struct conf *conf);

#endif /* DAEMON_CHAIN_H */
