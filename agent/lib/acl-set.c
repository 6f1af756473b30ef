// SPDX-License-Identifier: GPL-2.0-only
#include "acl-set.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_number(const char *name)
{
	return isdigit((unsigned char)*name);
}

static int number_kind(unsigned long number, enum acl_kind *ret)
{
	if ((number >= 1 && number <= 99) ||
	    (number >= 1300 && number <= 1999))
		*ret = ACL_STANDARD;
	else if ((number >= 100 && number <= 199) ||
		 (number >= 2000 && number <= 2699))
		*ret = ACL_EXTENDED;
	else
		return -EINVAL;
	return 0;
}

int acl_name(const char *text, char ret[ACL_NAME_MAX + 1],
	     enum acl_kind *ret_kind)
{
	enum acl_kind kind;
	size_t len = strlen(text);

	if (len > ACL_NAME_MAX)
		return -EINVAL;
	if (is_number(text)) {
		unsigned long number = strtoul(text, NULL, 10);

		if (text[strspn(text, "0123456789")] ||
		    number_kind(number, &kind) < 0)
			return -EINVAL;
		snprintf(ret, ACL_NAME_MAX + 1, "%lu", number);
		if (ret_kind)
			*ret_kind = kind;
		return 1;
	}
	if (!isascii(*text) || !isalpha((unsigned char)*text))
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (!isascii(text[i]) || !isgraph((unsigned char)text[i]))
			return -EINVAL;
	strcpy(ret, text);
	return 0;
}

static void free_entries(struct acl *acl)
{
	for (size_t i = 0; i < acl->count; i++)
		free(acl->entries[i].text);
	free(acl->entries);
	acl->entries = NULL;
	acl->count = 0;
}

void acl_set_free(struct acl_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free_entries(&set->lists[i]);
	free(set->lists);
	*set = (struct acl_set){ 0 };
}

static int copy_list(struct acl *to, const struct acl *from)
{
	*to = *from;
	to->count = 0;
	to->entries = calloc(from->count + 1, sizeof(*to->entries));
	if (!to->entries)
		return -ENOMEM;
	for (size_t i = 0; i < from->count; i++) {
		struct acl_entry *e = &to->entries[i];

		*e = from->entries[i];
		if (e->text && !(e->text = strdup(e->text)))
			return -ENOMEM;
		to->count++;
	}
	return 0;
}

int acl_set_copy(struct acl_set *to, const struct acl_set *from)
{
	struct acl_set set = { 0 };

	set.lists = calloc(from->count + 1, sizeof(*set.lists));
	if (!set.lists)
		return -ENOMEM;
	for (size_t i = 0; i < from->count; i++) {
		set.count++;
		if (copy_list(&set.lists[i], &from->lists[i]) < 0) {
			acl_set_free(&set);
			return -ENOMEM;
		}
	}
	*to = set;
	return 0;
}

static int compare(bool ipv6, const char *name, const struct acl *acl)
{
	bool ours = is_number(name), theirs = is_number(acl->name);

	if (ipv6 != (acl->kind == ACL_IPV6))
		return ipv6 ? 1 : -1;
	if (ours != theirs)
		return ours ? 1 : -1;
	if (ours && strlen(name) != strlen(acl->name))
		return strlen(name) < strlen(acl->name) ? -1 : 1;
	return strcmp(name, acl->name);
}

