// SPDX-License-Identifier: GPL-2.0-only
#include "access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void access_free(struct access *access)
{
	acl_set_free(&access->lists);
	free(access->classes);
	*access = (struct access){ 0 };
}

int access_add(struct access *access, const struct access_class *class)
{
	struct access_class *grown = realloc(access->classes,
					     (access->count + 1) *
					     sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	access->classes = grown;
	grown[access->count++] = *class;
	return 0;
}

bool access_admits(const struct access *access, unsigned int line,
		   const struct acl_peer *peer, struct acl_verdict *ret)
{
	if (ret)
		*ret = (struct acl_verdict){ 0 };
	for (size_t i = 0; i < access->count; i++) {
		const struct access_class *c = &access->classes[i];

		if (c->line == line && c->ipv6 == peer->is_ipv6)
			return acl_admits(&access->lists, c->name, peer, ret);
	}
	return true;
}

/* What cannot be evaluated denies, and so does the end of a list. */
static void print_list(const struct acl *acl, FILE *file)
{
	char text[ACL_FORMAT_MAX + 1];

	fprintf(file, "list %s %s\n", acl->kind == ACL_IPV6 ? "ipv6" : "ip",
		acl->name);
	for (size_t i = 0; i < acl->count; i++) {
		const struct acl_entry *e = &acl->entries[i];

		if (acl_is_opaque(e))
			break;
		if (e->action == ACL_REMARK)
			continue;
		acl_format(acl->kind, e, text);
		fprintf(file, "entry %u %s\n", e->sequence, text);
	}
}

static bool is_named(const struct access *access, const struct acl *acl)
{
	bool ipv6 = acl->kind == ACL_IPV6;

	for (size_t i = 0; i < access->count; i++)
		if (access->classes[i].ipv6 == ipv6 &&
		    !strcmp(access->classes[i].name, acl->name))
			return true;
	return false;
}

void access_print(const struct access *access, FILE *file)
{
	for (size_t i = 0; i < access->lists.count; i++)
		if (is_named(access, &access->lists.lists[i]))
			print_list(&access->lists.lists[i], file);
	for (size_t i = 0; i < access->count; i++)
		fprintf(file, "class %u %s %s\n", access->classes[i].line,
			access->classes[i].ipv6 ? "ipv6" : "ip",
			access->classes[i].name);
}

/* "ip" or "ipv6". Return: 0, 1 or -EBADMSG. */
static int family(const char *word)
{
	return !strcmp(word, "ip") ? 0 : !strcmp(word, "ipv6") ? 1 : -EBADMSG;
}

static int parse_list(struct access *access, const char *text)
{
	char word[8], name[ACL_NAME_MAX + 2], kept[ACL_NAME_MAX + 1], rest;
	struct acl *acl;
	int ipv6, r;

	if (sscanf(text, "list %7s %65s%c", word, name, &rest) != 3 ||
	    rest != '\n' || acl_name(name, kept, NULL) < 0)
		return -EBADMSG;
	ipv6 = family(word);
	if (ipv6 < 0)
		return ipv6;
	r = acl_set_get(&access->lists, ipv6 ? ACL_IPV6 : ACL_STANDARD, kept,
			&acl);
	/* Entries that follow go to the last. */
	if (r == 0 && acl != &access->lists.lists[access->lists.count - 1])
		r = -EBADMSG;
	return r == -ENOMEM ? r : r < 0 ? -EBADMSG : 0;
}

static int parse_entry(struct access *access, const char *text)
{
	char word[8], source[ACL_TEXT_MAX + 2], rest;
	struct acl_entry e = { 0 };
	const char *fault;
	unsigned int sequence;
	struct acl *acl;
	int r;

	if (!access->lists.count ||
	    sscanf(text, "entry %u %7s %255[^\n]%c", &sequence, word, source,
		   &rest) != 4 || rest != '\n' || !sequence ||
	    sequence > ACL_SEQUENCE_MAX)
		return -EBADMSG;
	acl = &access->lists.lists[access->lists.count - 1];
	r = acl_parse(acl->kind, !strcmp(word, "permit") ? ACL_PERMIT :
		      ACL_DENY, source, &e, &fault);
	if (r == 0) {
		e.sequence = sequence;
		r = acl_set_add(&access->lists, acl, &e);
		free(e.text);
	}
	return r == -ENOMEM ? r : r ? -EBADMSG : 0;
}

static int parse_class(struct access *access, const char *text)
{
	struct access_class c = { 0 };
	char word[8], name[ACL_NAME_MAX + 2], rest;
	int ipv6;

	if (sscanf(text, "class %u %7s %65s%c", &c.line, word, name,
		   &rest) != 4 || rest != '\n' ||
	    acl_name(name, c.name, NULL) < 0)
		return -EBADMSG;
	ipv6 = family(word);
	if (ipv6 < 0)
		return ipv6;
	c.ipv6 = ipv6;
	return access_add(access, &c);
}

int access_parse(struct access *access, const char *text)
{
	if (!strncmp(text, "list ", 5))
		return parse_list(access, text);
	if (!strncmp(text, "entry ", 6))
		return parse_entry(access, text);
	return parse_class(access, text);
}
