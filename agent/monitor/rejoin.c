// SPDX-License-Identifier: GPL-2.0-only
#include "rejoin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adopt.h"
#include "exec.h"
#include "log.h"
#include "monitor.h"
#include "path.h"

#define FIRST	100	/* ms; twice that after each try */
#define LAST	3200	/* a daemon that is stopped may stay so */

void rejoin_begin(struct monitor *m)
{
	m->rejoin_wait = FIRST;
	m->rejoin_at = monitor_now() + m->rejoin_wait;
}

/* The line the session is on, 0 without. */
static unsigned int open_line(const struct monitor *m)
{
	if (m->line && (m->claim >= 0 || m->tap >= 0))
		return m->line;
	return exec_is_open(m) ? m->vty_line : 0;
}

static enum adopt_state state_of(const struct monitor *m)
{
	switch (m->state) {
	case STATE_AUTHENTICATED:
	case STATE_OPEN:
		return open_line(m) ? ADOPT_OPEN : ADOPT_AUTHENTICATED;
	default:
		return ADOPT_LOGIN;
	}
}

static int join(const struct monitor *m)
{
	struct adopt_msg msg = {
		.magic = ADOPT_MAGIC,
		.version = LINK_VERSION,
		.session = m->config.session,
		.state = state_of(m),
		.vty = m->vty >= 0 ? m->vty_line : 0,
		.start = m->start,
		.unit = exec_unit(m),
		.algorithms = m->algorithms,
	};
	char path[4096];

	if (msg.state != ADOPT_LOGIN)
		snprintf(msg.user, sizeof(msg.user), "%s", m->target.user);
	if (msg.state == ADOPT_OPEN)
		msg.line = open_line(m);
	snprintf(msg.peer, sizeof(msg.peer), "%s", m->peer);
	snprintf(path, sizeof(path), "%s/" ADOPT_SOCKET, path_rundir());
	return adopt_connect(path, &msg);
}

int64_t rejoin_poll(struct monitor *m)
{
	int fd;

	if (!m->rejoin_at || monitor_now() < m->rejoin_at)
		return m->rejoin_at;
	fd = join(m);
	if (fd >= 0) {
		log_info("joined vtymuxd again");
		m->daemon = fd;
		m->rejoin_at = 0;
		return 0;
	}
	if (fd != -ENOENT && fd != -ECONNREFUSED && m->rejoin_wait == FIRST)
		log_warn("joining vtymuxd: %s", strerror(-fd));
	if (m->rejoin_wait < LAST)
		m->rejoin_wait *= 2;
	m->rejoin_at = monitor_now() + m->rejoin_wait;
	return m->rejoin_at;
}
