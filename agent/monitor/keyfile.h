/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where authorized keys are: those of the configuration, which the daemon
 * leaves in the run directory, and ~/.ssh/authorized_keys of Linux accounts.
 */
#ifndef MONITOR_KEYFILE_H
#define MONITOR_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

enum keyfile_source {
	KEYFILE_NONE,
	KEYFILE_HOME,
	KEYFILE_CONFIGURED,	/* also when it is in the home, too */
};

/**
 * keyfile_authorizes() - where it stands that a key may log a user in
 * @user: NULL for a name that cannot be anybody's; looks for nobody's keys
 *
 * A file that others than root and the user could have written is not used,
 * and says so in the log: the file itself and every directory above it must
 * belong to one of the two and be writable for neither group nor others. uid 0
 * has no authorized_keys.
 */
enum keyfile_source keyfile_authorizes(const char *user, const uint8_t *key,
				       size_t len);

#endif /* MONITOR_KEYFILE_H */
