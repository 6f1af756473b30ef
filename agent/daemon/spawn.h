/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting a monitor for a connection. */
#ifndef DAEMON_SPAWN_H
#define DAEMON_SPAWN_H

#include <sys/types.h>

/**
 * spawn_monitor() - fork and exec vtymux-monitor
 * @connection: becomes LINK_FD_CONNECTION, stays the caller's here
 * @ret_link: our end of the link, close-on-exec, the caller's to close
 *
 * The monitor starts with an environment of its own, default signals, only the
 * descriptors 0 to LINK_FD_DAEMON, and limits. Return: its pid, or -errno. A
 * failing exec shows as an exit status of 127.
 */
pid_t spawn_monitor(int connection, int *ret_link);

#endif /* DAEMON_SPAWN_H */
