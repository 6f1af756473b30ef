// SPDX-License-Identifier: GPL-2.0-only
#include "vtys.h"

#include <stdio.h>

#include <linux/vtymux.h>

#include "cleanup.h"
#include "path.h"

static unsigned int parameter(const char *name)
{
	FILE *file _cleanup_file_ = NULL;
	unsigned int value;
	char path[4096];

	snprintf(path, sizeof(path), "%s/parameters/%s", path_module(), name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%u", &value) != 1 ||
	    value > VTYMUX_LINE_MAX)
		return 0;
	return value;
}

unsigned int vtys_count(unsigned int *ret_first)
{
	*ret_first = parameter("tty_lines") + 1;
	return parameter("virtual_lines");
}
