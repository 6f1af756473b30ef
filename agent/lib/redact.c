// SPDX-License-Identifier: GPL-2.0-only
#include "redact.h"

#include <stdio.h>
#include <string.h>

#include "conf-cmd.h"

#define BLANK	" \t"

/* How much of a line is before its secret; all when there is none. */
static size_t before_secret(const char *line, size_t len)
{
	static const enum conf_mode modes[] = {
		CONF_MODE_GLOBAL, CONF_MODE_LINE, CONF_MODE_RADIUS,
		CONF_MODE_TACACS,
	};
	struct cmd_match match;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		size_t secret;

		match.cmd = NULL;
		cmd_match(conf_mode_table(modes[i]), line, &match);
		if (!match.cmd || !(match.cmd->flags & CMD_SECRET))
			continue;
		/* It is what the line ends with. */
		secret = *match.rest ? strlen(match.rest) : match.nargs ?
			strlen(match.args[match.nargs - 1].word) : 0;
		if (secret && secret <= len)
			return len - secret;
	}
	return len;
}

void redact_line(const char *line, char *to, size_t size)
{
	size_t len = strlen(line), keep;

	while (len && strchr(BLANK "\r\n", line[len - 1]))
		len--;
	keep = before_secret(line, len);
	if (keep == len) {
		snprintf(to, size, "%s", line);
		return;
	}
	/* How it is kept, "7 " or "9 ", is none. */
	if (line[keep + strspn(line + keep, "0123456789")] == ' ')
		keep += strspn(line + keep, "0123456789") + 1;
	snprintf(to, size, "%.*s<removed>", (int)keep, line);
}
