// SPDX-License-Identifier: GPL-2.0-only
#include "serial.h"

#include <sys/wait.h>

#include "main.h"

static char path[] = "/tmp/check-serial-XXXXXX";

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void teardown(void)
{
	unlink(path);
}

START_TEST(test_counts_from_one)
{
	uint32_t n;

	for (uint32_t i = 1; i <= 2500; i++) {
		ck_assert_int_eq(serial_next(path, &n), 0);
		ck_assert_uint_eq(n, i);
	}
}
END_TEST

/* Each "daemon" takes some numbers and ends; none may come twice. */
START_TEST(test_restarts_repeat_nothing)
{
	uint32_t last = 0;

	for (int run = 0; run < 5; run++) {
		uint32_t n[2];
		int fds[2];
		pid_t pid;

		ck_assert_int_eq(pipe(fds), 0);
		pid = fork();
		if (pid == 0) {
			uint32_t out[2];
			int bad = serial_next(path, &out[0]);

			for (int i = 0; i < 1500; i++)
				bad |= serial_next(path, &out[1]);
			bad |= write(fds[1], out, sizeof(out)) != sizeof(out);
			_exit(bad != 0);
		}
		ck_assert_int_eq(read(fds[0], n, sizeof(n)), sizeof(n));
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		close(fds[0]);
		close(fds[1]);
		ck_assert_uint_gt(n[0], last);
		ck_assert_uint_eq(n[1], n[0] + 1500);
		last = n[1];
	}
}
END_TEST

START_TEST(test_goes_on_without_its_file)
{
	uint32_t a, b;

	ck_assert_int_lt(serial_next("/nonexistent/x", &a), 0);
	ck_assert_int_lt(serial_next("/nonexistent/x", &b), 0);
	ck_assert_uint_eq(b, a + 1);
}
END_TEST

START_TEST(test_garbage_in_the_file)
{
	FILE *f = fopen(path, "w");
	uint32_t n;

	ck_assert_ptr_nonnull(f);
	fputs("no number\n", f);
	fclose(f);
	ck_assert_int_eq(serial_next(path, &n), 0);
	ck_assert_uint_eq(n, 1);
}
END_TEST

static Suite *serial_suite(void)
{
	Suite *s = suite_create("serial");
	TCase *t = tcase_create("file");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_counts_from_one);
	tcase_add_test(t, test_restarts_repeat_nothing);
	tcase_add_test(t, test_goes_on_without_its_file);
	tcase_add_test(t, test_garbage_in_the_file);
	suite_add_tcase(s, t);
	return s;
}

MAIN(serial)
