// SPDX-License-Identifier: GPL-2.0-only
/* Access lists: numbered ones, the blocks of named ones, access-class. */
#include "conf-acl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf-item.h"

#define OPAQUE	"kept, but it cannot be evaluated here: " \
		"whoever comes to it is refused"
#define ABSENT	"there is no such list: until there is, everybody is permitted"
#define EMPTY	"the list has no entry: nobody is permitted"
#define PARTLY	"the list has what cannot be evaluated here: " \
		"whoever comes to that is refused"
#define ONLY_IPV4 "IPv6 connections are not filtered by it, " \
		"they have ipv6 access-class"

static enum acl_kind kind_of(enum conf_mode mode)
{
	return mode == CONF_MODE_ACL_IPV6 ? ACL_IPV6 :
		mode == CONF_MODE_ACL_EXTENDED ? ACL_EXTENDED : ACL_STANDARD;
}

static int fail_list(struct cmd_match *match, int error, const char *name)
{
	switch (error) {
	case -EEXIST:
		return cmd_fail(match, error,
				"%% %.64s is a list of another kind", name);
	case -ENOENT:
		return cmd_fail(match, error, "%% there is no such list: %.64s",
				name);
	default:
		return cmd_fail(match, error, "%% %s", strerror(-error));
	}
}

static int fail_entry(struct cmd_match *match, int error,
		      const struct acl_entry *e)
{
	if (error == -EEXIST && e->sequence)
		return cmd_fail(match, error,
				"%% the list has another entry %u, or this entry elsewhere",
				e->sequence);
	if (error == -ERANGE)
		return cmd_fail(match, error,
				"%% no number is left at the end of the list");
	if (error == -ENOSPC)
		return cmd_fail(match, error, "%% over %d entries of all lists",
				ACL_ENTRIES_MAX);
	return cmd_fail(match, error, "%% %s", strerror(-error));
}

/* "no": by what it says and, if given, by its number. */
static int take_entry(struct cmd_match *match, struct acl *acl,
		      const struct acl_entry *e)
{
	struct acl_entry *found = !acl ? NULL : e->sequence ?
		acl_find_sequence(acl, e->sequence) : acl_find(acl, e);

	if (!found || !acl_same(found, e))
		return cmd_fail(match, -ENOENT,
				"%% the list has no such entry");
	acl_drop(acl, found);
	return 0;
}

/* Adds, or with "no" removes. @sequence: 0 when not given in front. */
static int change(struct cmd_match *match, struct acl_set *set,
		  enum acl_kind kind, const char *name, unsigned long sequence,
		  enum acl_action action)
{
	struct acl_entry e;
	const char *fault;
	struct acl *acl;
	int r = acl_parse(kind, action, match->rest, &e, &fault);

	if (r == -EINVAL)
		return cmd_fail(match, r, "%% \"%.80s\": %s", match->rest,
				fault);
	if (r < 0)
		return cmd_fail(match, r, "%% %s", strerror(-r));
	if (sequence)
		e.sequence = (uint32_t)sequence;
	if (match->no) {
		r = take_entry(match, acl_set_find(set, kind == ACL_IPV6, name),
			       &e);
		free(e.text);
		return r;
	}
	if (acl_is_opaque(&e))
		match->note = OPAQUE;
	r = acl_set_get(set, kind, name, &acl);
	if (r < 0) {
		free(e.text);
		return fail_list(match, r, name);
	}
	r = acl_set_add(set, acl, &e);
	free(e.text);
	return r < 0 ? fail_entry(match, r, &e) : 0;
}

/* Index of the word {deny|permit}, or of "remark" in the pattern. */
static enum acl_action action_of(const struct cmd_match *match)
{
	if (strstr(match->cmd->pattern, "remark"))
		return ACL_REMARK;
	return match->args[match->nargs - 1].number ? ACL_PERMIT : ACL_DENY;
}

/* access-list N {{deny|permit} SOURCE|remark TEXT}; no access-list N */
static int numbered(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;
	char name[ACL_NAME_MAX + 1];
	enum acl_kind kind;

	if (acl_name(match->args[0].word, name, &kind) < 0)
		return cmd_fail(match, -ERANGE,
				"%% %lu is no number of an IP list: standard 1-99 and "
				"1300-1999, extended 100-199 and 2000-2699",
				match->args[0].number);
	if (*match->rest)
		return change(match, &conf->acls, kind, name, 0,
			      action_of(match));
	if (!match->no)
		return cmd_fail(match, -ENODATA, "%% Incomplete command");
	if (acl_set_drop(&conf->acls, kind, name) < 0)
		return fail_list(match, -ENOENT, name);
	return 0;
}

