// SPDX-License-Identifier: GPL-2.0-only
#include "aaa.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "conf-item.h"
#include "log.h"
#include "path.h"
#include "secret.h"
#include "service.h"

#define RADIUS_PORT		1812
#define RADIUS_ACCT_PORT	1813
#define TACPLUS_PORT		49
#define RADIUS_TLS_PORT		2083	/* RFC 6614 */
#define TACPLUS_TLS_PORT	300	/* RFC 9887 */
#define RADIUS_TLS_KEY		"radsec"	/* RFC 6614 2.3 */
#define TIMEOUT_DEFAULT		5	/* seconds */
#define RETRANSMIT_DEFAULT	3

/* What follows the words of @key in a block; NULL when it is not set. */
static const char *value(const struct conf *conf, enum conf_mode mode,
			 const char *name, const char *key)
{
	const struct conf_item *item = conf_item_find(conf, mode, 0, name, key);
	const char *text = item ? item->text + strlen(key) : NULL;

	return text ? text + strspn(text, " ") : NULL;
}

/* Of the block, or else the global one, or else @fallback. */
static uint32_t number(const struct conf *conf, enum conf_mode mode,
		       const char *name, const char *key, const char *global,
		       uint32_t fallback)
{
	const char *text = value(conf, mode, name, key);

	if (!text && global)
		text = value(conf, CONF_MODE_GLOBAL, "", global);
	return text ? (uint32_t)strtoul(text, NULL, 10) : fallback;
}

/* "7 HEX" */
static void take_key(const char *text, char *ret, size_t size)
{
	if (!text || strncmp(text, "7 ", 2) ||
	    secret_decode(text + 2, ret, size) < 0)
		*ret = '\0';
}

/* "ipv4 192.0.2.1 auth-port 1812 acct-port 1813" */
static void take_address(const char *text, struct aaa_server *s)
{
	const char *port;

	if (!text)
		return;
	sscanf(text, "%*s %63s", s->address);
	port = strstr(text, " auth-port ");
	if (port)
		s->port = (uint32_t)strtoul(port + 11, NULL, 10);
	port = strstr(text, " acct-port ");
	if (port)
		s->acct_port = (uint32_t)strtoul(port + 11, NULL, 10);
}

/* The certificate has the server's address unless another name is given. */
static void take_identity(const char *text, struct aaa_server *s)
{
	const char *name = text ? strchr(text, ' ') : NULL;

	snprintf(s->tls.identity, sizeof(s->tls.identity), "%s",
		 name ? name + 1 : s->address);
	if (!name)
		s->tls.identity[strcspn(s->tls.identity, "%")] = '\0';
}

/* Any "tls" in the block means TLS: what is missing makes the server no use. */
static void set_tls(const struct conf *conf, enum conf_mode mode,
		    struct aaa_server *s)
{
	const char *ca = value(conf, mode, s->name, "tls ca");
	const char *own = value(conf, mode, s->name, "tls certificate");
	const char *port = value(conf, mode, s->name, "tls port");
	const char *identity = value(conf, mode, s->name,
				     "tls match-server-identity");

	if (!ca && !own && !port && !identity)
		return;
	s->flags |= SERVER_TLS;
	s->port = port ? (uint32_t)strtoul(port, NULL, 10) :
		s->protocol == SERVER_RADIUS ? RADIUS_TLS_PORT :
		TACPLUS_TLS_PORT;
	s->acct_port = s->port;
	take_identity(identity, s);
	if (own)
		sscanf(own, "%255s key %255s", s->tls.certificate, s->tls.key);
	if (ca)
		snprintf(s->tls.ca, sizeof(s->tls.ca), "%s", ca);
	else
		log_warn("server %s: tls without \"tls ca\", it is no use",
			 s->name);
	/* A key of all servers is meant for those without TLS. */
	if (s->protocol == SERVER_TACPLUS)
		explicit_bzero(s->key, sizeof(s->key));
	else if (!value(conf, mode, s->name, "key"))
		snprintf(s->key, sizeof(s->key), RADIUS_TLS_KEY);
}

/* "192.0.2.1" */
static void take_source(const char *text, struct aaa_server *s)
{
	if (text)
		snprintf(s->source, sizeof(s->source), "%s", text);
}

