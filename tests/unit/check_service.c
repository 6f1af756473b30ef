// SPDX-License-Identifier: GPL-2.0-only
#include "compile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "main.h"
#include "service.h"

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

	ck_assert_int_eq(service_name(AAA_LOGIN, list, name), 0);
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
	ck_assert_int_eq(service_name(AAA_LOGIN, "", name), -EINVAL);
	ck_assert_int_eq(service_name(AAA_LOGIN, list, name), -EINVAL);
	ck_assert_int_eq(service_for_list(dir, AAA_LOGIN, list, name), -EINVAL);
	ck_assert_str_eq(name, "kept");
	list[31] = '\0';
	ck_assert_int_eq(service_name(AAA_REVERSE, list, name), 0);
	ck_assert_uint_eq(strlen(name), SERVICE_NAME_MAX);
}
END_TEST

static const struct aaa_config nothing = { .login_time = 120 };
static unsigned int reports;

static void report(const char *what, const char *why, void *arg)
{
	(void)what;
	(void)why;
	(void)arg;
	reports++;
}

static int write_it(void)
{
	return compile_write(dir, &nothing, report, NULL);
}

START_TEST(test_undefined_list)
{
	char name[SERVICE_NAME_MAX + 1];

	ck_assert_int_eq(write_it(), 0);
	ck_assert_int_eq(service_for_list(dir, AAA_LOGIN, "default", name), 0);
	ck_assert_str_eq(name, "login-default");
	ck_assert_int_eq(service_for_list(dir, AAA_LOGIN, "Default", name), 1);
	ck_assert_str_eq(name, "undefined");
	ck_assert_int_eq(service_for_list(dir, AAA_LOGIN, "other", name), 1);
	ck_assert_str_eq(name, "undefined");
	ck_assert_int_eq(service_for_list(dir, AAA_EXEC, "other", name), 1);
	ck_assert_str_eq(name, "exec-default");
	ck_assert_int_eq(service_for_list(dir, AAA_REVERSE, "other", name), 1);
	ck_assert_str_eq(name, "reverse-default");
	ck_assert_uint_eq(reports, 0);
}
END_TEST

