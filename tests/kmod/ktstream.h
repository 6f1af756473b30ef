/* SPDX-License-Identifier: GPL-2.0-only */
/* Streams of bytes that repeat late, in calls of any length. */
#ifndef TESTS_KMOD_KTSTREAM_H
#define TESTS_KMOD_KTSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every sender and its receiver have one each, of the same seed. */
struct ktstream {
	uint64_t state;
	uint32_t sizes;		/* for the length of the next call */
};

struct ktstream ktstream_of(uint64_t seed);
void ktstream_fill(struct ktstream *s, unsigned char *buf, size_t n);
size_t ktstream_size(struct ktstream *s, size_t max);	/* 1..max */

/*
 * A whole stream of @total bytes through descriptors that block or do not, in
 * calls of up to @max (16384) bytes. @nap: milliseconds between some of the
 * reads. A receiver that gets nothing for 20 s gives up.
 * Return: was all of it taken; was it just that stream?
 */
bool ktstream_send(int fd, uint64_t seed, size_t total, size_t max);
bool ktstream_receive(int fd, uint64_t seed, size_t total, size_t max, int nap);

#endif /* TESTS_KMOD_KTSTREAM_H */
