// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"
#include "ktvirt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const attributes[] = {
	"name", "exec", "transport_input", "rotary", "login_authentication",
	"speed", "databits", "parity", "stopbits", "flowcontrol", "modem",
	"session_timeout", "exec_timeout", "absolute_timeout", "history",
	"backing", "state", "owner", "type", "line", "statistics/rx",
};
#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

static const char *const words[] = {
	"", " ", "\n", "0", "1", "2", "8", "1.5", "300", "9600", "115200",
	"65536", "1048576", "1048577", "-1", "4294967296", "0x10", "08",
	"none", "all", "ssh", "telnet", "ssh telnet", "telnet ssh", "even",
	"odd", "mark", "space", "hardware", "software", "inout", "dtr-active",
	"cts-required", "default", "1 2 3", "127", "128", "1 1", "3 2", "rotary1",
	"fuzz", "fuzz.1", "a-b_c", "../x", "/dev/ptmx", "/dev/null", "/dev/tty",
	"tty", "ttyS0", "vty1", "console", "abcdefghijklmnopqrstuvwxyz012345",
};

/* Text for an attribute. Return: its length, up to @size. */
static size_t make(const struct kt_pair *pair, char *text, size_t size)
{
	size_t n = 0;

	if (!fuzz_any(8))
		n = (size_t)snprintf(text, size, "%s", pair->backing);
	for (unsigned int i = fuzz_any(8) ? 1 : fuzz_any(40); i; i--)
		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "",
				      words[fuzz_any(sizeof(words) /
						     sizeof(words[0]))]);
	if (!fuzz_any(8))
		n += (size_t)snprintf(text + n, size - n, "%u", fuzz_number());
	if (!fuzz_any(16)) {
		n = fuzz_any((unsigned int)size - 1);
		fuzz_bytes(text, n);
	}
	if (n && !fuzz_any(8))
		text[fuzz_any((unsigned int)n)] = (char)random();
	if (fuzz_any(4) && n < size)
		text[n++] = '\n';
	return n;
}

/* It is one line of printable characters. */
static bool presentable(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* By the module's own hand: the device may go, and its name with it. */
static bool changes_itself(const char *attr)
{
	return !strcmp(attr, "state") || !strcmp(attr, "owner") ||
	       !strncmp(attr, "statistics", 10);
}

static void check(unsigned int line, const char *attr, const char *before,
		  int r)
{
	char after[KT_ATTR_MAX];
	int n = kt_read(line, attr, after);

	if (n < 0 || !presentable(after, (size_t)n)) {
		kt_ok(false, "line %u: %s can be read: %d", line, attr, n);
		return;
	}
	if (changes_itself(attr))
		return;
	if (r < 0 && strcmp(before, after))
		kt_ok(false, "line %u: a refused write leaves %s \"%s\": \"%s\"",
		      line, attr, before, after);
	/* A device may be taken, or be no device. */
	if (r >= 0 && strcmp(attr, "backing")) {
		r = kt_set(line, attr, after);
		if (r < 0)
			kt_ok(false, "line %u: %s \"%s\" can be written back: %s",
			      line, attr, after, strerror(-r));
	}
}

/* Nonsense, or some lines more than there were. */
static void resize(void)
{
	static unsigned int lines;
	char text[32];

	if (!lines)
		lines = ktv_parameter("virtual_lines");
	snprintf(text, sizeof(text), "%s%u", fuzz_any(8) ? "" : "-",
		 fuzz_any(3) ? lines + fuzz_any(8) : fuzz_number() % (2 * lines));
	ktv_resize(text);
}

void fuzz_attributes(const struct kt_args *args)
{
	const struct kt_pair *pair = fuzz_pair(args);
	const char *attr = attributes[fuzz_any(ATTRIBUTES)];
	char text[KT_ATTR_MAX], before[KT_ATTR_MAX];

	if (!fuzz_any(64))
		resize();
	if (kt_read(pair->line, attr, before) < 0)
		strcpy(before, "?");
	check(pair->line, attr, before,
	      kt_write(pair->line, attr, text,
		       make(pair, text, sizeof(text))));
}
