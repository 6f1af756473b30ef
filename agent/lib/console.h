/* SPDX-License-Identifier: GPL-2.0-only */
/* The ttys the kernel prints to. */
#ifndef AGENT_CONSOLE_H
#define AGENT_CONSOLE_H

#include <stdbool.h>

/* Whether a line of @text, the content of /proc/consoles, begins with @name. */
bool console_in_list(const char *text, const char *name);

/* Whether @text, a kernel command line, has console=@name, options or not. */
bool console_in_cmdline(const char *text, const char *name);

/**
 * console_is() - whether a tty is a console, by either of the two
 * A file that cannot be read counts as empty.
 */
bool console_is(const char *name);

#endif /* AGENT_CONSOLE_H */
