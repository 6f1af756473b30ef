/* SPDX-License-Identifier: GPL-2.0-only */
/* The algorithms that the configuration allows. */
#ifndef SESSION_ALGOS_H
#define SESSION_ALGOS_H

#include <stdint.h>

#include "algolist.h"

/**
 * algos_set() - offer what the lists say, in their order
 * @lists: one a class; an empty one offers everything
 * @dh_min: bits of the smallest group for plain Diffie-Hellman
 *
 * To be called after hostkeys_set(): what there is no key for is not offered.
 * Return: 0, -ENOKEY when no host key algorithm is left, -ENOTSUP when nothing
 * is left of another class.
 */
int algos_set(const algo_list lists[ALGO_CLASSES], uint32_t dh_min);

#endif /* SESSION_ALGOS_H */