START_TEST(test_writes_for_root_only)
{
	static const char *const files[] = {
		"pam.d/login-default", "pam.d/undefined", "pam.d/exec-default",
		"pam.d/reverse-default", "pam.d/users",
	};
	struct stat st;

	umask(0);
	ck_assert_int_eq(write_it(), 0);
	ck_assert_int_eq(lstat(in_dir("pam.d"), &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat(in_dir("pam.d"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		ck_assert_int_eq(stat(in_dir(files[i]), &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0600);
	}
	ck_assert_int_eq(stat(in_dir("aaa/tally"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
}
END_TEST

START_TEST(test_replaces_a_directory)
{
	struct stat st;

	ck_assert_int_eq(mkdir(in_dir("pam.d"), 0700), 0);
	close(open(in_dir("pam.d/login-gone"), O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(write_it(), 0);
	ck_assert_int_ne(stat(in_dir("pam.d/login-gone"), &st), 0);
	ck_assert_int_eq(stat(in_dir("pam.d/login-default"), &st), 0);
}
END_TEST

START_TEST(test_clears_away_an_interrupted_run)
{
	struct stat st;

	ck_assert_int_eq(mkdir(in_dir("aaa.7"), 0700), 0);
	close(open(in_dir("aaa.7/login-half"), O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(symlink("aaa.7", in_dir("pam.d.new")), 0);
	ck_assert_int_eq(write_it(), 0);
	ck_assert_int_ne(stat(in_dir("aaa.7"), &st), 0);
	ck_assert_int_ne(lstat(in_dir("pam.d.new"), &st), 0);
	ck_assert_int_eq(stat(in_dir("pam.d/login-default"), &st), 0);
}
END_TEST

START_TEST(test_failure_keeps_the_old_services)
{
	char before[64] = "", after[64] = "";

	ck_assert_int_eq(write_it(), 0);
	ck_assert_int_gt(readlink(in_dir("pam.d"), before, 63), 0);
	/* A directory inside is what an unlink(2) fails on. */
	ck_assert_int_eq(mkdir(in_dir("aaa.9"), 0700), 0);
	ck_assert_int_eq(mkdir(in_dir("aaa.9/x"), 0700), 0);
	ck_assert_int_eq(write_it(), -EISDIR);
	ck_assert_int_gt(readlink(in_dir("pam.d"), after, 63), 0);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(compile_write("/nonexistent", &nothing, report, NULL),
			 -ENOENT);
	ck_assert_int_eq(compile_write("/tmp/a b", &nothing, report, NULL),
			 -ENOENT);
}
END_TEST

/* Whatever module says what, there is no way past a deny but a yes. */
START_TEST(test_no_stack_falls_through)
{
	static const char *const files[] = {
		"pam.d/login-default", "pam.d/undefined", "pam.d/exec-default",
		"pam.d/reverse-default",
	};
	char line[1024], type[16], rest[1000];

	ck_assert_int_eq(write_it(), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *f = fopen(in_dir(files[i]), "r");

		ck_assert_ptr_nonnull(f);
		while (fgets(line, sizeof(line), f)) {
			ck_assert_int_eq(sscanf(line, "%15s %999[^\n]", type,
						rest), 2);
			ck_assert_msg(strstr(rest, "default=die]"), "%s", line);
			ck_assert_ptr_null(strstr(rest, "include"));
			ck_assert_ptr_null(strstr(rest, "nullok"));
		}
		fclose(f);
	}
}
END_TEST

START_TEST(test_groups_round_trip)
{
	struct servers in = { .count = 1, .deadtime = 60 }, out = { 0 };
	struct aaa_server *s = &in.list[0];
	char path[300];
	FILE *f;

	*s = (struct aaa_server){ .port = 1812, .acct_port = 1813,
				  .timeout = 5, .name = "n",
				  .address = "fe80::1%eth0", .key = "k \1\377" };
	snprintf(path, sizeof(path), "%s", in_dir("group"));
	umask(077);
	f = fopen(path, "w");
	ck_assert_int_eq(servers_print(&in, f), 0);
	fclose(f);
	ck_assert_int_eq(servers_load(path, &out), 0);
	ck_assert_mem_eq(&in, &out, sizeof(in));
	s->timeout = 0;
	f = fopen(path, "w");
	ck_assert_int_eq(servers_print(&in, f), -EINVAL);
	fclose(f);
	ck_assert_int_eq(servers_load(path, &out), -EINVAL);
}
END_TEST

static void write_group(const char *path, const struct servers *servers, int want)
{
	FILE *f = fopen(path, "w");

	ck_assert_int_eq(servers_print(servers, f), want);
	fclose(f);
}

START_TEST(test_groups_with_tls_round_trip)
{
	struct servers in = { .count = 3, .deadtime = 60 }, out = { 0 };
	struct aaa_server *s = in.list;
	char path[300];

	s[0] = (struct aaa_server){
		.flags = SERVER_TLS, .port = 2083, .acct_port = 2083,
		.timeout = 5, .name = "r", .address = "::1", .key = "radsec",
		.tls = { "aaa.example", "/ca", "/certificate", "/key" },
	};
	s[1] = (struct aaa_server){
		.port = 1, .acct_port = 1, .timeout = 5, .name = "plain",
		.address = "::1", .key = "-",
	};
	s[2] = (struct aaa_server){
		.protocol = SERVER_TACPLUS, .flags = SERVER_TLS | SERVER_PAP,
		.port = 300, .acct_port = 300, .timeout = 5, .name = "t",
		.address = "::1", .tls = { "::1", "/ca", "", "" },
	};
	snprintf(path, sizeof(path), "%s", in_dir("group"));
	umask(077);
	write_group(path, &in, 0);
	ck_assert_int_eq(servers_load(path, &out), 0);
	ck_assert_mem_eq(&in, &out, sizeof(in));
	ck_assert_uint_eq(server_files(&out.list[0]), 3);
	ck_assert_uint_eq(server_files(&out.list[1]), 0);
	ck_assert_uint_eq(server_files(&out.list[2]), 1);
}
END_TEST

/* Each of these would make a line that is read back as another server. */
START_TEST(test_groups_with_half_tls_are_refused)
{
	static const struct aaa_tls bad[] = {
		{ "", "/ca", "", "" }, { "a", "", "", "" },
		{ "a", "ca", "", "" }, { "a", "/ca", "/c", "" },
		{ "a", "/ca", "", "/k" }, { "a", "/ca", "c", "/k" },
		{ "a", "/ca", "/c", "k" }, { "a b", "/ca", "", "" },
		{ "a", "/c a", "", "" }, { "a", "/ca", "/c\n", "/k" },
		{ "a", "/ca", "/c", "/k\t" },
	};
	struct servers in = { .count = 1 };
	char path[300];

	snprintf(path, sizeof(path), "%s", in_dir("group"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		in.list[0] = (struct aaa_server){
			.flags = SERVER_TLS, .port = 1, .acct_port = 1,
			.timeout = 5, .name = "n", .address = "::1",
			.key = "k", .tls = bad[i],
		};
		write_group(path, &in, -EINVAL);
	}
	in.list[0].tls = (struct aaa_tls){ "a", "/ca", "", "" };
	write_group(path, &in, 0);
	in.list[0].flags = 0;	/* the settings, and not TLS */
	write_group(path, &in, -EINVAL);
}
END_TEST

static Suite *service_suite(void)
{
	Suite *s = suite_create("service");
	TCase *t = tcase_create("services");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_names_out_of_bounds);
	tcase_add_test(t, test_undefined_list);
	tcase_add_test(t, test_writes_for_root_only);
	tcase_add_test(t, test_replaces_a_directory);
	tcase_add_test(t, test_clears_away_an_interrupted_run);
	tcase_add_test(t, test_failure_keeps_the_old_services);
	tcase_add_test(t, test_no_stack_falls_through);
	tcase_add_test(t, test_groups_round_trip);
	tcase_add_test(t, test_groups_with_tls_round_trip);
	tcase_add_test(t, test_groups_with_half_tls_are_refused);
	suite_add_tcase(s, t);
	return s;
}

MAIN(service)
