// SPDX-License-Identifier: GPL-2.0-only
#include "conf-policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf-acl.h"
#include "conf-item.h"
#include "texts.h"

/* {allow|watch} {user|group} NAME; no {allow|watch} [{user|group} NAME] */
int conf_line_list(struct cmd_match *match, void *arg)
{
	if (match->nargs && !policy_name_ok(match->args[1].word))
		return cmd_fail(match, -EINVAL,
				"%% \"%.80s\" is not the name of a %s",
				match->args[1].word, match->args[0].word);
	return conf_keep(match, arg);
}

/* Keeps @text with the lines, or lets it go. */
static int keep_or_drop(struct cmd_match *match, const struct conf_parser *p,
			const char *text, bool keep)
{
	struct conf_item model = {
		.mode = p->mode, .row = match->cmd, .key = strlen(text),
	};
	int r = 0;

	if (p->unmapped)
		return 0;
	for (model.line = p->first; r == 0 && model.line <= p->last;
	     model.line++) {
		if (keep)
			r = conf_item_put(p->conf, &model, text);
		else
			conf_item_drop(p->conf, &model, text);
	}
	return r < 0 ? cmd_fail(match, r, "%% %s", strerror(-r)) : 0;
}

/* session-timeout [MINUTES] output, after the minutes were set */
int conf_line_output(struct cmd_match *match, void *arg)
{
	return keep_or_drop(match, arg, CONF_OUTPUT, !match->no);
}

/* session-timeout MINUTES */
int conf_line_no_output(struct cmd_match *match, void *arg)
{
	return keep_or_drop(match, arg, CONF_OUTPUT, false);
}

/* exec-banner, motd-banner: on, so that "no" is what is kept */
int conf_line_switch(struct cmd_match *match, void *arg)
{
	char text[32];

	snprintf(text, sizeof(text), "no %s", match->cmd->pattern);
	return keep_or_drop(match, arg, text, match->no && !match->by_default);
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
	else if ((value = after(item->text, "privilege level")))
		s.level = (unsigned int)strtoul(value, NULL, 10);
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

static void print_text(FILE *file, unsigned int line, enum texts_kind kind,
		       const char *kept)
{
	char *plain _cleanup_free_ = kept ? texts_plain(kept) : NULL;
	char *text _cleanup_free_ = plain ? texts_crlf(plain) : NULL;

	if (text)
		texts_print(file, line, kind, text);
}

void conf_print_texts(const struct conf *conf, FILE *file)
{
	print_text(file, 0, TEXTS_MOTD, conf_get(conf, "banner motd"));
	print_text(file, 0, TEXTS_INCOMING, conf_get(conf, "banner incoming"));
	for (size_t i = 0; i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];

		if (item->mode != CONF_MODE_LINE || !item->row)
			continue;
		print_text(file, item->line, TEXTS_REFUSE,
			   after(item->text, "refuse-message"));
		if (!strcmp(item->text, "no exec-banner") ||
		    !strcmp(item->text, "no motd-banner"))
			texts_print(file, item->line, TEXTS_QUIET, "");
	}
	texts_print_end(file);
}

/* The class of a line as it is now, once: of its first item. */
static int add_classes(struct policy *policy, const struct conf *conf,
		       unsigned int line)
{
	struct access_class c = { .line = line };
	int r = 0;

	for (int ipv6 = 0; ipv6 <= 1 && r == 0; ipv6++) {
		c.ipv6 = ipv6;
		if (conf_access_class(conf, line, ipv6, c.name))
			r = access_add(&policy->access, &c);
	}
	return r;
}

int conf_policy(const struct conf *conf, struct policy *ret)
{
	struct policy policy = { 0 };
	unsigned int last = 0;
	int r = acl_set_copy(&policy.access.lists, &conf->acls);

	for (size_t i = 0; r == 0 && i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];

		if (item->mode != CONF_MODE_LINE || !item->row)
			continue;
		r = add_rule(&policy, item);
		if (r == 0)
			r = add_settings(&policy, item);
		if (r == 0 && item->line != last)
			r = add_classes(&policy, conf, item->line);
		last = item->line;
	}
	if (r < 0)
		policy_free(&policy);
	else
		*ret = policy;
	return r;
}
