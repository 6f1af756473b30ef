/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists, groups and users compiled to PAM services and the files their modules
 * read, in a directory that only root may enter.
 */
#ifndef AGENT_COMPILE_H
#define AGENT_COMPILE_H

#include "aaa-config.h"

/* Told about each list or group that is not usable, and denies. */
typedef void (*compile_report_fn)(const char *what, const char *why, void *arg);

/**
 * compile_write() - write everything anew
 * @rundir: existing directory that only root may write to, no space in it
 *
 * A new directory "aaa.N" becomes what the symbolic link "pam.d" names, in one
 * step: a login sees all old services or all new ones. The one before stays,
 * for logins under way that have still to read its files.
 *
 * Besides the lists of @config there are always "exec-default",
 * "reverse-default", "enable-default" (`enable` when it is not defined),
 * "login-default" (`local system` when it is not defined) and
 * SERVICE_UNDEFINED.
 *
 * Return: 0 or -errno; on failure the old services stay.
 */
int compile_write(const char *rundir, const struct aaa_config *config,
		  compile_report_fn report, void *arg);

#endif /* AGENT_COMPILE_H */