/* In a block: [N|sequence N] {deny|permit} SOURCE, [..] remark TEXT, no N */
static int entry(struct cmd_match *match, void *arg)
{
	struct conf_parser *p = arg;
	bool ipv6 = p->mode == CONF_MODE_ACL_IPV6;
	unsigned long sequence = strchr(match->cmd->pattern, '<') ?
		match->args[0].number : 0;
	struct acl *acl = acl_set_find(&p->conf->acls, ipv6, p->name);
	struct acl_entry *found;

	if (*match->rest)
		return change(match, &p->conf->acls, kind_of(p->mode), p->name,
			      sequence, action_of(match));
	if (!match->no)
		return cmd_fail(match, -ENODATA, "%% Incomplete command");
	found = acl ? acl_find_sequence(acl, (uint32_t)sequence) : NULL;
	if (!found)
		return cmd_fail(match, -ENOENT, "%% the list has no entry %lu",
				sequence);
	acl_drop(acl, found);
	return 0;
}

/* Enters a block, or with "no" removes the list. */
static int block(struct cmd_match *match, void *arg, enum conf_mode mode)
{
	enum acl_kind of_number, kind = kind_of(mode);
	struct conf_parser *p = arg;
	char name[ACL_NAME_MAX + 1];
	struct acl *acl;
	int r = acl_name(match->args[0].word, name, &of_number);

	if (r < 0 || (r > 0 && kind != of_number))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not the name of such a list: a letter "
				"comes first, and numbers are those of IOS",
				match->args[0].word);
	r = match->no ? acl_set_drop(&p->conf->acls, kind, name) :
		acl_set_get(&p->conf->acls, kind, name, &acl);
	if (r < 0)
		return fail_list(match, r, name);
	if (!match->no) {
		p->mode = mode;
		strcpy(p->name, name);
	}
	return 0;
}

static int standard(struct cmd_match *match, void *arg)
{
	return block(match, arg, CONF_MODE_ACL_STANDARD);
}

static int extended(struct cmd_match *match, void *arg)
{
	return block(match, arg, CONF_MODE_ACL_EXTENDED);
}

static int ipv6(struct cmd_match *match, void *arg)
{
	return block(match, arg, CONF_MODE_ACL_IPV6);
}

/* ip access-list resequence NAME FIRST STEP */
static int resequence(struct cmd_match *match, void *arg)
{
	struct conf *conf = ((struct conf_parser *)arg)->conf;
	char name[ACL_NAME_MAX + 1];
	struct acl *acl = NULL;

	if (acl_name(match->args[0].word, name, NULL) >= 0)
		acl = acl_set_find(&conf->acls, false, name);
	if (!acl)
		return fail_list(match, -ENOENT, match->args[0].word);
	if (acl_resequence(acl, (uint32_t)match->args[1].number,
			   (uint32_t)match->args[2].number) < 0)
		return cmd_fail(match, -ERANGE,
				"%% the last entry would be above %u",
				ACL_SEQUENCE_MAX);
	return 0;
}

/* Numbered lists as IOS has them, as long as their numbers say nothing. */
static void print_numbered(const struct acl *acl, FILE *file)
{
	char text[ACL_FORMAT_MAX + 1];

	for (size_t i = 0; i < acl->count; i++) {
		acl_format(acl->kind, &acl->entries[i], text);
		fprintf(file, "access-list %s %s\n", acl->name, text);
	}
}

static void print_block(const struct acl *acl, FILE *file)
{
	static const char *const headers[ACL_KINDS] = {
		[ACL_STANDARD] = "ip access-list standard",
		[ACL_EXTENDED] = "ip access-list extended",
		[ACL_IPV6] = "ipv6 access-list",
	};
	char text[ACL_FORMAT_MAX + 1];

	fprintf(file, "%s %s\n", headers[acl->kind], acl->name);
	for (size_t i = 0; i < acl->count; i++) {
		acl_format(acl->kind, &acl->entries[i], text);
		fprintf(file, " %s%u %s\n",
			acl->kind == ACL_IPV6 ? "sequence " : "",
			acl->entries[i].sequence, text);
	}
}

void conf_acl_print(const struct conf *conf, FILE *file)
{
	for (size_t i = 0; i < conf->acls.count; i++) {
		const struct acl *acl = &conf->acls.lists[i];

		if (acl_name(acl->name, (char[ACL_NAME_MAX + 1]){ 0 }, NULL) &&
		    acl->count && acl_is_in_step(acl))
			print_numbered(acl, file);
		else
			print_block(acl, file);
	}
}

bool conf_access_class(const struct conf *conf, unsigned int line, bool ipv6,
		       char ret[ACL_NAME_MAX + 1])
{
	const char *words = ipv6 ? "ipv6 access-class " : "access-class ";
	size_t len = strlen(words);

	for (size_t i = conf_item_first(conf, line); i < conf->item_count &&
	     conf->items[i].mode == CONF_MODE_LINE &&
	     conf->items[i].line == line; i++) {
		const char *name = conf->items[i].text;
		size_t n;

		if (strncmp(name, words, len))
			continue;
		name += len;
		n = strcspn(name, " ");
		if (strcmp(name + n, " in") || n > ACL_NAME_MAX)
			continue;
		memcpy(ret, name, n);
		ret[n] = '\0';
		return true;
	}
	return false;
}

