// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <errno.h>

#include "main.h"

static int run(struct cmd_match *match, void *arg)
{
	(void)match;
	(void)arg;
	return 0;
}

static const struct cmd table[] = {
	{ "alpha", 0, run, "" },
	{ "alphabet <1-26>", CMD_NO | CMD_NO_SHORT, run, "" },
	{ "beta ADDRESS port <1-65535>", CMD_NO, run, "" },
	{ "beta port <1-65535>", CMD_NO, run, "" },
	{ "gamma {one|oneself|two}", CMD_NO, run, "" },
	{ "gamma {three|twelve}", CMD_NO, run, "" },
	{ "gamma {three|twelve} again", CMD_NO, NULL, "" },
	{ "delta WORD...", 0, run, "" },
	{ "delay", CMD_NO, NULL, "" },
	{ "epsilon LINE", 0, NULL, "" },
	{ "zeta [LINE]", 0, run, "" },
	{ "text {a|b} LINE", CMD_NO | CMD_NO_SHORT | CMD_TEXT, NULL, "" },
	{ 0 }
};

/* What cmd_match() gives, and the pattern it chose. */
static void expect(const char *line, int result, const char *pattern)
{
	struct cmd_match match;
	int r = cmd_match(table, line, &match);

	ck_assert_msg(r == result, "\"%s\": %d, not %d (%s)", line, r, result,
		      match.error);
	if (pattern)
		ck_assert_str_eq(match.cmd->pattern, pattern);
	ck_assert_msg(r == 0 || *match.error, "\"%s\": no reason", line);
}

START_TEST(test_exact_word_beats_abbreviation)
{
	expect("alpha", 0, "alpha");
	expect("alphabet 3", 0, "alphabet <1-26>");
	expect("alphab 3", 0, "alphabet <1-26>");
	expect("al", -ENOTUNIQ, NULL);
	expect("alpha 3", -EINVAL, NULL);
	expect("gamma one", 0, "gamma {one|oneself|two}");
	expect("gamma ones", 0, "gamma {one|oneself|two}");
}
END_TEST

START_TEST(test_ambiguity_across_rows_and_choices)
{
	expect("de", -ENOTUNIQ, NULL);
	expect("gamma on", -ENOTUNIQ, NULL);
	expect("gamma tw", -ENOTUNIQ, NULL);
	expect("gamma twe", 0, "gamma {three|twelve}");
	expect("g th", 0, "gamma {three|twelve}");
}
END_TEST

START_TEST(test_invalid_and_incomplete)
{
	expect("", -ENODATA, NULL);
	expect("  \t \n", -ENODATA, NULL);
	expect("no", -ENODATA, NULL);
	expect("omega", -EINVAL, NULL);
	expect("ALPHA", 0, "alpha");
	expect("alphabet", -ENODATA, NULL);
	expect("alphabet three", -EINVAL, NULL);
	expect("alphabet 3 4", -EINVAL, NULL);
	expect("beta", -ENODATA, NULL);
	expect("beta port", -ENODATA, NULL);
	expect("delta", -ENODATA, NULL);
}
END_TEST

START_TEST(test_number_ranges)
{
	struct cmd_match match;

	expect("alphabet 0", -ERANGE, NULL);
	expect("alphabet 27", -ERANGE, NULL);
	expect("alphabet 99999999999999999999999", -ERANGE, NULL);
	expect("alphabet -1", -EINVAL, NULL);
	expect("alphabet +1", -EINVAL, NULL);
	expect("alphabet 0x1", -EINVAL, NULL);
	ck_assert_int_eq(cmd_match(table, "alphabet 26", &match), 0);
	ck_assert_uint_eq(match.nargs, 1);
	ck_assert_uint_eq(match.args[0].number, 26);
}
END_TEST

