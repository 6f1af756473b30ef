// SPDX-License-Identifier: GPL-2.0-only
#include "module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vtymux.h>

const char *module_arg(int argc, const char **argv, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], name, len) && argv[i][len] == '=')
			return argv[i] + len + 1;
	return NULL;
}

long module_number(int argc, const char **argv, const char *name,
		   long fallback)
{
	const char *value = module_arg(argc, argv, name);
	char *end;
	long n;

	if (!value)
		return fallback;
	errno = 0;
	n = strtol(value, &end, 10);
	return !*value || *end || errno || n < 0 ? -1 : n;
}

int module_setenv(pam_handle_t *h, const char *name, const char *value)
{
	char text[2048];
	int n = snprintf(text, sizeof(text), "%s=%s", name, value);

	if (n < 0 || (size_t)n >= sizeof(text))
		return PAM_BUF_ERR;
	return pam_putenv(h, text);
}

unsigned int module_target(pam_handle_t *h)
{
	const char *text = pam_getenv(h, MODULE_ENABLE);
	unsigned long level;
	char *end;

	if (!text || *text < '1' || *text > '9')
		return 0;
	level = strtoul(text, &end, 10);
	return *end || level > 15 ? 0 : (unsigned int)level;
}

const char *module_item(pam_handle_t *h, int item)
{
	const void *value = NULL;

	if (pam_get_item(h, item, &value) != PAM_SUCCESS || !value)
		return "";
	return value;
}

unsigned int module_line(pam_handle_t *h)
{
	static const char prefix[] = VTYMUX_LINE_PREFIX;
	const char *tty = module_item(h, PAM_TTY);
	unsigned long line;
	char *end;

	if (strncmp(tty, prefix, sizeof(prefix) - 1))
		return 0;
	tty += sizeof(prefix) - 1;
	line = strtoul(tty, &end, 10);
	return *tty < '1' || *tty > '9' || *end || line > VTYMUX_LINE_MAX ? 0 :
		(unsigned int)line;
}
