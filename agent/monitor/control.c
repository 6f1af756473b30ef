// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "ctl.h"
#include "monitor.h"

int control_connect(const struct monitor *m)
{
	struct ctl_identity who = {
		.privilege = m->privilege,
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
