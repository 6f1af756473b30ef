/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which peers lines take: their access classes and the lists these name, as
 * the daemon writes them for monitors. What cannot be evaluated is written as
 * a deny, so that a reader needs to know of nothing else.
 */
#ifndef AGENT_ACCESS_H
#define AGENT_ACCESS_H

#include <stdio.h>

#include "acl-set.h"

struct access_class {
	unsigned int line;
	bool ipv6;
	char name[ACL_NAME_MAX + 1];
};

/* Zero is empty; access_free() after. */
struct access {
	struct acl_set lists;
	struct access_class *classes;	/* at most one a line and family; owned */
	size_t count;
};

void access_free(struct access *access);

/* Adds the class of a line. Return: 0 or -ENOMEM. */
int access_add(struct access *access, const struct access_class *class);

/**
 * access_admits() - whether a line takes a peer
 * @ret: what decided, if it was a list; else zero; may be NULL
 * A line without a class for the peer's address family takes everybody.
 */
bool access_admits(const struct access *access, unsigned int line,
		   const struct acl_peer *peer, struct acl_verdict *ret);

/*
 * Prints lines for access_parse(), with the lists that are named. The caller checks the file for
 * errors.
 */
void access_print(const struct access *access, FILE *file);

/**
 * access_parse() - read one line of access_print(), in their order
 * Return: 0, -EBADMSG for anything else, -ENOMEM.
 */
int access_parse(struct access *access, const char *text);

#endif /* AGENT_ACCESS_H */