START_TEST(test_addresses)
{
	expect("beta 192.0.2.1 port 22", 0, "beta ADDRESS port <1-65535>");
	expect("beta :: port 22", 0, "beta ADDRESS port <1-65535>");
	expect("beta 2001:db8::1 p 22", 0, "beta ADDRESS port <1-65535>");
	expect("beta p 22", 0, "beta port <1-65535>");
	expect("beta 192.0.2 port 22", -EINVAL, NULL);
	expect("beta 192.0.2.256 port 22", -EINVAL, NULL);
	expect("beta 0x7f.0.0.1 port 22", -EINVAL, NULL);
	expect("beta localhost port 22", -EINVAL, NULL);
	expect("beta ::1::2 port 22", -EINVAL, NULL);
}
END_TEST

START_TEST(test_no_forms)
{
	struct cmd_match match;

	expect("no delta x", -EINVAL, NULL);
	expect("no alpha", 0, "alphabet <1-26>");
	expect("no alphabet", 0, "alphabet <1-26>");
	expect("no alphabet 3", 0, "alphabet <1-26>");
	expect("no alphabet 30", -ERANGE, NULL);
	expect("no beta", -ENODATA, NULL);
	expect("no beta port", -ENODATA, NULL);
	expect("no beta port 5", 0, "beta port <1-65535>");
	expect("no no alphabet", -EINVAL, NULL);
	expect("no delay", -EOPNOTSUPP, "delay");
	ck_assert_int_eq(cmd_match(table, "no alphabet", &match), 0);
	ck_assert(match.no);
	ck_assert_uint_eq(match.nargs, 0);
}
END_TEST

START_TEST(test_not_implemented_is_told_from_unknown)
{
	expect("epsilon", -ENODATA, NULL);
	expect("epsilon x y z", -EOPNOTSUPP, "epsilon LINE");
	expect("gamma three again", -EOPNOTSUPP, "gamma {three|twelve} again");
	expect("gamma three never", -EINVAL, NULL);
}
END_TEST

START_TEST(test_arguments_in_order)
{
	struct cmd_match match;

	ck_assert_int_eq(cmd_match(table, "  beta  ::1\tpo 99 \n", &match), 0);
	ck_assert_uint_eq(match.nargs, 2);
	ck_assert_str_eq(match.args[0].word, "::1");
	ck_assert_uint_eq(match.args[1].number, 99);
	ck_assert_int_eq(cmd_match(table, "gamma tw", &match), -ENOTUNIQ);
	ck_assert_uint_eq(match.words, 1);
	ck_assert_int_eq(cmd_match(table, "gamma two", &match), 0);
	ck_assert_uint_eq(match.args[0].number, 2);
	ck_assert_int_eq(cmd_match(table, "gamma thr", &match), 0);
	ck_assert_uint_eq(match.args[0].number, 0);
	ck_assert_str_eq(match.args[0].word, "three");
	ck_assert_int_eq(cmd_match(table, "delta a b c", &match), 0);
	ck_assert_uint_eq(match.nargs, 3);
	ck_assert_str_eq(match.args[2].word, "c");
	expect("zeta", 0, "zeta [LINE]");
	expect("zeta a b", 0, "zeta [LINE]");
}
END_TEST

static void fill(char *line, size_t size, const char *first, const char *piece)
{
	size_t len = (size_t)snprintf(line, size, "%s", first);

	while (len + strlen(piece) < size)
		len += (size_t)snprintf(line + len, size - len, "%s", piece);
}

START_TEST(test_size_limits)
{
	char line[CMD_LINE_MAX + 64];

	fill(line, sizeof(line), "delta ", "x");
	expect(line, -E2BIG, NULL);
	fill(line, 6 + CMD_WORD_MAX + 2, "delta ", "x");
	expect(line, -E2BIG, NULL);
	fill(line, 6 + CMD_WORD_MAX + 1, "delta ", "x");
	expect(line, 0, "delta WORD...");
	fill(line, 5 + 2 * CMD_ARGS_MAX + 1, "delta", " x");
	expect(line, 0, "delta WORD...");
	fill(line, 5 + 2 * CMD_ARGS_MAX + 3, "delta", " x");
	expect(line, -E2BIG, NULL);
	fill(line, 5 + 2 * CMD_WORDS_MAX + 3, "delta", " x");
	expect(line, -E2BIG, NULL);
}
END_TEST

