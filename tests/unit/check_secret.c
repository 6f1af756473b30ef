// SPDX-License-Identifier: GPL-2.0-only
#include "secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "main.h"

START_TEST(test_hash_and_verify)
{
	char first[256], second[256];

	ck_assert_int_eq(secret_hash("geheim", first, sizeof(first)), 0);
	ck_assert_int_eq(secret_hash("geheim", second, sizeof(second)), 0);
	ck_assert(!strncmp(first, "$y$", 3));
	ck_assert_str_ne(first, second);	/* salted */
	ck_assert(secret_verify("geheim", first));
	ck_assert(secret_verify("geheim", second));
	ck_assert(!secret_verify("geheim ", first));
	ck_assert(!secret_verify("", first));
	ck_assert(!secret_verify("geheim", ""));
	ck_assert(!secret_verify("geheim", "*"));
	ck_assert(!secret_verify("geheim", "geheim"));
	ck_assert_int_eq(secret_hash("geheim", first, 10), -ENOSPC);
	ck_assert(secret_is_hash(second));
}
END_TEST

START_TEST(test_what_is_a_hash)
{
	static const char *const bad[] = {
		"", "x", "*", "!", "$", "$9$abc$def", "$y$ x", "plain",
		"$6$a:b", "$$",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!secret_is_hash(bad[i]), "%s", bad[i]);
	ck_assert(secret_is_hash("$6$saltsalt$x"));
}
END_TEST

START_TEST(test_type_9)
{
	static const char *const bad[] = {
		"", "$9$", "$9$salt", "$9$salt$",
		"$9$$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
		"$8$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
		"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo",
		"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo66",
		"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo7",
		"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdf-6",
		"$9$2MJBozw/9R3:sU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
	};
	/* The example of a well-known program that guesses passwords. */
	static const char good[] =
		"$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6";
	char hash[128];

	ck_assert_int_eq(secret_from_scrypt(good, hash, sizeof(hash)), 0);
	ck_assert(secret_is_hash(hash));
	ck_assert(secret_verify("hashcat", hash));
	ck_assert(!secret_verify("hashcaT", hash));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(secret_from_scrypt(bad[i], hash, sizeof(hash)) ==
			      -EINVAL, "%s", bad[i]);
	ck_assert_int_eq(secret_from_scrypt(good, hash, 40), -ENOSPC);
}
END_TEST

START_TEST(test_type_7)
{
	char plain[64], hex[2 * SECRET_MAX + 3], longest[SECRET_MAX + 1];
	char back[SECRET_MAX + 1];

	/* A well-known example. */
	ck_assert_int_eq(secret_decode("094F471A1A0A", plain, sizeof(plain)), 0);
	ck_assert_str_eq(plain, "cisco");
	ck_assert_int_eq(secret_decode("0822455d0a16", plain, sizeof(plain)), 0);
	ck_assert_str_eq(plain, "cisco");
	secret_encode("cisco", hex);
	ck_assert_int_eq(secret_decode(hex, plain, sizeof(plain)), 0);
	ck_assert_str_eq(plain, "cisco");
	memset(longest, 'x', SECRET_MAX);
	longest[SECRET_MAX] = '\0';
	secret_encode(longest, hex);
	ck_assert_uint_eq(strlen(hex), 2 * SECRET_MAX + 2);
	ck_assert_int_eq(secret_decode(hex, back, sizeof(back)), 0);
	ck_assert_str_eq(back, longest);
	ck_assert_int_eq(secret_decode(hex, plain, sizeof(plain)), -EINVAL);
}
END_TEST

START_TEST(test_what_is_not_type_7)
{
	static const char *const bad[] = {
		"", "07", "0", "9", "07AG", "07A", "99AAAA", "-1AAAA", "0x12",
		"0764", "07 64", "ABCDEF",
	};
	char plain[64];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(secret_decode(bad[i], plain, sizeof(plain)) ==
			      -EINVAL, "%s", bad[i]);
}
END_TEST

static Suite *secret_suite(void)
{
	Suite *s = suite_create("secret");
	TCase *t = tcase_create("secret");

	tcase_add_test(t, test_hash_and_verify);
	tcase_add_test(t, test_what_is_a_hash);
	tcase_add_test(t, test_type_9);
	tcase_add_test(t, test_type_7);
	tcase_add_test(t, test_what_is_not_type_7);
	suite_add_tcase(s, t);
	return s;
}

MAIN(secret)
