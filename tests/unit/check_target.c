// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#include <errno.h>

#include "main.h"

/* From the heap without a NUL, so that the sanitizer sees every byte over. */
static int parse(const char *name, size_t len, struct target *ret)
{
	char *copy = malloc(len);
	int r;

	if (len)
		memcpy(copy, name, len);
	r = target_parse(copy, len, ret);
	free(copy);
	return r;
}

static void expect(const char *name, enum target_kind kind, unsigned int number,
		   const char *label)
{
	struct target t;

	ck_assert_msg(parse(name, strlen(name), &t) == 0, "%s: refused", name);
	ck_assert_msg(t.kind == kind, "%s: kind %d", name, t.kind);
	ck_assert_msg(t.number == number, "%s: number %u", name, t.number);
	ck_assert_msg(!strcmp(t.name, label), "%s: name '%s'", name, t.name);
	ck_assert_int_eq(strncmp(t.user, name, strlen(t.user)), 0);
	ck_assert_uint_eq(strlen(t.user), strcspn(name, ":"));
}

static void refused(const char *name, size_t len)
{
	struct target t, before;

	memset(&t, 0x5a, sizeof(t));
	before = t;
	ck_assert_msg(parse(name, len, &t) == -EINVAL, "%s: taken", name);
	ck_assert_int_eq(memcmp(&t, &before, sizeof(t)), 0);
}

START_TEST(test_user_alone_is_an_exec_session)
{
	expect("lab", TARGET_EXEC, 0, "");
	expect("_", TARGET_EXEC, 0, "");
	expect("0", TARGET_EXEC, 0, "");
	expect("a.b-c_d@example", TARGET_EXEC, 0, "");
}
END_TEST

START_TEST(test_user_is_bounded_in_length)
{
	char name[65];

	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	expect(name, TARGET_EXEC, 0, "");
	name[64] = 'a';
	refused(name, 65);
}
END_TEST

START_TEST(test_malformed_users)
{
	static const char *const names[] = {
		"", ":", ":1", ":lab", "-lab", ".lab", "@lab", "la b", "lab\n",
		"lab/", "../lab", "la\tb", "lab$", "l\303\244b", "+lab", "%s",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		refused(names[i], strlen(names[i]));
	refused("la\0b", 4);
	refused("lab\0", 4);
}
END_TEST

START_TEST(test_whole_name_is_bounded)
{
	char name[4096];

	memset(name, '1', sizeof(name));
	memcpy(name, "lab:", 4);
	refused(name, 101);
	refused(name, sizeof(name));
	name[100] = '\0';
	expect(name, TARGET_INVALID, 0, "");
}
END_TEST

START_TEST(test_line_numbers)
{
	expect("lab:1", TARGET_LINE, 1, "");
	expect("lab:4095", TARGET_LINE, 4095, "");
}
END_TEST

START_TEST(test_numbers_that_are_not_lines)
{
	expect("lab:0", TARGET_INVALID, 0, "");
	expect("lab:01", TARGET_INVALID, 0, "");
	expect("lab:4096", TARGET_INVALID, 0, "");
	expect("lab:4294967297", TARGET_INVALID, 0, "");
	expect("lab:99999999999", TARGET_INVALID, 0, "");
	expect("lab:18446744073709551617", TARGET_INVALID, 0, "");
	expect("lab:+1", TARGET_INVALID, 0, "");
	expect("lab: 1", TARGET_INVALID, 0, "");
	expect("lab:1 ", TARGET_INVALID, 0, "");
	expect("lab:1:2", TARGET_INVALID, 0, "");
	expect("lab:", TARGET_INVALID, 0, "");
	expect("lab::1", TARGET_INVALID, 0, "");
}
END_TEST

START_TEST(test_minus_one_is_a_name)	/* of the alphabet of names, no number */
{
	expect("lab:-1", TARGET_NAME, 0, "-1");
}
END_TEST

START_TEST(test_names)
{
	expect("lab:router-1.lab_a", TARGET_NAME, 0, "router-1.lab_a");
	expect("lab:0x1", TARGET_NAME, 0, "0x1");
	expect("lab:abcdefghijklmnopqrstuvwxyz01234", TARGET_NAME, 0,
	       "abcdefghijklmnopqrstuvwxyz01234");
	expect("lab:abcdefghijklmnopqrstuvwxyz012345", TARGET_INVALID, 0, "");
	expect("lab:a/b", TARGET_INVALID, 0, "");
	expect("lab:..", TARGET_NAME, 0, "..");	/* a label, never a path */
	expect("lab:a@b", TARGET_INVALID, 0, "");
}
END_TEST

START_TEST(test_nul_in_the_target_is_invalid)
{
	struct target t;

	ck_assert_int_eq(parse("lab:a\0b", 7, &t), 0);
	ck_assert_int_eq(t.kind, TARGET_INVALID);
	ck_assert_int_eq(parse("lab:1\0", 6, &t), 0);
	ck_assert_int_eq(t.kind, TARGET_INVALID);
}
END_TEST

START_TEST(test_rotary_groups)
{
	expect("lab:rotary1", TARGET_ROTARY, 1, "");
	expect("lab:rotary127", TARGET_ROTARY, 127, "");
	expect("lab:rotary128", TARGET_INVALID, 0, "");
	expect("lab:rotary0", TARGET_INVALID, 0, "");
	expect("lab:rotary01", TARGET_INVALID, 0, "");
	expect("lab:rotary", TARGET_INVALID, 0, "");
	expect("lab:rotary-1", TARGET_INVALID, 0, "");
	expect("lab:rotaryx", TARGET_INVALID, 0, "");
}
END_TEST

START_TEST(test_keywords_are_lower_case_and_reserved_in_any)
{
	expect("lab:Rotary1", TARGET_INVALID, 0, "");
	expect("lab:WATCH1", TARGET_INVALID, 0, "");
	expect("lab:StealThis", TARGET_INVALID, 0, "");
	expect("lab:rotar1", TARGET_NAME, 0, "rotar1");
}
END_TEST

START_TEST(test_watch_and_steal)
{
	expect("lab:watch1", TARGET_WATCH, 1, "");
	expect("lab:watchdog", TARGET_WATCH, 0, "dog");
	expect("lab:watch", TARGET_INVALID, 0, "");
	expect("lab:watch0", TARGET_INVALID, 0, "");
	expect("lab:watchrotary1", TARGET_INVALID, 0, "");
	expect("lab:watchwatch1", TARGET_INVALID, 0, "");
	expect("lab:steal4095", TARGET_STEAL, 4095, "");
	expect("lab:stealdog", TARGET_STEAL, 0, "dog");
	expect("lab:steal4096", TARGET_INVALID, 0, "");
	expect("lab:steal", TARGET_INVALID, 0, "");
}
END_TEST

static Suite *target_suite(void)
{
	Suite *s = suite_create("target");
	TCase *t = tcase_create("grammar");

	tcase_add_test(t, test_user_alone_is_an_exec_session);
	tcase_add_test(t, test_user_is_bounded_in_length);
	tcase_add_test(t, test_malformed_users);
	tcase_add_test(t, test_whole_name_is_bounded);
	tcase_add_test(t, test_line_numbers);
	tcase_add_test(t, test_numbers_that_are_not_lines);
	tcase_add_test(t, test_minus_one_is_a_name);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_nul_in_the_target_is_invalid);
	tcase_add_test(t, test_rotary_groups);
	tcase_add_test(t, test_keywords_are_lower_case_and_reserved_in_any);
	tcase_add_test(t, test_watch_and_steal);
	suite_add_tcase(s, t);
	return s;
}

MAIN(target)
