/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ciphers and hashes of maintained libraries in place of slow ones: what
 * sodium.c defines takes the place of Dropbear's chachapoly.c and
 * curve25519.c; nettle.c puts itself behind libtomcrypt's descriptors.
 */
#ifndef DROPBEAR_ACCEL_H
#define DROPBEAR_ACCEL_H

/* To be called before the process shuts itself in. Return: 0 or -errno. */
int accel_sodium(void);

/* After crypto_init(), before the first cipher or hash. 0 or -errno. */
int accel_nettle(void);

#endif /* DROPBEAR_ACCEL_H */
