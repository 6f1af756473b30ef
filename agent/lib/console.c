// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"

#include <fcntl.h>
#include <string.h>

#include "cleanup.h"

bool console_in_list(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (*text) {
		if (strcspn(text, " \t\n") == len && !strncmp(text, name, len))
			return len > 0;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return false;
}

bool console_in_cmdline(const char *text, const char *name)
{
	static const char key[] = "console=";
	size_t len = strlen(name);

	while (*(text += strspn(text, " \t\n"))) {
		size_t word = strcspn(text, " \t\n");
		const char *value = text + sizeof(key) - 1;

		if (!strncmp(text, key, sizeof(key) - 1) &&
		    strcspn(value, ", \t\n") == len &&
		    !strncmp(value, name, len))
			return len > 0;
		text += word;
	}
	return false;
}

static void read_text(const char *path, char *text, size_t size)
{
	int fd _cleanup_close_ = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && len < size - 1 &&
	       (n = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
}

bool console_is(const char *name)
{
	char text[8192];

	read_text("/proc/consoles", text, sizeof(text));
	if (console_in_list(text, name))
		return true;
	read_text("/proc/cmdline", text, sizeof(text));
	return console_in_cmdline(text, name);
}
