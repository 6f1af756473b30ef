// SPDX-License-Identifier: GPL-2.0-only
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "main.h"

static char dir[] = "/tmp/check-spool-XXXXXX";

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(spool_enable(dir, 1), 0);
}

static void teardown(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static int put(uint32_t session, uint32_t status)
{
	struct spool_record r = { .kind = SPOOL_CONNECTION, .user = "lab" };

	r.record.session = session;
	r.record.status = status;
	return spool_put(dir, &r);
}

START_TEST(test_first_in_first_out)
{
	char name[SPOOL_NAME_MAX + 1];
	struct spool_record r;

	for (uint32_t i = 1; i <= 20; i++)
		ck_assert_int_eq(put(i, i % 2), 0);
	ck_assert_uint_eq(spool_count(dir, NULL), 20);
	for (uint32_t i = 1; i <= 20; i++) {
		ck_assert_int_eq(spool_first(dir, name, &r), 0);
		ck_assert_uint_eq(r.record.session, i);
		ck_assert_uint_eq(r.record.status, i % 2);
		ck_assert_str_eq(r.user, "lab");
		ck_assert_int_eq(spool_remove(dir, name), 0);
	}
	ck_assert_int_eq(spool_first(dir, name, &r), -ENOENT);
}
END_TEST

START_TEST(test_one_update_of_a_session)
{
	char name[SPOOL_NAME_MAX + 1];
	struct spool_record r;

	ck_assert_int_eq(put(7, EXCHANGE_START), 0);
	ck_assert_int_eq(put(7, EXCHANGE_UPDATE), 0);
	ck_assert_int_eq(put(77, EXCHANGE_UPDATE), 0);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(put(7, EXCHANGE_UPDATE), 0);
	ck_assert_uint_eq(spool_count(dir, NULL), 3);
	ck_assert_int_eq(spool_first(dir, name, &r), 0);
	ck_assert_uint_eq(r.record.status, EXCHANGE_START);
	ck_assert_int_eq(spool_remove(dir, name), 0);
	ck_assert_int_eq(spool_first(dir, name, &r), 0);
	ck_assert_uint_eq(r.record.session, 77);
}
END_TEST

START_TEST(test_bound)
{
	unsigned long dropped;

	for (uint32_t i = 0; i < SPOOL_MAX; i++)
		ck_assert_int_eq(put(i, 0), 0);
	ck_assert_int_eq(put(1, 1), -ENOSPC);
	ck_assert_int_eq(put(2, 1), -ENOSPC);
	ck_assert_uint_eq(spool_count(dir, &dropped), SPOOL_MAX);
	ck_assert_uint_eq(dropped, 2);
}
END_TEST

START_TEST(test_off)
{
	struct stat st;
	char path[300];

	ck_assert_int_eq(put(1, 0), 0);
	ck_assert_int_eq(spool_enable(dir, 0), 0);
	ck_assert_int_eq(put(1, 0), -ENOENT);
	ck_assert_int_eq(spool_enable(dir, 0), 0);
	ck_assert_int_eq(spool_enable(dir, 1), 0);
	ck_assert_int_eq(spool_enable(dir, 1), 0);
	snprintf(path, sizeof(path), "%s/accounting", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	ck_assert_uint_eq(spool_count(dir, NULL), 0);
}
END_TEST

/* What is no record goes, counted, and does not stop the others. */
START_TEST(test_broken_files)
{
	char path[300], name[SPOOL_NAME_MAX + 1];
	struct spool_record r;
	unsigned long dropped;

	snprintf(path, sizeof(path), "%s/accounting/r0", dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(put(7, 0), 0);
	ck_assert_int_eq(spool_first(dir, name, &r), 0);
	ck_assert_uint_eq(r.record.session, 7);
	ck_assert_uint_eq(spool_count(dir, &dropped), 1);
	ck_assert_uint_eq(dropped, 1);
}
END_TEST

static Suite *spool_suite(void)
{
	Suite *s = suite_create("spool");
	TCase *t = tcase_create("records");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_first_in_first_out);
	tcase_add_test(t, test_one_update_of_a_session);
	tcase_add_test(t, test_bound);
	tcase_add_test(t, test_off);
	tcase_add_test(t, test_broken_files);
	suite_add_tcase(s, t);
	return s;
}

MAIN(spool)
