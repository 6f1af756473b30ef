/* SPDX-License-Identifier: GPL-2.0-only */
/* Configurations for eyes that need not see secrets: reports, logs. */
#ifndef AGENT_REDACT_H
#define AGENT_REDACT_H

#include <stddef.h>

/**
 * redact_line() - a line of a configuration, "<removed>" for its secret
 * @line: as in the running configuration, in whatever block
 * @to: receives as much as fits; what cannot be understood is copied
 */
void redact_line(const char *line, char *to, size_t size);

#endif /* AGENT_REDACT_H */
