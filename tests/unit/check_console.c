// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"

#include "main.h"

START_TEST(test_list)
{
	static const char text[] =
		"ttyS0                -W- (EC p a)    4:64\n"
		"tty0                 -WU (E  p  )    4:2\n";

	ck_assert(console_in_list(text, "ttyS0"));
	ck_assert(console_in_list(text, "tty0"));
	ck_assert(!console_in_list(text, "ttyS"));
	ck_assert(!console_in_list(text, "ttyS01"));
	ck_assert(!console_in_list(text, "4:64"));
	ck_assert(!console_in_list(text, ""));
	ck_assert(!console_in_list("", "ttyS0"));
}
END_TEST

START_TEST(test_command_line)
{
	static const char text[] =
		"root=/dev/vda console=ttyS1,115200n8 xconsole=ttyS5 "
		"console=tty0 quiet\n";

	ck_assert(console_in_cmdline(text, "ttyS1"));
	ck_assert(console_in_cmdline(text, "tty0"));
	ck_assert(!console_in_cmdline(text, "ttyS"));
	ck_assert(!console_in_cmdline(text, "ttyS5"));
	ck_assert(!console_in_cmdline(text, "115200n8"));
	ck_assert(!console_in_cmdline("console= quiet", ""));
	ck_assert(!console_in_cmdline("", "ttyS0"));
	ck_assert(console_in_cmdline("console=ttyS9", "ttyS9"));
}
END_TEST

static Suite *console_suite(void)
{
	Suite *s = suite_create("console");
	TCase *t = tcase_create("texts");

	tcase_add_test(t, test_list);
	tcase_add_test(t, test_command_line);
	suite_add_tcase(s, t);
	return s;
}

MAIN(console)
