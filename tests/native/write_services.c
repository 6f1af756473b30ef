// SPDX-License-Identifier: GPL-2.0-only
/* write_services RUNDIR: the PAM services as vtymuxd writes them at start. */
#include <stdio.h>
#include <string.h>

#include "compile.h"

static void report(const char *what, const char *why, void *arg)
{
	(void)arg;
	fprintf(stderr, "write_services: %s: %s\n", what, why);
}

int main(int argc, char **argv)
{
	const struct aaa_config config = { .login_time = 120 };
	int r = argc == 2 ? compile_write(argv[1], &config, report, NULL) : -22;

	if (r < 0)
		fprintf(stderr, "write_services: %s\n", strerror(-r));
	return r < 0;
}
