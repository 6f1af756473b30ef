/* SPDX-License-Identifier: GPL-2.0-only */
/* The public halves of the host keys. */
#ifndef CLI_SHOW_CRYPTO_H
#define CLI_SHOW_CRYPTO_H

#include <stdio.h>

/* The keys as the end of "show ip ssh". */
void show_crypto_ssh(FILE *out);

#endif /* CLI_SHOW_CRYPTO_H */
