/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual lines for the tests. Functions give 0 (or a value) or -errno. */
#ifndef TESTS_KMOD_KTVIRT_H
#define TESTS_KMOD_KTVIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of the module's parameters; it ends the test if it is not there. */
unsigned int ktv_parameter(const char *name);
/* Writes virtual_lines. */
int ktv_resize(const char *text);

/* The @n lowest virtual lines, all idle; or ends the test. */
void ktv_lines(unsigned int *lines, size_t n);

/* Claims any virtual line in @set, 0 for all. Return: its number. */
int ktv_claim_any(int claim, const uint64_t *set, uint32_t words);
/* A master's descriptor. */
int ktv_attach(int claim, uint32_t flags);

/* A claim, its master and its line, both non-blocking. */
struct ktv {
	unsigned int line;
	int claim, master, tty;
};

/* Or ends the test. ktv_claimed() leaves the line to be opened. */
struct ktv ktv_claimed(unsigned int line);
struct ktv ktv_opened(unsigned int line);
void ktv_close(struct ktv *v);
void ktv_drop(int *fd);

void ktv_block(int fd, bool block);	/* O_NONBLOCK off or on */
void ktv_raw(int tty);

/* Are the next bytes, within a second, these? Says what came if not. */
bool ktv_reads(int fd, const char *text);
/* Reads until @text was in what came, at most @ms. */
bool ktv_expect(int fd, const char *text, int ms);
/* Does read(2) say @err, within a second? */
bool ktv_read_fails(int fd, int err);
int ktv_write(int fd, const char *text);	/* all of it, or -errno */

#endif /* TESTS_KMOD_KTVIRT_H */
