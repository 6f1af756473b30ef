// SPDX-License-Identifier: GPL-2.0-only
/* write_services RUNDIR: the PAM services as vtymuxd writes them at start. */
#include <stdio.h>
#include <string.h>

#include "service.h"

int main(int argc, char **argv)
{
	int r = argc == 2 ? service_write_all(argv[1]) : -22;

	if (r < 0)
		fprintf(stderr, "write_services: %s\n", strerror(-r));
	return r < 0;
}
