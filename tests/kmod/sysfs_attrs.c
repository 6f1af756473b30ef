// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every sysfs attribute of a line: what it holds at first, what it takes, and
 * that a write it refuses changes nothing. Runs on an unbound line.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HUGE_WRITE 5000

/* Accepted: written, then read back as. */
static const struct {
	const char *attr, *write, *read;
} good[] = {
	{ "name", "sw1-console", "sw1-console" },
	{ "name", "A", "A" },
	{ "name", "a.b_c-d", "a.b_c-d" },
	{ "name", "1a", "1a" },
	{ "name", "abcdefghijklmnopqrstuvwxyz01234", NULL },
	{ "name", "", "" },
	{ "exec", "1", "1" },
	{ "exec", "0", "0" },
	{ "transport_input", "ssh", "ssh" },
	{ "transport_input", "telnet", "telnet" },
	{ "transport_input", "all", "all" },
	{ "transport_input", "none", "none" },
	{ "rotary", "1", "1" },
	{ "rotary", "127 1 64", "1 64 127" },
	{ "rotary", "3 2 1", "1 2 3" },
	{ "rotary", "", "" },
	{ "login_authentication", "console-users", "console-users" },
	{ "login_authentication", "abcdefghijklmnopqrstuvwxyz01234", NULL },
	{ "login_authentication", "default", "default" },
	{ "speed", "50", "50" },
	{ "speed", "115200", "115200" },
	{ "speed", "4000000", "4000000" },
	{ "speed", "12345", "12345" },
	{ "databits", "5", "5" },
	{ "databits", "6", "6" },
	{ "databits", "7", "7" },
	{ "databits", "8", "8" },
	{ "parity", "even", "even" },
	{ "parity", "odd", "odd" },
	{ "parity", "mark", "mark" },
	{ "parity", "space", "space" },
	{ "parity", "none", "none" },
	{ "stopbits", "2", "2" },
	{ "stopbits", "1.5", "1.5" },
	{ "stopbits", "1", "1" },
	{ "flowcontrol", "hardware", "hardware" },
	{ "flowcontrol", "software", "software" },
	{ "flowcontrol", "none", "none" },
	{ "history", "0", "0" },
	{ "history", "1", "1" },
	{ "history", "1048576", "1048576" },
	{ "history", "65536", "65536" },
	{ "modem", "inout", "inout" },
	{ "modem", "dtr-active", "dtr-active" },
	{ "modem", "cts-required", "cts-required" },
	{ "modem", "none", "none" },
	{ "session_timeout", "1", "1" },
	{ "session_timeout", "0", "0" },
	{ "exec_timeout", "0", "0" },
	{ "exec_timeout", "2147483647", "2147483647" },
	{ "exec_timeout", "600", "600" },
	{ "absolute_timeout", "86400", "86400" },
	{ "absolute_timeout", "0", "0" },
};

#define EITHER	0	/* EINVAL or ERANGE: malformed and out of range alike */

