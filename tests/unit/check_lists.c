// SPDX-License-Identifier: GPL-2.0-only
#include "lists.h"

#include <errno.h>

#include "main.h"

static char dir[] = "/tmp/check-lists-XXXXXX";
static char path[64];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/" LISTS_FILE, dir);
}

static void teardown(void)
{
	unlink(path);
	rmdir(dir);
}

static void write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void is(unsigned int line, enum lists_service service, int error,
	       const char *want)
{
	char name[LISTS_NAME_MAX + 1] = "";

	ck_assert_int_eq(lists_find(dir, line, service, name), error);
	ck_assert_str_eq(name, want);
}

START_TEST(test_what_is_written_is_found)
{
	static const char longest[] = "0123456789012345678901234567890";
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	lists_print(file, 7, LISTS_EXEC, "A");
	lists_print(file, 7, LISTS_ACCOUNT_CONNECTION, "b/%");
	lists_print_update(file, 120);
	lists_print(file, 70, LISTS_REVERSE, longest);
	ck_assert_int_eq(fclose(file), 0);
	is(7, LISTS_EXEC, 0, "A");
	is(7, LISTS_ACCOUNT_CONNECTION, 0, "b/%");
	is(70, LISTS_REVERSE, 0, longest);
	is(7, LISTS_REVERSE, 0, "default");
	is(70, LISTS_EXEC, 0, "default");
	is(0, LISTS_EXEC, 0, "default");
	ck_assert_uint_eq(lists_update(dir), 120);
}
END_TEST

START_TEST(test_nothing_written)
{
	is(1, LISTS_EXEC, 0, "default");
	ck_assert_uint_eq(lists_update(dir), 0);
	write_text("");
	is(1, LISTS_EXEC, 0, "default");
}
END_TEST

/* A cut or broken file must not be taken for one without lists. */
START_TEST(test_broken)
{
	static const char *const texts[] = {
		"x\n", "1 0\n", "1 0 A", "1 4 A\n", "1 0 A B\n", "\n",
		"1 0 01234567890123456789012345678901\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_text(texts[i]);
		is(9, LISTS_EXEC, -EBADMSG, "default");
	}
}
END_TEST

static Suite *lists_suite(void)
{
	Suite *s = suite_create("lists");
	TCase *t = tcase_create("file");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_what_is_written_is_found);
	tcase_add_test(t, test_nothing_written);
	tcase_add_test(t, test_broken);
	suite_add_tcase(s, t);
	return s;
}

MAIN(lists)