START_TEST(test_size_limit_counts_full_words)
{
	char line[CMD_LINE_MAX + 64];

	fill(line, CMD_LINE_MAX - 3 + 1, "z ", "x");
	expect(line, 0, "zeta [LINE]");
	fill(line, CMD_LINE_MAX - 2 + 1, "z ", "x");
	expect(line, -E2BIG, "zeta [LINE]");
	fill(line, CMD_LINE_MAX + 1, "zeta ", "x");
	expect(line, 0, "zeta [LINE]");
	/* As the running configuration has it in a block. */
	fill(line, CMD_LINE_MAX + 2, " zeta ", "x");
	expect(line, 0, "zeta [LINE]");
	fill(line, CMD_LINE_MAX + 3, " zeta ", "x");
	expect(line, -E2BIG, NULL);
}
END_TEST

START_TEST(test_errors_of_strange_bytes_are_short)
{
	char line[CMD_WORD_MAX + 1];

	fill(line, sizeof(line), "%n%s\x1b\x80", "\xff%n");
	expect(line, -EINVAL, NULL);
}
END_TEST

static size_t open_text(const char *line, char delimiter[3])
{
	struct cmd_match match;

	cmd_match(table, line, &match);
	return cmd_open_text(&match, line, delimiter);
}

START_TEST(test_texts_over_several_lines)
{
	char delimiter[3];

	ck_assert_uint_eq(open_text("text a #", delimiter), 1);
	ck_assert_str_eq(delimiter, "#");
	ck_assert_uint_eq(open_text(" text  b  ^C begin\n", delimiter), 2);
	ck_assert_str_eq(delimiter, "^C");
	ck_assert_uint_eq(open_text("text a #one line#", delimiter), 0);
	ck_assert_uint_eq(open_text("text a ^Cone^C", delimiter), 0);
	ck_assert_uint_eq(open_text("no text a #", delimiter), 0);
	ck_assert_uint_eq(open_text("no text a", delimiter), 0);
	ck_assert_uint_eq(open_text("epsilon #", delimiter), 0);
}
END_TEST

static const struct cmd more[] = {
	{ "omicron", CMD_PRIVILEGED, run, "last" },
	{ "omega", CMD_HIDDEN, run, "" },
	{ 0 }
};

static const struct cmd chained[] = {
	{ "show line", 0, run, "all lines" },
	{ "show line <1-9>", 0, run, "one line" },
	{ "show secrets", CMD_PRIVILEGED, run, "what is hidden" },
	{ "set color {red|green}", CMD_NO, run, "a color" },
	{ "set text LINE", CMD_NO, run, "a text" },
	{ .more = more }
};

static char helped[1024];

static void note(const char *word, const char *help, void *arg)
{
	(void)arg;
	strcat(strcat(helped, word), *help ? ":" : "");
	strcat(strcat(helped, help), "|");
}

static const char *help(const char *line, unsigned int level)
{
	size_t column = 99;

	*helped = '\0';
	if (cmd_help(chained, level, line, note, NULL, &column) < 0)
		snprintf(helped, sizeof(helped), "error at %zu", column);
	return helped;
}

