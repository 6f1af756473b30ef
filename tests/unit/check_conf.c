// SPDX-License-Identifier: GPL-2.0-only
#include "conf.h"

#include <errno.h>
#include <sys/stat.h>

#include "conf-lines.h"
#include "conf-policy.h"
#include "conf-replace.h"
#include "line.h"
#include "main.h"

/*
 * Lines 1 to 8 are tty, 9 is virtual; the attributes are a table in place of
 * sysfs, so that any write can be made to fail.
 */
#define LINES	9

static const char *const names[] = {
	"type", "name", "exec", "transport_input", "rotary",
	"login_authentication", "speed", "databits", "parity", "stopbits",
	"flowcontrol", "modem", "history", "session_timeout", "exec_timeout",
	"absolute_timeout",
};

#define ATTRIBUTES	(sizeof(names) / sizeof(names[0]))

static char values[LINES + 1][ATTRIBUTES][512];
static unsigned int fail_line;	/* whose writes fail with fail_error */
static unsigned int fail_next;	/* takes its place after the first failure */
static unsigned int writes;
static int fail_error;
static const char *fail_get;	/* attribute of line 3 that cannot be read */
static const char *by_hand;	/* speed of line 2, when a write fails */

static char *slot(unsigned int line, const char *attribute)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (line >= 1 && line <= LINES && !strcmp(names[i], attribute))
			return values[line][i];
	return NULL;
}

int line_value(unsigned int number, const char *attribute, char *value,
	       size_t size)
{
	const char *s = slot(number, attribute);

	if (!s)
		return -ENODEV;
	if (fail_get && number == 3 && !strcmp(attribute, fail_get))
		return fail_error;
	snprintf(value, size, "%s", s);
	return 0;
}

int line_write(unsigned int number, const char *attribute, const char *value)
{
	char *s = slot(number, attribute);

	writes++;
	if (!s)
		return -ENODEV;
	if (number == fail_line) {
		if (fail_next)
			fail_line = fail_next;
		if (by_hand)
			strcpy(slot(2, "speed"), by_hand);
		return fail_error;
	}
	snprintf(s, sizeof(values[0][0]), "%s", value);
	return 0;
}

static struct conf conf;
static unsigned int reports, report_line;
static char report_text[512], all_reports[4096];

static void report(unsigned int line, const char *reason, void *arg)
{
	(void)arg;
	reports++;
	report_line = line;
	snprintf(report_text, sizeof(report_text), "%s", reason);
	snprintf(all_reports + strlen(all_reports),
		 sizeof(all_reports) - strlen(all_reports), "%u: %s\n", line,
		 reason);
}

static void setup(void)
{
	static const char *const defaults[ATTRIBUTES] = {
		"tty", "", "0", "none", "", "default", "9600", "8", "none",
		"1", "none", "none", "65536", "0", "600", "0",
	};

	conf_init(&conf);
	for (unsigned int n = 1; n <= LINES; n++)
		for (size_t i = 0; i < ATTRIBUTES; i++)
			strcpy(values[n][i], defaults[i]);
	strcpy(slot(9, "type"), "virtual");
	strcpy(slot(9, "transport_input"), "ssh");
}

static void teardown(void)
{
	conf_free(&conf);
}

static int feed_bytes(const char *text, size_t len,
		      const struct conf_lines *lines)
{
	FILE *f = fmemopen((void *)text, len, "r");
	int r;

	ck_assert_ptr_nonnull(f);
	reports = 0;
	all_reports[0] = '\0';
	report_text[0] = '\0';
	r = conf_read(&conf, f, lines, report, NULL);
	fclose(f);
	return r;
}

static int feed(const char *text)
{
	return feed_bytes(text, strlen(text), &conf_lines_sysfs);
}

static void ok(const char *text)
{
	int r = feed(text);

	ck_assert_msg(r == 0, "%s: %s", text, all_reports);
}

/* One line of @text is refused, with a reason that has @reason in it. */
static void refused(const char *text, unsigned int line, const char *reason)
{
	int r = feed(text);

	ck_assert_msg(r == 1 && reports == 1, "%s: %d refused: %s", text, r,
		      all_reports);
	ck_assert_uint_eq(report_line, line);
	ck_assert_msg(strstr(report_text, reason) != NULL, "%s: \"%s\"", text,
		      report_text);
}

static void has(unsigned int line, const char *attribute, const char *value)
{
	ck_assert_str_eq(slot(line, attribute), value);
}

