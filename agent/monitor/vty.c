// SPDX-License-Identifier: GPL-2.0-only
#include "vty.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "line.h"
#include "log.h"
#include "loop.h"
#include "monitor.h"
#include "notice.h"

/* "7:-@192.0.2.1": nobody knows the user yet. */
static void owner_label(const struct monitor *m, char *ret, size_t size)
{
	snprintf(ret, size, "%u:-@%.*s", m->config.session,
		 (int)strcspn(m->peer, " "), m->peer);
}

/*
 * The virtual lines that take the peer, but for the last ones, which are
 * reserved.
 */
static int claim_but(const struct monitor *m, unsigned int reserved,
		     const char *owner, unsigned int *ret_line)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX] = { 0 };
	unsigned int first = m->config.vty_first;
	unsigned int count = m->config.vty_count;
	unsigned int end = first + count - (reserved < count ? reserved : count);

	for (unsigned int n = first; n < end && n <= VTYMUX_LINE_MAX; n++)
		if (m->config.vtys[n / 32] >> n % 32 & 1)
			set[n / 64] |= UINT64_C(1) << n % 64;
	return claim_virtual(set, VTYMUX_CLAIM_WORDS_MAX, owner, ret_line);
}

int vty_claim(struct monitor *m)
{
	char owner[VTYMUX_OWNER_MAX + 1];
	int fd = -EBUSY;

	owner_label(m, owner, sizeof(owner));
	if (m->config.vty_reserve)
		fd = claim_but(m, m->config.vty_reserve, owner, &m->vty_line);
	if (fd == -EBUSY) {
		fd = claim_but(m, 0, owner, &m->vty_line);
		m->vty_reserved = fd >= 0 && m->config.vty_reserve;
	}
	if (fd < 0)
		return fd;
	m->vty = fd;
	monitor_report(m, LINK_VTY, m->vty_line);
	return 0;
}

static bool leave_reserved(struct monitor *m)
{
	char owner[VTYMUX_OWNER_MAX + 1];
	unsigned int line;
	int fd;

	owner_label(m, owner, sizeof(owner));
	fd = claim_but(m, m->config.vty_reserve, owner, &line);
	if (fd < 0)
		return false;
	close(m->vty);
	m->vty = fd;
	m->vty_line = line;
	m->vty_reserved = false;
	monitor_report(m, LINK_VTY, line);
	return true;
}

bool vty_admit(struct monitor *m, int notices)
{
	struct line line;
	int r;

	if (m->vty_reserved && m->privilege < 15 && !leave_reserved(m)) {
		notice(notices, "%% No free vty");
		return false;
	}
	if (m->target.kind != TARGET_EXEC)
		return true;
	if (m->exec_refused) {
		notice(notices, "%% Authorization failed");
		return false;
	}
	r = line_read(m->vty_line, &line);
	if (r < 0) {
		log_err("line %u: sysfs: %s", m->vty_line, strerror(-r));
		notice(notices, "%% Line %u is not available", m->vty_line);
		return false;
	}
	if (!line.exec) {
		notice(notices, "%% EXEC is disabled");
		return false;
	}
	if (!(line.transport & LINE_TRANSPORT_SSH)) {
		notice(notices, "%% Line %u: transport input does not allow ssh",
		       line.number);
		return false;
	}
	return true;
}

void vty_revoked(struct monitor *m)
{
	log_info("line %u cleared", m->vty_line);
	close(m->vty);
	m->vty = -1;
	loop_clear(m);
}
