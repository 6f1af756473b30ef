// SPDX-License-Identifier: GPL-2.0-only
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "account-rules.h"
#include "cleanup.h"
#include "log.h"
#include "loop.h"
#include "path.h"
#include "spool.h"

#define SECOND		UINT64_C(1000000)
#define RETRY_FIRST	(5 * SECOND)
#define RETRY_MAX	(300 * SECOND)
#define BUDGET		60000	/* ms for the servers of a record */
#define ANSWER_MAX	(65 * SECOND)

#define LAST_WAIT	2000	/* ms for the record of the end */
#define ON_MARKER	"accounting-on"	/* in the run directory */

static struct account {
	bool on;
	struct account_rules rules;
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

static int launch(struct account *a)
{
	char program[4096];

	snprintf(program, sizeof(program), "%s/vtymux-exchange",
		 path_libexecdir());
	return exchange_start(&a->exchange, program);
}

static int start_exchange(struct account *a)
{
	int r;

	if (a->exchange.fd >= 0)
		return 0;
	r = launch(a);
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
static bool is_wanted(const struct account_rule *rule,
		      const struct spool_record *r)
{
	return rule && (r->record.status == EXCHANGE_STOP ? rule->stops :
			rule->starts);
}

static void send_next(void *arg)
{
	static struct exchange_request req;
	struct account *a = &state;
	const struct account_rule *rule = NULL;
	struct spool_record record;
	char name[SPOOL_NAME_MAX + 1];
	int r;

	(void)arg;
	a->timer = loop_remove(a->timer);
	if (!a->on || *a->name)
		return;
	while (!(r = spool_first(path_rundir(), name, &record))) {
		rule = account_rule(&a->rules, record.kind, record.list);
		if (is_wanted(rule, &record))
			break;
		spool_remove(path_rundir(), name);
	}
	if (r || !rule) {	/* nothing to send, so nobody to keep */
		a->answer = loop_remove(a->answer);
		exchange_stop(&a->exchange);
		return;
	}
	if (!rule->servers.count) {
		wait_and_retry("no usable server");
		return;
	}
	r = start_exchange(a);
	fill(&req, &record, &rule->servers);
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

static const char *marker(char *path, size_t size)
{
	snprintf(path, size, "%s/" ON_MARKER, path_rundir());
	return path;
}

/* RFC 2866: begins or ends accounting for this switch, and no session. */
static struct spool_record of_switch(enum exchange_status status)
{
	return (struct spool_record){
		.kind = SPOOL_SYSTEM, .level = 1, .port = "system",
		.record = { .status = status, .when = (uint64_t)time(NULL),
			    .boot = spool_boot_id() },
	};
}

/*
 * Once a boot: a restarted daemon takes sessions over, and servers would forget
 * them. Without a list for it the next one that comes is a beginning.
 */
static void tell_on(struct account *a)
{
	const struct account_rule *rule = account_rule(&a->rules, SPOOL_SYSTEM,
						       "default");
	struct spool_record record = of_switch(EXCHANGE_ON);
	char path[4096];
	int fd _cleanup_close_ = -1;

	if (!rule || !rule->starts) {
		unlink(marker(path, sizeof(path)));
		return;
	}
	fd = open(marker(path, sizeof(path)), O_WRONLY | O_CREAT | O_EXCL |
		  O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		spool_put(path_rundir(), &record);
	else if (errno != EEXIST)
		log_err("%s: %m", path);
}

void account_end(void)
{
	struct account *a = &state;
	const struct account_rule *rule = account_rule(&a->rules, SPOOL_SYSTEM,
						       "default");
	struct spool_record record = of_switch(EXCHANGE_OFF);
	static struct exchange_request req;
	struct exchange_reply reply = { .outcome = EXCHANGE_ERROR };
	char path[4096];
	int r;

	if (!a->on || !rule || !rule->starts || !rule->servers.count ||
	    unlink(marker(path, sizeof(path))) < 0)
		return;
	/* One of its own: another's answer may be to come. No loop runs now. */
	a->answer = loop_remove(a->answer);
	exchange_stop(&a->exchange);
	fill(&req, &record, &rule->servers);
	req.budget = LAST_WAIT;
	r = launch(a);
	if (!r)
		r = exchange_ask(&a->exchange, &req, LAST_WAIT, &reply);
	explicit_bzero(&req, sizeof(req));
	if (r || reply.outcome != EXCHANGE_PASS)
		log_warn("accounting: no server was told of the end: %s",
			 r ? strerror(-r) : reply.why);
}

void account_apply(const struct conf *conf)
{
	struct account *a = &state;
	struct account_rules rules = { 0 };
	char path[4096];
	int r = account_rules_read(conf, &rules);

	if (r < 0)
		log_err("aaa accounting: %s", strerror(-r));
	/* What is under way goes on when nothing of it has changed. */
	if (a->watch && account_rules_equal(&rules, &a->rules)) {
		account_rules_free(&rules);
		return;
	}
	account_stop();
	a->rules = rules;
	a->on = account_rules_any(&rules);
	r = spool_enable(path_rundir(), a->on);
	snprintf(path, sizeof(path), "%s/" SPOOL_DIR, path_rundir());
	if (!r && a->on)
		r = loop_add_watch(path, on_spool, NULL, &a->watch);
	if (r < 0)
		log_err("%s: %s: no accounting", path, strerror(-r));
	tell_on(a);
	if (r >= 0 && a->on && !a->timer && !*a->name)
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
	account_rules_free(&a->rules);
	a->on = false;
}