static const char *printed(void)
{
	static char text[4096];
	FILE *f = fmemopen(text, sizeof(text), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(conf_print(&conf, NULL, 0, f), 0);
	fclose(f);
	return text;
}

START_TEST(test_defaults)
{
	ck_assert_uint_eq(conf.listen_count, 0);
	ck_assert_uint_eq(conf_login_time(&conf), 120);
	ck_assert_uint_eq(conf.retries, 3);
	ck_assert_str_eq(printed(), "!\nend\n");
}
END_TEST

START_TEST(test_ssh_parameters)
{
	ok("ip ssh time-out 0\nip ssh authentication-retries 5\n");
	ck_assert_uint_eq(conf.timeout, 0);
	ck_assert_uint_eq(conf_login_time(&conf), 600);
	ck_assert_uint_eq(conf.retries, 5);
	ok("no ip ssh time-out\nno ip ssh authentication-retries 5\n");
	ck_assert_uint_eq(conf.timeout, 120);
	ck_assert_uint_eq(conf.retries, 3);
	refused("ip ssh time-out 121\n", 1, "121 is not in <0-120>");
	refused("ip ssh authentication-retries 6\n", 1, "<0-5>");
	refused("ip ssh time-out -1\n", 1, "Invalid input");
	refused("ip ssh time-out\n", 1, "Incomplete");
	ck_assert_uint_eq(conf.timeout, 120);
	ok("ip ssh version 2\n");
	refused("ip ssh version 1\n", 1, "not supported");
	ck_assert_str_eq(conf_get(&conf, "ip ssh version"), "2");
	ok("no ip ssh version\n");
	ck_assert_ptr_null(conf_get(&conf, "ip ssh version"));
	refused("ip ssh version 1\n", 1, "not supported");
	refused("ip ssh version 3\n", 1, "<1-2>");
}
END_TEST

START_TEST(test_listeners)
{
	ok("ip ssh listen port 22\nip ssh listen 192.0.2.1 port 2200\n"
	   "ip ssh listen ::1 port 2200\nip ssh listen port 22\n");
	ck_assert_uint_eq(conf.listen_count, 3);
	ck_assert_str_eq(conf.listens[0].address, "");
	ck_assert_uint_eq(conf.listens[0].port, 22);
	ck_assert_str_eq(conf.listens[2].address, "::1");
	ok("ip ssh listen 0:0::1 port 2200\n");	/* the same again */
	ck_assert_uint_eq(conf.listen_count, 3);
	ok("no ip ssh listen 192.0.2.1 port 2200\n");
	ck_assert_uint_eq(conf.listen_count, 2);
	ck_assert_str_eq(conf.listens[1].address, "::1");
	refused("no ip ssh listen port 23\n", 1, "nothing listens");
	refused("ip ssh listen port 0\n", 1, "<1-65535>");
	refused("ip ssh listen port 65536\n", 1, "<1-65535>");
	refused("ip ssh listen example.org port 22\n", 1, "Invalid input");
	refused("ip ssh listen 192.0.2.1\n", 1, "Incomplete");
}
END_TEST

START_TEST(test_too_many_listeners)
{
	char text[64];

	for (int i = 0; i < CONF_LISTENS_MAX; i++) {
		snprintf(text, sizeof(text), "ip ssh listen port %d\n", 100 + i);
		ok(text);
	}
	refused("ip ssh listen port 99\n", 1, "over 16");
	ok("ip ssh listen port 100\n");
}
END_TEST

START_TEST(test_every_line_setting)
{
	ok("line 2\n exec\n transport input ssh telnet\n"
	   " login authentication CONSOLES\n rotary 7\n rotary 1\n"
	   " speed 115200\n databits 7\n parity even\n stopbits 1.5\n"
	   " flowcontrol hardware\n name router-1\n");
	has(2, "exec", "1");
	has(2, "transport_input", "all");
	has(2, "login_authentication", "CONSOLES");
	has(2, "rotary", "1 7");
	has(2, "speed", "115200");
	has(2, "databits", "7");
	has(2, "parity", "even");
	has(2, "stopbits", "1.5");
	has(2, "flowcontrol", "hardware");
	has(2, "name", "router-1");
	has(1, "speed", "9600");
	has(3, "speed", "9600");
	ok("line tty 2\nno exec\nno transport input\nno login authentication\n"
	   "no rotary 7\nno speed\nno databits\nno parity\nno stopbits\n"
	   "no flowcontrol\nno name\n");
	has(2, "exec", "0");
	has(2, "transport_input", "none");
	has(2, "login_authentication", "default");
	has(2, "rotary", "1");
	has(2, "speed", "9600");
	has(2, "databits", "8");
	has(2, "parity", "none");
	has(2, "stopbits", "1");
	has(2, "flowcontrol", "none");
	has(2, "name", "");
	ok("line 9\n transport input none\n no transport input\n");
	has(9, "transport_input", "ssh");
}
END_TEST

START_TEST(test_transport_values)
{
	static const char *const cases[][2] = {
		{ "all", "all" }, { "none", "none" }, { "ssh", "ssh" },
		{ "telnet", "telnet" }, { "telnet ssh", "all" },
		{ "s t", "all" }, { "ssh ssh", "ssh" },
	};
	char text[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "line 1\ntransport input %s\n",
			 cases[i][0]);
		ok(text);
		has(1, "transport_input", cases[i][1]);
	}
	refused("line 1\ntransport input none ssh\n", 2, "Invalid input");
	refused("line 1\ntransport input ssh all\n", 2, "Invalid input");
	refused("line 1\ntransport input a\n", 2, "Ambiguous");
	refused("line 1\ntransport input rlogin\n", 2, "not implemented");
	refused("line 1\ntransport input\n", 2, "Incomplete");
	ok("line 1\ntransport output none\n");
	has(1, "transport_input", "ssh");
}
END_TEST

