// SPDX-License-Identifier: GPL-2.0-only
#include "conf-policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf-item.h"

/* {allow|watch} {user|group} NAME; no {allow|watch} [{user|group} NAME] */
int conf_line_list(struct cmd_match *match, void *arg)
{
	if (match->nargs && !policy_name_ok(match->args[1].word))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not the name of a %s",
				match->args[1].word, match->args[0].word);
	return conf_keep(match, arg);
}

static int keep_output(struct cmd_match *match, const struct conf_parser *p,
		       bool output)
{
	struct conf_item model = {
		.mode = p->mode, .row = match->cmd,
		.key = strlen(CONF_OUTPUT),
	};
	int r = 0;

	if (p->unmapped)
		return 0;
	for (model.line = p->first; r == 0 && model.line <= p->last;
	     model.line++) {
		if (output)
			r = conf_item_put(p->conf, &model, CONF_OUTPUT);
		else
			conf_item_drop(p->conf, &model, CONF_OUTPUT);
	}
	return r < 0 ? cmd_fail(match, r, "%% %s", strerror(-r)) : 0;
}

/* session-timeout [MINUTES] output, after the minutes were set */
int conf_line_output(struct cmd_match *match, void *arg)
{
	return keep_output(match, arg, !match->no);
}

/* session-timeout MINUTES */
int conf_line_no_output(struct cmd_match *match, void *arg)
{
	return keep_output(match, arg, false);
}

/* "lab" of "allow user lab" for "allow user", or NULL */
static const char *after(const char *text, const char *words)
{
	size_t len = strlen(words);

	return strncmp(text, words, len) || text[len] != ' ' ? NULL :
		text + len + 1;
}

static int add_rule(struct policy *policy, const struct conf_item *item)
{
	static const struct {
		const char *words;
		enum policy_list list;
		enum policy_kind kind;
	} rules[] = {
		{ "allow user", POLICY_ALLOW, POLICY_USER },
		{ "allow group", POLICY_ALLOW, POLICY_GROUP },
		{ "watch user", POLICY_WATCH, POLICY_USER },
		{ "watch group", POLICY_WATCH, POLICY_GROUP },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *name = after(item->text, rules[i].words);
		struct policy_rule rule = {
			.line = item->line,
			.list = rules[i].list,
			.kind = rules[i].kind,
		};

		if (!name)
			continue;
		snprintf(rule.name, sizeof(rule.name), "%s", name);
		return policy_add(policy, &rule);
	}
	return 0;
}

static int add_settings(struct policy *policy, const struct conf_item *item)
{
	struct policy_settings s = policy_get(policy, item->line);
	const char *value;

	if (!strcmp(item->text, "replay"))
		s.replay = true;
	else if (!strcmp(item->text, CONF_OUTPUT))
		s.output = true;
	else if ((value = after(item->text, "logout-warning")))
		s.warning = (unsigned int)strtoul(value, NULL, 10);
	else if ((value = after(item->text, "device-wait")))
		s.wait = (unsigned int)strtoul(value, NULL, 10);
	else
		return 0;
	return policy_set(policy, &s);
}

/* {authorization|accounting} WHAT LIST */
int conf_line_aaa(struct cmd_match *match, void *arg)
{
	const char *list = match->args[1].word;

	if (!match->no && strlen(list) > LISTS_NAME_MAX)
		return cmd_fail(match, -EINVAL,
				"%% the name of a list has 1 to %d characters",
				LISTS_NAME_MAX);
	return conf_keep(match, arg);
}

void conf_print_lists(const struct conf *conf, FILE *file)
{
	const char *update = conf_get(conf, "aaa accounting update");
	const char *minutes = update ? strstr(update, "periodic ") : NULL;

	if (minutes)
		lists_print_update(file, 60U * (unsigned int)
				   strtoul(minutes + 9, NULL, 10));
	for (size_t i = 0; i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];
		const char *name;

		if (item->mode != CONF_MODE_LINE || !item->row)
			continue;
		for (unsigned int s = 0; s < LISTS_SERVICES; s++) {
			name = after(item->text, lists_commands[s]);
			if (name)
				lists_print(file, item->line, s, name);
		}
	}
}

int conf_policy(const struct conf *conf, struct policy *ret)
{
	struct policy policy = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];

		if (item->mode != CONF_MODE_LINE || !item->row)
			continue;
		r = add_rule(&policy, item);
		if (r == 0)
			r = add_settings(&policy, item);
	}
	if (r < 0)
		policy_free(&policy);
	else
		*ret = policy;
	return r;
}