/* What the user should know of the list that he names. */
static const char *remark_on(const struct conf *conf, bool ipv6,
			     const char *name)
{
	const struct acl *acl = acl_set_find(&conf->acls, ipv6, name);

	if (!acl)
		return ABSENT;
	if (!acl->count)
		return EMPTY;
	return acl_has_opaque(acl) ? PARTLY : NULL;
}

/* [ipv6] access-class LIST {in|out} */
static int access_class(struct cmd_match *match, void *arg)
{
	bool ipv6 = !strncmp(match->cmd->pattern, "ipv6", 4);
	const struct conf_parser *p = arg;
	char name[ACL_NAME_MAX + 1];
	int r = acl_name(match->args[0].word, name, NULL);

	if (r < 0 || (r && ipv6))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not the name of an access list",
				match->args[0].word);
	strcpy(match->args[0].word, name);
	if (!match->no && !(match->cmd->flags & CMD_INERT))
		match->note = remark_on(p->conf, ipv6, name);
	if (!match->no && !match->note && !ipv6 &&
	    !conf_access_class(p->conf, p->first, true, name))
		match->note = ONLY_IPV4;
	return conf_keep(match, arg);
}

/* There are no VRFs here, so that all connections are of none. */
static int any_vrf(struct cmd_match *match, void *arg);

#define CLASS	(CMD_NO | CMD_APART)
#define ENTRY	"Addresses: any, host A.B.C.D or A.B.C.D [WILDCARD]; log"

/* Chained into those of lines. */
const struct cmd conf_access_commands[] = {
	{ "access-class WORD in", CLASS, access_class,
	  "Filter incoming connections" },
	{ "access-class WORD in vrf-also", CLASS, any_vrf,
	  "... of all VRFs" },
	{ "access-class WORD out", CLASS | CMD_INERT, access_class,
	  "Filter outgoing connections" },
	{ "ipv6 access-class WORD in", CLASS, access_class,
	  "Filter incoming IPv6 connections" },
	{ "ipv6 access-class WORD out", CLASS | CMD_INERT, access_class,
	  "Filter outgoing IPv6 connections" },
	{ .more = conf_line_more_commands }
};

static int any_vrf(struct cmd_match *match, void *arg)
{
	match->cmd = &conf_access_commands[0];
	return access_class(match, arg);
}

const struct cmd conf_acl_commands[] = {
	{ "access-list <1-2699> {deny|permit} LINE", CMD_NO, numbered, ENTRY },
	{ "access-list <1-2699> remark LINE", CMD_NO, numbered,
	  "Access list entry comment" },
	{ "access-list <1-2699>", CMD_NO | CMD_HIDDEN, numbered,
	  "Number of the list" },
	{ "ip access-list standard WORD", CMD_NO, standard,
	  "Standard access list" },
	{ "ip access-list extended WORD", CMD_NO, extended,
	  "Extended access list; kept, not evaluated" },
	{ "ip access-list resequence WORD <1-2147483647> <1-2147483647>", 0,
	  resequence, "Number the entries anew: first, step" },
	{ "ipv6 access-list WORD", CMD_NO, ipv6, "IPv6 access list" },
	{ .more = conf_ip_commands }
};

#define LEAVE \
	{ "end", 0, conf_cmd_end, "Exit from configure mode" }, \
	{ "exit", 0, conf_cmd_exit, "Exit from access-list mode" }

#define ENTRIES(help) \
	{ "<1-2147483647>", CMD_NO | CMD_HIDDEN, entry, \
	  "Number of the entry" }, \
	{ "<1-2147483647> {deny|permit} LINE", CMD_NO, entry, help }, \
	{ "<1-2147483647> remark LINE", CMD_NO, entry, \
	  "Access list entry comment" }, \
	{ "{deny|permit} LINE", CMD_NO, entry, help }, \
	{ "remark LINE", CMD_NO, entry, "Access list entry comment" }

const struct cmd conf_acl_standard_commands[] = {
	LEAVE,
	ENTRIES(ENTRY),
	{ 0 }
};

const struct cmd conf_acl_extended_commands[] = {
	LEAVE,
	ENTRIES("What it is about; kept, not evaluated"),
	{ 0 }
};

#define ENTRY_IPV6 "ipv6 {any|host ADDRESS|PREFIX/LENGTH} any [log]"

const struct cmd conf_acl_ipv6_commands[] = {
	LEAVE,
	ENTRIES(ENTRY_IPV6),
	{ "sequence <1-2147483647>", CMD_NO | CMD_HIDDEN, entry,
	  "Number of the entry" },
	{ "sequence <1-2147483647> {deny|permit} LINE", CMD_NO, entry,
	  ENTRY_IPV6 },
	{ "sequence <1-2147483647> remark LINE", CMD_NO, entry,
	  "Access list entry comment" },
	{ 0 }
};