START_TEST(test_rotary_adds_and_removes)
{
	ok("line 1\nrotary 127\nrotary 64\nrotary 63\nrotary 1\nrotary 64\n");
	has(1, "rotary", "1 63 64 127");
	ok("line 1\nno rotary 64\nno rotary 2\n");
	has(1, "rotary", "1 63 127");
	ok("line 1\nno rotary\n");
	has(1, "rotary", "");
	refused("line 1\nrotary 0\n", 2, "<1-127>");
	refused("line 1\nrotary 128\n", 2, "<1-127>");
	refused("line 1\nrotary 1 queued\n", 2, "not implemented");
}
END_TEST

static struct policy policy;

static void get_policy(void)
{
	policy_free(&policy);
	ck_assert_int_eq(conf_policy(&conf, &policy), 0);
}

START_TEST(test_settings_of_sessions)
{
	ok("line 1\n session-timeout 3 output\n logout-warning 7\n"
	   " device-wait 0\n replay\n");
	has(1, "session_timeout", "180");
	get_policy();
	ck_assert(policy_get(&policy, 1).output);
	ck_assert(policy_get(&policy, 1).replay);
	ck_assert_uint_eq(policy_get(&policy, 1).warning, 7);
	ck_assert_uint_eq(policy_get(&policy, 1).wait, 0);
	ok("line 1\n session-timeout 3\n no logout-warning\n"
	   " no device-wait\n no replay\n");
	get_policy();
	ck_assert_uint_eq(policy.setting_count, 0);
	ok("line 2\n session-timeout 3 output\n no session-timeout\n");
	get_policy();
	ck_assert_uint_eq(policy.setting_count, 0);
	refused("line 1\n session-timeout 3 input\n", 2, "Invalid");
	refused("line 1\n device-wait 86401\n", 2, "<0-86400>");
}
END_TEST

START_TEST(test_session_timeout_with_output_is_one_command)
{
	char text[8192] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	ok("line 1\n session-timeout 3 output\n");
	ck_assert_int_eq(conf_print(&conf, &conf_lines_sysfs, 0, f), 0);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "\n session-timeout 3 output\n"));
	ck_assert_ptr_null(strstr(text, "\n session-timeout output\n"));
	ck_assert_ptr_null(strstr(text, "\n session-timeout 3\n"));
}
END_TEST

/* By hand any number of seconds may be written, and "output" be there or not. */
static void reads_back(const char *attribute, const char *value)
{
	char text[8192] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	strcpy(slot(1, attribute), value);
	ck_assert_int_eq(conf_print(&conf, &conf_lines_sysfs, 0, f), 0);
	fclose(f);
	strcpy(slot(1, attribute), "7");
	ok(text);
	has(1, attribute, value);
}