static void set_radius(const struct conf *conf, struct aaa_server *s)
{
	const enum conf_mode mode = CONF_MODE_RADIUS;
	const char *authenticator = value(conf, mode, s->name,
					  "message-authenticator");
	const char *key = value(conf, mode, s->name, "key");

	s->protocol = SERVER_RADIUS;
	s->port = RADIUS_PORT;
	s->acct_port = RADIUS_ACCT_PORT;
	take_address(value(conf, mode, s->name, "address"), s);
	take_source(value(conf, mode, s->name, "source"), s);
	take_key(key ? key : value(conf, CONF_MODE_GLOBAL, "",
				   "radius-server key"),
		 s->key, sizeof(s->key));
	s->timeout = number(conf, mode, s->name, "timeout",
			    "radius-server timeout", TIMEOUT_DEFAULT);
	s->retransmit = number(conf, mode, s->name, "retransmit",
			       "radius-server retransmit", RETRANSMIT_DEFAULT);
	if (authenticator && !strcmp(authenticator, "optional"))
		s->flags |= SERVER_NO_AUTHENTICATOR;
	set_tls(conf, mode, s);
}

static void set_tacplus(const struct conf *conf, struct aaa_server *s)
{
	const enum conf_mode mode = CONF_MODE_TACACS;
	const char *type = value(conf, mode, s->name, "authentication");
	const char *key = value(conf, mode, s->name, "key");

	s->protocol = SERVER_TACPLUS;
	take_address(value(conf, mode, s->name, "address"), s);
	take_source(value(conf, mode, s->name, "source"), s);
	s->port = number(conf, mode, s->name, "port", NULL, TACPLUS_PORT);
	s->acct_port = s->port;
	take_key(key ? key : value(conf, CONF_MODE_GLOBAL, "",
				   "tacacs-server key"),
		 s->key, sizeof(s->key));
	s->timeout = number(conf, mode, s->name, "timeout",
			    "tacacs-server timeout", TIMEOUT_DEFAULT);
	if (type && !strcmp(type, "pap"))
		s->flags |= SERVER_PAP;
	set_tls(conf, mode, s);
}

static bool has_block(const struct conf *conf, enum conf_mode mode,
		      const char *name)
{
	for (size_t i = 0; i < conf->item_count; i++)
		if (conf->items[i].mode == mode && !conf->items[i].row &&
		    !strcmp(conf->items[i].name, name))
			return true;
	return false;
}

/* A name that is no server makes a server that the group's file refuses. */
static void add_server(const struct conf *conf, struct aaa_group *group,
		       const char *name)
{
	bool radius = group->protocol == SERVER_RADIUS;
	struct aaa_server *s;

	if (group->servers.count == SERVERS_MAX) {
		log_warn("aaa group server %s: only the first %d servers count",
			 group->name, SERVERS_MAX);
		return;
	}
	if (!has_block(conf, radius ? CONF_MODE_RADIUS : CONF_MODE_TACACS,
		       name))
		log_warn("aaa group server %s: there is no server %s",
			 group->name, name);
	s = &group->servers.list[group->servers.count++];
	snprintf(s->name, sizeof(s->name), "%s", name);
	if (radius)
		set_radius(conf, s);
	else
		set_tacplus(conf, s);
}

static struct aaa_group *add_group(struct aaa_set *set, const char *name,
				   enum server_protocol protocol)
{
	struct aaa_group *g = realloc(set->groups, (set->config.group_count + 1)
				      * sizeof(*g));

	if (!g)
		return NULL;
	set->groups = g;
	g += set->config.group_count++;
	*g = (struct aaa_group){ .protocol = protocol };
	snprintf(g->name, sizeof(g->name), "%s", name);
	return g;
}

/* All servers of a protocol; a group only when there is one. */
static int collect_all(const struct conf *conf, struct aaa_set *set,
		       enum server_protocol protocol)
{
	bool radius = protocol == SERVER_RADIUS;
	enum conf_mode mode = radius ? CONF_MODE_RADIUS : CONF_MODE_TACACS;
	struct aaa_group *group = NULL;

	for (size_t i = 0; i < conf->item_count; i++) {
		if (conf->items[i].mode != mode || conf->items[i].row)
			continue;
		if (!group)
			group = add_group(set, radius ? "radius" : "tacacs+",
					  protocol);
		if (!group)
			return -ENOMEM;
		add_server(conf, group, conf->items[i].name);
	}
	if (group && radius)
		group->servers.deadtime = 60 * number(conf, CONF_MODE_GLOBAL,
			"", "radius-server deadtime", NULL, 0);
	return 0;
}

