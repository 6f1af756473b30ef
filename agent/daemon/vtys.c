// SPDX-License-Identifier: GPL-2.0-only
#include "vtys.h"

#include <stdio.h>

#include <linux/vtymux.h>

#include "cleanup.h"

static unsigned int parameter(const char *path)
{
	FILE *file _cleanup_file_ = fopen(path, "re");
	unsigned int value;

	if (!file || fscanf(file, "%u", &value) != 1 ||
	    value > VTYMUX_LINE_MAX)
		return 0;
	return value;
}

unsigned int vtys_count(unsigned int *ret_first)
{
	*ret_first = parameter("/sys/module/vtymux/parameters/tty_lines") + 1;
	return parameter("/sys/module/vtymux/parameters/virtual_lines");
}