START_TEST(test_any_number_of_seconds_reads_back)
{
	static const char *const seconds[] = {
		"1", "59", "60", "90", "600000", "700000", "2147460",
		"4294943", "4294944", "2147483640", "2147483647",
	};

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		ok("line 1\n session-timeout 1\n");
		reads_back("session_timeout", seconds[i]);
		ok("line 1\n session-timeout 1 output\n");
		reads_back("session_timeout", seconds[i]);
		get_policy();
		ck_assert(policy_get(&policy, 1).output);
		policy_free(&policy);
		reads_back("absolute_timeout", seconds[i]);
		reads_back("exec_timeout", seconds[i]);
	}
	ok("line 1\n absolute-timeout 1 30\n session-timeout 2 5 output\n");
	has(1, "absolute_timeout", "90");
	has(1, "session_timeout", "125");
	refused("line 1\n absolute-timeout 35791394 8\n", 2, "68 years");
	refused("line 1\n session-timeout 1 60\n", 2, "<0-59>");
}
END_TEST

START_TEST(test_lists)
{
	ok("line 2 3\n allow user lab\n allow group ops\n watch user eve\n"
	   " allow user lab\n");
	get_policy();
	ck_assert_uint_eq(policy.rule_count, 6);
	ok("line 3\n no allow group ops\n no watch\nline 2\n no allow\n"
	   " no allow user nobody\n");
	get_policy();
	ck_assert_uint_eq(policy.rule_count, 2);
	ck_assert_uint_eq(policy.rules[0].line, 2);
	ck_assert_int_eq(policy.rules[0].list, POLICY_WATCH);
	ck_assert_str_eq(policy.rules[1].name, "lab");
	refused("line 1\n allow user .lab\n", 2, "not the name of a user");
	refused("line 1\n watch group a:b\n", 2, "not the name of a group");
	refused("line 1\n allow role x\n", 2, "Invalid");
	refused("line 1\n allow user\n", 2, "Incomplete");
	policy_free(&policy);
}
END_TEST

START_TEST(test_rotary_ports)
{
	ok("ip ssh port 2001 rotary 3 5\nip ssh port 10000 rotary 127\n"
	   "ip ssh port 2001 rotary 3 5\n");
	ck_assert_uint_eq(conf.rotary_count, 2);
	ck_assert_uint_eq(conf_port_rotary(&conf, 2000), 0);
	ck_assert_uint_eq(conf_port_rotary(&conf, 2001), 3);
	ck_assert_uint_eq(conf_port_rotary(&conf, 2003), 5);
	ck_assert_uint_eq(conf_port_rotary(&conf, 2004), 0);
	ck_assert_uint_eq(conf_port_rotary(&conf, 10000), 127);
	refused("ip ssh port 2003 rotary 9\n", 1, "port 2003 is in use");
	refused("ip ssh port 2199 rotary 7 9\n", 1, "port 2200 is in use");
	refused("ip ssh listen port 2002\n", 1, "that of rotary group 4");
	refused("ip ssh port 3000 rotary 9 8\n", 1, "comes before");
	refused("ip ssh port 1999 rotary 1\n", 1, "<2000-10000>");
	refused("ip ssh port 3000 rotary 128\n", 1, "<1-127>");
	refused("ip ssh port 3000 rotary 4 127\n", 1, "127 ports");
	refused("no ip ssh port 2001 rotary 3\n", 1, "no such ports");
	ok("no ip ssh port 2001 rotary 3 5\nip ssh port 2002 rotary 1\n");
	ck_assert_uint_eq(conf.rotary_count, 2);
}
END_TEST

START_TEST(test_the_default_port_is_not_two_things)
{
	ok("ip ssh listen port 2222\nip ssh listen port 2223\n"
	   "ip ssh port 2199 rotary 1 2\nno ip ssh listen port 2222\n");
	refused("no ip ssh listen port 2223\n", 1, "that of rotary group 2");
	ck_assert_uint_eq(conf.listen_count, 1);
	ok("no ip ssh port 2199 rotary 1 2\nno ip ssh listen port 2223\n");
	ck_assert_uint_eq(conf.listen_count, 0);
}
END_TEST

START_TEST(test_ranges)
{
	ok("line 2 4\n speed 19200\nline tty 5 6\n speed 38400\n");
	has(1, "speed", "9600");
	has(2, "speed", "19200");
	has(4, "speed", "19200");
	has(6, "speed", "38400");
	has(7, "speed", "9600");
}
END_TEST

