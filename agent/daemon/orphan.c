// SPDX-License-Identifier: GPL-2.0-only
#include "orphan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "journal.h"
#include "line.h"
#include "lists.h"
#include "log.h"
#include "loop.h"
#include "manager.h"
#include "path.h"
#include "server.h"
#include "spool.h"
#include "utmp.h"
#include "vtys.h"

#define SETTLE	UINT64_C(10000000)	/* usec; monitors join within 4 s */
#define REASON	"monitor died"
#define CAUSE_NAS_ERROR	9		/* RFC 2866 5.10 */

/* There is one in the process: of the time after its start. */
static struct sweep {
	const struct server *server;
	struct loop_source *timer;	/* owned */
	/* Sessions whose monitor holds a virtual line, adopted or not */
	uint32_t alive[VTYMUX_LINE_MAX + 1];
	size_t alive_count;
} sweep;

void orphan_clean(const struct session *s)
{
	char unit[64];

	if (s->state != SESSION_OPEN || !s->unit)
		return;
	link_unit_name(s->id, s->unit, unit, sizeof(unit));
	log_notice("session %u: stopping its program, %s", s->id, unit);
	manager_stop(unit);
	if (utmp_has(s->vty))
		utmp_logout(s->vty, 0);
}

static void begin(struct journal *j, const struct session *s,
		  const char *event)
{
	char peer[LISTEN_PEER_MAX + 1];

	listen_format(&s->peer, peer);
	journal_begin(j, event);
	journal_add(j, "VTYMUX_SESSION=%u", s->id);
	journal_add(j, "VTYMUX_USER=%s", s->user);
	if (*s->method) {	/* else it was adopted, and has neither */
		journal_add(j, "VTYMUX_METHOD=%s", s->method);
		journal_add(j, "VTYMUX_PRIVILEGE=%u", s->privilege);
	}
	journal_add(j, "VTYMUX_PEER=%s", peer);
	journal_add(j, "VTYMUX_VTY=%u", s->vty);
	journal_add(j, "VTYMUX_REASON=" REASON);
}

/* The loop does not wait for the journal. */
static void deliver(struct journal *j)
{
	int r = journal_send(j, 0);

	if (r < 0)
		log_warn("journal: %s", strerror(-r));
}

static void record_close(const struct session *s)
{
	struct journal j;

	begin(&j, s, "close");
	if (!s->unit)	/* a program's may be 0 */
		journal_add(&j, "VTYMUX_LINE=%u", s->line);
	if (s->opened)
		journal_add(&j, "VTYMUX_SECONDS=%lld",
			    (long long)(time(NULL) - s->opened));
	journal_add(&j, "MESSAGE=session %u: end of %s of %s: " REASON, s->id,
		    s->unit ? "program" : "line", s->user);
	deliver(&j);
}

/* Neither bytes nor who authenticated him, nor a server's class: not known. */
static void account_close(const struct session *s)
{
	struct spool_record r = {
		.kind = s->unit ? SPOOL_EXEC : SPOOL_CONNECTION,
		.line = s->line, .level = s->privilege,
		.record = {
			.status = EXCHANGE_STOP, .session = s->id,
			.boot = spool_boot_id(), .when = (uint64_t)time(NULL),
			.cause = CAUSE_NAS_ERROR,
		},
	};
	char peer[LISTEN_PEER_MAX + 1];
	int error;

	if (s->opened)
		r.record.seconds = (uint32_t)(time(NULL) - s->opened);
	/* What is left there is a name to use. */
	lists_find(path_rundir(), s->line, s->unit ? LISTS_ACCOUNT_EXEC :
		   LISTS_ACCOUNT_CONNECTION, r.list);
	listen_format(&s->peer, peer);
	snprintf(r.user, sizeof(r.user), "%s", s->user);
	snprintf(r.peer, sizeof(r.peer), "%.*s", (int)strcspn(peer, " "), peer);
	snprintf(r.port, sizeof(r.port), "tty%u", s->line);
	error = spool_put(path_rundir(), &r);
	if (error && error != -ENOENT)
		log_err("accounting record lost: %s", strerror(-error));
}

void orphan_record(const struct session *s, bool died)
{
	struct journal j;

	/* Of a foreign one the state is as old as its adoption. */
	if (s->is_foreign || !*s->user ||
	    (!died && s->state != SESSION_OPEN))
		return;
	if (s->state == SESSION_OPEN) {
		record_close(s);
		account_close(s);
	}
	begin(&j, s, "logout");
	journal_add(&j, "MESSAGE=session %u: logout of %s: " REASON, s->id,
		    s->user);
	deliver(&j);
}

static bool is_alive(uint32_t session)
{
	const struct session_table *table = &sweep.server->sessions;

	for (size_t i = 0; i < SESSION_MAX; i++)
		if (table->slots[i].state != SESSION_FREE &&
		    table->slots[i].id == session)
			return true;
	for (size_t i = 0; i < sweep.alive_count; i++)
		if (sweep.alive[i] == session)
			return true;
	return false;
}

/* Others' units, of gettys and whatever fits the pattern, are theirs. */
static void on_unit(const char *unit)
{
	unsigned int session, n;
	char name[64];

	if (sscanf(unit, "vtymux-%u-%u.service", &session, &n) != 2)
		return;
	link_unit_name(session, n, name, sizeof(name));
	if (strcmp(name, unit) || is_alive(session))
		return;
	log_notice("session %u has no monitor: stopping its program, %s",
		   session, unit);
	manager_stop(unit);
}

static bool has_session(unsigned int vty)
{
	const struct session_table *table = &sweep.server->sessions;

	for (size_t i = 0; i < SESSION_MAX; i++)
		if (table->slots[i].state != SESSION_FREE &&
		    table->slots[i].vty == vty)
			return true;
	return false;
}

/* Return: whether somebody has the line; notes the session that he is. */
static bool note_owner(unsigned int vty)
{
	char owner[VTYMUX_OWNER_MAX + 1], *end;
	unsigned long session;
	int r = line_value(vty, "owner", owner, sizeof(owner));

	if (r < 0)	/* rather leave one too many alone */
		return r != -ENODEV;
	session = strtoul(owner, &end, 10);
	if (end != owner && *end == ':' && session <= UINT32_MAX)
		sweep.alive[sweep.alive_count++] = (uint32_t)session;
	return *owner != '\0';
}

static void on_settled(void *arg)
{
	unsigned int first, count = vtys_count(&first);

	(void)arg;
	sweep.timer = loop_remove(sweep.timer);
	sweep.alive_count = 0;
	for (unsigned int n = first;
	     n - first < count && n <= VTYMUX_LINE_MAX; n++) {
		if (note_owner(n) || has_session(n) || !utmp_has(n))
			continue;
		log_notice("line %u: nobody is on it, removed from utmp", n);
		utmp_logout(n, 0);
	}
	manager_list("vtymux-*.service", on_unit);
}

void orphan_start(const struct server *server)
{
	int r;

	sweep.server = server;
	r = loop_add_timer(SETTLE, on_settled, NULL, &sweep.timer);
	if (r < 0)
		log_err("programs of before are not looked for: %s",
			strerror(-r));
}

void orphan_stop(void)
{
	sweep.timer = loop_remove(sweep.timer);
}
