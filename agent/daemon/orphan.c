// SPDX-License-Identifier: GPL-2.0-only
#include "orphan.h"

#include "log.h"
#include "manager.h"
#include "session.h"
#include "utmp.h"

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