START_TEST(test_a_failing_line_takes_back_the_others)
{
	strcpy(slot(3, "speed"), "300");
	fail_line = 4;
	fail_error = -EBUSY;
	refused("line 2 5\n speed 19200\n", 2, "line 4 does not take speed "
		"\"19200\": Device or resource busy");
	has(2, "speed", "9600");
	has(3, "speed", "300");
	has(4, "speed", "9600");
	has(5, "speed", "9600");
	fail_line = 0;
}
END_TEST

START_TEST(test_what_cannot_be_taken_back_is_said)
{
	/* Line 2 takes the new value; line 3 does not, nor line 2 the old. */
	fail_line = 3;
	fail_error = -EIO;
	fail_next = 2;
	refused("line 2 3\n databits 7\n", 2, "line 3 does not take databits "
		"\"7\": Input/output error; line 2 keeps the new value");
	has(2, "databits", "7");
	has(3, "databits", "8");
}
END_TEST

START_TEST(test_what_cannot_be_read_is_not_left_out)
{
	static const char *const bad[] = { "speed", "exec", "type" };
	char text[8192];
	FILE *f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f = fmemopen(text, sizeof(text), "w");
		fail_get = bad[i];
		fail_error = -EMFILE;
		ck_assert_int_eq(conf_print(&conf, &conf_lines_sysfs, 0, f),
				 -EMFILE);
		/* A kernel that does not have it. */
		fail_error = -ENODEV;
		ck_assert_int_eq(conf_print(&conf, &conf_lines_sysfs, 0, f), 0);
		fclose(f);
	}
	fail_get = NULL;
}
END_TEST

static int replace(const char *text, struct conf *ret)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	char fault[256];
	int r = conf_replace(&conf, f, &conf_lines_sysfs, ret, report, NULL,
			     fault, sizeof(fault));

	fclose(f);
	return r;
}

START_TEST(test_replace_takes_back_what_it_wrote_only)
{
	static const char text[] = "line 1\n name one\n speed 300\n"
				   "line 3\n name three\nline 8\n speed 300\n";
	struct conf fresh;

	strcpy(slot(1, "name"), "three");
	strcpy(slot(3, "name"), "one");
	strcpy(slot(4, "exec"), "1");
	fail_line = 8;
	fail_error = -EIO;
	by_hand = "1200";
	ck_assert_int_eq(replace(text, &fresh), -EIO);
	has(1, "name", "three");
	has(3, "name", "one");
	has(4, "exec", "1");
	has(1, "speed", "9600");
	has(2, "speed", "1200");
	fail_line = 0;
	by_hand = NULL;
	ck_assert_int_ge(replace(text, &fresh), 0);
	conf_free(&fresh);
	has(1, "name", "one");
	has(3, "name", "three");
	has(8, "speed", "300");
	has(2, "speed", "9600");
	ck_assert_int_eq(replace(text, &fresh), 0);
	conf_free(&fresh);
}
END_TEST

START_TEST(test_equal_values_are_not_written)
{
	ok("line 1 8\n speed 9600\n no exec\n no rotary\n");
	ck_assert_uint_eq(writes, 0);
	strcpy(slot(5, "speed"), "300");
	ok("line 1 8\n speed 9600\n");
	ck_assert_uint_eq(writes, 1);
}
END_TEST

START_TEST(test_bad_line_numbers)
{
	refused("line 0 3\n", 1, "is the console");
	refused("line 10\n", 1, "line 10: no such line");
	refused("line 8 12\n", 1, "line 10: no such line");
	refused("line 5 4\n", 1, "comes before");
	refused("line 4096\n", 1, "<0-4095>");
	refused("line tty 0\n", 1, "<1-4095>");
	refused("line one\n", 1, "Invalid input");
	refused("line\n", 1, "Incomplete");
	refused("line vty 1\n", 1, "line 10: no such line");
	refused("line con 1\n", 1, "<0-0>");
	refused("line aux 0\n", 1, "not implemented");
	ok("line vty 0\nline con 0\n");
}
END_TEST

START_TEST(test_commands_below_a_refused_line_are_not_applied)
{
	strcpy(slot(1, "speed"), "300");
	ck_assert_int_eq(feed("line 1\nline 99\n speed 1200\n exit\n"
			      "ip ssh time-out 7\nline vty 9\n exec\n"
			      "line 2\n exec\n"), 4);
	has(1, "speed", "300");
	has(1, "exec", "0");
	has(2, "exec", "1");
	ck_assert_uint_eq(conf.timeout, 7);
	ck_assert_ptr_nonnull(strstr(all_reports, "3: not applied"));
	ck_assert_ptr_nonnull(strstr(all_reports, "7: not applied"));
}
END_TEST

