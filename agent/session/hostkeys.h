/* SPDX-License-Identifier: GPL-2.0-only */
/* The public host keys, as Dropbear's key exchange wants them. */
#ifndef SESSION_HOSTKEYS_H
#define SESSION_HOSTKEYS_H

#include "proto.h"

/**
 * hostkeys_set() - make the monitor's keys the ones to offer
 * @keys: public halves; order does not matter, Dropbear has its own
 * Return: 0, -EBADMSG for a key that does not parse or is not of its type,
 * -ENOKEY for none.
 */
int hostkeys_set(const struct proto_public_key keys[PROTO_KEYS]);

#endif /* SESSION_HOSTKEYS_H */
