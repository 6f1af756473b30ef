// SPDX-License-Identifier: GPL-2.0-only
#include "account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "aaa.h"
#include "conf-item.h"
#include "log.h"
#include "loop.h"
#include "path.h"
#include "spool.h"

#define SECOND		UINT64_C(1000000)
#define RETRY_FIRST	(5 * SECOND)
#define RETRY_MAX	(300 * SECOND)
#define BUDGET		60000	/* ms for the servers of a record */
#define ANSWER_MAX	(65 * SECOND)

/* What is done with records of a kind. */
struct rule {
	bool starts, stops;
	struct servers servers;	/* none: a fault, records wait */
};

static struct account {
	bool on;
	struct rule rules[SPOOL_KINDS];
	struct exchange exchange;	/* vtymux-exchange, started when needed */
	struct loop_source *watch, *answer, *timer;
	char name[SPOOL_NAME_MAX + 1];	/* the record under way, or "" */
	uint64_t backoff;
} state = { .exchange = { .fd = -1 } };

static void send_next(void *arg);

static void wait_and_retry(const char *why)
{
	struct account *a = &state;
	int r;

	a->answer = loop_remove(a->answer);
	a->timer = loop_remove(a->timer);
	exchange_stop(&a->exchange);
	a->name[0] = '\0';
	if (!a->backoff)
		log_warn("accounting: %s; %u records wait", why,
			 spool_count(path_rundir(), NULL));
	a->backoff = a->backoff ? a->backoff * 2 : RETRY_FIRST;
	if (a->backoff > RETRY_MAX)
		a->backoff = RETRY_MAX;
	r = loop_add_timer(a->backoff, send_next, NULL, &a->timer);
	if (r < 0)
		log_err("accounting: timer: %s", strerror(-r));
}

static void on_timeout(void *arg)
{
	(void)arg;
	wait_and_retry("vtymux-exchange does not answer");
}

static void on_answer(int fd, uint32_t events, void *arg)
{
	struct account *a = &state;
	struct exchange_reply reply;
	int r = exchange_receive(fd, &reply);

	(void)events;
	(void)arg;
	if (r == -EAGAIN)
		return;
	if (r || reply.outcome != EXCHANGE_PASS) {
		wait_and_retry(r ? strerror(-r) : reply.why);
		return;
	}
	if (a->backoff)
		log_notice("accounting: servers answer again");
	a->backoff = 0;
	spool_remove(path_rundir(), a->name);
	a->name[0] = '\0';
	a->timer = loop_remove(a->timer);
	send_next(NULL);
}

static int start_exchange(struct account *a)
{
	char program[4096];
	int r;

	if (a->exchange.fd >= 0)
		return 0;
	snprintf(program, sizeof(program), "%s/vtymux-exchange",
		 path_libexecdir());
	r = exchange_start(&a->exchange, program);
	if (r)
		return r;
	return loop_add_io(a->exchange.fd, EPOLLIN, on_answer, NULL,
			   &a->answer);
}

static void fill(struct exchange_request *req, const struct spool_record *r,
		 const struct servers *servers)
{
	time_t now = time(NULL);

	*req = (struct exchange_request){
		.kind = EXCHANGE_ACCOUNT, .budget = BUDGET, .line = r->line,
		.method = r->method, .level = r->level,
		.class_len = r->class_len, .record = r->record,
		.servers = *servers,
	};
	memcpy(req->class, r->class, sizeof(req->class));
	memcpy(req->user, r->user, sizeof(req->user));
	memcpy(req->peer, r->peer, sizeof(req->peer));
	memcpy(req->port, r->port, sizeof(req->port));
	if (gethostname(req->host, sizeof(req->host) - 1) < 0)
		req->host[0] = '\0';
	if (now > (time_t)r->record.when)
		req->record.delay = (uint32_t)(now - (time_t)r->record.when);
}

/* Return: whether the record is to be sent at all. */
static bool is_wanted(const struct rule *rule, const struct spool_record *r)
{
	return r->record.stop ? rule->stops : rule->starts;
}

