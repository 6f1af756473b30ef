/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are. Fixed at build time; only a build with VTYMUX_TEST looks
 * at the environment (VTYMUX_SYSFS, VTYMUX_MODULE, VTYMUX_DEV, VTYMUX_RUNDIR,
 * VTYMUX_SYSCONFDIR, VTYMUX_BINDIR, VTYMUX_LIBEXECDIR), so that an installed
 * program cannot be pointed elsewhere. The strings are constant for the life of the process.
 */
#ifndef AGENT_PATH_H
#define AGENT_PATH_H

const char *path_sysfs(void);		/* holds vty1 ...: /sys/class/tty */
const char *path_module(void);		/* /sys/module/vtymux */
const char *path_dev(void);		/* holds vtymux, vty1 ...: /dev */
const char *path_rundir(void);		/* /run/vtymux */
const char *path_sysconfdir(void);	/* /etc/vtymux */
const char *path_bindir(void);		/* holds vtymux */
const char *path_libexecdir(void);	/* holds vtymux-monitor, vtymux-sshd */

#endif /* AGENT_PATH_H */
