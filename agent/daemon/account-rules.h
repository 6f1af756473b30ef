/* SPDX-License-Identifier: GPL-2.0-only */
/* The lists of accounting, out of the configuration. */
#ifndef DAEMON_ACCOUNT_RULES_H
#define DAEMON_ACCOUNT_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"
#include "spool.h"

/* What is done with records of a list. */
struct account_rule {
	enum spool_kind kind;
	char list[SPOOL_LIST_MAX + 1];
	bool starts, stops;
	struct servers servers;	/* none: a fault, records wait */
};

/* Zero is none. */
struct account_rules {
	size_t count;
	struct account_rule *rules;	/* owned */
};

/* Warns of what is not usable. Return: 0; -ENOMEM with @ret untouched. */
int account_rules_read(const struct conf *conf, struct account_rules *ret);

/* Wipes the keys. */
void account_rules_free(struct account_rules *rules);

/* Whether two are the same, keys included. */
bool account_rules_equal(const struct account_rules *a,
			 const struct account_rules *b);

/*
 * The rule of a list, or that of `default` for a name that is none, or NULL:
 * then there is no accounting.
 */
const struct account_rule *account_rule(const struct account_rules *rules,
					enum spool_kind kind, const char *list);

/* Whether any record is wanted. */
bool account_rules_any(const struct account_rules *rules);

#endif /* DAEMON_ACCOUNT_RULES_H */
