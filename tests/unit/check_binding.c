// SPDX-License-Identifier: GPL-2.0-only
#include "binding.h"

#include "main.h"

static struct binding bindings[8];
static struct binding_device devices[8];
static struct binding_line lines[8];
static struct binding_result results[8];
static size_t binding_count, device_count, line_count;

static void bind(unsigned int line, enum binding_type type, const char *value)
{
	struct binding *b = &bindings[binding_count++];

	b->line = line;
	b->type = type;
	strcpy(b->value, value);
}

static struct binding_device *device(const char *name, const char *path,
				     const char *serial)
{
	struct binding_device *d = &devices[device_count++];

	strcpy(d->name, name);
	strcpy(d->path, path);
	strcpy(d->serial, serial);
	return d;
}

static void line(unsigned int number, enum vtymux_line_state state,
		 const char *backing)
{
	struct binding_line *l = &lines[line_count++];

	l->number = number;
	l->state = state;
	strcpy(l->backing, backing);
}

static size_t plan(void)
{
	return binding_plan(bindings, binding_count, devices, device_count,
			    lines, line_count, results);
}

START_TEST(test_matches_by_each_identity)
{
	struct binding b = { .type = BINDING_PATH };
	struct binding_device d = {
		.name = "ttyUSB0", .path = "P", .path_link = "P-port0",
		.serial = "S", .serial_long = "V_M_S",
		.serial_link = "usb-V_M_S-if00-port0",
	};
	static const struct {
		enum binding_type type;
		const char *value;
		bool matches;
	} cases[] = {
		{ BINDING_DEVICE, "ttyUSB0", true },
		{ BINDING_DEVICE, "ttyUSB", false },
		{ BINDING_DEVICE, "P", false },
		{ BINDING_PATH, "P", true },
		{ BINDING_PATH, "P-port0", true },
		{ BINDING_PATH, "P-port1", false },
		{ BINDING_PATH, "S", false },
		{ BINDING_SERIAL, "S", true },
		{ BINDING_SERIAL, "V_M_S", true },
		{ BINDING_SERIAL, "usb-V_M_S-if00-port0", true },
		{ BINDING_SERIAL, "s", false },
		{ BINDING_SERIAL, "ttyUSB0", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b.type = cases[i].type;
		strcpy(b.value, cases[i].value);
		ck_assert_msg(binding_matches(&b, &d) == cases[i].matches,
			      "case %zu", i);
	}
}
END_TEST

START_TEST(test_unknown_identity_matches_nothing)
{
	const struct binding b = { .type = BINDING_SERIAL, .value = "" };
	const struct binding_device d = { .name = "ttyS0" };

	ck_assert(!binding_matches(&b, &d));
}
END_TEST

START_TEST(test_binds_unbound_and_down_lines)
{
	bind(1, BINDING_DEVICE, "ttyS1");
	bind(2, BINDING_PATH, "p2");
	bind(3, BINDING_DEVICE, "ttyS3");
	device("ttyS1", "", "");
	device("ttyUSB7", "p2", "");
	device("ttyS3", "", "");
	line(1, VTYMUX_STATE_UNBOUND, "");
	line(2, VTYMUX_STATE_DOWN, "ttyUSB0");
	line(3, VTYMUX_STATE_ACTIVE, "ttyS3");
	ck_assert_uint_eq(plan(), 2);
	ck_assert_int_eq(results[0].outcome, BINDING_BIND);
	ck_assert_uint_eq(results[0].device, 0);
	ck_assert_int_eq(results[1].outcome, BINDING_BIND);
	ck_assert_uint_eq(results[1].device, 1);
	ck_assert_int_eq(results[2].outcome, BINDING_BOUND);
}
END_TEST

START_TEST(test_bound_line_keeps_its_tty)
{
	static const enum vtymux_line_state states[] = {
		VTYMUX_STATE_ACTIVE, VTYMUX_STATE_CLAIMED, VTYMUX_STATE_IDLE,
	};

	bind(1, BINDING_DEVICE, "ttyS2");
	device("ttyS1", "", "");
	device("ttyS2", "", "");
	line(1, VTYMUX_STATE_IDLE, "ttyS1");
	for (size_t i = 0; i < 3; i++) {
		lines[0].state = states[i];
		ck_assert_uint_eq(plan(), 0);
		ck_assert_int_eq(results[0].outcome, BINDING_BOUND);
	}
}
END_TEST

START_TEST(test_first_line_gets_the_device)
{
	bind(2, BINDING_SERIAL, "S");
	bind(5, BINDING_DEVICE, "ttyUSB0");
	device("ttyUSB0", "p", "S");
	line(5, VTYMUX_STATE_UNBOUND, "");
	line(2, VTYMUX_STATE_UNBOUND, "");
	ck_assert_uint_eq(plan(), 1);
	ck_assert_int_eq(results[0].outcome, BINDING_BIND);
	ck_assert_int_eq(results[1].outcome, BINDING_TAKEN);
	ck_assert_uint_eq(results[1].other, 2);
}
END_TEST

START_TEST(test_device_of_a_bound_line_is_not_taken)
{
	bind(1, BINDING_DEVICE, "ttyS1");
	device("ttyS1", "", "");
	line(1, VTYMUX_STATE_UNBOUND, "");
	line(7, VTYMUX_STATE_IDLE, "ttyS1");	/* by hand */
	ck_assert_uint_eq(plan(), 0);
	ck_assert_int_eq(results[0].outcome, BINDING_TAKEN);
	ck_assert_uint_eq(results[0].other, 7);
	/* What a line lost is free. */
	lines[1].state = VTYMUX_STATE_DOWN;
	ck_assert_uint_eq(plan(), 1);
}
END_TEST

START_TEST(test_console_only_by_its_name)
{
	bind(1, BINDING_PATH, "p");
	bind(2, BINDING_DEVICE, "ttyS0");
	device("ttyS0", "p", "")->console = true;
	line(1, VTYMUX_STATE_UNBOUND, "");
	line(2, VTYMUX_STATE_UNBOUND, "");
	ck_assert_uint_eq(plan(), 1);
	ck_assert_int_eq(results[0].outcome, BINDING_CONSOLE);
	ck_assert_int_eq(results[1].outcome, BINDING_BIND);
}
END_TEST

START_TEST(test_several_devices_are_refused)
{
	bind(1, BINDING_SERIAL, "QUAD");
	device("ttyUSB0", "p0", "QUAD");
	device("ttyUSB1", "p1", "QUAD");
	line(1, VTYMUX_STATE_UNBOUND, "");
	ck_assert_uint_eq(plan(), 0);
	ck_assert_int_eq(results[0].outcome, BINDING_AMBIGUOUS);
	ck_assert_uint_eq(results[0].device, 0);
	strcpy(bindings[0].value, "usb-QUAD-if01");
	strcpy(devices[1].serial_link, "usb-QUAD-if01");
	ck_assert_uint_eq(plan(), 1);
	ck_assert_uint_eq(results[0].device, 1);
}
END_TEST

START_TEST(test_absent_device_and_line)
{
	bind(1, BINDING_PATH, "p");
	bind(99, BINDING_DEVICE, "ttyS1");
	device("ttyS1", "", "");
	line(1, VTYMUX_STATE_UNBOUND, "");
	ck_assert_uint_eq(plan(), 0);
	ck_assert_int_eq(results[0].outcome, BINDING_ABSENT);
	ck_assert_int_eq(results[1].outcome, BINDING_NO_LINE);
}
END_TEST

static Suite *binding_suite(void)
{
	Suite *s = suite_create("binding");
	TCase *t = tcase_create("plan");

	tcase_add_test(t, test_matches_by_each_identity);
	tcase_add_test(t, test_unknown_identity_matches_nothing);
	tcase_add_test(t, test_binds_unbound_and_down_lines);
	tcase_add_test(t, test_bound_line_keeps_its_tty);
	tcase_add_test(t, test_first_line_gets_the_device);
	tcase_add_test(t, test_device_of_a_bound_line_is_not_taken);
	tcase_add_test(t, test_console_only_by_its_name);
	tcase_add_test(t, test_several_devices_are_refused);
	tcase_add_test(t, test_absent_device_and_line);
	suite_add_tcase(s, t);
	return s;
}

MAIN(binding)