static void send_next(void *arg)
{
	static struct exchange_request req;
	struct account *a = &state;
	struct spool_record record;
	char name[SPOOL_NAME_MAX + 1];
	int r;

	(void)arg;
	a->timer = loop_remove(a->timer);
	if (!a->on || *a->name)
		return;
	while (!(r = spool_first(path_rundir(), name, &record)) &&
	       !is_wanted(&a->rules[record.kind], &record))
		spool_remove(path_rundir(), name);
	if (r) {	/* nothing to send, so nobody to keep */
		a->answer = loop_remove(a->answer);
		exchange_stop(&a->exchange);
		return;
	}
	if (!a->rules[record.kind].servers.count) {
		wait_and_retry("no usable server");
		return;
	}
	r = start_exchange(a);
	fill(&req, &record, &a->rules[record.kind].servers);
	if (!r)
		r = exchange_send(&a->exchange, &req);
	explicit_bzero(&req, sizeof(req));
	if (!r)
		r = loop_add_timer(ANSWER_MAX, on_timeout, NULL, &a->timer);
	if (r)
		wait_and_retry(strerror(-r));
	else
		strcpy(a->name, name);
}

static void on_spool(const char *name, void *arg)
{
	(void)name;
	(void)arg;
	if (!state.timer)	/* else one is under way, or has to wait */
		send_next(NULL);
}

/* "start-stop group radius" of aaa accounting KIND default. */
static void take_rule(struct rule *rule, const char *text,
		      const struct aaa_set *set)
{
	const char *group = strstr(text, "group ");

	rule->starts = strstr(text, "start-stop") != NULL;
	rule->stops = rule->starts || strstr(text, "stop-only");
	rule->servers.count = 0;
	for (size_t i = 0; group && i < set->config.group_count; i++) {
		const struct aaa_group *g = &set->groups[i];
		size_t len = strlen(g->name);

		if (!strncmp(group + 6, g->name, len) &&
		    (!group[6 + len] || group[6 + len] == ' '))
			rule->servers = g->servers;
	}
	if (rule->stops && !rule->servers.count)
		log_warn("aaa accounting: \"%s\" names no group with servers, records wait",
			 text);
}

/* Return: whether there is any accounting. */
static bool read_rules(const struct conf *conf, struct rule *rules)
{
	static const char *const kinds[SPOOL_KINDS] = {
		[SPOOL_EXEC] = "aaa accounting exec default",
		[SPOOL_CONNECTION] = "aaa accounting connection default",
	};
	const struct conf_item *item;
	struct aaa_set set;
	bool on = false;

	if (aaa_collect(conf, &set) < 0) {
		log_err("aaa accounting: out of memory");
		aaa_free(&set);
		return false;
	}
	for (int i = 0; i < SPOOL_KINDS; i++) {
		item = conf_item_find(conf, CONF_MODE_GLOBAL, 0, "", kinds[i]);
		if (item)
			take_rule(&rules[i], item->text + strlen(kinds[i]),
				  &set);
		on = on || rules[i].stops;
	}
	aaa_free(&set);
	return on;
}

void account_apply(const struct conf *conf)
{
	struct account *a = &state;
	struct rule rules[SPOOL_KINDS];
	char path[4096];
	bool on;
	int r;

	memset(rules, 0, sizeof(rules));
	on = read_rules(conf, rules);
	/* What is under way goes on when nothing of it has changed. */
	if (a->watch && on && !memcmp(rules, a->rules, sizeof(rules)))
		return;
	account_stop();
	a->on = on;
	memcpy(a->rules, rules, sizeof(rules));
	explicit_bzero(rules, sizeof(rules));
	r = spool_enable(path_rundir(), a->on);
	snprintf(path, sizeof(path), "%s/" SPOOL_DIR, path_rundir());
	if (!r && a->on)
		r = loop_add_watch(path, on_spool, NULL, &a->watch);
	if (r < 0)
		log_err("%s: %s: no accounting", path, strerror(-r));
	else if (a->on)
		send_next(NULL);
}

void account_stop(void)
{
	struct account *a = &state;

	a->watch = loop_remove(a->watch);
	a->answer = loop_remove(a->answer);
	a->timer = loop_remove(a->timer);
	exchange_stop(&a->exchange);
	a->name[0] = '\0';
	a->backoff = 0;
	explicit_bzero(a->rules, sizeof(a->rules));
	a->on = false;
}