START_TEST(test_a_refused_block_ends_the_one_before)
{
	static const char *const headers[] = {
		"LINE 9999", " li 1 two", "interface Vlan1", "radius server a b",
		"line", "ip access-list standard", "aaa group server x y",
		"ip ssh pubkey-chain x",
	};
	char text[128];

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		snprintf(text, sizeof(text),
			 "line 1\n%s\n exec\n exit\nip ssh time-out %zu\n",
			 headers[i], i + 1);
		ck_assert_msg(feed(text) == 2, "%s: %s", text, all_reports);
		has(1, "exec", "0");
		ck_assert_uint_eq(conf.timeout, i + 1);
	}
	/* But not what is wrong in the block, indented or known. */
	ck_assert_int_eq(feed("line 1\n frobnicate\nspeed 9\n"
			      "ipv6 access-class a b in\n exec\n"), 3);
	has(1, "exec", "1");
	ck_assert_int_eq(feed_bytes("line 1\nline \0 2\n speed 300\n", 27,
				    &conf_lines_sysfs), 2);
	has(1, "speed", "9600");
}
END_TEST

START_TEST(test_modes)
{
	refused("speed 1200\n", 1, "Invalid input");
	refused("line 1\nexit\nspeed 1200\n", 3, "Invalid input");
	has(1, "speed", "9600");
	/* A global command ends the line mode. */
	refused("line 1\nip ssh time-out 9\nspeed 1200\n", 3, "Invalid input");
	ck_assert_uint_eq(conf.timeout, 9);
	refused("line 1\nend\nspeed 1200\n!\n\n", 3, "after the end");
}
END_TEST

START_TEST(test_end_reports_each_later_line)
{
	ck_assert_int_eq(feed("end\n!\nip ssh time-out 1\nip ssh time-out 2\n"),
			 2);
	ck_assert_uint_eq(conf.timeout, 120);
}
END_TEST

START_TEST(test_comments_and_blanks)
{
	ok("!\n! line 1\n   ! x\n\n \t\n\r\nip ssh time-out 4\r\n!end");
	ck_assert_uint_eq(conf.timeout, 4);
	ok("ip ssh time-out 5");	/* no newline at the end */
	ck_assert_uint_eq(conf.timeout, 5);
}
END_TEST

START_TEST(test_everything_else_applies)
{
	ck_assert_int_eq(feed("ip nat\nnonsense\nip ssh time-out 9\n"
			      "line 1\n spede 1\n speed 1200\n"
			      " modem dialin\nline 2\n speed 2400\n"), 4);
	ck_assert_uint_eq(conf.timeout, 9);
	has(1, "speed", "1200");
	has(2, "speed", "2400");
	ck_assert_str_eq(all_reports,
			 "1: % Invalid input detected at \"nat\"\n"
			 "2: % Invalid input detected at \"nonsense\"\n"
			 "5: % Invalid input detected at \"spede\"\n"
			 "7: not implemented in this version\n");
}
END_TEST

START_TEST(test_banner_text_is_no_command)
{
	ck_assert_int_eq(feed("line 1\nbanner motd ^C\nline 2\n exec\n"
			      "speed 1200 ^C\nline 3\n exec\n"), 0);
	ck_assert_str_eq(conf_get(&conf, "banner motd"),
			 "^C\nline 2\n exec\nspeed 1200 ^C");
	has(1, "speed", "9600");
	has(2, "exec", "0");
	has(3, "exec", "1");
	ck_assert_int_eq(feed("banner login #one#\nip ssh time-out 8\n"), 0);
	ck_assert_uint_eq(conf.timeout, 8);
	ck_assert_int_eq(feed("banner exec x\nip ssh time-out 3\n"), 1);
	ck_assert_str_eq(report_text, "% the text has no end");
	ck_assert_uint_eq(conf.timeout, 8);
}
END_TEST