/* Refused; @write has no newline added. */
static const struct {
	const char *attr, *write;
	int err;
	const char *what;
} bad[] = {
	{ "name", "12", EINVAL, "a number" },
	{ "name", "0", EINVAL, "zero" },
	{ "name", "rotary1", EINVAL, "rotary" },
	{ "name", "RoTaRy", EINVAL, "rotary in capitals" },
	{ "name", "watchdog", EINVAL, "watch" },
	{ "name", "STEAL-it", EINVAL, "steal" },
	{ "name", "a b", EINVAL, "a blank inside" },
	{ "name", " a", EINVAL, "a leading blank" },
	{ "name", "a ", EINVAL, "a trailing blank" },
	{ "name", "a/b", EINVAL, "a slash" },
	{ "name", "a:b", EINVAL, "a colon" },
	{ "name", "a\nb", EINVAL, "two lines" },
	{ "name", "a\n\n", EINVAL, "an empty second line" },
	{ "name", "caf\xc3\xa9", EINVAL, "UTF-8" },
	{ "name", "a\x7f", EINVAL, "a control character" },
	{ "name", "abcdefghijklmnopqrstuvwxyz012345", EITHER, "32 characters" },
	{ "exec", "\n", EINVAL, "nothing" },
	{ "exec", "2", EITHER, "2" },
	{ "exec", "-1", EITHER, "-1" },
	{ "exec", "yes", EINVAL, "text" },
	{ "exec", "y", EINVAL, "y" },
	{ "exec", "on", EINVAL, "on" },
	{ "exec", "1x", EINVAL, "trailing garbage" },
	{ "exec", " 1", EINVAL, "a leading blank" },
	{ "exec", "1 0", EINVAL, "two values" },
	{ "exec", "99999999999999999999", ERANGE, "20 digits" },
	{ "transport_input", "\n", EINVAL, "nothing" },
	{ "transport_input", "SSH", EINVAL, "capitals" },
	{ "transport_input", "ssh ssh", EINVAL, "a duplicate" },
	{ "transport_input", "none ssh", EINVAL, "none and ssh" },
	{ "transport_input", "ssh none", EINVAL, "ssh and none" },
	{ "transport_input", "all ssh", EINVAL, "all and ssh" },
	{ "transport_input", "ssh,telnet", EINVAL, "a comma" },
	{ "transport_input", "sshx", EINVAL, "trailing garbage" },
	{ "transport_input", "ss", EINVAL, "half a word" },
	{ "transport_input", "rlogin", EINVAL, "an unknown word" },
	{ "transport_input", " ssh", EINVAL, "a leading blank" },
	{ "transport_input", "1", EINVAL, "a number" },
	{ "rotary", "0", ERANGE, "0" },
	{ "rotary", "128", ERANGE, "128" },
	{ "rotary", "1 128", ERANGE, "128 behind a good one" },
	{ "rotary", "4294967297", ERANGE, "2^32 + 1" },
	{ "rotary", "99999999999999999999", ERANGE, "20 digits" },
	{ "rotary", "-1", EITHER, "-1" },
	{ "rotary", "1 1", EINVAL, "a duplicate" },
	{ "rotary", "1 2 1", EINVAL, "a distant duplicate" },
	{ "rotary", "1,2", EINVAL, "a comma" },
	{ "rotary", "1-3", EINVAL, "a range" },
	{ "rotary", "1 x", EINVAL, "text behind a good one" },
	{ "rotary", "0x10", EINVAL, "hexadecimal" },
	{ "rotary", " 1", EINVAL, "a leading blank" },
	{ "rotary", "one", EINVAL, "text" },
	{ "login_authentication", "\n", EINVAL, "nothing" },
	{ "login_authentication", "a b", EINVAL, "a blank inside" },
	{ "login_authentication", " a", EINVAL, "a leading blank" },
	{ "login_authentication", "a\nb", EINVAL, "two lines" },
	{ "login_authentication", "a\033[0m", EINVAL, "an escape" },
	{ "login_authentication", "abcdefghijklmnopqrstuvwxyz012345", EITHER,
	  "32 characters" },
	{ "speed", "\n", EINVAL, "nothing" },
	{ "speed", "0", ERANGE, "0" },
	{ "speed", "49", ERANGE, "49" },
	{ "speed", "4000001", ERANGE, "4000001" },
	{ "speed", "4294977096", ERANGE, "2^32 + 9800" },
	{ "speed", "99999999999999999999", ERANGE, "20 digits" },
	{ "speed", "-9600", EITHER, "a negative one" },
	{ "speed", "9600 8", EINVAL, "two values" },
	{ "speed", "9600x", EINVAL, "trailing garbage" },
	{ "speed", "9600\n\n", EINVAL, "an empty second line" },
	{ "speed", " 9600", EINVAL, "a leading blank" },
	{ "speed", "+9600", EINVAL, "a plus" },
	{ "speed", "0x2580", EINVAL, "hexadecimal" },
	{ "speed", "9600.0", EINVAL, "a fraction" },
	{ "speed", "fast", EINVAL, "text" },
	{ "databits", "\n", EINVAL, "nothing" },
	{ "databits", "4", ERANGE, "4" },
	{ "databits", "9", ERANGE, "9" },
	{ "databits", "264", ERANGE, "264" },
	{ "databits", "-8", EITHER, "a negative one" },
	{ "databits", "eight", EINVAL, "text" },
	{ "databits", "8 ", EINVAL, "a trailing blank" },
	{ "parity", "\n", EINVAL, "nothing" },
	{ "parity", "n", EINVAL, "a letter" },
	{ "parity", "Even", EINVAL, "capitals" },
	{ "parity", "evenly", EINVAL, "trailing garbage" },
	{ "parity", "eve", EINVAL, "half a word" },
	{ "parity", " even", EINVAL, "a leading blank" },
	{ "parity", "even odd", EINVAL, "two values" },
	{ "parity", "0", EINVAL, "a number" },
	{ "stopbits", "\n", EINVAL, "nothing" },
	{ "stopbits", "0", EITHER, "0" },
	{ "stopbits", "3", EITHER, "3" },
	{ "stopbits", "1.", EINVAL, "half a fraction" },
	{ "stopbits", "1.50", EINVAL, "another spelling" },
	{ "stopbits", "2x", EINVAL, "trailing garbage" },
	{ "stopbits", " 2", EINVAL, "a leading blank" },
	{ "stopbits", "two", EINVAL, "text" },
	{ "flowcontrol", "\n", EINVAL, "nothing" },
	{ "flowcontrol", "rts", EINVAL, "an unknown word" },
	{ "flowcontrol", "hardware software", EINVAL, "two values" },
	{ "flowcontrol", "hardwarex", EINVAL, "trailing garbage" },
	{ "flowcontrol", " hardware", EINVAL, "a leading blank" },
	{ "flowcontrol", "1", EINVAL, "a number" },
	{ "history", "\n", EINVAL, "nothing" },
	{ "history", "1048577", ERANGE, "1048577" },
	{ "history", "4294967296", ERANGE, "2^32" },
	{ "history", "-1", EITHER, "-1" },
	{ "history", "64k", EINVAL, "a unit" },
	{ "modem", "\n", EINVAL, "nothing" },
	{ "modem", "callin", EINVAL, "an unknown word" },
	{ "modem", "dtr", EINVAL, "half a word" },
	{ "modem", "none inout", EINVAL, "two values" },
	{ "session_timeout", "2147483648", ERANGE, "2^31" },
	{ "exec_timeout", "2147483648", ERANGE, "2^31" },
	{ "exec_timeout", "10 0", EINVAL, "two values" },
	{ "absolute_timeout", "4294967296", ERANGE, "2^32" },
	{ "absolute_timeout", "-1", EITHER, "-1" },
	{ "backing", "a b", EINVAL, "a blank inside" },
	{ "backing", " ttyS0", EINVAL, "a leading blank" },
	{ "backing", "tty\nS0", EINVAL, "two lines" },
};

