// SPDX-License-Identifier: GPL-2.0-only
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "main.h"

static char dir[] = "/tmp/check-service-XXXXXX";

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *in_dir(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void encodes(const char *list, const char *service)
{
	char name[SERVICE_NAME_MAX + 1];

	ck_assert_int_eq(service_name(list, name), 0);
	ck_assert_str_eq(name, service);
}

START_TEST(test_names)
{
	encodes("default", "login-default");
	encodes("a0z9", "login-a0z9");
	encodes("A", "login-_41");
	encodes("CASE-Test", "login-_43_41_53_45_2d_54est");
	encodes("../x", "login-_2e_2e_2fx");
	encodes("a b_c", "login-a_20b_5fc");
	encodes("\377", "login-_ff");
}
END_TEST

START_TEST(test_names_out_of_bounds)
{
	char list[34], name[SERVICE_NAME_MAX + 1] = "kept";

	memset(list, 'A', sizeof(list));
	list[32] = '\0';
	ck_assert_int_eq(service_name("", name), -EINVAL);
	ck_assert_int_eq(service_name(list, name), -EINVAL);
	ck_assert_int_eq(service_for_list(list, name), -EINVAL);
	ck_assert_str_eq(name, "kept");
	list[31] = '\0';
	ck_assert_int_eq(service_name(list, name), 0);
	ck_assert_uint_eq(strlen(name), SERVICE_NAME_MAX);
}
END_TEST

START_TEST(test_undefined_list_means_default)
{
	char name[SERVICE_NAME_MAX + 1];

	ck_assert_int_eq(service_for_list("default", name), 0);
	ck_assert_str_eq(name, "login-default");
	ck_assert_int_eq(service_for_list("Default", name), 1);
	ck_assert_str_eq(name, "login-default");
	ck_assert_int_eq(service_for_list("other", name), 1);
	ck_assert_str_eq(name, "login-default");
}
END_TEST

START_TEST(test_writes_for_root_only)
{
	struct stat st;

	umask(0);
	ck_assert_int_eq(service_write_all(dir), 0);
	ck_assert_int_eq(stat(in_dir("pam.d"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(in_dir("pam.d/login-default"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_ne(stat(in_dir("pam.d.new"), &st), 0);
}
END_TEST

START_TEST(test_replaces_all_old_services)
{
	struct stat st;

	ck_assert_int_eq(service_write_all(dir), 0);
	close(open(in_dir("pam.d/login-gone"), O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(service_write_all(dir), 0);
	ck_assert_int_ne(stat(in_dir("pam.d/login-gone"), &st), 0);
	ck_assert_int_eq(stat(in_dir("pam.d/login-default"), &st), 0);
	ck_assert_int_ne(stat(in_dir("pam.d.new"), &st), 0);
}
END_TEST

START_TEST(test_clears_away_an_interrupted_run)
{
	struct stat st;

	ck_assert_int_eq(mkdir(in_dir("pam.d.new"), 0700), 0);
	close(open(in_dir("pam.d.new/login-half"), O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(service_write_all(dir), 0);
	ck_assert_int_ne(stat(in_dir("pam.d/login-half"), &st), 0);
	ck_assert_int_ne(stat(in_dir("pam.d.new"), &st), 0);
}
END_TEST

START_TEST(test_failure_keeps_the_old_services)
{
	struct stat st;

	ck_assert_int_eq(service_write_all(dir), 0);
	/* A directory inside is what an unlink(2) fails on. */
	ck_assert_int_eq(mkdir(in_dir("pam.d.new"), 0700), 0);
	ck_assert_int_eq(mkdir(in_dir("pam.d.new/x"), 0700), 0);
	ck_assert_int_eq(service_write_all(dir), -EISDIR);
	ck_assert_int_eq(stat(in_dir("pam.d/login-default"), &st), 0);
	ck_assert_int_eq(service_write_all("/nonexistent"), -ENOENT);
}
END_TEST

/* Each auth path must end in deny unless a module said yes. */
START_TEST(test_default_never_falls_through)
{
	char line[256], type[16], rest[240];
	int lines = 0, last_ok = 0;
	FILE *f;

	ck_assert_int_eq(service_write_all(dir), 0);
	f = fopen(in_dir("pam.d/login-default"), "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		ck_assert_int_eq(sscanf(line, "%15s %239[^\n]", type, rest), 2);
		ck_assert_msg(strstr(rest, "default=die]"), "%s", line);
		ck_assert_ptr_null(strstr(rest, "include"));
		ck_assert_ptr_null(strstr(rest, "nullok"));
		last_ok = !!strstr(rest, "pam_deny.so");
		lines++;
	}
	fclose(f);
	ck_assert_int_eq(lines, 8);
	ck_assert(last_ok);
}
END_TEST

static Suite *service_suite(void)
{
	Suite *s = suite_create("service");
	TCase *t = tcase_create("services");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_names_out_of_bounds);
	tcase_add_test(t, test_undefined_list_means_default);
	tcase_add_test(t, test_writes_for_root_only);
	tcase_add_test(t, test_replaces_all_old_services);
	tcase_add_test(t, test_clears_away_an_interrupted_run);
	tcase_add_test(t, test_failure_keeps_the_old_services);
	tcase_add_test(t, test_default_never_falls_through);
	suite_add_tcase(s, t);
	return s;
}

MAIN(service)
