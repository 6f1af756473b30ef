// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_MAX	1024

static char tag_text[64];
static int max_level = LOG_INFO;
static void (*tee)(int level, const char *text);

void log_tee(void (*fn)(int level, const char *text))
{
	tee = fn;
}

void log_tag(const char *tag)
{
	snprintf(tag_text, sizeof(tag_text), "%s", tag ? tag : "");
}

void log_level(int level)
{
	max_level = level;
}

/* snprintf's result as an offset that stays inside the line. */
static size_t clamp(int n, size_t room)
{
	if (n < 0)
		return 0;
	return (size_t)n < room ? (size_t)n : room - 1;
}

void log_print(int level, const char *format, ...)
{
	char line[LOG_LINE_MAX + 1];	/* one more for the newline */
	int saved = errno;
	size_t start, len;
	va_list ap;

	if (level > max_level)
		return;
	start = clamp(snprintf(line, LOG_LINE_MAX, "<%d>%s", level & 7,
			       tag_text), LOG_LINE_MAX);
	va_start(ap, format);
	errno = saved;	/* for %m */
	len = start + clamp(vsnprintf(line + start, LOG_LINE_MAX - start,
				      format, ap), LOG_LINE_MAX - start);
	va_end(ap);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[len] = '\0';
	if (tee) {
		void (*fn)(int level, const char *text) = tee;

		tee = NULL;
		fn(level, line + start);
		tee = fn;
	}
	line[len++] = '\n';
	/* A log that cannot be written has nobody to tell. */
	if (write(STDERR_FILENO, line, len) < 0)
		len = 0;
	errno = saved;
}