/* A text's first line as long as can be is refused or reads back. */
START_TEST(test_long_first_lines_of_texts)
{
	static const char head[] = "refuse-message #";
	unsigned int kept = 0;

	for (size_t len = CMD_LINE_MAX - 8; len <= CMD_LINE_MAX + 2; len++) {
		char text[2048] = "line 1\n", out[8192] = "", again[8192] = "";
		FILE *f = fmemopen(out, sizeof(out), "w");

		strcat(text, head);
		memset(text + strlen(text), 'x', len - strlen(head));
		strcat(text, "\n#\n");
		if (feed(text) == 0)
			kept++;
		ck_assert_int_eq(conf_print(&conf, &conf_lines_sysfs, 0, f), 0);
		fclose(f);
		conf_free(&conf);
		ok(out);
		f = fmemopen(again, sizeof(again), "w");
		ck_assert_int_eq(conf_print(&conf, &conf_lines_sysfs, 0, f), 0);
		fclose(f);
		ck_assert_str_eq(out, again);
	}
	ck_assert_uint_ge(kept, 9);
}
END_TEST

START_TEST(test_nul_and_long_lines)
{
	static const char nul[] = "ip ssh time-out 5\0 9\nip ssh time-out 6\n";
	char text[8192];

	ck_assert_int_eq(feed_bytes(nul, sizeof(nul) - 1, &conf_lines_sysfs), 1);
	ck_assert_uint_eq(report_line, 1);
	ck_assert_uint_eq(conf.timeout, 6);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	refused(text, 1, "over 1023 bytes");
}
END_TEST

START_TEST(test_names)
{
	static const char *const bad[] = {
		"7", "0123", "rotary1", "Watch", "stealer", "a/b", "a:b",
		"a234567890123456789012345678901x", "caf\xc3\xa9", "%n",
	};
	char text[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "line 1\nname %s\n", bad[i]);
		refused(text, 2, "is not a label");
	}
	has(1, "name", "");
	ok("line 1\nname a234567890123456789012345678901\n");
	has(1, "name", "a234567890123456789012345678901");
	ok("line 1\nname R.1_x-\n");
	refused("line 1 2\nname x\n", 2, "only for a single line");
	ok("line 1 2\nno name\n");
	has(1, "name", "");
}
END_TEST

START_TEST(test_login_lists)
{
	refused("line 1\nlogin authentication "
		"a2345678901234567890123456789012\n", 2, "not a list name");
	refused("line 1\nlogin authentication \x80\n", 2, "not a list name");
	refused("line 1\nlogin local\n", 2, "logins go by lists");
	refused("line 1\nlogin authentication a b\n", 2, "Invalid input");
	has(1, "login_authentication", "default");
}
END_TEST

START_TEST(test_bindings)
{
	ok("line 2\n binding path pci-0000:00:04.0\nline 1\n"
	   " binding device /dev/ttyS1\nline 3\n binding ser FT1234\n");
	ck_assert_str_eq(printed(), "!\nline 1\n binding device ttyS1\n"
			 "!\nline 2\n binding path pci-0000:00:04.0\n"
			 "!\nline 3\n binding serial-number FT1234\n!\nend\n");
	ok("line 2\n binding path /dev/serial/by-path/pci-0-usb-0:1:1.0\n");
	ck_assert_str_eq(conf_binding(&conf, 2)->value, "pci-0-usb-0:1:1.0");
	ok("line 1 2\n no binding\n");
	ck_assert_ptr_null(conf_binding(&conf, 1));
	ck_assert_ptr_null(conf_binding(&conf, 2));
	ck_assert_ptr_nonnull(conf_binding(&conf, 3));
	ok("line 1\n no binding\n");
}
END_TEST

START_TEST(test_bad_bindings)
{
	refused("line 1 2\n binding device ttyS1\n", 2, "single line");
	refused("line 9\n binding device ttyS1\n", 2, "virtual");
	refused("line 1\n binding device ../ttyS1\n", 2, "not a device");
	refused("line 1\n binding device ..\n", 2, "not a device");
	refused("line 1\n binding device /dev/\n", 2, "not a device");
	refused("line 1\n binding path a/b\n", 2, "not a path");
	refused("line 1\n binding serial-number \x01\n", 2,
		"not a serial-number");
	refused("line 1\n binding device\n", 2, "Incomplete");
	refused("line 1\n binding d ttyS1 ttyS2\n", 2, "Invalid input");
	ck_assert_uint_eq(conf.binding_count, 0);
}
END_TEST

