// SPDX-License-Identifier: GPL-2.0-only
#include "selftest.h"

#include "../conf.h"
#include "../line.h"

#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/string.h>

typedef int (*parse_fn)(struct vtymux_conf *conf, const char *text);

static const struct {
	parse_fn parse;
	const char *text;
	int result;
} cases[] = {
	{ vtymux_conf_parse_name, "", 0 },
	{ vtymux_conf_parse_name, "rack-1.sw_2", 0 },
	{ vtymux_conf_parse_name, "1a", 0 },
	{ vtymux_conf_parse_name, "12", -EINVAL },
	{ vtymux_conf_parse_name, "RoTary1", -EINVAL },
	{ vtymux_conf_parse_name, "watcher", -EINVAL },
	{ vtymux_conf_parse_name, "a b", -EINVAL },
	{ vtymux_conf_parse_name, "a\xc3\xa4", -EINVAL },
	{ vtymux_conf_parse_name, "abcdefghijklmnopqrstuvwxyz01234", 0 },
	{ vtymux_conf_parse_name, "abcdefghijklmnopqrstuvwxyz012345", -EINVAL },
	{ vtymux_conf_parse_speed, "50", 0 },
	{ vtymux_conf_parse_speed, "4000000", 0 },
	{ vtymux_conf_parse_speed, "0009600", 0 },
	{ vtymux_conf_parse_speed, "49", -ERANGE },
	{ vtymux_conf_parse_speed, "4000001", -ERANGE },
	{ vtymux_conf_parse_speed, "4294976896", -ERANGE },
	{ vtymux_conf_parse_speed, "99999999999999999999999", -ERANGE },
	{ vtymux_conf_parse_speed, "", -EINVAL },
	{ vtymux_conf_parse_speed, "+9600", -EINVAL },
	{ vtymux_conf_parse_speed, "-1", -EINVAL },
	{ vtymux_conf_parse_speed, "0x50", -EINVAL },
	{ vtymux_conf_parse_speed, "9600 ", -EINVAL },
	{ vtymux_conf_parse_databits, "5", 0 },
	{ vtymux_conf_parse_databits, "9", -ERANGE },
	{ vtymux_conf_parse_parity, "mark", 0 },
	{ vtymux_conf_parse_parity, "Mark", -EINVAL },
	{ vtymux_conf_parse_stopbits, "1.5", 0 },
	{ vtymux_conf_parse_stopbits, "3", -ERANGE },
	{ vtymux_conf_parse_stopbits, "1.50", -EINVAL },
	{ vtymux_conf_parse_exec, "1", 0 },
	{ vtymux_conf_parse_exec, "2", -ERANGE },
	{ vtymux_conf_parse_history, "1048576", 0 },
	{ vtymux_conf_parse_history, "1048577", -ERANGE },
	{ vtymux_conf_parse_transport_input, "ssh telnet", 0 },
	{ vtymux_conf_parse_transport_input, "ssh ssh", -EINVAL },
	{ vtymux_conf_parse_transport_input, "ssh  telnet", -EINVAL },
	{ vtymux_conf_parse_transport_input, "all ssh", -EINVAL },
	{ vtymux_conf_parse_transport_input, "", -EINVAL },
	{ vtymux_conf_parse_rotary, "", 0 },
	{ vtymux_conf_parse_rotary, "127 1 64", 0 },
	{ vtymux_conf_parse_rotary, "0", -ERANGE },
	{ vtymux_conf_parse_rotary, "128", -ERANGE },
	{ vtymux_conf_parse_rotary, "1 2 1", -EINVAL },
	{ vtymux_conf_parse_rotary, "1 ", -EINVAL },
	{ vtymux_conf_parse_rotary, " 1", -EINVAL },
	{ vtymux_conf_parse_rotary, "1,2", -EINVAL },
	{ vtymux_conf_parse_absolute_timeout, "2147483647", 0 },
	{ vtymux_conf_parse_absolute_timeout, "2147483648", -ERANGE },
};

/* What is refused changes nothing. */
static bool case_holds(unsigned int i)
{
	static struct vtymux_conf conf, before;
	int result;

	memset(&conf, 0x5a, sizeof(conf));
	before = conf;
	result = cases[i].parse(&conf, cases[i].text);
	if (result != cases[i].result)
		return false;
	return !result || !memcmp(&conf, &before, sizeof(conf));
}

static bool values_hold(void)
{
	static struct vtymux_conf conf;
	bool ok = true;

	ok &= CHECK(!vtymux_conf_parse_speed(&conf, "0115200") &&
		    conf.params.speed == 115200);
	ok &= CHECK(!vtymux_conf_parse_parity(&conf, "space") &&
		    conf.params.parity == VTYMUX_PARITY_SPACE);
	ok &= CHECK(!vtymux_conf_parse_stopbits(&conf, "2") &&
		    conf.params.stopbits == VTYMUX_STOPBITS_2);
	ok &= CHECK(!vtymux_conf_parse_rotary(&conf, "127 1 64") &&
		    bitmap_weight(conf.rotary, VTYMUX_ROTARY_MAX + 1) == 3 &&
		    test_bit(1, conf.rotary) && test_bit(64, conf.rotary) &&
		    test_bit(127, conf.rotary));
	ok &= CHECK(!vtymux_conf_parse_transport_input(&conf, "telnet") &&
		    conf.transport == VTYMUX_TRANSPORT_TELNET);
	ok &= CHECK(vtymux_conf_backing_ok("ttyS1") &&
		    vtymux_conf_backing_ok("/dev/pts/7") &&
		    !vtymux_conf_backing_ok("pts/7") &&
		    !vtymux_conf_backing_ok("/dev/pts/\x01"));
	return ok;
}

bool vtymux_selftest_conf(void)
{
	unsigned int i;
	bool ok = values_hold();

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (!case_holds(i))
			ok = vtymux_selftest_check(false, cases[i].text);
	return ok;
}
