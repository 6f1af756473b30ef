// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "main.h"

static char directory[] = "/tmp/check-keys-XXXXXX", fault[64];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void teardown(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static void add(const char *name, const char *content, mode_t mode)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(content, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static int check(void)
{
	return keys_check(directory, fault, sizeof(fault));
}

START_TEST(test_counts_keys)
{
	ck_assert_int_eq(check(), 0);
	ck_assert_int_eq(keys_check("/nonexistent", fault, sizeof(fault)), 0);
	add("ssh_host_dsa_key", "x", 0600);
	add("ssh_host_ed25519_key.pub", "x", 0644);
	add("ssh_host_rsa_key", "", 0600);
	ck_assert_int_eq(check(), 0);
	add("ssh_host_ed25519_key", "x", 0600);
	ck_assert_int_eq(check(), 1);
	add("ssh_host_rsa_key", "x", 0400);
	add("ssh_host_ecdsa_key", "x", 0600);
	ck_assert_int_eq(check(), 3);
}
END_TEST

START_TEST(test_one_unsafe_key_is_named)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0610 };

	add("ssh_host_ed25519_key", "x", 0600);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		add("ssh_host_rsa_key", "x", modes[i]);
		ck_assert_int_eq(check(), -EPERM);
		ck_assert_ptr_nonnull(strstr(fault, "/ssh_host_rsa_key"));
	}
}
END_TEST

START_TEST(test_link_is_no_key)
{
	char path[64], target[64];

	add("secret", "x", 0600);
	snprintf(target, sizeof(target), "%s/secret", directory);
	snprintf(path, sizeof(path), "%s/ssh_host_ecdsa_key", directory);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(check(), -EPERM);
	ck_assert_ptr_nonnull(strstr(fault, "ecdsa"));
}
END_TEST

static Suite *keys_suite(void)
{
	Suite *s = suite_create("keys");
	TCase *t = tcase_create("directory");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_counts_keys);
	tcase_add_test(t, test_one_unsafe_key_is_named);
	tcase_add_test(t, test_link_is_no_key);
	suite_add_tcase(s, t);
	return s;
}

MAIN(keys)
