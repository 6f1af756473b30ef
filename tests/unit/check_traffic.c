// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include "main.h"
#include "sysfs.h"

#define LINE	7

static struct traffic traffic;

static void counters(unsigned int rx, unsigned int tx)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", rx);
	sysfs_set(LINE, "statistics/rx", text);
	snprintf(text, sizeof(text), "%u", tx);
	sysfs_set(LINE, "statistics/tx", text);
}

static void begin(unsigned int line, enum traffic_kind kind)
{
	char path[256];

	sysfs_add(LINE);
	snprintf(path, sizeof(path), "%s/vty%u/statistics", sysfs_dir, LINE);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	counters(100, 20);
	traffic_begin(&traffic, line, kind);
}

static void carried(uint64_t in, uint64_t out)
{
	uint64_t got_in, got_out;

	ck_assert(traffic_get(&traffic, &got_in, &got_out));
	ck_assert_uint_eq(got_in, in);
	ck_assert_uint_eq(got_out, out);
}

START_TEST(test_a_tty_line_receives_from_its_device)
{
	begin(LINE, TRAFFIC_LINE);
	carried(0, 0);
	counters(103, 25);
	carried(5, 3);
}
END_TEST

START_TEST(test_a_virtual_line_receives_from_the_client)
{
	begin(LINE, TRAFFIC_VTY);
	counters(103, 25);
	carried(3, 5);
}
END_TEST

START_TEST(test_who_watches_sends_nothing)
{
	begin(LINE, TRAFFIC_WATCH);
	counters(103, 25);
	carried(0, 3);
}
END_TEST

START_TEST(test_a_line_made_anew_counts_from_zero)
{
	begin(LINE, TRAFFIC_LINE);
	counters(4, 30);
	carried(10, 4);
}
END_TEST

START_TEST(test_of_pipes_nothing_is_known_until_told)
{
	uint64_t in = 1, out = 1;

	begin(0, TRAFFIC_PIPES);
	counters(103, 25);
	ck_assert(!traffic_get(&traffic, &in, &out));
	ck_assert_uint_eq(in, 0);
	ck_assert_uint_eq(out, 0);
	traffic_told(&traffic, 5, 3);
	carried(5, 3);
}
END_TEST

START_TEST(test_of_a_line_the_kernel_is_believed)
{
	begin(LINE, TRAFFIC_VTY);
	counters(103, 25);
	traffic_told(&traffic, 77, 88);
	carried(3, 5);
}
END_TEST

static Suite *traffic_suite(void)
{
	Suite *s = suite_create("traffic");
	TCase *t = tcase_create("bytes");

	tcase_add_checked_fixture(t, sysfs_setup, sysfs_teardown);
	tcase_add_test(t, test_a_tty_line_receives_from_its_device);
	tcase_add_test(t, test_a_virtual_line_receives_from_the_client);
	tcase_add_test(t, test_who_watches_sends_nothing);
	tcase_add_test(t, test_a_line_made_anew_counts_from_zero);
	tcase_add_test(t, test_of_pipes_nothing_is_known_until_told);
	tcase_add_test(t, test_of_a_line_the_kernel_is_believed);
	suite_add_tcase(s, t);
	return s;
}

MAIN(traffic)
