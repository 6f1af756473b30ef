// SPDX-License-Identifier: GPL-2.0-only
#include "line.h"

#include <errno.h>

#include "main.h"
#include "sysfs.h"

START_TEST(test_reads_every_attribute)
{
	struct line line;

	sysfs_add(7);
	sysfs_set(7, "type", "virtual");
	sysfs_set(7, "name", "router-1");
	sysfs_set(7, "backing", "/dev/pts/7");
	sysfs_set(7, "exec", "1");
	sysfs_set(7, "transport_input", "ssh telnet");
	sysfs_set(7, "rotary", "1 63 64 127");
	sysfs_set(7, "login_authentication", "ADMINS only");
	sysfs_set(7, "state", "claimed");
	sysfs_set(7, "owner", "1:lab@::1");
	ck_assert_int_eq(line_read(7, &line), 0);
	ck_assert_uint_eq(line.number, 7);
	ck_assert(line.is_virtual);
	ck_assert(line.exec);
	ck_assert_uint_eq(line.transport,
			  LINE_TRANSPORT_SSH | LINE_TRANSPORT_TELNET);
	ck_assert(line.rotary[0] == (UINT64_C(1) << 1 | UINT64_C(1) << 63));
	ck_assert(line.rotary[1] == (UINT64_C(1) | UINT64_C(1) << 63));
	ck_assert_int_eq(line.state, VTYMUX_STATE_CLAIMED);
	ck_assert_str_eq(line.name, "router-1");
	ck_assert_str_eq(line.backing, "/dev/pts/7");
	ck_assert_str_eq(line.login_authentication, "ADMINS only");
	ck_assert_str_eq(line.owner, "1:lab@::1");
}
END_TEST

START_TEST(test_no_such_line)
{
	struct line line;

	ck_assert_int_eq(line_read(1, &line), -ENODEV);
}
END_TEST

START_TEST(test_every_state)
{
	static const char *const words[] = {
		"unbound", "down", "active", "claimed", "idle",
	};
	struct line line;

	sysfs_add(1);
	for (int i = 0; i < 5; i++) {
		sysfs_set(1, "state", words[i]);
		ck_assert_int_eq(line_read(1, &line), 0);
		ck_assert_int_eq(line.state, i);
	}
}
END_TEST

START_TEST(test_every_transport)
{
	static const struct {
		const char *value;
		unsigned int bits;
	} cases[] = {
		{ "none", 0 }, { "ssh", LINE_TRANSPORT_SSH },
		{ "telnet", LINE_TRANSPORT_TELNET },
		{ "all", LINE_TRANSPORT_SSH | LINE_TRANSPORT_TELNET },
	};
	struct line line;

	sysfs_add(1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sysfs_set(1, "transport_input", cases[i].value);
		ck_assert_int_eq(line_read(1, &line), 0);
		ck_assert_uint_eq(line.transport, cases[i].bits);
	}
}
END_TEST

/* What does not parse is an error and leaves the caller's struct alone. */
START_TEST(test_malformed_values)
{
	static const char *const cases[][2] = {
		{ "type", "tty " }, { "type", "" }, { "exec", "2" },
		{ "exec", "yes" }, { "state", "asleep" }, { "state", "" },
		{ "transport_input", "sshd" }, { "transport_input", "ssh ssh" },
		{ "rotary", "0" }, { "rotary", "128" }, { "rotary", "1  2" },
		{ "rotary", "2 1" }, { "rotary", "1 1" }, { "rotary", "1 " },
		{ "rotary", " 1" }, { "rotary", "1,2" }, { "rotary", "-1" },
		{ "rotary", "01" }, { "rotary", "99999999999999999999" },
		{ "name", "thirty-two-characters-are-too-ma" },
		{ "type", "tty\ntty" },
	};
	struct line line, before;

	memset(&line, 0x5a, sizeof(line));
	before = line;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sysfs_add(1);
		sysfs_set(1, cases[i][0], cases[i][1]);
		ck_assert_msg(line_read(1, &line) == -EBADMSG, "%s '%s'",
			      cases[i][0], cases[i][1]);
		ck_assert_int_eq(memcmp(&line, &before, sizeof(line)), 0);
		sysfs_teardown();
		ck_assert_int_eq(mkdir(sysfs_dir, 0700), 0);
	}
}
END_TEST

