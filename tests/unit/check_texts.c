// SPDX-License-Identifier: GPL-2.0-only
#include "texts.h"

#include <errno.h>

#include "main.h"

static char dir[] = "/tmp/check-texts-XXXXXX";
static char path[64];
static struct texts texts;

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/" TEXTS_FILE, dir);
}

static void teardown(void)
{
	texts_free(&texts);
	unlink(path);
	rmdir(dir);
}

static void write_bytes(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

static void plain_is(const char *kept, const char *want)
{
	char *plain = texts_plain(kept);

	ck_assert_str_eq(plain, want);
	free(plain);
}

START_TEST(test_plain_is_what_was_typed)
{
	plain_is("^Cone line^C", "one line\n");
	plain_is("#one line#", "one line\n");
	plain_is("^C\nfirst\n\nlast\n^C", "first\n\nlast\n");
	plain_is("@\n\nblank first\n@", "\nblank first\n");
	plain_is("^C^C", "");
	plain_is("^C\n^C", "");
	plain_is("##", "");
}
END_TEST

START_TEST(test_crlf)
{
	static const char *const cases[][2] = {
		{ "", "" }, { "a", "a" }, { "\n", "\r\n" }, { "\r\n", "\r\n" },
		{ "a\nb\r\nc\n\n", "a\r\nb\r\nc\r\n\r\n" }, { "\r", "\r" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = texts_crlf(cases[i][0]);

		ck_assert_str_eq(text, cases[i][1]);
		free(text);
	}
}
END_TEST

START_TEST(test_each_line_has_its_own)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	texts_print(file, 0, TEXTS_MOTD, "all\r\nend\n");
	texts_print(file, 0, TEXTS_INCOMING, "");
	texts_print(file, 1, TEXTS_REFUSE, "1 refuse 3\nno\n");
	texts_print(file, 12, TEXTS_REFUSE, "twelve");
	texts_print(file, 12, TEXTS_QUIET, "");
	texts_print_end(file);
	ck_assert_int_eq(fclose(file), 0);

	ck_assert_int_eq(texts_load(&texts, path, 12), 0);
	ck_assert_str_eq(texts.text[TEXTS_MOTD], "all\r\nend\n");
	ck_assert_str_eq(texts.text[TEXTS_INCOMING], "");
	ck_assert_str_eq(texts.text[TEXTS_REFUSE], "twelve");
	ck_assert_ptr_nonnull(texts.text[TEXTS_QUIET]);
	texts_free(&texts);

	ck_assert_int_eq(texts_load(&texts, path, 1), 0);
	ck_assert_str_eq(texts.text[TEXTS_REFUSE], "1 refuse 3\nno\n");
	ck_assert_ptr_null(texts.text[TEXTS_QUIET]);
	texts_free(&texts);

	ck_assert_int_eq(texts_load(&texts, path, 2), 0);
	ck_assert_ptr_null(texts.text[TEXTS_REFUSE]);
}
END_TEST

START_TEST(test_the_longest)
{
	char *longest = malloc(TEXTS_MAX + 2);
	FILE *file = fopen(path, "w");

	memset(longest, 'x', TEXTS_MAX);
	longest[TEXTS_MAX] = '\0';
	texts_print(file, 3, TEXTS_REFUSE, longest);
	texts_print_end(file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(texts_load(&texts, path, 3), 0);
	ck_assert_str_eq(texts.text[TEXTS_REFUSE], longest);
	texts_free(&texts);

	strcpy(longest + TEXTS_MAX, "x");
	file = fopen(path, "w");
	texts_print(file, 3, TEXTS_REFUSE, longest);
	texts_print_end(file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(texts_load(&texts, path, 3), -EBADMSG);
	free(longest);
}
END_TEST

START_TEST(test_damage_is_told)
{
	static const char *const bad[] = {
		"", "1 refuse 2\nno\n", "1 refuse 3\nno\nend\n",
		"1 refuse 1\nno\nend\n", "1 refuse -1\n\nend\n",
		"1 other 2\nno\nend\n", "refuse 2\nno\nend\n",
		"1 refuse 2 \nno\nend\n", "1 refuse 99999999999999999999\n",
		"end", "End\n",
	};
	static const char nul[] = "1 refuse 3\na\0b\nend\n";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_bytes(bad[i], strlen(bad[i]));
		ck_assert_int_eq(texts_load(&texts, path, 1), -EBADMSG);
	}
	write_bytes(nul, sizeof(nul) - 1);
	ck_assert_int_eq(texts_load(&texts, path, 1), -EBADMSG);
	unlink(path);
	ck_assert_int_eq(texts_load(&texts, path, 1), -ENOENT);
	for (int k = 0; k < TEXTS_KINDS; k++)
		ck_assert_ptr_null(texts.text[k]);
}
END_TEST

static Suite *texts_suite(void)
{
	Suite *suite = suite_create("texts");
	TCase *tc = tcase_create("texts");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_plain_is_what_was_typed);
	tcase_add_test(tc, test_crlf);
	tcase_add_test(tc, test_each_line_has_its_own);
	tcase_add_test(tc, test_the_longest);
	tcase_add_test(tc, test_damage_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}

MAIN(texts)
