// SPDX-License-Identifier: GPL-2.0-only
#include "privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define END	(-1)	/* of a list for capng_updatev() */

/* Sets permitted, effective and bounding set; clears the inheritable one. */
static int apply(bool with_child)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_updatev(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE |
			  CAPNG_PERMITTED | CAPNG_BOUNDING_SET),
			  CAP_SYS_TTY_CONFIG, CAP_KILL, CAP_AUDIT_WRITE, END))
		return -EINVAL;
	if (with_child &&
	    capng_updatev(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE |
			  CAPNG_PERMITTED | CAPNG_BOUNDING_SET), CAP_SETUID,
			  CAP_SETGID, CAP_SYS_CHROOT, CAP_SETPCAP, END))
		return -EINVAL;
	return capng_apply(CAPNG_SELECT_BOTH) ? -EPERM : 0;
}

/* Only a test build runs without root, and then has nothing to give up. */
static bool is_powerless(void)
{
#ifdef VTYMUX_TEST
	return geteuid() != 0;
#else
	return false;
#endif
}

int privilege_start(void)
{
	static const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return -errno;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	if (is_powerless())
		return 0;
	if (setgroups(0, NULL) < 0)
		return -errno;
	return apply(true);
}

int privilege_settle(void)
{
	return is_powerless() ? 0 : apply(false);
}
