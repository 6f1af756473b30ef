// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int keys_check(const char *directory, char *fault, size_t size)
{
	static const char *const types[] = { "ed25519", "ecdsa", "rsa" };
	char path[4096];
	int count = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct stat st;

		snprintf(path, sizeof(path), "%s/ssh_host_%s_key", directory,
			 types[i]);
		if (lstat(path, &st) < 0)
			continue;
		if (!S_ISREG(st.st_mode) ||
		    (st.st_uid && st.st_uid != geteuid()) ||
		    st.st_mode & (S_IRWXG | S_IRWXO)) {
			snprintf(fault, size, "%s", path);
			return -EPERM;
		}
		count += st.st_size > 0;
	}
	return count;
}
