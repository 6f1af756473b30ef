// SPDX-License-Identifier: GPL-2.0-only
/* show access-lists and its relatives, as IOS prints them. */
#include "cli.h"

#include <string.h>

#include "json.h"

static const struct {
	const char *title, *type;
} kinds[ACL_KINDS] = {
	[ACL_STANDARD] = { "Standard IP access list", "standard" },
	[ACL_EXTENDED] = { "Extended IP access list", "extended" },
	[ACL_IPV6] = { "IPv6 access list", "ipv6" },
};

static void print_standard(FILE *out, const struct acl *acl,
			   const struct acl_entry *e)
{
	char source[64];

	acl_format_source(acl->kind, e, ", wildcard bits ", source,
			  sizeof(source));
	fprintf(out, "    %u %-6s %s%s\n", e->sequence, acl_actions[e->action],
		source, e->log ? " log" : "");
}

static void print_list(FILE *out, const struct acl *acl)
{
	char text[ACL_FORMAT_MAX + 1];

	fprintf(out, "%s %s\n", kinds[acl->kind].title, acl->name);
	for (size_t i = 0; i < acl->count; i++) {
		const struct acl_entry *e = &acl->entries[i];

		/* As in IOS, remarks are for the configuration. */
		if (e->action == ACL_REMARK)
			continue;
		acl_format(acl->kind, e, text);
		if (acl->kind == ACL_STANDARD)
			print_standard(out, acl, e);
		else if (acl->kind == ACL_EXTENDED)
			fprintf(out, "    %u %s (not evaluated: denies)\n",
				e->sequence, text);
		else
			fprintf(out, "    %s sequence %u%s\n", text,
				e->sequence, acl_is_opaque(e) ?
				" (not evaluated: denies)" : "");
	}
}

static void json_list(struct json *j, const struct acl *acl)
{
	char text[ACL_FORMAT_MAX + 1];

	json_open(j, NULL, '{');
	json_string(j, "name", acl->name);
	json_string(j, "type", kinds[acl->kind].type);
	json_open(j, "entries", '[');
	for (size_t i = 0; i < acl->count; i++) {
		const struct acl_entry *e = &acl->entries[i];

		acl_format(acl->kind, e, text);
		json_open(j, NULL, '{');
		json_number(j, "sequence", e->sequence);
		json_string(j, "action", acl_actions[e->action]);
		json_string(j, "entry", text);
		json_bool(j, "evaluated", !acl_is_opaque(e));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

/* Whether the command asked for the list. "show ip": only IPv4, and so on. */
static bool is_wanted(const struct cmd_match *match, const struct acl *acl)
{
	bool ipv6 = acl->kind == ACL_IPV6;

	if (!strncmp(match->cmd->pattern, "show ip ", 8) && ipv6)
		return false;
	if (!strncmp(match->cmd->pattern, "show ipv6 ", 10) && !ipv6)
		return false;
	return !match->nargs || !strcmp(match->args[0].word, acl->name);
}

int show_access_lists(struct cmd_match *match, void *arg)
{
	struct cli *cli = arg;
	struct json j = { .file = cli->out };
	struct conf conf;
	int r = cli_conf(cli, &conf);

	if (r < 0) {
		conf_free(&conf);
		return cmd_fail(match, r, "%% vtymuxd does not answer: %s",
				strerror(-r));
	}
	if (cli->json) {
		json_open(&j, NULL, '{');
		json_open(&j, "access_lists", '[');
	}
	for (size_t i = 0; i < conf.acls.count; i++) {
		const struct acl *acl = &conf.acls.lists[i];

		if (!is_wanted(match, acl))
			continue;
		if (cli->json)
			json_list(&j, acl);
		else
			print_list(cli->out, acl);
	}
	if (cli->json) {
		json_close(&j, ']');
		json_close(&j, '}');
	}
	conf_free(&conf);
	return 0;
}
