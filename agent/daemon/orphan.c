// SPDX-License-Identifier: GPL-2.0-only
#include "orphan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "log.h"
#include "loop.h"
#include "manager.h"
#include "server.h"
#include "utmp.h"
#include "vtys.h"

#define SETTLE	UINT64_C(10000000)	/* usec; monitors join within 4 s */

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
