// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <string.h>

void text_append(char *to, size_t size, const void *from, size_t len,
		 bool newlines)
{
	const unsigned char *p = from;
	size_t at = strlen(to);

	for (; len && at + 1 < size; p++, len--)
		if ((*p >= 0x20 && *p < 0x7f) || (*p == '\n' && newlines))
			to[at++] = (char)*p;
	to[at] = '\0';
}
