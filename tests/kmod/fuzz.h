/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nonsense for the module, with enough sense in it to get past the first check.
 * All of it follows from random(3), so a seed repeats what one process did.
 */
#ifndef TESTS_KMOD_FUZZ_H
#define TESTS_KMOD_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "kt.h"

/* A number below @n. */
unsigned int fuzz_any(unsigned int n);
/* One of @n, or a number near a power of two, or anything. */
uint32_t fuzz_number(void);
/* @n random bytes. */
void fuzz_bytes(void *buf, size_t n);
const struct kt_pair *fuzz_pair(const struct kt_args *args);

/*
 * One step each. fuzz_attributes() is the only one to write the attributes of
 * lines, and prints "not ok" when one breaks its rules: a write that failed
 * changed it, or what it reads as cannot be written back.
 */
void fuzz_attributes(const struct kt_args *args);
void fuzz_netlink(const struct kt_args *args);
void fuzz_files(const struct kt_args *args);

#endif /* TESTS_KMOD_FUZZ_H */
