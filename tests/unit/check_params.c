// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <errno.h>
#include <sys/stat.h>

#include "main.h"

static char directory[] = "/tmp/params-XXXXXX";
static struct params params, copy;

static void setup(void)
{
	strcpy(directory, "/tmp/params-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	params_init(&params);
}

static void teardown(void)
{
	char command[64];

	params_free(&params);
	params_free(&copy);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static void put(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(test_what_is_saved_is_loaded)
{
	const char *bad;
	char path[64];
	struct stat st;
	size_t len;

	ck_assert_int_eq(algo_parse(ALGO_MAC, "hmac-sha2-512 hmac-sha2-256",
				    params.algorithms[ALGO_MAC], &bad, &len), 0);
	params.dh_min = 4096;
	ck_assert_int_eq(params_set_banner(&params, "one\ntwo\r\nthree"), 0);
	ck_assert_int_eq(params_add_key(&params, "lab", "ssh-rsa AAAA"), 0);
	ck_assert_int_eq(params_save(&params, directory), 0);
	ck_assert_int_eq(params_load(&copy, directory), 0);
	ck_assert_int_eq(memcmp(copy.algorithms, params.algorithms,
				sizeof(copy.algorithms)), 0);
	ck_assert_uint_eq(copy.dh_min, 4096);
	ck_assert_str_eq(copy.banner, "one\r\ntwo\r\nthree");
	snprintf(path, sizeof(path), "%s/" PARAMS_KEYS_FILE, directory);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_uint_eq(st.st_size, strlen("lab ssh-rsa AAAA\n"));
}
END_TEST

START_TEST(test_without_files_all_is_default)
{
	ck_assert_int_eq(params_load(&copy, directory), 0);
	ck_assert_uint_eq(copy.dh_min, PARAMS_DH_DEFAULT);
	ck_assert_uint_eq(copy.algorithms[ALGO_KEX][0], 0);
	ck_assert_ptr_null(copy.banner);
	ck_assert_int_lt(params_save(&params, "/nonexistent"), 0);
}
END_TEST

START_TEST(test_damaged_files)
{
	put(PARAMS_FILE, "mac\n");
	ck_assert_int_eq(params_load(&copy, directory), -EBADMSG);
	put(PARAMS_FILE, "mac hmac-md5\n");
	ck_assert_int_eq(params_load(&copy, directory), -EBADMSG);
	put(PARAMS_FILE, "surprise 1\n");
	ck_assert_int_eq(params_load(&copy, directory), -EBADMSG);
}
END_TEST

START_TEST(test_banner_is_bounded)
{
	static char text[PARAMS_BANNER_MAX + 2];

	memset(text, 'x', PARAMS_BANNER_MAX);
	ck_assert_int_eq(params_set_banner(&params, text), 0);
	text[0] = '\n';		/* becomes two */
	ck_assert_int_eq(params_set_banner(&params, text), -E2BIG);
	ck_assert_int_eq(params.banner[0], 'x');
}
END_TEST

START_TEST(test_keys)
{
	ck_assert_int_eq(params_add_key(&params, "a", "one"), 0);
	ck_assert_int_eq(params_add_key(&params, "a", "one"), -EEXIST);
	ck_assert_int_eq(params_add_key(&params, "b", "one"), 0);
	ck_assert_int_eq(params_add_key(&params, "a", "two"), 0);
	ck_assert_int_eq(params_drop_keys(&params, "a", "three"), -ENOENT);
	ck_assert_int_eq(params_drop_keys(&params, "a", NULL), 0);
	ck_assert_uint_eq(params.key_count, 1);
	ck_assert_str_eq(params.keys[0].user, "b");
	for (int i = 1; i < PARAMS_KEYS_MAX; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		ck_assert_int_eq(params_add_key(&params, "b", text), 0);
	}
	ck_assert_int_eq(params_add_key(&params, "b", "more"), -ENOSPC);
}
END_TEST

START_TEST(test_algorithm_names)
{
	algo_list list = { 9, 9 };
	const char *bad = NULL, *text = " ssh-ed25519  ssh-rsa ";
	size_t len = 0;

	ck_assert_int_eq(algo_parse(ALGO_HOSTKEY, text, list, &bad, &len),
			 -EINVAL);
	ck_assert_ptr_eq(bad, text + 14);
	ck_assert_uint_eq(len, 7);
	ck_assert_uint_eq(list[0], 9);
	ck_assert_int_eq(algo_parse(ALGO_HOSTKEY, " ", list, &bad, &len),
			 -ENODATA);
	for (int c = 0; c < ALGO_CLASSES; c++) {
		const char *name;
		unsigned int n = 0;

		ck_assert_int_eq(algo_class_find(
			algo_class_name((enum algo_class)c)), c);
		while ((name = algo_name((enum algo_class)c, n + 1)))
			ck_assert_uint_eq(algo_find((enum algo_class)c, name),
					  ++n);
		ck_assert_uint_gt(n, 0);
	}
	ck_assert_ptr_null(algo_name(ALGO_MAC, 0));
	ck_assert_ptr_null(algo_name(ALGO_MAC, ALGO_LIST_MAX + 1));
}
END_TEST

static Suite *params_suite(void)
{
	Suite *s = suite_create("params");
	TCase *t = tcase_create("files");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_what_is_saved_is_loaded);
	tcase_add_test(t, test_without_files_all_is_default);
	tcase_add_test(t, test_damaged_files);
	tcase_add_test(t, test_banner_is_bounded);
	tcase_add_test(t, test_keys);
	tcase_add_test(t, test_algorithm_names);
	suite_add_tcase(s, t);
	return s;
}

MAIN(params)