static int collect_group(const struct conf *conf, struct aaa_set *set,
			 const struct conf_item *block)
{
	bool radius = block->mode == CONF_MODE_GROUP_RADIUS;
	struct aaa_group *g = add_group(set, block->name, radius ?
					SERVER_RADIUS : SERVER_TACPLUS);

	if (!g)
		return -ENOMEM;
	for (size_t i = 0; i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];

		if (item->mode == block->mode && item->row &&
		    !strcmp(item->name, block->name) &&
		    !strncmp(item->text, "server name ", 12))
			add_server(conf, g, item->text + 12);
	}
	g->servers.deadtime = 60 * number(conf, block->mode, block->name,
		"deadtime", radius ? "radius-server deadtime" : NULL, 0);
	return 0;
}

static int collect_groups(const struct conf *conf, struct aaa_set *set)
{
	int r = collect_all(conf, set, SERVER_RADIUS);

	if (!r)
		r = collect_all(conf, set, SERVER_TACPLUS);
	for (size_t i = 0; i < conf->item_count && !r; i++) {
		const struct conf_item *item = &conf->items[i];

		if (!item->row && (item->mode == CONF_MODE_GROUP_RADIUS ||
				   item->mode == CONF_MODE_GROUP_TACACS))
			r = collect_group(conf, set, item);
	}
	return r;
}

/* "group G local none" */
static int take_methods(const char *text, struct aaa_list *list)
{
	char copy[CMD_LINE_MAX + 1], *save;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, " \t", &save); w;
	     w = strtok_r(NULL, " \t", &save)) {
		struct aaa_method *m = &list->methods[list->count];

		if (list->count++ == AAA_METHODS_MAX)
			return -EINVAL;
		if (!strcmp(w, "local")) {
			m->kind = AAA_LOCAL;
		} else if (!strcmp(w, "system")) {
			m->kind = AAA_SYSTEM;
		} else if (!strcmp(w, "enable")) {
			m->kind = AAA_SECRET;
		} else if (!strcmp(w, "none")) {
			m->kind = AAA_NONE;
		} else if (!strcmp(w, "if-authenticated")) {
			m->kind = AAA_IF_AUTHENTICATED;
		} else if (!strcmp(w, "group")) {
			m->kind = AAA_GROUP;
			w = strtok_r(NULL, " \t", &save);
			if (!w)
				return -EINVAL;
			snprintf(m->group, sizeof(m->group), "%s", w);
		} else {
			return -EINVAL;
		}
	}
	return 0;
}

static void warn_groups(const struct aaa_set *set, const struct aaa_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		bool known = list->methods[i].kind != AAA_GROUP;

		for (size_t j = 0; j < set->config.group_count && !known; j++)
			known = !strcmp(set->groups[j].name,
					list->methods[i].group);
		if (!known)
			log_warn("aaa list %s: there is no server group %s, so it denies",
				 list->name, list->methods[i].group);
	}
}

