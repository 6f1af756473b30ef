// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "main.h"

/* Accounts: ann is in ops by passwd, bob by group; eve is in no group. */
struct passwd *getpwnam(const char *name)
{
	static struct passwd ann = { .pw_gid = 10 };

	return strcmp(name, "ann") ? NULL : &ann;
}

struct group *getgrnam(const char *name)
{
	static struct group ops = { .gr_gid = 10 }, many = { .gr_gid = 99 };

	if (!strcmp(name, "ops"))
		return &ops;
	return strcmp(name, "many") ? NULL : &many;
}

/* bob is in 50 groups, more than is asked for at first. */
int getgrouplist(const char *user, gid_t primary, gid_t *groups, int *count)
{
	int n = !strcmp(user, "bob") ? 50 : 1, room = *count;

	*count = n;
	if (room < n)
		return -1;
	groups[0] = primary;
	for (int i = 1; i < n; i++)
		groups[i] = i == 49 ? 10 : 100 + (gid_t)i;
	return n;
}

static struct policy policy;

static void teardown(void)
{
	policy_free(&policy);
}

static void add(unsigned int line, enum policy_list list, enum policy_kind kind,
		const char *name)
{
	struct policy_rule rule = { .line = line, .list = list, .kind = kind };

	snprintf(rule.name, sizeof(rule.name), "%s", name);
	ck_assert_int_eq(policy_add(&policy, &rule), 0);
}

START_TEST(test_lists)
{
	add(3, POLICY_ALLOW, POLICY_USER, "eve");
	add(2, POLICY_ALLOW, POLICY_GROUP, "ops");
	add(2, POLICY_WATCH, POLICY_GROUP, "nosuch");
	add(3, POLICY_WATCH, POLICY_USER, "eve");
	add(3, POLICY_WATCH, POLICY_USER, "eve");
	ck_assert_uint_eq(policy.rule_count, 4);
	ck_assert_uint_eq(policy.rules[0].line, 2);

	policy_resolve(&policy, "eve", true);
	ck_assert(policy_admits(&policy, 1, POLICY_ALLOW));
	ck_assert(!policy_admits(&policy, 1, POLICY_WATCH));
	ck_assert(!policy_admits(&policy, 2, POLICY_ALLOW));
	ck_assert(policy_admits(&policy, 3, POLICY_ALLOW));
	ck_assert(policy_admits(&policy, 3, POLICY_WATCH));

	for (int i = 0; i < 2; i++) {
		policy_resolve(&policy, i ? "ann" : "bob", true);
		ck_assert(policy_admits(&policy, 2, POLICY_ALLOW));
		ck_assert(!policy_admits(&policy, 2, POLICY_WATCH));
		ck_assert(!policy_admits(&policy, 3, POLICY_ALLOW));
	}
}
END_TEST

START_TEST(test_groups_are_told_apart)
{
	add(1, POLICY_ALLOW, POLICY_GROUP, "many");
	add(2, POLICY_ALLOW, POLICY_GROUP, "ops");
	add(3, POLICY_ALLOW, POLICY_GROUP, "ops");
	add(4, POLICY_ALLOW, POLICY_USER, "ops");
	policy_resolve(&policy, "ann", true);
	ck_assert(!policy_admits(&policy, 1, POLICY_ALLOW));
	ck_assert(policy_admits(&policy, 2, POLICY_ALLOW));
	ck_assert(policy_admits(&policy, 3, POLICY_ALLOW));
	ck_assert(!policy_admits(&policy, 4, POLICY_ALLOW));
}
END_TEST

/* A server's ann is not the account's, even after the account was asked for. */
START_TEST(test_who_has_no_account_is_in_no_group)
{
	add(1, POLICY_ALLOW, POLICY_GROUP, "ops");
	add(1, POLICY_WATCH, POLICY_GROUP, "ops");
	add(2, POLICY_ALLOW, POLICY_GROUP, "ops");
	add(2, POLICY_ALLOW, POLICY_USER, "ann");
	for (int i = 0; i < 2; i++) {
		policy_resolve(&policy, "ann", !i);
		ck_assert(policy_admits(&policy, 1, POLICY_ALLOW) == !i);
		ck_assert(policy_admits(&policy, 1, POLICY_WATCH) == !i);
		ck_assert(policy_admits(&policy, 2, POLICY_ALLOW));
		ck_assert(policy_admits(&policy, 3, POLICY_ALLOW));
	}
}
END_TEST

