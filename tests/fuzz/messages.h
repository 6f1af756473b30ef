/* SPDX-License-Identifier: GPL-2.0-only */
/* What fuzz_messages.c and the files of its stubs have in common. */
#ifndef TESTS_FUZZ_MESSAGES_H
#define TESTS_FUZZ_MESSAGES_H

#include <stdbool.h>

struct monitor;

/* The right password, answer or signature came. */
extern bool messages_proven;

void messages_check(bool holds);

/* A new world, without a session. */
void opens_begin(struct monitor *m);

/* A descriptor that is the caller's. */
int opens_descriptor(void);

/* Between two messages: what holds whatever they are. */
void opens_check(const struct monitor *m);

/* The monitor has ended: nothing is left. */
void opens_finish(struct monitor *m);

/* No program has run. */
void programs_begin(void);

/* It ends by itself, if there is one. */
void programs_end(void);

/* Whether there is one, perhaps one that has ended; or an entry of one. */
bool programs_exist(void);
bool programs_in_utmp(void);

#endif /* TESTS_FUZZ_MESSAGES_H */
