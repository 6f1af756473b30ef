// SPDX-License-Identifier: GPL-2.0-only
#include "selftest.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

/* That a failure has the effect it should have is to be seen without one. */
static char *selftest_break = "";
module_param(selftest_break, charp, 0444);
MODULE_PARM_DESC(selftest_break, "selftest whose first check is to fail");

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
	{ "conf", vtymux_selftest_conf },
	{ "ring", vtymux_selftest_ring },
	{ "queue", vtymux_selftest_queue },
	{ "choice", vtymux_selftest_choice },
};

static const char *name;	/* of the test that runs */
static bool breaks;		/* its next check is to fail */

bool vtymux_selftest_check(bool ok, const char *what)
{
	if (breaks)
		ok = false;
	breaks = false;
	if (!ok)
		pr_err("vtymux: selftest %s: %s does not hold\n", name, what);
	return ok;
}

int vtymux_selftest(void)
{
	unsigned int i;
	bool all = true;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		bool ok;

		name = tests[i].name;
		breaks = !strcmp(selftest_break, name);
		ok = tests[i].run() && !breaks;
		pr_info("vtymux: selftest %s: %s\n", name,
			ok ? "pass" : "FAIL");
		all = all && ok;
	}
	return all ? 0 : -ENOTRECOVERABLE;
}
