// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES_MAX	100	/* the whole name, target included */

/* The locale must not decide who may log in. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static bool user_ok(const char *s, size_t len)
{
	if (!len || len > TARGET_USER_MAX)
		return false;
	if (!is_alnum(s[0]) && s[0] != '_')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_alnum(s[i]) && (!s[i] || !strchr("._@-", s[i])))
			return false;
	return true;
}

static bool all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_digit(s[i]))
			return false;
	return len > 0;
}

/* Decimal 1..@max without a leading zero, else 0. */
static unsigned int number_of(const char *s, size_t len, unsigned int max)
{
	unsigned int n = 0;

	if (!all_digits(s, len) || s[0] == '0')
		return 0;
	for (size_t i = 0; i < len; i++) {
		n = n * 10 + (unsigned int)(s[i] - '0');
		if (n > max)
			return 0;
	}
	return n;
}

static bool starts(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !memcmp(s, word, n);
}

static bool starts_any_case(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !strncasecmp(s, word, n);
}

/* What a line's sysfs name may be. */
static bool name_ok(const char *s, size_t len)
{
	if (!len || len > VTYMUX_NAME_MAX || all_digits(s, len))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(s[i]) && (!s[i] || !strchr("._-", s[i])))
			return false;
	return !starts_any_case(s, len, "rotary") &&
	       !starts_any_case(s, len, "watch") &&
	       !starts_any_case(s, len, "steal");
}

/* A line by number or by name; false leaves @ret as it was. */
static bool parse_line(const char *s, size_t len, struct target *ret)
{
	unsigned int n = number_of(s, len, VTYMUX_LINE_MAX);

	if (!n && !name_ok(s, len))
		return false;
	ret->number = n;
	if (!n)
		memcpy(ret->name, s, len);
	return true;
}

static enum target_kind parse_place(const char *s, size_t len,
				    struct target *ret)
{
	static const struct {
		const char *word;
		enum target_kind kind;
	} verbs[] = {
		{ "watch", TARGET_WATCH },
		{ "steal", TARGET_STEAL },
	};

	if (starts(s, len, "rotary")) {
		ret->number = number_of(s + 6, len - 6, VTYMUX_ROTARY_MAX);
		return ret->number ? TARGET_ROTARY : TARGET_INVALID;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t n = strlen(verbs[i].word);

		if (starts(s, len, verbs[i].word))
			return parse_line(s + n, len - n, ret) ?
			       verbs[i].kind : TARGET_INVALID;
	}
	if (!parse_line(s, len, ret))
		return TARGET_INVALID;
	return ret->number ? TARGET_LINE : TARGET_NAME;
}

int target_parse(const char *name, size_t len, struct target *ret)
{
	struct target t = { .kind = TARGET_EXEC };
	const char *colon;
	size_t user_len;

	if (!len || len > NAME_BYTES_MAX)
		return -EINVAL;
	colon = memchr(name, ':', len);
	user_len = colon ? (size_t)(colon - name) : len;
	if (!user_ok(name, user_len))
		return -EINVAL;
	memcpy(t.user, name, user_len);
	if (colon)
		t.kind = parse_place(colon + 1, len - user_len - 1, &t);
	*ret = t;
	return 0;
}
