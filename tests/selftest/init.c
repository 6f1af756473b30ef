// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only program of a guest: loads /vtymux.ko, which tests itself, and shows
 * that it is not loaded when one of those tests fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Return: 0 or an errno. */
static int load(const char *parameters)
{
	int fd = open("/vtymux.ko", O_RDONLY | O_CLOEXEC);
	long r = syscall(SYS_finit_module, fd, parameters, 0);
	int err = r < 0 ? errno : 0;

	close(fd);
	return err;
}

static bool loaded(void)
{
	return access("/sys/module/vtymux", F_OK) == 0;
}

static void verdict(bool ok, const char *what, const char *detail)
{
	printf("%s - selftest: %s%s\n", ok ? "ok" : "not ok", what, detail);
}

static void check_break(const char *name)
{
	char parameters[64];
	int err;

	snprintf(parameters, sizeof(parameters), "selftest_break=%s", name);
	err = load(parameters);
	verdict(err == ENOTRECOVERABLE && !loaded(),
		"the module is refused when this fails: ", name);
	if (err && err != ENOTRECOVERABLE)
		printf("# %s\n", strerror(err));
	syscall(SYS_delete_module, "vtymux", 0);
}

int main(void)
{
	static const char *const names[] = { "conf", "ring", "queue", "choice" };
	int err;

	mkdir("/sys", 0755);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_break(names[i]);
	err = load("");
	verdict(!err && loaded(), "all pass and the module is loaded", "");
	if (err)
		printf("# %s\n", strerror(err));
	verdict(syscall(SYS_delete_module, "vtymux", 0) == 0 && !loaded(),
		"it can be unloaded", "");
	puts("selftest done");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
