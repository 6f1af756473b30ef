// SPDX-License-Identifier: GPL-2.0-only
#include "path.h"

#include <stdlib.h>

#ifdef VTYMUX_TEST
static const char *pick(const char *variable, const char *fixed)
{
	const char *value = getenv(variable);

	return value && *value ? value : fixed;
}
#else
#define pick(variable, fixed) (fixed)
#endif

const char *path_sysfs(void)
{
	return pick("VTYMUX_SYSFS", "/sys/class/tty");
}

const char *path_module(void)
{
	return pick("VTYMUX_MODULE", "/sys/module/vtymux");
}

const char *path_dev(void)
{
	return pick("VTYMUX_DEV", "/dev");
}

const char *path_rundir(void)
{
	return pick("VTYMUX_RUNDIR", VTYMUX_RUNDIR);
}

const char *path_sysconfdir(void)
{
	return pick("VTYMUX_SYSCONFDIR", VTYMUX_SYSCONFDIR);
}

const char *path_bindir(void)
{
	return pick("VTYMUX_BINDIR", VTYMUX_BINDIR);
}

const char *path_libexecdir(void)
{
	return pick("VTYMUX_LIBEXECDIR", VTYMUX_LIBEXECDIR);
}
