// SPDX-License-Identifier: GPL-2.0-only
/*
 * compile_conf FILE: the PAM services of a configuration, and which lists its
 * lines name, as vtymuxd does it.
 */
#include <stdio.h>
#include <string.h>

#include "../../agent/daemon/aaa.h"
#include "conf-policy.h"
#include "conf.h"
#include "path.h"

static void report(unsigned int line, const char *reason, void *arg)
{
	fprintf(stderr, "%s:%u: %s\n", (const char *)arg, line, reason);
}

/* Of the lines, as the daemon mirrors them. */
static int write_lists(const struct conf *conf)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" LISTS_FILE, path_rundir());
	file = fopen(path, "w");
	if (!file)
		return -1;
	conf_print_lists(conf, file);
	return fclose(file);
}

int main(int argc, char **argv)
{
	struct conf conf;
	int r;

	if (argc != 2)
		return 2;
	conf_init(&conf);
	r = conf_load(&conf, argv[1], NULL, report, argv[1]);
	if (r < 0)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-r));
	else
		aaa_apply(&conf);
	if (r >= 0)
		r |= write_lists(&conf);
	conf_free(&conf);
	return r != 0;
}