START_TEST(test_value_without_newline_or_end)
{
	char path[256], big[2000];
	struct line line;
	FILE *f;

	sysfs_add(1);
	memset(big, 'a', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	sysfs_set(1, "name", big);
	ck_assert_int_eq(line_read(1, &line), -EBADMSG);
	snprintf(path, sizeof(path), "%s/vty1/name", sysfs_dir);
	f = fopen(path, "w");
	fputs("half", f);
	fclose(f);
	ck_assert_int_eq(line_read(1, &line), -EBADMSG);
}
END_TEST

START_TEST(test_finds_a_name)
{
	unsigned int number = 99;

	sysfs_add(2);
	sysfs_add(10);
	sysfs_set(10, "name", "router");
	ck_assert_int_eq(line_find_name("router", &number), 0);
	ck_assert_uint_eq(number, 10);
	number = 99;
	ck_assert_int_eq(line_find_name("Router", &number), -ENODEV);
	ck_assert_int_eq(line_find_name("route", &number), -ENODEV);
	ck_assert_int_eq(line_find_name("", &number), -ENODEV);
	ck_assert_uint_eq(number, 99);
}
END_TEST

struct seen {
	unsigned int numbers[8], count, stop_at;
};

static int see(const struct line *line, void *arg)
{
	struct seen *s = arg;

	s->numbers[s->count++] = line->number;
	return line->number == s->stop_at ? 42 : 0;
}

START_TEST(test_visits_lines_in_order)
{
	static const unsigned int order[] = { 1, 2, 9, 10, 100, 4095 };
	static const unsigned int created[] = { 100, 9, 4095, 1, 10, 2 };
	static const char *const others[] = { "vty0", "vty01", "vty4096",
					      "vtyx", "tty1", "vty", "vty3x" };
	struct seen s = { .count = 0 };
	char path[256];

	for (int i = 0; i < 6; i++)
		sysfs_add(created[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", sysfs_dir, others[i]);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	ck_assert_int_eq(line_for_each(see, &s), 0);
	ck_assert_uint_eq(s.count, 6);
	ck_assert_int_eq(memcmp(s.numbers, order, sizeof(order)), 0);
}
END_TEST

START_TEST(test_visit_stops_with_the_visitors_value)
{
	struct seen s = { .stop_at = 2 };

	sysfs_add(1);
	sysfs_add(2);
	sysfs_add(3);
	ck_assert_int_eq(line_for_each(see, &s), 42);
	ck_assert_uint_eq(s.count, 2);
}
END_TEST

START_TEST(test_no_sysfs)
{
	struct seen s = { .count = 0 };
	unsigned int n;

	setenv("VTYMUX_SYSFS", "/nonexistent", 1);
	ck_assert_int_eq(line_for_each(see, &s), -ENOENT);
	ck_assert_int_eq(line_find_name("a", &n), -ENOENT);
}
END_TEST

START_TEST(test_numbers)
{
	static const char *const bad[] = {
		"", "-1", " 1", "1 ", "0x1", "99999999999999999999999",
	};
	uint64_t n = 7;

	sysfs_add(1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sysfs_set(1, "exec", bad[i]);
		ck_assert_int_eq(line_number(1, "exec", &n), -EBADMSG);
	}
	ck_assert_int_eq(line_number(2, "exec", &n), -ENODEV);
	ck_assert_uint_eq(n, 7);
	sysfs_set(1, "exec", "18446744073709551615");
	ck_assert_int_eq(line_number(1, "exec", &n), 0);
	ck_assert_uint_eq(n, UINT64_MAX);
}
END_TEST

START_TEST(test_state_is_read_again)
{
	enum vtymux_line_state state;
	int fd;

	sysfs_add(1);
	ck_assert_int_eq(line_open_state(2), -ENODEV);
	fd = line_open_state(1);
	ck_assert_int_ge(fd, 0);
	sysfs_set(1, "state", "active");
	ck_assert_int_eq(line_poll_state(fd, &state), 0);
	ck_assert_int_eq(state, VTYMUX_STATE_ACTIVE);
	sysfs_set(1, "state", "down");
	ck_assert_int_eq(line_poll_state(fd, &state), 0);
	ck_assert_int_eq(state, VTYMUX_STATE_DOWN);
	sysfs_set(1, "state", "strange");
	ck_assert_int_eq(line_poll_state(fd, &state), -EBADMSG);
	close(fd);
}
END_TEST

START_TEST(test_writes_one_value)
{
	struct line line;

	sysfs_add(1);
	/* A plain file is not truncated: start from an empty one. */
	ck_assert_int_eq(line_write(1, "nonsense", "1"), -ENODEV);
	ck_assert_int_eq(line_write(2, "exec", "1"), -ENODEV);
	ck_assert_int_eq(line_write(1, "exec", "1"), 0);
	ck_assert_int_eq(line_read(1, &line), 0);
	ck_assert(line.exec);
}
END_TEST

static Suite *line_suite(void)
{
	Suite *s = suite_create("line");
	TCase *t = tcase_create("sysfs");

	tcase_add_checked_fixture(t, sysfs_setup, sysfs_teardown);
	tcase_add_test(t, test_reads_every_attribute);
	tcase_add_test(t, test_no_such_line);
	tcase_add_test(t, test_every_state);
	tcase_add_test(t, test_every_transport);
	tcase_add_test(t, test_malformed_values);
	tcase_add_test(t, test_value_without_newline_or_end);
	tcase_add_test(t, test_finds_a_name);
	tcase_add_test(t, test_visits_lines_in_order);
	tcase_add_test(t, test_visit_stops_with_the_visitors_value);
	tcase_add_test(t, test_no_sysfs);
	tcase_add_test(t, test_numbers);
	tcase_add_test(t, test_state_is_read_again);
	tcase_add_test(t, test_writes_one_value);
	suite_add_tcase(s, t);
	return s;
}

MAIN(line)
