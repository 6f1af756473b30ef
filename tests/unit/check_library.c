// SPDX-License-Identifier: GPL-2.0-only
/* On libm, which the check program is linked with, or not: both are good. */
#include "library.h"

#include <dlfcn.h>

#include "main.h"

struct table {
	double (*cbrt)(double x);
	double (*hypot)(double x, double y);
};

START_TEST(test_its_functions_can_be_called)
{
	static const struct library_call calls[] = {
		{ "cbrt", offsetof(struct table, cbrt) },
		{ "hypot", offsetof(struct table, hypot) },
		LIBRARY_END
	};
	struct table t;
	void *library = library_open("libm.so.6", calls, &t);

	ck_assert_ptr_nonnull(library);
	ck_assert(t.cbrt(27) > 2.99 && t.cbrt(27) < 3.01);
	ck_assert(t.hypot(3, 4) > 4.99 && t.hypot(3, 4) < 5.01);
	ck_assert_ptr_null(library_close(library));
}
END_TEST

START_TEST(test_one_that_is_not_there)
{
	static const struct library_call calls[] = { LIBRARY_END };

	ck_assert_ptr_null(library_open("libvtymux-none.so.1", calls, NULL));
	ck_assert_ptr_nonnull(strstr(dlerror(), "libvtymux-none.so.1"));
	ck_assert_ptr_null(library_close(NULL));
}
END_TEST

START_TEST(test_one_that_lacks_a_function)
{
	static const struct library_call calls[] = {
		{ "cbrt", offsetof(struct table, cbrt) },
		{ "vtymux_none", offsetof(struct table, hypot) },
		LIBRARY_END
	};
	struct table t = { NULL, NULL };

	ck_assert_ptr_null(library_open("libm.so.6", calls, &t));
	ck_assert_ptr_nonnull(strstr(dlerror(), "vtymux_none"));
	ck_assert(!t.cbrt && !t.hypot);
}
END_TEST

static Suite *library_suite(void)
{
	Suite *s = suite_create("library");
	TCase *t = tcase_create("loading");

	tcase_add_test(t, test_its_functions_can_be_called);
	tcase_add_test(t, test_one_that_is_not_there);
	tcase_add_test(t, test_one_that_lacks_a_function);
	suite_add_tcase(s, t);
	return s;
}

MAIN(library)
