// SPDX-License-Identifier: GPL-2.0-only
#include "rotary.h"

#include <errno.h>
#include <stdbool.h>

#include "main.h"
#include "policy.h"
#include "sysfs.h"

static struct policy policy;	/* of everybody, but for one test */

static uint64_t set[VTYMUX_CLAIM_WORDS_MAX];

static bool has(unsigned int line)
{
	return set[line / 64] >> line % 64 & 1;
}

static unsigned int count(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < VTYMUX_CLAIM_WORDS_MAX; i++)
		n += (unsigned int)__builtin_popcountll(set[i]);
	return n;
}

static void member(unsigned int line, const char *groups, const char *list,
		   const char *transport)
{
	sysfs_add(line);
	sysfs_set(line, "rotary", groups);
	sysfs_set(line, "login_authentication", list);
	sysfs_set(line, "transport_input", transport);
}

START_TEST(test_a_group_without_members)
{
	unsigned int n = 9;

	member(1, "2", "default", "ssh");
	ck_assert_int_eq(rotary_lowest(1, &n), -ENODEV);
	ck_assert_int_eq(rotary_candidates(1, &policy, set, &n), -ENODEV);
	ck_assert_uint_eq(n, 9);
}
END_TEST

START_TEST(test_members_of_the_same_list_are_candidates)
{
	unsigned int n;

	member(3, "1", "default", "ssh");
	member(64, "1 127", "default", "all");
	member(4095, "1", "default", "ssh telnet");
	member(5, "127", "default", "ssh");
	ck_assert_int_eq(rotary_candidates(1, &policy, set, &n), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert(has(3) && has(64) && has(4095));
	ck_assert_uint_eq(count(), 3);
	ck_assert_int_eq(rotary_candidates(127, &policy, set, &n), 0);
	ck_assert_uint_eq(n, 5);
	ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(test_another_list_is_no_candidate)
{
	unsigned int n;

	member(1, "7", "ADMIN", "ssh");
	member(2, "7", "default", "ssh");
	member(3, "7", "ADMIN", "ssh");
	ck_assert_int_eq(rotary_lowest(7, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(rotary_candidates(7, &policy, set, &n), 0);
	ck_assert(has(1) && !has(2) && has(3));
}
END_TEST

START_TEST(test_another_transport_is_no_candidate_but_counts_as_lowest)
{
	unsigned int n;

	member(1, "7", "ADMIN", "none");
	member(2, "7", "ADMIN", "telnet");
	member(3, "7", "ADMIN", "ssh");
	member(4, "7", "default", "ssh");
	ck_assert_int_eq(rotary_lowest(7, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(rotary_candidates(7, &policy, set, &n), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(count(), 1);
}
END_TEST

START_TEST(test_no_candidates)
{
	unsigned int n = 9;

	member(1, "7", "default", "telnet");
	ck_assert_int_eq(rotary_candidates(7, &policy, set, &n), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(test_virtual_lines_are_no_members)
{
	unsigned int n;

	member(1, "7", "default", "ssh");
	sysfs_set(1, "type", "virtual");
	member(2, "7", "default", "ssh");
	ck_assert_int_eq(rotary_candidates(7, &policy, set, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(count(), 1);
}
END_TEST

START_TEST(test_lines_that_are_not_allowed_are_no_candidates)
{
	struct policy_rule rules[] = {
		{ .line = 1, .name = "other" },
		{ .line = 2, .name = "me", .applies = true },
		{ .line = 3, .list = POLICY_WATCH, .name = "other" },
	};
	struct policy some = { .rules = rules, .rule_count = 3 };
	unsigned int n;

	for (unsigned int line = 1; line <= 3; line++)
		member(line, "7", "default", "ssh");
	ck_assert_int_eq(rotary_candidates(7, &some, set, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert(!has(1) && has(2) && has(3));
	some.deny = true;
	ck_assert_int_eq(rotary_candidates(7, &some, set, &n), 0);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

static Suite *rotary_suite(void)
{
	Suite *s = suite_create("rotary");
	TCase *t = tcase_create("members");

	tcase_add_checked_fixture(t, sysfs_setup, sysfs_teardown);
	tcase_add_test(t, test_a_group_without_members);
	tcase_add_test(t, test_members_of_the_same_list_are_candidates);
	tcase_add_test(t, test_another_list_is_no_candidate);
	tcase_add_test(t, test_another_transport_is_no_candidate_but_counts_as_lowest);
	tcase_add_test(t, test_no_candidates);
	tcase_add_test(t, test_virtual_lines_are_no_members);
	tcase_add_test(t, test_lines_that_are_not_allowed_are_no_candidates);
	suite_add_tcase(s, t);
	return s;
}

MAIN(rotary)
