/* SPDX-License-Identifier: GPL-2.0-only */
/* Access lists and what they say of a peer. No I/O in here. */
#ifndef AGENT_ACL_SET_H
#define AGENT_ACL_SET_H

#include "acl.h"

#define ACL_NAME_MAX	64
#define ACL_ENTRIES_MAX	1024	/* of all lists of a set */
#define ACL_LISTS_MAX	256
#define ACL_STEP	10	/* between two entries */

struct acl {
	enum acl_kind kind;
	char name[ACL_NAME_MAX + 1];	/* a number without leading zeros, too */
	struct acl_entry *entries;	/* ascending by sequence; owned */
	size_t count;
};

/* Zero is empty; acl_set_free() after. */
struct acl_set {
	/* IPv4 before IPv6; named before numbered ones; owned */
	struct acl *lists;
	size_t count;
};

/* What decided, for logs and remarks. */
struct acl_verdict {
	const struct acl *list;		/* NULL: none of that name */
	const struct acl_entry *entry;	/* NULL: the end of the list */
};

/**
 * acl_name() - the name of a list as it is kept
 * @text: a number of IOS (1-99, 1300-1999 standard; 100-199, 2000-2699
 * extended) or a name that begins with a letter
 * @ret_kind: of a number; may be NULL
 * Return: 1 for a number, 0 for a name; -EINVAL for neither.
 */
int acl_name(const char *text, char ret[ACL_NAME_MAX + 1],
	     enum acl_kind *ret_kind);

void acl_set_free(struct acl_set *set);

/* Makes @to, which is not initialised, a copy. Return: 0 or -ENOMEM. */
int acl_set_copy(struct acl_set *to, const struct acl_set *from);

/* The list of that name, or NULL. Names of IPv6 lists are their own. */
struct acl *acl_set_find(const struct acl_set *set, bool ipv6,
			 const char *name);

/**
 * acl_set_get() - the list of that name, made if it is not there
 * @name: of acl_name()
 * Return: 0 and *@ret, valid until the set changes; -EEXIST when the name is
 * that of a list of the other kind; -ENOSPC; -ENOMEM.
 */
int acl_set_get(struct acl_set *set, enum acl_kind kind, const char *name,
		struct acl **ret);

/* Removes a list. Return: 0 or -ENOENT. */
int acl_set_drop(struct acl_set *set, enum acl_kind kind, const char *name);

/**
 * acl_set_add() - add an entry to a list of the set
 * @entry: its text becomes the list's on success, unless the entry was there:
 * then @entry keeps it. With sequence 0 it goes to the end
 * Return: 0; 1 when the list has the same entry already (at that place);
 * -EEXIST for a sequence that another entry has, or an entry that stands at
 * another place; -ERANGE when there is no number left at the end; -ENOSPC;
 * -ENOMEM.
 */
int acl_set_add(struct acl_set *set, struct acl *acl,
		struct acl_entry *entry);

/* The entry that is the same or has the sequence, or NULL. */
struct acl_entry *acl_find(const struct acl *acl,
			   const struct acl_entry *entry);
struct acl_entry *acl_find_sequence(const struct acl *acl, uint32_t sequence);

/* @entry: of acl_find() */
void acl_drop(struct acl *acl, struct acl_entry *entry);

/* Numbers the entries anew. Return: 0, or -ERANGE and nothing changed. */
int acl_resequence(struct acl *acl, uint32_t first, uint32_t step);

/* Whether the entries are numbered as they would be when added in order. */
bool acl_is_in_step(const struct acl *acl);

/* Whether an entry cannot be evaluated, or the whole list. */
bool acl_has_opaque(const struct acl *acl);

/**
 * acl_admits() - whether a list permits a peer
 * The first entry that applies decides; at the end of a list is a deny. A list
 * that does not exist permits everybody, as in IOS; one without entries
 * exists.
 * @ret: what decided; may be NULL
 */
bool acl_admits(const struct acl_set *set, const char *name,
		const struct acl_peer *peer, struct acl_verdict *ret);

#endif /* AGENT_ACL_SET_H */