START_TEST(test_help)
{
	ck_assert_str_eq(help("", 15), "default:Set a command to its defaults|"
			 "no:Negate a command or set its defaults|"
			 "omicron:last|set:a color|"
			 "show:Show running system information|");
	ck_assert_str_eq(help("s", 1), "set:a color|"
			 "show:Show running system information|");
	ck_assert_str_eq(help("show ", 1), "line:all lines|");
	ck_assert_str_eq(help("show ", 15),
			 "line:all lines|secrets:what is hidden|");
	ck_assert_str_eq(help("show line ", 15), "<1-9>:one line|<cr>|");
	ck_assert_str_eq(help("show line 3 ", 15), "<cr>|");
	ck_assert_str_eq(help("set c", 15), "color:a color|");
	ck_assert_str_eq(help("set c ", 15), "green:a color|red:a color|");
	ck_assert_str_eq(help("set c gr", 15), "green:a color|");
	ck_assert_str_eq(help("no s", 15), "set:a color|");
	ck_assert_str_eq(help("set text ", 15), "LINE:a text|");
	ck_assert_str_eq(help("omeg", 15), "");
	ck_assert_str_eq(help("show x ", 15), "error at 5");
	ck_assert_str_eq(help("s x", 15), "error at 0");
}
END_TEST

START_TEST(test_levels_and_chains)
{
	struct cmd_match match;

	ck_assert_int_eq(cmd_match_as(chained, 15, "show secrets", &match), 0);
	ck_assert_int_eq(cmd_match_as(chained, 14, "show secrets", &match),
			 -EINVAL);
	ck_assert_uint_eq(match.column, 5);
	ck_assert_int_eq(cmd_match_as(chained, 15, "omi", &match), 0);
	ck_assert_ptr_eq(match.cmd, &more[0]);
	ck_assert_int_eq(cmd_match_as(chained, 1, "omi", &match), -EINVAL);
	ck_assert_int_eq(cmd_match_as(chained, 1, "ome", &match), 0);
}
END_TEST

START_TEST(test_default_form)
{
	struct cmd_match match;

	ck_assert_int_eq(cmd_match(chained, "default set color red", &match), 0);
	ck_assert(match.no && match.by_default);
	ck_assert_int_eq(cmd_match(chained, "default show line", &match),
			 -EINVAL);
}
END_TEST

START_TEST(test_text_in_full_words)
{
	struct cmd_match match;
	char text[64];

	ck_assert_int_eq(cmd_match(chained, "sh  li 7", &match), 0);
	ck_assert_int_eq(cmd_text_of(&match, 0, text, sizeof(text)), 11);
	ck_assert_str_eq(text, "show line 7");
	ck_assert_int_eq(cmd_match(chained, "se t  a  b\t", &match), 0);
	ck_assert_str_eq(match.rest, "a  b");
	cmd_text_of(&match, 0, text, sizeof(text));
	ck_assert_str_eq(text, "set text a  b");
	cmd_text_of(&match, 2, text, sizeof(text));
	ck_assert_str_eq(text, "set text");
	ck_assert_int_eq(cmd_text_of(&match, 0, text, 5), -E2BIG);
}
END_TEST

static Suite *cmd_suite(void)
{
	Suite *s = suite_create("cmd");
	TCase *t = tcase_create("walk");

	tcase_add_test(t, test_exact_word_beats_abbreviation);
	tcase_add_test(t, test_ambiguity_across_rows_and_choices);
	tcase_add_test(t, test_invalid_and_incomplete);
	tcase_add_test(t, test_number_ranges);
	tcase_add_test(t, test_addresses);
	tcase_add_test(t, test_no_forms);
	tcase_add_test(t, test_not_implemented_is_told_from_unknown);
	tcase_add_test(t, test_arguments_in_order);
	tcase_add_test(t, test_size_limits);
	tcase_add_test(t, test_size_limit_counts_full_words);
	tcase_add_test(t, test_errors_of_strange_bytes_are_short);
	tcase_add_test(t, test_texts_over_several_lines);
	tcase_add_test(t, test_help);
	tcase_add_test(t, test_levels_and_chains);
	tcase_add_test(t, test_default_form);
	tcase_add_test(t, test_text_in_full_words);
	suite_add_tcase(s, t);
	return s;
}

MAIN(cmd)
