/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of a server, made fit for a terminal and a log. */
#ifndef AGENT_TEXT_H
#define AGENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Appends the printable ASCII of @from to a string; what is too long is cut. */
void text_append(char *to, size_t size, const void *from, size_t len,
		 bool newlines);

#endif /* AGENT_TEXT_H */
