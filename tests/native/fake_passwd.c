// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accounts for the monitor's EXEC sessions, in front of the C library's: "lab"
 * is a member of vtymux-admin, "good" is not. Their shell is $VTYMUX_SHELL,
 * else bash.
 */
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADMIN	60123

struct passwd *getpwnam(const char *name)
{
	static struct passwd account;
	struct passwd *(*real)(const char *);
	const char *shell = getenv("VTYMUX_SHELL");

	if (strcmp(name, "lab") && strcmp(name, "good")) {
		*(void **)&real = dlsym(RTLD_NEXT, "getpwnam");
		return real(name);
	}
	account = (struct passwd){
		.pw_name = (char *)(uintptr_t)(*name == 'l' ? "lab" : "good"),
		.pw_uid = 60001, .pw_gid = 60001, .pw_dir = (char *)"/",
		.pw_shell = (char *)(uintptr_t)(shell ? shell : "/bin/bash"),
	};
	return &account;
}

struct group *getgrnam(const char *name)
{
	static struct group admin = { .gr_gid = ADMIN };

	return strcmp(name, "vtymux-admin") ? NULL : &admin;
}

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *ngroups)
{
	(void)ngroups;
	groups[0] = group;
	groups[1] = ADMIN;
	*ngroups = strcmp(user, "lab") ? 1 : 2;
	return *ngroups;
}