/* Index of the list, or of the one that it would go before. */
static size_t place(const struct acl_set *set, bool ipv6, const char *name)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(ipv6, name, &set->lists[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct acl *acl_set_find(const struct acl_set *set, bool ipv6,
			 const char *name)
{
	size_t i = place(set, ipv6, name);

	return i < set->count && !compare(ipv6, name, &set->lists[i]) ?
		&set->lists[i] : NULL;
}

int acl_set_get(struct acl_set *set, enum acl_kind kind, const char *name,
		struct acl **ret)
{
	struct acl *found = acl_set_find(set, kind == ACL_IPV6, name), *grown;
	size_t i;

	if (found) {
		if (found->kind != kind)
			return -EEXIST;
		*ret = found;
		return 0;
	}
	if (set->count == ACL_LISTS_MAX)
		return -ENOSPC;
	grown = realloc(set->lists, (set->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	set->lists = grown;
	i = place(set, kind == ACL_IPV6, name);
	memmove(&grown[i + 1], &grown[i], (set->count++ - i) * sizeof(*grown));
	grown[i] = (struct acl){ .kind = kind };
	snprintf(grown[i].name, sizeof(grown[i].name), "%s", name);
	*ret = &grown[i];
	return 0;
}

int acl_set_drop(struct acl_set *set, enum acl_kind kind, const char *name)
{
	struct acl *acl = acl_set_find(set, kind == ACL_IPV6, name);
	size_t i;

	if (!acl || acl->kind != kind)
		return -ENOENT;
	free_entries(acl);
	i = (size_t)(acl - set->lists);
	memmove(acl, acl + 1, (--set->count - i) * sizeof(*acl));
	return 0;
}

struct acl_entry *acl_find(const struct acl *acl,
			   const struct acl_entry *entry)
{
	for (size_t i = 0; i < acl->count; i++)
		if (acl_same(&acl->entries[i], entry))
			return &acl->entries[i];
	return NULL;
}

struct acl_entry *acl_find_sequence(const struct acl *acl, uint32_t sequence)
{
	for (size_t i = 0; i < acl->count; i++)
		if (acl->entries[i].sequence == sequence)
			return &acl->entries[i];
	return NULL;
}

static size_t entries_of(const struct acl_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->count; i++)
		n += set->lists[i].count;
	return n;
}

/* Remarks may repeat: a rule of stars above and below, say. */
static const struct acl_entry *same_of(const struct acl *acl,
				       const struct acl_entry *entry)
{
	return entry->action == ACL_REMARK ? NULL : acl_find(acl, entry);
}

/* Return: 0, 1 or an error of acl_set_add(). */
static int choose_sequence(const struct acl *acl, const struct acl_entry *entry,
			   uint32_t *ret)
{
	const struct acl_entry *same = same_of(acl, entry), *there;
	uint32_t last = acl->count ? acl->entries[acl->count - 1].sequence : 0;

	if (entry->sequence) {
		there = acl_find_sequence(acl, entry->sequence);
		if (there && acl_same(there, entry))
			return 1;
		*ret = entry->sequence;
		return there || same ? -EEXIST : 0;
	}
	if (same)
		return 1;
	if (last > ACL_SEQUENCE_MAX - ACL_STEP)
		return -ERANGE;
	*ret = last + ACL_STEP;
	return 0;
}

int acl_set_add(struct acl_set *set, struct acl *acl, struct acl_entry *entry)
{
	struct acl_entry *grown;
	uint32_t sequence;
	size_t i = acl->count;
	int r = choose_sequence(acl, entry, &sequence);

	if (r)
		return r;
	if (entries_of(set) >= ACL_ENTRIES_MAX)
		return -ENOSPC;
	grown = realloc(acl->entries, (acl->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	acl->entries = grown;
	while (i && grown[i - 1].sequence > sequence)
		i--;
	memmove(&grown[i + 1], &grown[i], (acl->count++ - i) * sizeof(*grown));
	grown[i] = *entry;
	grown[i].sequence = sequence;
	entry->text = NULL;
	return 0;
}

void acl_drop(struct acl *acl, struct acl_entry *entry)
{
	size_t i = (size_t)(entry - acl->entries);

	free(entry->text);
	memmove(entry, entry + 1, (--acl->count - i) * sizeof(*entry));
}

int acl_resequence(struct acl *acl, uint32_t first, uint32_t step)
{
	uint64_t last = first + (uint64_t)step *
		(acl->count ? acl->count - 1 : 0);

	if (last > ACL_SEQUENCE_MAX)
		return -ERANGE;
	for (size_t i = 0; i < acl->count; i++)
		acl->entries[i].sequence = first + step * (uint32_t)i;
	return 0;
}

bool acl_is_in_step(const struct acl *acl)
{
	for (size_t i = 0; i < acl->count; i++)
		if (acl->entries[i].sequence != ACL_STEP * (i + 1))
			return false;
	return true;
}

bool acl_has_opaque(const struct acl *acl)
{
	for (size_t i = 0; i < acl->count; i++)
		if (acl_is_opaque(&acl->entries[i]))
			return true;
	return acl->kind == ACL_EXTENDED;
}

bool acl_admits(const struct acl_set *set, const char *name,
		const struct acl_peer *peer, struct acl_verdict *ret)
{
	struct acl_verdict v = { 0 };

	v.list = acl_set_find(set, peer->is_ipv6, name);
	for (size_t i = 0; v.list && !v.entry && i < v.list->count; i++)
		if (acl_applies(&v.list->entries[i], peer))
			v.entry = &v.list->entries[i];
	if (ret)
		*ret = v;
	if (!v.list)
		return true;
	return v.entry && v.entry->action == ACL_PERMIT &&
	       !acl_is_opaque(v.entry);
}
