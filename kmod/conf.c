// SPDX-License-Identifier: GPL-2.0-only
#include "conf.h"

#include "line.h"

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

const char * const vtymux_parity_words[] = {
	"none", "even", "odd", "mark", "space",
};
const char * const vtymux_stopbits_words[] = { "1", "1.5", "2" };
const char * const vtymux_flow_words[] = { "none", "hardware", "software" };
const char * const vtymux_modem_words[] = {
	"none", "inout", "dtr-active", "cts-required",
};

/* Decimal digits only. Return: 0, -EINVAL, or -ERANGE outside @min..@max. */
static int number_of(const char *text, u32 min, u32 max, u32 *ret)
{
	const char *p;
	u32 value;

	for (p = text; *p; p++)
		if (!isdigit(*p))
			return -EINVAL;
	if (p == text)
		return -EINVAL;
	if (kstrtou32(text, 10, &value) || value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

bool vtymux_conf_label_ok(const char *text, size_t max)
{
	const char *p;

	for (p = text; *p; p++)
		if (!isascii(*p) || (!isalnum(*p) && !strchr("._-", *p)))
			return false;
	return p - text <= max;
}

/* Words that a login name could mistake for something else are refused. */
static bool name_ok(const char *text)
{
	static const char * const words[] = { "rotary", "watch", "steal" };
	unsigned int i;

	if (!vtymux_conf_label_ok(text, VTYMUX_NAME_MAX))
		return false;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncasecmp(text, words[i], strlen(words[i])))
			return false;
	return !*text || strspn(text, "0123456789") != strlen(text);
}

int vtymux_conf_parse_name(struct vtymux_conf *conf, const char *text)
{
	if (!name_ok(text))
		return -EINVAL;
	strscpy(conf->name, text, sizeof(conf->name));
	return 0;
}

static bool visible(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (!isascii(*p) || !isgraph(*p))
			return false;
	return true;
}

bool vtymux_conf_backing_ok(const char *text)
{
	if (*text == '/')
		return visible(text) && strlen(text) <= VTYMUX_BACKING_MAX;
	return vtymux_conf_label_ok(text, VTYMUX_BACKING_MAX);
}

int vtymux_conf_parse_login_authentication(struct vtymux_conf *conf,
					   const char *text)
{
	size_t len = strlen(text);

	if (!len || len > VTYMUX_LIST_NAME_MAX || !visible(text))
		return -EINVAL;
	strscpy(conf->login_authentication, text,
		sizeof(conf->login_authentication));
	return 0;
}

int vtymux_conf_parse_exec(struct vtymux_conf *conf, const char *text)
{
	u32 value;
	int err = number_of(text, 0, 1, &value);

	if (!err)
		conf->exec = value;
	return err;
}

int vtymux_conf_parse_history(struct vtymux_conf *conf, const char *text)
{
	return number_of(text, 0, VTYMUX_HISTORY_MAX, &conf->history);
}

int vtymux_conf_parse_transport_input(struct vtymux_conf *conf, const char *text)
{
	char copy[16], *rest = copy, *word;
	u8 transport = 0;

	if (!strcmp(text, "none") || !strcmp(text, "all")) {
		conf->transport = *text == 'a' ? VTYMUX_TRANSPORT_ALL : 0;
		return 0;
	}
	if (strscpy(copy, text, sizeof(copy)) < 0)
		return -EINVAL;
	while ((word = strsep(&rest, " "))) {
		u8 bit = !strcmp(word, "ssh") ? VTYMUX_TRANSPORT_SSH :
			 !strcmp(word, "telnet") ? VTYMUX_TRANSPORT_TELNET : 0;

		if (!bit || transport & bit)
			return -EINVAL;
		transport |= bit;
	}
	conf->transport = transport;
	return 0;
}

int vtymux_conf_parse_rotary(struct vtymux_conf *conf, const char *text)
{
	DECLARE_BITMAP(groups, VTYMUX_ROTARY_MAX + 1) = { 0 };
	char *copy, *rest, *word;
	int err = 0;
	u32 group;

	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = *copy ? copy : NULL;
	while (!err && (word = strsep(&rest, " "))) {
		err = number_of(word, 1, VTYMUX_ROTARY_MAX, &group);
		if (!err && __test_and_set_bit(group, groups))
			err = -EINVAL;
	}
	if (!err)
		bitmap_copy(conf->rotary, groups, VTYMUX_ROTARY_MAX + 1);
	kfree(copy);
	return err;
}

int vtymux_conf_parse_speed(struct vtymux_conf *conf, const char *text)
{
	return number_of(text, VTYMUX_SPEED_MIN, VTYMUX_SPEED_MAX,
			 &conf->params.speed);
}

int vtymux_conf_parse_databits(struct vtymux_conf *conf, const char *text)
{
	u32 value;
	int err = number_of(text, 5, 8, &value);

	if (!err)
		conf->params.databits = value;
	return err;
}

int vtymux_conf_parse_parity(struct vtymux_conf *conf, const char *text)
{
	int n = match_string(vtymux_parity_words, ARRAY_SIZE(vtymux_parity_words), text);

	if (n >= 0)
		conf->params.parity = n;
	return min(n, 0);
}

int vtymux_conf_parse_stopbits(struct vtymux_conf *conf, const char *text)
{
	int n = match_string(vtymux_stopbits_words, ARRAY_SIZE(vtymux_stopbits_words), text);
	u32 value;

	if (n >= 0)
		conf->params.stopbits = n;
	else if (number_of(text, 1, 2, &value) == -ERANGE)
		n = -ERANGE;
	return min(n, 0);
}

int vtymux_conf_parse_flowcontrol(struct vtymux_conf *conf, const char *text)
{
	int n = match_string(vtymux_flow_words, ARRAY_SIZE(vtymux_flow_words), text);

	if (n >= 0)
		conf->params.flowcontrol = n;
	return min(n, 0);
}

int vtymux_conf_parse_modem(struct vtymux_conf *conf, const char *text)
{
	int n = match_string(vtymux_modem_words, ARRAY_SIZE(vtymux_modem_words), text);

	if (n >= 0)
		conf->modem = n;
	return min(n, 0);
}

int vtymux_conf_parse_session_timeout(struct vtymux_conf *conf, const char *text)
{
	return number_of(text, 0, VTYMUX_TIMEOUT_MAX, &conf->session_timeout);
}

int vtymux_conf_parse_exec_timeout(struct vtymux_conf *conf, const char *text)
{
	return number_of(text, 0, VTYMUX_TIMEOUT_MAX, &conf->exec_timeout);
}

int vtymux_conf_parse_absolute_timeout(struct vtymux_conf *conf, const char *text)
{
	return number_of(text, 0, VTYMUX_TIMEOUT_MAX, &conf->absolute_timeout);
}
