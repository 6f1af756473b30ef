/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest of the cost benchmarks: the only program there is, started as
 * /init under "qemu -icount shift=0,sleep=off", where one instruction is one
 * nanosecond of CLOCK_MONOTONIC. So figures repeat and do not depend on the
 * machine. What fails ends the guest, with the reason on its console.
 */
#ifndef TESTS_BENCH_GUEST_H
#define TESTS_BENCH_GUEST_H

#include <stddef.h>

/* Mounts what there is to mount and loads /modules in alphabetical order. */
void guest_start(void);
void guest_end(void) __attribute__((noreturn));

/* Says what failed and why (errno), and ends the guest. */
void die(const char *what) __attribute__((noreturn));

/* "cost LABEL SIZE VALUE" on the console. */
void report(const char *label, size_t size, double value);

long long now(void);	/* instructions since some time */

void load_module(const char *path, const char *parameters);
void write_file(const char *path, const char *text);
void set_line(unsigned int line, const char *attribute, const char *text);

int open_file(const char *path);	/* O_RDWR | O_NOCTTY */
void make_raw(int tty);			/* without echo and flow control */
int open_line(unsigned int line);	/* raw */
/* A pseudo terminal: its master, and the slave's path. */
int new_pty(char path[32]);

#endif /* TESTS_BENCH_GUEST_H */