/* Values that differ from the defaults, so that a reset would be seen too. */
static const struct {
	const char *attr, *initial, *other;
} rw[] = {
	{ "name", "", "before" },
	{ "exec", "0", "1" },
	{ "transport_input", "none", "telnet" },
	{ "rotary", "", "3 77" },
	{ "login_authentication", "default", "before" },
	{ "speed", "9600", "19200" },
	{ "databits", "8", "7" },
	{ "parity", "none", "odd" },
	{ "stopbits", "1", "2" },
	{ "flowcontrol", "none", "software" },
	{ "history", "65536", "1000" },
	{ "modem", "none", "inout" },
	{ "session_timeout", "0", "10" },
	{ "exec_timeout", "600", "20" },
	{ "absolute_timeout", "0", "30" },
	{ "backing", "", "" },
};

static const char *const ro[] = {
	"type", "line", "state", "owner", "statistics/rx", "statistics/tx",
	"statistics/opens", "statistics/noise", "statistics/breaks",
	"statistics/framing", "statistics/parity", "statistics/overruns",
	"statistics/hw_overruns", "statistics/downs", "statistics/tap_lost",
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const char *before(const char *attr)
{
	for (size_t i = 0; i < COUNT(rw); i++)
		if (!strcmp(rw[i].attr, attr))
			return rw[i].other;
	return "";
}

static void check_defaults(unsigned int line)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", line);
	kt_ok(kt_attr_is(line, "type", "tty"), "type is tty");
	kt_ok(kt_attr_is(line, "line", number), "line is its number");
	kt_ok(kt_attr_is(line, "state", "unbound"), "state is unbound");
	kt_ok(kt_attr_is(line, "owner", ""), "owner is empty");
	for (size_t i = 0; i < COUNT(rw); i++)
		if (!kt_ok(kt_attr_is(line, rw[i].attr, rw[i].initial),
			   "%s is '%s' at first", rw[i].attr, rw[i].initial))
			kt_comment("it is '%s'", kt_get(line, rw[i].attr));
	for (size_t i = 4; i < COUNT(ro); i++)
		kt_ok(kt_stat(line, strchr(ro[i], '/') + 1) != UINT64_MAX,
		      "%s is a number", ro[i]);
}

