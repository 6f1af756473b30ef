// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "ctl.h"
#include "log.h"
#include "monitor.h"

#define INTERVAL	200	/* ms between two answers */

int control_connect(const struct monitor *m)
{
	struct ctl_identity who = {
		.privilege = m->level,
		.session = m->config.session,
		.line = m->vty_line,
	};
	int fd _cleanup_close_ = ctl_connect();
	int r;

	if (fd < 0)
		return fd;
	snprintf(who.user, sizeof(who.user), "%s", m->target.user);
	/* Without the port. */
	snprintf(who.peer, sizeof(who.peer), "%.*s", (int)strcspn(m->peer, " "),
		 m->peer);
	r = ctl_bind(fd, &who);
	return r < 0 ? r : take_fd(&fd);
}

void control_close(struct monitor *m)
{
	if (m->broker >= 0)
		close(m->broker);
	m->broker = -1;
	m->broker_at = 0;
}

int control_open(struct monitor *m)
{
	int pair[2];

	control_close(m);
	m->level = m->privilege;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	m->broker = pair[0];
	return pair[1];
}

int control_fd(struct monitor *m)
{
	if (m->broker_at && monitor_now() >= m->broker_at)
		m->broker_at = 0;
	return m->broker_at ? -1 : m->broker;
}

void control_serve(struct monitor *m)
{
	int r = ctl_broker_receive(m->broker);
	int fd _cleanup_close_ = -1;

	if (r == -EAGAIN)
		return;
	if (r < 0) {
		control_close(m);
		return;
	}
	m->broker_at = monitor_now() + INTERVAL;
	fd = control_connect(m);
	r = ctl_broker_answer(m->broker, fd);
	if (r < 0)
		log_warn("connection for the session: %s", strerror(-r));
}
