// SPDX-License-Identifier: GPL-2.0-only
#include "account-rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aaa.h"
#include "conf-item.h"
#include "log.h"

/* "start-stop group radius" */
static void take_methods(struct account_rule *rule, const char *text,
			 const struct aaa_set *set)
{
	const char *group = strstr(text, " group ");

	rule->starts = !strncmp(text, "start-stop", 10);
	rule->stops = rule->starts || !strncmp(text, "stop-only", 9);
	for (size_t i = 0; group && i < set->config.group_count; i++) {
		const struct aaa_group *g = &set->groups[i];
		size_t len = strlen(g->name);

		if (!strncmp(group + 7, g->name, len) &&
		    (!group[7 + len] || group[7 + len] == ' '))
			rule->servers = g->servers;
	}
	if (rule->stops && !rule->servers.count)
		log_warn("aaa accounting: \"%s\" names no group with servers, records wait",
			 text);
}

/* "NAME start-stop group radius". Return: 0 or -ENOMEM. */
static int add(struct account_rules *rules, enum spool_kind kind,
	       const char *text, const struct aaa_set *set)
{
	size_t len = strcspn(text, " ");
	struct account_rule *grown;

	if (len > SPOOL_LIST_MAX || !text[len]) {
		log_warn("aaa accounting list %s: a name of over %d characters, not used",
			 text, SPOOL_LIST_MAX);
		return 0;
	}
	grown = realloc(rules->rules, (rules->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rules->rules = grown;
	grown += rules->count++;
	memset(grown, 0, sizeof(*grown));
	grown->kind = kind;
	memcpy(grown->list, text, len);
	take_methods(grown, text + len + 1, set);
	return 0;
}

static int read_item(struct account_rules *rules, const char *text,
		     const struct aaa_set *set)
{
	static const char *const kinds[SPOOL_KINDS] = {
		[SPOOL_EXEC] = "aaa accounting exec ",
		[SPOOL_CONNECTION] = "aaa accounting connection ",
		[SPOOL_SYSTEM] = "aaa accounting system ",
	};

	for (unsigned int i = 0; i < SPOOL_KINDS; i++)
		if (!strncmp(text, kinds[i], strlen(kinds[i])))
			return add(rules, i, text + strlen(kinds[i]), set);
	return 0;
}

int account_rules_read(const struct conf *conf, struct account_rules *ret)
{
	struct account_rules rules = { 0 };
	struct aaa_set set;
	int r = aaa_collect(conf, &set);

	for (size_t i = 0; !r && i < conf->item_count; i++)
		if (conf->items[i].mode == CONF_MODE_GLOBAL &&
		    conf->items[i].row)
			r = read_item(&rules, conf->items[i].text, &set);
	aaa_free(&set);
	if (r < 0)
		account_rules_free(&rules);
	else
		*ret = rules;
	return r;
}

void account_rules_free(struct account_rules *rules)
{
	if (rules->rules)
		explicit_bzero(rules->rules,
			       rules->count * sizeof(*rules->rules));
	free(rules->rules);
	*rules = (struct account_rules){ 0 };
}

bool account_rules_equal(const struct account_rules *a,
			 const struct account_rules *b)
{
	return a->count == b->count &&
	       (!a->count || !memcmp(a->rules, b->rules,
				     a->count * sizeof(*a->rules)));
}

const struct account_rule *account_rule(const struct account_rules *rules,
					enum spool_kind kind, const char *list)
{
	const struct account_rule *fallback = NULL;

	for (size_t i = 0; i < rules->count; i++) {
		const struct account_rule *r = &rules->rules[i];

		if (r->kind != kind)
			continue;
		if (!strcmp(r->list, list))
			return r;
		if (!strcmp(r->list, "default"))
			fallback = r;
	}
	return fallback;
}

bool account_rules_any(const struct account_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rules->rules[i].stops)
			return true;
	return false;
}