static void check_good(unsigned int line)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		const char *read = good[i].read ?: good[i].write;
		int r = kt_set(line, good[i].attr, good[i].write);

		if (!kt_ok(r == 0 && kt_attr_is(line, good[i].attr, read),
			   "%s takes '%s'", good[i].attr, good[i].write))
			kt_comment("error %d, reads '%s'", r,
				   kt_get(line, good[i].attr));
	}
	kt_ok(kt_write(line, "speed", "1200", 4) == 0 &&
	      kt_attr_is(line, "speed", "1200"),
	      "a value may lack its newline");
	/* Which of its two names the full set reads as is for kmod/abi. */
	kt_ok(kt_set(line, "transport_input", "telnet ssh") == 0 &&
	      (kt_attr_is(line, "transport_input", "ssh telnet") ||
	       kt_attr_is(line, "transport_input", "all")),
	      "transport_input takes a list in any order");
	kt_set(line, "transport_input", "none");
}

static void set_all(unsigned int line)
{
	for (size_t i = 0; i < COUNT(rw); i++)
		if (kt_set(line, rw[i].attr, rw[i].other) < 0)
			kt_bail("cannot set %s to '%s'", rw[i].attr,
				rw[i].other);
}

static bool unchanged(unsigned int line)
{
	bool same = true;

	for (size_t i = 0; i < COUNT(rw); i++)
		if (!kt_attr_is(line, rw[i].attr, rw[i].other)) {
			kt_comment("%s is now '%s'", rw[i].attr,
				   kt_get(line, rw[i].attr));
			same = false;
		}
	return same;
}

static void refuse(unsigned int line, const char *attr, const void *data,
		   size_t n, int err, const char *what)
{
	int r = kt_write(line, attr, data, n);
	bool right = err ? r == -err : r == -EINVAL || r == -ERANGE;

	if (!kt_ok(right && kt_attr_is(line, attr, before(attr)),
		   "%s refuses %s", attr, what))
		kt_comment("error %d, reads '%s'", r, kt_get(line, attr));
	if (!kt_attr_is(line, attr, before(attr)))
		kt_set(line, attr, before(attr));
}

/*
 * The value itself with a NUL and more behind it: no string function may stop
 * at the NUL and take what is before it.
 */
static void refuse_nul(unsigned int line, const char *attr, const char *value)
{
	char data[64];
	size_t n = strlen(value);

	memcpy(data, value, n + 1);
	memcpy(data + n + 1, value, n + 1);
	refuse(line, attr, data, 2 * n + 1, EINVAL, "a NUL between two values");
	refuse(line, attr, data, n + 1, EINVAL, "a NUL at the end");
	memcpy(data + n, "\0\n", 2);
	refuse(line, attr, data, n + 2, EINVAL, "a NUL before the newline");
}

