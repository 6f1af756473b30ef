/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory that looks like /sys/class/tty to the agent. */
#ifndef TESTS_UNIT_SYSFS_H
#define TESTS_UNIT_SYSFS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char sysfs_dir[] = "/tmp/check-sysfs-XXXXXX";

/* One value, with its newline, as the kernel shows it. */
static void sysfs_set(unsigned int line, const char *attribute,
		      const char *value)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/vty%u/%s", sysfs_dir, line, attribute);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s\n", value);
	fclose(f);
}

/* A line with the defaults of a bound tty line. */
static void sysfs_add(unsigned int line)
{
	static const char *const defaults[][2] = {
		{ "type", "tty" }, { "name", "" }, { "backing", "ttyS1" },
		{ "exec", "0" }, { "transport_input", "ssh" },
		{ "rotary", "" }, { "login_authentication", "default" },
		{ "state", "idle" }, { "owner", "" },
	};
	char path[256];

	snprintf(path, sizeof(path), "%s/vty%u", sysfs_dir, line);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		sysfs_set(line, defaults[i][0], defaults[i][1]);
}

static void sysfs_setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(sysfs_dir));
	setenv("VTYMUX_SYSFS", sysfs_dir, 1);
}

static void sysfs_teardown(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s", sysfs_dir);
	ck_assert_int_eq(system(command), 0);
}

#endif /* TESTS_UNIT_SYSFS_H */
