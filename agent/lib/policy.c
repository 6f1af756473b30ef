// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vtymux.h>

#include "cleanup.h"

static const char *const list_words[] = {
	[POLICY_ALLOW] = "allow", [POLICY_WATCH] = "watch",
};

static const char *const kind_words[] = {
	[POLICY_USER] = "user", [POLICY_GROUP] = "group",
};

void policy_free(struct policy *policy)
{
	free(policy->rules);
	free(policy->settings);
	access_free(&policy->access);
	*policy = (struct policy){ 0 };
}

bool policy_name_ok(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = strlen(name);

	return len && len <= POLICY_NAME_MAX && strchr(first, *name) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-") == len;
}

static bool same_rule(const struct policy_rule *a, const struct policy_rule *b)
{
	return a->line == b->line && a->list == b->list && a->kind == b->kind &&
	       !strcmp(a->name, b->name);
}

int policy_add(struct policy *p, const struct policy_rule *rule)
{
	struct policy_rule *grown;
	size_t i;

	for (i = 0; i < p->rule_count; i++)
		if (same_rule(&p->rules[i], rule))
			return 0;
	grown = realloc(p->rules, (p->rule_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->rules = grown;
	for (i = p->rule_count; i && grown[i - 1].line > rule->line; i--)
		grown[i] = grown[i - 1];
	grown[i] = *rule;
	p->rule_count++;
	return 0;
}

static struct policy_settings defaults(unsigned int line)
{
	return (struct policy_settings){
		.line = line,
		.warning = POLICY_WARNING_DEFAULT,
		.wait = POLICY_WAIT_DEFAULT,
		.level = POLICY_LEVEL_DEFAULT,
	};
}

static bool is_default(const struct policy_settings *s)
{
	return !s->replay && !s->output &&
	       s->warning == POLICY_WARNING_DEFAULT &&
	       s->wait == POLICY_WAIT_DEFAULT &&
	       s->level == POLICY_LEVEL_DEFAULT;
}

/* Index of the first settings of @line or above. */
static size_t settings_index(const struct policy *p, unsigned int line)
{
	size_t i = 0;

	while (i < p->setting_count && p->settings[i].line < line)
		i++;
	return i;
}

struct policy_settings policy_get(const struct policy *p, unsigned int line)
{
	size_t i = settings_index(p, line);

	if (i < p->setting_count && p->settings[i].line == line)
		return p->settings[i];
	return defaults(line);
}

int policy_set(struct policy *p, const struct policy_settings *settings)
{
	size_t i = settings_index(p, settings->line);
	struct policy_settings *s = p->settings;

	if (i == p->setting_count || s[i].line != settings->line) {
		if (is_default(settings))
			return 0;
		s = realloc(s, (p->setting_count + 1) * sizeof(*s));
		if (!s)
			return -ENOMEM;
		memmove(&s[i + 1], &s[i], (p->setting_count++ - i) * sizeof(*s));
		p->settings = s;
	}
	s[i] = *settings;
	if (is_default(settings))
		memmove(&s[i], &s[i + 1], (--p->setting_count - i) * sizeof(*s));
	return 0;
}

int policy_print(const struct policy *p, FILE *f)
{
	for (size_t i = 0; i < p->rule_count; i++)
		fprintf(f, "%u %s %s %s\n", p->rules[i].line,
			list_words[p->rules[i].list],
			kind_words[p->rules[i].kind], p->rules[i].name);
	for (size_t i = 0; i < p->setting_count; i++) {
		const struct policy_settings *s = &p->settings[i];

		fprintf(f, "%u settings %u %u %u %u\n", s->line, s->replay,
			s->output, s->warning, s->wait);
		if (s->level != POLICY_LEVEL_DEFAULT)
			fprintf(f, "%u level %u\n", s->line, s->level);
	}
	access_print(&p->access, f);
	/* So that a file that was cut is none. */
	fprintf(f, "end\n");
	return ferror(f) ? -EIO : 0;
}

/* Return: index of the word or -EBADMSG. */
static int find_word(const char *word, const char *const words[2])
{
	for (int i = 0; i < 2; i++)
		if (!strcmp(word, words[i]))
			return i;
	return -EBADMSG;
}

static int parse_rule(const char *text, struct policy *p)
{
	char list[8], kind[8], name[POLICY_NAME_MAX + 2], rest;
	struct policy_rule rule = { 0 };
	int l, k;

	if (sscanf(text, "%u %7s %7s %65s%c", &rule.line, list, kind, name,
		   &rest) != 5 || rest != '\n')
		return -EBADMSG;
	l = find_word(list, list_words);
	k = find_word(kind, kind_words);
	if (l < 0 || k < 0 || !policy_name_ok(name))
		return -EBADMSG;
	rule.list = (enum policy_list)l;
	rule.kind = (enum policy_kind)k;
	memcpy(rule.name, name, strlen(name) + 1);
	return policy_add(p, &rule);
}

static int parse_settings(const char *text, struct policy *p)
{
	struct policy_settings s = { .level = POLICY_LEVEL_DEFAULT };
	unsigned int replay, output;
	char rest;

	if (sscanf(text, "%u settings %u %u %u %u%c", &s.line, &replay, &output,
		   &s.warning, &s.wait, &rest) != 6 || rest != '\n')
		return -EBADMSG;
	if (replay > 1 || output > 1)
		return -EBADMSG;
	s.replay = replay;
	s.output = output;
	return policy_set(p, &s);
}

/* After the settings of its line. */
static int parse_level(const char *text, struct policy *p)
{
	unsigned int line, level;
	struct policy_settings s;
	char rest;

	if (sscanf(text, "%u level %u%c", &line, &level, &rest) != 3 ||
	    rest != '\n' || level > POLICY_LEVEL_MAX)
		return -EBADMSG;
	s = policy_get(p, line);
	s.level = level;
	return policy_set(p, &s);
}

static int parse_line(const char *text, struct policy *p)
{
	if (*text >= 'a' && *text <= 'z')
		return access_parse(&p->access, text);
	if (strstr(text, " settings "))
		return parse_settings(text, p);
	if (strstr(text, " level "))
		return parse_level(text, p);
	return parse_rule(text, p);
}

static int parse(FILE *f, struct policy *p)
{
	char text[512];

	while (fgets(text, sizeof(text), f)) {
		int r;

		if (!strcmp(text, "end\n"))
			return 0;
		r = parse_line(text, p);
		if (r < 0)
			return r;
	}
	return -EBADMSG;
}

int policy_load(struct policy *ret, const char *path)
{
	FILE *file _cleanup_file_ = fopen(path, "re");
	struct policy p = { 0 };
	int r;

	if (!file)
		return -errno;
	r = parse(file, &p);
	if (r < 0) {
		policy_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}

struct groups {
	gid_t *ids;	/* owned */
	int count;
};

static void find_groups(const char *user, struct groups *ret)
{
	const struct passwd *pw = getpwnam(user);
	gid_t primary = pw ? pw->pw_gid : (gid_t)-1;
	int room = 32;

	/* getgrouplist(3) says how many there are when there is no room. */
	for (int tries = 0; tries < 3; tries++) {
		gid_t *ids = calloc((size_t)room, sizeof(*ids));

		if (!ids)
			return;
		if (getgrouplist(user, primary, ids, &room) >= 0) {
			ret->ids = ids;
			ret->count = room;
			return;
		}
		free(ids);
	}
}

static bool is_member(const struct groups *groups, const char *name)
{
	const struct group *gr = getgrnam(name);

	for (int i = 0; gr && i < groups->count; i++)
		if (groups->ids[i] == gr->gr_gid)
			return true;
	return false;
}

void policy_resolve(struct policy *p, const char *user, bool is_account)
{
	struct groups groups = { 0 };
	const struct policy_rule *last = NULL;	/* many lines, few groups */

	for (size_t i = 0; i < p->rule_count; i++) {
		struct policy_rule *r = &p->rules[i];

		if (r->kind == POLICY_USER) {
			r->applies = !strcmp(r->name, user);
			continue;
		}
		if (!groups.ids && is_account)
			find_groups(user, &groups);
		r->applies = last && !strcmp(last->name, r->name) ?
			last->applies : is_member(&groups, r->name);
		last = r;
	}
	free(groups.ids);
}

bool policy_admits(const struct policy *p, unsigned int line,
		   enum policy_list list)
{
	bool any = false;

	for (size_t i = 0; i < p->rule_count && !p->deny; i++) {
		const struct policy_rule *r = &p->rules[i];

		if (r->line != line || r->list != list)
			continue;
		if (r->applies)
			return true;
		any = true;
	}
	return list == POLICY_ALLOW && !any && !p->deny;
}