static void check_bad(unsigned int line)
{
	static const char *const values[] = {
		"abc", "1", "ssh", "9", "abc", "9600", "8", "even", "1",
		"none", "5", "none", "1", "2", "3", "ttyS0",
	};
	char *huge = malloc(HUGE_WRITE);

	_Static_assert(COUNT(values) == COUNT(rw), "one value an attribute");
	set_all(line);
	for (size_t i = 0; i < COUNT(bad); i++)
		refuse(line, bad[i].attr, bad[i].write, strlen(bad[i].write),
		       bad[i].err, bad[i].what);
	for (size_t i = 0; i < COUNT(rw); i++) {
		refuse_nul(line, rw[i].attr, values[i]);
		memset(huge, 'a', HUGE_WRITE);
		refuse(line, rw[i].attr, huge, HUGE_WRITE, EITHER,
		       "5000 letters");
		memset(huge, '1', HUGE_WRITE);
		refuse(line, rw[i].attr, huge, HUGE_WRITE, EITHER,
		       "5000 digits");
		memset(huge, '\n', HUGE_WRITE);
		refuse(line, rw[i].attr, huge, HUGE_WRITE, EITHER,
		       "5000 newlines");
		memset(huge, '\0', HUGE_WRITE);
		refuse(line, rw[i].attr, huge, HUGE_WRITE, EITHER,
		       "5000 NULs");
		refuse(line, rw[i].attr, "\xff\xfe\x80", 3, EINVAL,
		       "bytes over 0x7f");
	}
	free(huge);
	kt_ok(unchanged(line), "refused writes have changed nothing");
}

static void check_ro(unsigned int line)
{
	char was[KT_ATTR_MAX];

	for (size_t i = 0; i < COUNT(ro); i++) {
		int r;

		strcpy(was, kt_get(line, ro[i]));
		r = kt_set(line, ro[i], "1");
		/* Root may open what has no write bits; the write fails. */
		if (!kt_ok((r == -EIO || r == -EACCES || r == -EPERM) &&
			   kt_attr_is(line, ro[i], was),
			   "%s is read-only", ro[i]))
			kt_comment("error %d", r);
	}
}

static void check_modes(unsigned int line)
{
	struct stat st;
	char path[128];
	bool ok = true;

	for (size_t i = 0; i < COUNT(rw) + COUNT(ro); i++) {
		bool writable = i < COUNT(rw);

		snprintf(path, sizeof(path), "/sys/class/tty/vty%u/%s", line,
			 writable ? rw[i].attr : ro[i - COUNT(rw)]);
		if (stat(path, &st) < 0 || st.st_uid != 0 ||
		    (st.st_mode & 07777) != (writable ? 0644 : 0444)) {
			kt_comment("%s: mode %o", path, st.st_mode & 07777);
			ok = false;
		}
	}
	kt_ok(ok, "root writes, everybody reads");
}

static void check_unique_name(unsigned int line)
{
	unsigned int other;

	if (!kt_unbound_lines(line, &other, 1))
		kt_bail("there is no second line");
	if (kt_set(other, "name", "unique-name") < 0)
		kt_bail("cannot name line %u", other);
	kt_is_either(kt_set(line, "name", "unique-name"), -EEXIST, -EBUSY,
		     "the name of another line is refused");
	kt_ok(kt_attr_is(line, "name", "before"), "... and changes nothing");
	kt_is(kt_set(other, "name", "unique-name"), 0,
	      "a line may be given its own name again");
	kt_is(kt_set(other, "name", ""), 0, "names can be given back");
	kt_is(kt_set(line, "name", "unique-name"), 0,
	      "... and be given to another line");
	kt_is(kt_set(other, "name", ""), 0, "two lines may lack a name");
}

static void run(const struct kt_args *args)
{
	check_defaults(args->line);
	check_good(args->line);
	check_bad(args->line);
	check_ro(args->line);
	check_modes(args->line);
	check_unique_name(args->line);
}

int main(int argc, char **argv)
{
	return kt_main("sysfs_attrs", 60, argc, argv, run);
}
