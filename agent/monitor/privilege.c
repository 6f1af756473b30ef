// SPDX-License-Identifier: GPL-2.0-only
#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "caps.h"

#define END	(-1)	/* of a list for updatev() */

enum stage {
	STAGE_START,	/* a session process is to be made */
	STAGE_LOGIN,
	STAGE_SESSION,
};

/* Sets permitted, effective and bounding set; clears the inheritable one. */
static int apply_by(const struct caps *c, enum stage stage)
{
	const capng_type_t own = CAPNG_EFFECTIVE | CAPNG_PERMITTED;
	const capng_type_t all = own | CAPNG_BOUNDING_SET;

	c->clear(CAPNG_SELECT_BOTH);
	if (c->updatev(CAPNG_ADD, all, CAP_SYS_TTY_CONFIG, CAP_KILL,
			  CAP_AUDIT_WRITE, END))
		return -EINVAL;
	/* No program that the monitor might start gets it back. */
	if (stage < STAGE_SESSION &&
	    c->update(CAPNG_ADD, own, CAP_DAC_READ_SEARCH))
		return -EINVAL;
	/* What asks servers becomes somebody else first. */
	if (stage < STAGE_SESSION &&
	    (c->updatev(CAPNG_ADD, all, CAP_SETUID, CAP_SETGID, END) ||
	     c->update(CAPNG_ADD, own, CAP_SETPCAP)))
		return -EINVAL;
	if (stage < STAGE_LOGIN &&
	    c->updatev(CAPNG_ADD, all, CAP_SYS_CHROOT, CAP_SETPCAP, END))
		return -EINVAL;
	return c->apply(CAPNG_SELECT_BOTH) ? -EPERM : 0;
}

/* The library stays from the first stage to the last. */
static int apply(enum stage stage)
{
	static struct caps c;
	int r = c.library ? 0 : caps_load(&c);

	if (!r)
		r = apply_by(&c, stage);
	if (stage == STAGE_SESSION)
		caps_unload(&c);
	return r;
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
	return apply(STAGE_START);
}

int privilege_settle(void)
{
	return is_powerless() ? 0 : apply(STAGE_LOGIN);
}

int privilege_logged_in(void)
{
	return is_powerless() ? 0 : apply(STAGE_SESSION);
}