START_TEST(test_settings)
{
	struct policy_settings s = policy_get(&policy, 7);

	ck_assert_uint_eq(s.warning, 20);
	ck_assert_uint_eq(s.wait, 300);
	s.replay = true;
	ck_assert_int_eq(policy_set(&policy, &s), 0);
	s.line = 5;
	ck_assert_int_eq(policy_set(&policy, &s), 0);
	ck_assert_uint_eq(policy.setting_count, 2);
	ck_assert(policy_get(&policy, 5).replay && policy_get(&policy, 7).replay);
	s.replay = false;
	ck_assert_int_eq(policy_set(&policy, &s), 0);
	ck_assert(!policy_get(&policy, 5).replay && policy_get(&policy, 7).replay);
	ck_assert_uint_eq(policy.setting_count, 1);
}
END_TEST

START_TEST(test_names)
{
	char longest[POLICY_NAME_MAX + 2];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[POLICY_NAME_MAX + 1] = '\0';
	ck_assert(!policy_name_ok(longest));
	ck_assert(policy_name_ok(longest + 1));
	ck_assert(policy_name_ok("_a.b@c-d") && policy_name_ok("0"));
	ck_assert(!policy_name_ok("") && !policy_name_ok("-a"));
	ck_assert(!policy_name_ok("a b") && !policy_name_ok("a:b"));
	ck_assert(!policy_name_ok("a\n") && !policy_name_ok("\xc3\xa4"));
}
END_TEST

START_TEST(test_file)
{
	char path[] = "/tmp/check_policy.XXXXXX";
	struct policy_settings s = {
		.line = 9, .output = true, .wait = 4, .level = 15,
	};
	struct policy loaded = { 0 };
	FILE *f;

	ck_assert_int_ge(mkstemp(path), 0);
	add(2, POLICY_WATCH, POLICY_GROUP, "ops");
	add(4095, POLICY_ALLOW, POLICY_USER, "a@b");
	ck_assert_int_eq(policy_set(&policy, &s), 0);
	f = fopen(path, "w");
	ck_assert_int_eq(policy_print(&policy, f), 0);
	fclose(f);
	ck_assert_int_eq(policy_load(&loaded, path), 0);
	ck_assert_uint_eq(loaded.rule_count, 2);
	ck_assert_int_eq(memcmp(loaded.rules, policy.rules,
				2 * sizeof(*loaded.rules)), 0);
	ck_assert(policy_get(&loaded, 9).output);
	ck_assert_uint_eq(policy_get(&loaded, 9).wait, 4);
	ck_assert_uint_eq(policy_get(&loaded, 9).level, 15);
	ck_assert_uint_eq(policy_get(&loaded, 8).level, 1);
	policy_free(&loaded);
	unlink(path);
}
END_TEST

START_TEST(test_bad_files)
{
	static const char *const texts[] = {
		"", "1 allow user x\n", "end", "1 allow user x\nen",
		"1 allow user\nend\n", "1 allow user a b\nend\n",
		"x allow user a\nend\n", "1 permit user a\nend\n",
		"1 allow role a\nend\n", "1 allow user a:b\nend\n",
		"1 settings 2 0 1 1\nend\n", "1 settings 0 0 1\nend\n",
		"1 settings 0 0 1 1 1\nend\n", "1 level 16\nend\n",
		"1 level -1\nend\n", "1 level 1 1\nend\n", "1 level \nend\n",
	};
	char path[] = "/tmp/check_policy.XXXXXX";
	struct policy loaded = { 0 };

	ck_assert_int_ge(mkstemp(path), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		FILE *f = fopen(path, "w");

		fputs(texts[i], f);
		fclose(f);
		ck_assert_msg(policy_load(&loaded, path) == -EBADMSG, "%s",
			      texts[i]);
		ck_assert_ptr_null(loaded.rules);
	}
	unlink(path);
	ck_assert_int_eq(policy_load(&loaded, path), -ENOENT);
}
END_TEST

static Suite *policy_suite(void)
{
	Suite *s = suite_create("policy");
	TCase *t = tcase_create("policy");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, test_lists);
	tcase_add_test(t, test_groups_are_told_apart);
	tcase_add_test(t, test_who_has_no_account_is_in_no_group);
	tcase_add_test(t, test_settings);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_file);
	tcase_add_test(t, test_bad_files);
	suite_add_tcase(s, t);
	return s;
}

MAIN(policy)
