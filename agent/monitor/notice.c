// SPDX-License-Identifier: GPL-2.0-only
#include "notice.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define NOTICE_MAX	160	/* the longest: a thief's name of 64 */

void notice(int fd, const char *format, ...)
{
	char text[NOTICE_MAX];
	va_list ap;
	int len;

	va_start(ap, format);
	len = vsnprintf(text, sizeof(text) - 2, format, ap);
	va_end(ap);
	if (len < 0)
		return;
	if ((size_t)len > sizeof(text) - 3)
		len = sizeof(text) - 3;
	log_info("%s", text);
	memcpy(text + len, "\r\n", 2);
	/* A reader that is gone needs no text. */
	if (write(fd, text, (size_t)len + 2) < 0 && errno != EPIPE)
		log_warn("notice: %m");
}

void notice_text(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n = write(fd, text, len);

	if (n < 0 ? errno != EPIPE : (size_t)n < len)
		log_warn("notice: a text of %zu bytes is incomplete", len);
}
