/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The null modem (nullmodem/nullmodem.h) for the tests: the far end of a line's
 * cable, and what sysfs does to it. Functions give 0 or -errno.
 */
#ifndef TESTS_KMOD_KTNM_H
#define TESTS_KMOD_KTNM_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "kt.h"

/* A line of the command line that is to be bound to the end @end. */
struct ktnm {
	unsigned int line, end;
	const char *backing;	/* ttyNM<end> */
};

/* The @nth such; if there is none, a "skip" is printed for @suite. */
bool ktnm_pair(const struct kt_args *args, unsigned int nth, struct ktnm *nm,
	       const char *suite);
unsigned int ktnm_far(const struct ktnm *nm);	/* the end of the other side */
bool ktnm_is(const char *backing);	/* a null modem's name? */

int ktnm_set(unsigned int end, const char *attr, const char *value);
/* Is this modem line ("cts") high at the end? */
bool ktnm_high(unsigned int end, const char *modem_line);

int ktnm_unplug(unsigned int end);
/* Waits up to 10 s until whoever has the old one open lets go of it. */
int ktnm_plug(unsigned int end);

/* Opens an end, raw, non-blocking, @cflag set; or ends the test. */
int ktnm_open(unsigned int end, tcflag_t cflag);
/* Sets or clears TIOCM_ bits. */
bool ktnm_bits(int tty, bool set, int bits);

/* Reads just these @n bytes within @ms; says what came if not. */
bool ktnm_reads(int tty, const void *bytes, size_t n, int ms);
/* Nothing can be read now, nor within @ms. */
bool ktnm_quiet(int tty, int ms);

#endif /* TESTS_KMOD_KTNM_H */