/* A list of a service that is compiled. Return: 0 or -ENOMEM. */
static int collect_list(struct aaa_set *set, const char *text)
{
	static const struct {
		const char *words;
		enum aaa_service service;
	} map[] = {
		{ "aaa authentication login ", AAA_LOGIN },
		{ "aaa authentication enable ", AAA_ENABLE },
		{ "aaa authorization exec ", AAA_EXEC },
		{ "aaa authorization reverse-access ", AAA_REVERSE },
	};
	struct aaa_list list = { 0 }, *grown;
	size_t i = 0, len;

	while (i < AAA_SERVICES &&
	       strncmp(text, map[i].words, strlen(map[i].words)))
		i++;
	if (i == AAA_SERVICES)
		return 0;
	text += strlen(map[i].words);
	len = strcspn(text, " ");
	list.service = map[i].service;
	if (len > AAA_LIST_NAME_MAX) {
		log_warn("aaa list %s: a name of over %d characters, not used",
			 text, AAA_LIST_NAME_MAX);
		return 0;
	}
	memcpy(list.name, text, len);
	if (take_methods(text + len, &list) < 0)
		list.count = 0;		/* the compiler says so, and it denies */
	grown = realloc(set->lists, (set->config.list_count + 1) *
			sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	set->lists = grown;
	grown[set->config.list_count++] = list;
	warn_groups(set, &list);
	return 0;
}

static int collect_users(const struct conf *conf, struct aaa_set *set)
{
	set->users = calloc(conf->user_count + 1, sizeof(*set->users));
	if (!set->users)
		return -ENOMEM;
	for (size_t i = 0; i < conf->user_count; i++)
		set->users[i] = (struct aaa_user){
			.name = conf->users[i].name,
			.level = conf->users[i].privilege,
			.hash = conf->users[i].hash,
		};
	set->config.user_count = conf->user_count;
	for (unsigned int level = 1; level < AAA_LEVELS; level++)
		set->config.secrets[level] = conf->enable[level];
	return 0;
}

int aaa_collect(const struct conf *conf, struct aaa_set *ret)
{
	struct aaa_set *set = ret;
	int r;

	memset(set, 0, sizeof(*set));
	set->config.new_model = value(conf, CONF_MODE_GLOBAL, "",
				      "aaa new-model");
	set->config.login_time = conf_login_time(conf);
	set->config.max_fail = number(conf, CONF_MODE_GLOBAL, "",
		"aaa local authentication attempts max-fail", NULL, 0);
	r = collect_groups(conf, set);
	for (size_t i = 0; i < conf->item_count && !r; i++)
		if (conf->items[i].mode == CONF_MODE_GLOBAL &&
		    conf->items[i].row)
			r = collect_list(set, conf->items[i].text);
	if (!r)
		r = collect_users(conf, set);
	set->config.lists = set->lists;
	set->config.groups = set->groups;
	set->config.users = set->users;
	return r;
}

void aaa_free(struct aaa_set *set)
{
	if (set->groups)
		explicit_bzero(set->groups, set->config.group_count *
			       sizeof(*set->groups));
	free(set->groups);
	free(set->lists);
	free(set->users);
	memset(set, 0, sizeof(*set));
}

static void report(const char *what, const char *why, void *arg)
{
	(void)arg;
	log_warn("aaa %s: %s", what, why);
}

/* All that the compiler looks at, as bytes to compare. */
static void serialize(const struct aaa_config *c, FILE *file)
{
	fprintf(file, "%d %u %u\n", c->new_model, c->login_time, c->max_fail);
	for (size_t i = 0; i < c->list_count; i++) {
		fprintf(file, "%d %s %zu", (int)c->lists[i].service,
			c->lists[i].name, c->lists[i].count);
		for (size_t j = 0; j < c->lists[i].count; j++)
			fprintf(file, " %d %s", (int)c->lists[i].methods[j].kind,
				c->lists[i].methods[j].group);
		fputc('\n', file);
	}
	for (size_t i = 0; i < c->group_count; i++) {
		fprintf(file, "%s\n", c->groups[i].name);
		fwrite(&c->groups[i].servers, sizeof(c->groups[i].servers), 1,
		       file);
	}
	for (size_t i = 0; i < c->user_count; i++)
		fprintf(file, "%s %u %s\n", c->users[i].name, c->users[i].level,
			c->users[i].hash);
	for (unsigned int level = 1; level < AAA_LEVELS; level++)
		fprintf(file, "%u %s\n", level, c->secrets[level]);
}

/*
 * Whether it differs from what was compiled last. Most commands have nothing
 * to do with AAA, and each new generation costs logins under way their old one.
 */
static bool is_new(const struct aaa_config *config)
{
	static char *last;
	static size_t last_len;
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	if (!file)
		return true;
	serialize(config, file);
	if (fclose(file) == EOF || !text)
		return true;
	if (last && len == last_len && !memcmp(last, text, len)) {
		explicit_bzero(text, len);
		free(text);
		return false;
	}
	if (last)
		explicit_bzero(last, last_len);
	free(last);
	last = text;
	last_len = len;
	return true;
}

void aaa_apply(const struct conf *conf)
{
	static bool failed;	/* the last time: try again */
	struct aaa_set set;
	int r = aaa_collect(conf, &set);

	if (!r && (is_new(&set.config) || failed))
		r = compile_write(path_rundir(), &set.config, report, NULL);
	aaa_free(&set);
	failed = r < 0;
	if (r < 0)
		log_err("%s/" SERVICE_DIR ": %s: lists of AAA stay as they were",
			path_rundir(), strerror(-r));
}
