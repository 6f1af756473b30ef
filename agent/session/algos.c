// SPDX-License-Identifier: GPL-2.0-only
#include "algos.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "includes.h"
#include "algo.h"
#include "dbutil.h"

#define TABLE_MAX	32	/* rows of a table of Dropbear's */

/* Not algorithms: how KEXINIT says what else this side can. */
static bool is_marker(const algo_type *a, enum algo_class class)
{
	return class == ALGO_KEX && !a->data;
}

static size_t count(const algo_type *table)
{
	size_t n = 0;

	while (table[n].name)
		n++;
	return n;
}

/* The listed rows first, in the list's order; the others become unusable. */
static void order(algo_type *table, enum algo_class class, const algo_list list)
{
	algo_type rest[TABLE_MAX];
	size_t n = count(table), to = 0;

	if (!list[0])
		return;
	if (n > TABLE_MAX)
		dropbear_exit("Table of %zu algorithms", n);
	memcpy(rest, table, n * sizeof(*rest));
	for (int i = 0; i < ALGO_LIST_MAX && list[i]; i++) {
		const char *name = algo_name(class, list[i]);

		for (size_t j = 0; name && j < n; j++) {
			if (!rest[j].name || strcmp(rest[j].name, name))
				continue;
			table[to++] = rest[j];
			rest[j].name = NULL;
		}
	}
	for (size_t j = 0; j < n; j++) {
		if (!rest[j].name)
			continue;
		if (!is_marker(&rest[j], class))
			rest[j].usable = 0;
		table[to++] = rest[j];
	}
}

/* The modulus of a group as bytes; other key exchanges have no such. */
static void forbid_small_groups(uint32_t dh_min)
{
	for (algo_type *a = sshkex; a->name; a++) {
		const struct dropbear_kex *kex = a->data;

		if (kex && kex->mode == DROPBEAR_KEX_NORMAL_DH &&
		    (uint32_t)kex->dh_p_len * 8 < dh_min)
			a->usable = 0;
	}
}

static bool any_usable(const algo_type *table, enum algo_class class)
{
	for (; table->name; table++)
		if (table->usable && !is_marker(table, class))
			return true;
	return false;
}

int algos_set(const algo_list lists[ALGO_CLASSES], uint32_t dh_min)
{
	algo_type *const tables[ALGO_CLASSES] = {
		[ALGO_ENCRYPTION] = sshciphers,
		[ALGO_MAC] = sshhashes,
		[ALGO_KEX] = sshkex,
		[ALGO_HOSTKEY] = sigalgs,
	};

	for (int c = 0; c < ALGO_CLASSES; c++)
		order(tables[c], (enum algo_class)c, lists[c]);
	forbid_small_groups(dh_min);
	for (int c = 0; c < ALGO_CLASSES; c++)
		if (!any_usable(tables[c], (enum algo_class)c))
			return c == ALGO_HOSTKEY ? -ENOKEY : -ENOTSUP;
	return 0;
}
