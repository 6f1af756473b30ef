// SPDX-License-Identifier: GPL-2.0-only
/*
 * The uevents of a line's attributes, as udev hears them: one "change" for each
 * write that succeeds, none for one that is refused.
 */
#include "kt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

/* @bad: is refused; NULL if there is no such value. */
static const struct {
	const char *attr, *good, *bad;
} attrs[] = {
	{ "name", "uevent-test", "12" },
	{ "exec", "1", "2" },
	{ "transport_input", "telnet", "rlogin" },
	{ "rotary", "1 127", "1 128" },
	{ "login_authentication", "uevent", "a b" },
	{ "speed", "19200", "49" },
	{ "databits", "7", "9" },
	{ "parity", "odd", "odder" },
	{ "stopbits", "2", "3" },
	{ "flowcontrol", "software", "soft" },
	{ "modem", "inout", "callin" },
	{ "session_timeout", "7", "-1" },
	{ "exec_timeout", "7", "2147483648" },
	{ "absolute_timeout", "7", "seven" },
	{ "history", "1000", "1048577" },
};
#define ATTRS	(sizeof(attrs) / sizeof(attrs[0]))

static int sock;
static unsigned int line;

static void subscribe(void)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	sock = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
		      NETLINK_KOBJECT_UEVENT);
	if (sock < 0 || bind(sock, (struct sockaddr *)&self, sizeof(self)) < 0)
		kt_bail("no uevents: %s", strerror(errno));
}

/* The value of @key in what came, or "". */
static const char *value(const char *text, size_t n, const char *key)
{
	size_t len = strlen(key);

	for (size_t at = 0; at < n; at += strlen(text + at) + 1)
		if (!strncmp(text + at, key, len) && text[at + len] == '=')
			return text + at + len + 1;
	return "";
}

/*
 * How many of the uevents that are here are changes of line @number? A write
 * has sent its own when it returns. Another for the line is a failure, too.
 */
static int changes(unsigned int number)
{
	char text[8192], name[16];
	int found = 0;
	ssize_t n;

	snprintf(name, sizeof(name), VTYMUX_LINE_PREFIX "%u", number);
	while ((n = recv(sock, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0 ||
	       (n < 0 && errno == ENOBUFS)) {
		if (n < 0)
			kt_bail("uevents were lost");
		text[n] = '\0';
		if (strcmp(value(text, (size_t)n, "DEVNAME"), name))
			continue;
		if (strcmp(value(text, (size_t)n, "ACTION"), "change") ||
		    strcmp(value(text, (size_t)n, "SUBSYSTEM"), "tty")) {
			kt_comment("%s", text);
			return -EBADMSG;
		}
		found++;
	}
	return found;
}

static void check(unsigned int number, const char *attr, const char *text,
		  bool is_good, const char *what)
{
	int r, n;

	changes(number);
	r = kt_set(number, attr, text);
	n = changes(number);
	if (!kt_ok((r == 0) == is_good && n == is_good, "%s: %s", attr, what))
		kt_comment("error %d, %d uevents", r, n);
}

static void check_attributes(void)
{
	for (size_t i = 0; i < ATTRS; i++) {
		check(line, attrs[i].attr, attrs[i].good, true,
		      "a write sends a change");
		check(line, attrs[i].attr, attrs[i].good, true,
		      "... the same value, too");
		check(line, attrs[i].attr, attrs[i].bad, false,
		      "one that is refused sends none");
	}
}

static void check_state(const char *backing)
{
	unsigned int other;

	if (!kt_unbound_lines(line, &other, 1))
		kt_bail("there is no other line");
	check(other, "name", "uevent-test", false,
	      "another line's name sends none");
	check(line, "backing", "ttyNONE7", false, "no device sends none");
	check(line, "backing", backing, true, "binding sends a change");
	check(other, "backing", backing, false,
	      "what another line has sends none");
	check(line, "backing", "", true, "unbinding sends a change");
	check(line, "state", "idle", false, "read-only sends none");
	check(line, "statistics/rx", "0", false, "read-only sends none");
}

static void check_virtual(void)
{
	unsigned int v = 1;

	while (kt_attr_is(v, "type", "tty"))
		v++;
	if (!kt_attr_is(v, "type", "virtual")) {
		kt_skip("there is none", "a virtual line");
		return;
	}
	check(v, "name", "uevent-virtual", true, "virtual: sends a change");
	check(v, "name", "12", false, "virtual: refused sends none");
	check(v, "name", "", true, "virtual: sends a change");
	check(v, "backing", "ttyS0", false, "virtual: refused sends none");
}

static void run(const struct kt_args *args)
{
	line = args->line;
	subscribe();
	check_attributes();
	kt_set(line, "modem", "none");
	kt_set(line, "flowcontrol", "none");
	check_state(args->backing);
	check_virtual();
}

int main(int argc, char **argv)
{
	return kt_main("uevent", 60, argc, argv, run);
}
