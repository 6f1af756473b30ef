// SPDX-License-Identifier: GPL-2.0-only
#include "main.h"

#include <stdarg.h>

#include "getty.h"
#include "log.h"
#include "loop.h"
#include "manager.h"
#include "nl.h"

#define SECOND	UINT64_C(1000000)
#define LINE	7

/* The module, the manager, the clock and the log. */
static struct nl_line line;
static uint64_t now;
static unsigned int starts, stops, logs;
static manager_fn answer;
static unsigned int answer_arg;

int nl_client_get(struct nl_client *client, unsigned int number,
		  struct nl_line *ret)
{
	(void)client;
	ck_assert_uint_eq(number, LINE);
	*ret = line;
	return 0;
}

void manager_start(const char *unit, manager_fn fn, unsigned int arg)
{
	ck_assert_str_eq(unit, "vtymux-getty@7.service");
	ck_assert_ptr_null(answer);
	starts++;
	answer = fn;
	answer_arg = arg;
}

void manager_stop(const char *unit)
{
	ck_assert_str_eq(unit, "vtymux-getty@7.service");
	stops++;
}

uint64_t loop_now(void)
{
	return now;
}

void log_print(int level, const char *format, ...)
{
	(void)level;
	(void)format;
	logs++;
}

static void reset(void)
{
	line = (struct nl_line){
		.number = LINE, .type = VTYMUX_LINE_TTY, .exec = true,
		.state = VTYMUX_STATE_IDLE,
	};
	now = 1000 * SECOND;
}

static void reply(const char *error)
{
	manager_fn fn = answer;

	answer = NULL;
	fn(error, answer_arg);
}

START_TEST(one_start_while_the_manager_thinks)
{
	for (int i = 0; i < 30; i++, now += SECOND)
		getty_input(NULL, LINE);
	ck_assert_uint_eq(starts, 1);
	reply(NULL);
	ck_assert_uint_eq(logs, 1);
	line.state = VTYMUX_STATE_ACTIVE;
	getty_opened(LINE);
	getty_input(NULL, LINE);
	ck_assert_uint_eq(starts, 1);
	/* The next user is as the first. */
	line.state = VTYMUX_STATE_IDLE;
	getty_input(NULL, LINE);
	reply(NULL);
	ck_assert_uint_eq(starts, 2);
	ck_assert_uint_eq(logs, 2);
}
END_TEST

START_TEST(a_failed_start_is_followed_by_another)
{
	getty_input(NULL, LINE);
	reply("not now");
	now += SECOND;
	getty_input(NULL, LINE);
	ck_assert_uint_eq(starts, 2);
	reply(NULL);
	getty_opened(LINE);
	ck_assert_uint_eq(logs, 1);
}
END_TEST

START_TEST(noise_floods_neither_manager_nor_log)
{
	for (int i = 0; i < 600; i++, now += SECOND) {
		getty_input(NULL, LINE);
		if (answer)
			reply(i % 2 ? "not now" : NULL);
	}
	ck_assert_uint_ge(starts, 30);
	ck_assert_uint_le(starts, 66);
	ck_assert_uint_le(logs, 2);
}
END_TEST

START_TEST(only_idle_lines_with_exec)
{
	line.exec = false;
	getty_input(NULL, LINE);
	line.exec = true;
	line.state = VTYMUX_STATE_CLAIMED;
	getty_input(NULL, LINE);
	line.state = VTYMUX_STATE_IDLE;
	line.type = VTYMUX_LINE_VIRTUAL;
	getty_input(NULL, LINE);
	getty_input(NULL, VTYMUX_LINE_MAX + 1);
	ck_assert_uint_eq(starts, 0);
}
END_TEST

START_TEST(without_exec_the_login_goes)
{
	line.state = VTYMUX_STATE_ACTIVE;
	getty_changed(NULL, LINE);
	ck_assert_uint_eq(stops, 0);
	line.exec = false;
	getty_changed(NULL, LINE);
	ck_assert_uint_eq(stops, 1);
	strcpy(line.owner, "7:lab@192.0.2.1");
	getty_changed(NULL, LINE);
	ck_assert_uint_eq(stops, 1);
}
END_TEST

static Suite *getty_suite(void)
{
	Suite *s = suite_create("getty");
	TCase *t = tcase_create("getty");

	tcase_add_checked_fixture(t, reset, NULL);
	tcase_add_test(t, one_start_while_the_manager_thinks);
	tcase_add_test(t, a_failed_start_is_followed_by_another);
	tcase_add_test(t, noise_floods_neither_manager_nor_log);
	tcase_add_test(t, only_idle_lines_with_exec);
	tcase_add_test(t, without_exec_the_login_goes);
	suite_add_tcase(s, t);
	return s;
}

MAIN(getty)
