// SPDX-License-Identifier: GPL-2.0-only
#include "getty.h"

#include <stdbool.h>
#include <stdio.h>

#include <linux/vtymux.h>

#include "log.h"
#include "loop.h"
#include "manager.h"
#include "nl.h"

#define FAST		5		/* starts in a row without a pause */
#define PAUSE		UINT64_C(10000000)	/* usec between later ones */
#define FORGET		UINT64_C(60000000)	/* usec; then it is a new row */

/* Of a line: starts since somebody had it open. */
static struct getty {
	bool asked;		/* the manager has not answered */
	unsigned int tries;
	uint64_t last;		/* loop_now() of the last */
} gettys[VTYMUX_LINE_MAX + 1];

static void unit_name(unsigned int line, char *ret, size_t size)
{
	snprintf(ret, size, "vtymux-getty@%u.service", line);
}

/* A line that goes on sending, with a unit that does not run, is told twice. */
static void on_started(const char *error, unsigned int line)
{
	struct getty *g = &gettys[line];

	g->asked = false;
	if (error && g->tries == 1)
		log_err("line %u: login not started: %s", line, error);
	else if (g->tries == 1)
		log_info("line %u: input, login started", line);
	else if (g->tries == FAST)
		log_warn("line %u: input, but no login comes up; next tries are %u s apart",
			 line, (unsigned int)(PAUSE / 1000000));
}

void getty_input(struct nl_client *nl, unsigned int line)
{
	uint64_t now = loop_now();
	struct getty *g;
	struct nl_line l;
	char unit[64];

	if (line > VTYMUX_LINE_MAX)
		return;
	g = &gettys[line];
	if (g->tries && now >= g->last + FORGET)
		g->tries = 0;
	if (g->asked || (g->tries >= FAST && now < g->last + PAUSE))
		return;
	if (nl_client_get(nl, line, &l) < 0 || l.type != VTYMUX_LINE_TTY ||
	    !l.exec || l.state != VTYMUX_STATE_IDLE)
		return;
	g->tries++;
	g->last = now;
	g->asked = true;
	unit_name(line, unit, sizeof(unit));
	manager_start(unit, on_started, line);
}

void getty_opened(unsigned int line)
{
	if (line <= VTYMUX_LINE_MAX)
		gettys[line].tries = 0;
}

/* The kernel has hung it up; what sits in its password prompt goes, too. */
void getty_changed(struct nl_client *nl, unsigned int line)
{
	struct nl_line l;
	char unit[64];

	if (nl_client_get(nl, line, &l) < 0 || l.type != VTYMUX_LINE_TTY ||
	    l.exec || l.state != VTYMUX_STATE_ACTIVE || *l.owner)
		return;
	unit_name(line, unit, sizeof(unit));
	manager_stop(unit);
}
