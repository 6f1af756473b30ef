// SPDX-License-Identifier: GPL-2.0-only
#include "getty.h"

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "manager.h"
#include "nl.h"

static void unit_name(unsigned int line, char *ret, size_t size)
{
	snprintf(ret, size, "vtymux-getty@%u.service", line);
}

void getty_input(struct nl_client *nl, unsigned int line)
{
	struct nl_line l;
	char unit[64];
	int r;

	if (nl_client_get(nl, line, &l) < 0 || l.type != VTYMUX_LINE_TTY ||
	    !l.exec || l.state != VTYMUX_STATE_IDLE)
		return;
	unit_name(line, unit, sizeof(unit));
	r = manager_start(unit);
	if (r < 0)
		log_err("line %u: starting %s: %s", line, unit, strerror(-r));
	else
		log_info("line %u: input, login started", line);
}

/* The kernel has hung it up; what sits in its password prompt goes, too. */
void getty_changed(struct nl_client *nl, unsigned int line)
{
	struct nl_line l;
	char unit[64];
	int r;

	if (nl_client_get(nl, line, &l) < 0 || l.type != VTYMUX_LINE_TTY ||
	    l.exec || l.state != VTYMUX_STATE_ACTIVE || *l.owner)
		return;
	unit_name(line, unit, sizeof(unit));
	r = manager_stop(unit);
	if (r < 0)
		log_err("line %u: stopping %s: %s", line, unit, strerror(-r));
}
