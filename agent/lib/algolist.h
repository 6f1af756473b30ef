/* SPDX-License-Identifier: GPL-2.0-only */
/* The algorithms of the SSH server, for "ip ssh server algorithm". */
#ifndef AGENT_ALGOLIST_H
#define AGENT_ALGOLIST_H

#include <stddef.h>
#include <stdint.h>

#define ALGO_LIST_MAX	16

enum algo_class {
	ALGO_ENCRYPTION,
	ALGO_MAC,
	ALGO_KEX,
	ALGO_HOSTKEY,
	ALGO_CLASSES
};

/* In order of preference, 0 ends it; empty: everything, in our own order. */
typedef uint8_t algo_list[ALGO_LIST_MAX];

/* "encryption", "mac", "kex", "hostkey" */
const char *algo_class_name(enum algo_class class);

/* Return: the class of that name, or -EINVAL. */
int algo_class_find(const char *name);

/* Numbers count from 1. Return: the name, or NULL for a number there is not. */
const char *algo_name(enum algo_class class, unsigned int number);

/* Return: the number of a name, 0 for one that we do not have. */
unsigned int algo_find(enum algo_class class, const char *name);

/**
 * algo_parse() - read names separated by blanks
 * Return: 0; -EINVAL for a name we do not have, -EEXIST for one twice, -ENODATA
 * for none; @ret_bad is the name in @text, @ret_len its length. @ret is
 * untouched on failure.
 */
int algo_parse(enum algo_class class, const char *text, algo_list ret,
	       const char **ret_bad, size_t *ret_len);

#endif /* AGENT_ALGOLIST_H */