START_TEST(test_printed_configuration_parses_to_itself)
{
	char first[4096];

	ok("ip ssh listen port 22\nip ssh listen fe80::1%lo port 23\n"
	   "ip ssh time-out 0\nip ssh authentication-retries 0\n"
	   "ip ssh port 3000 rotary 1\nip ssh port 3001 rotary 2 9\n"
	   "line 4\nbinding path x\nline 2\nbinding device ttyS9\n"
	   "line 3\nallow user lab\nallow group ops\nwatch user eve\n"
	   "replay\nsession-timeout 4 output\nlogout-warning 9\n"
	   "device-wait 9\nline 4\nallow user a@b\n");
	snprintf(first, sizeof(first), "%s", printed());
	conf_free(&conf);
	ok(first);
	ck_assert_str_eq(printed(), first);
}
END_TEST

START_TEST(test_without_lines_only_the_form_is_checked)
{
	static const char text[] = "line 100\n speed 1200\n"
		" binding device ttyS1\n parity maybe\n name 7\n";

	ck_assert_int_eq(feed_bytes(text, strlen(text), NULL), 2);
	ck_assert_uint_eq(writes, 0);
	ck_assert_ptr_nonnull(conf_binding(&conf, 100));
}
END_TEST

START_TEST(test_files)
{
	char directory[] = "/tmp/check-conf-XXXXXX", path[64], command[80];
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/c", directory);
	ck_assert_int_eq(conf_load(&conf, path, NULL, report, NULL), -ENOENT);
	ok("ip ssh time-out 33\nline 1\nbinding device ttyS1\n");
	ck_assert_int_eq(conf_save(&conf, path), 0);
	ck_assert_int_eq(conf_save(&conf, path), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	conf_free(&conf);
	ck_assert_int_eq(conf_load(&conf, path, NULL, report, NULL), 0);
	ck_assert_uint_eq(conf.timeout, 33);
	ck_assert_str_eq(conf_binding(&conf, 1)->value, "ttyS1");
	ck_assert_int_eq(chmod(path, 0620), 0);
	ck_assert_int_eq(conf_load(&conf, path, NULL, report, NULL), -EPERM);
	ck_assert_int_eq(conf_load(&conf, directory, NULL, report, NULL), -EPERM);
	ck_assert_int_eq(conf_load(&conf, "/dev/null", NULL, report, NULL),
			 -EPERM);
	ck_assert_int_eq(truncate(path, CONF_SIZE_MAX + 1), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(conf_load(&conf, path, NULL, report, NULL), -EFBIG);
	ck_assert_int_lt(conf_save(&conf, "/nonexistent/c"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static Suite *conf_suite(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("read");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_defaults);
	tcase_add_test(t, test_ssh_parameters);
	tcase_add_test(t, test_listeners);
	tcase_add_test(t, test_too_many_listeners);
	tcase_add_test(t, test_every_line_setting);
	tcase_add_test(t, test_transport_values);
	tcase_add_test(t, test_rotary_adds_and_removes);
	tcase_add_test(t, test_settings_of_sessions);
	tcase_add_test(t, test_session_timeout_with_output_is_one_command);
	tcase_add_test(t, test_any_number_of_seconds_reads_back);
	tcase_add_test(t, test_lists);
	tcase_add_test(t, test_rotary_ports);
	tcase_add_test(t, test_the_default_port_is_not_two_things);
	tcase_add_test(t, test_ranges);
	tcase_add_test(t, test_a_failing_line_takes_back_the_others);
	tcase_add_test(t, test_what_cannot_be_taken_back_is_said);
	tcase_add_test(t, test_what_cannot_be_read_is_not_left_out);
	tcase_add_test(t, test_replace_takes_back_what_it_wrote_only);
	tcase_add_test(t, test_equal_values_are_not_written);
	tcase_add_test(t, test_bad_line_numbers);
	tcase_add_test(t, test_commands_below_a_refused_line_are_not_applied);
	tcase_add_test(t, test_a_refused_block_ends_the_one_before);
	tcase_add_test(t, test_modes);
	tcase_add_test(t, test_end_reports_each_later_line);
	tcase_add_test(t, test_comments_and_blanks);
	tcase_add_test(t, test_everything_else_applies);
	tcase_add_test(t, test_banner_text_is_no_command);
	tcase_add_test(t, test_long_first_lines_of_texts);
	tcase_add_test(t, test_nul_and_long_lines);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_login_lists);
	tcase_add_test(t, test_bindings);
	tcase_add_test(t, test_bad_bindings);
	tcase_add_test(t, test_printed_configuration_parses_to_itself);
	tcase_add_test(t, test_without_lines_only_the_form_is_checked);
	tcase_add_test(t, test_files);
	suite_add_tcase(s, t);
	return s;
}

MAIN(conf)
