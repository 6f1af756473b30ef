/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * main() of a check program: one "ok - SUITE: TEST" or "not ok - SUITE: TEST"
 * line a test on stdout. Each check_<unit>.c includes it once and ends in
 *
 *	MAIN(unit)
 *
 * which runs the Suite that its function unit_suite() returns.
 */
#ifndef TESTS_UNIT_MAIN_H
#define TESTS_UNIT_MAIN_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "ok 3 - file.c:case:test: Passed", as check's TAP log has it. */
static void main_print(const char *suite, char *line)
{
	const char *verdict = line[0] == 'n' ? "not ok" : "ok";
	char *where = strstr(line, " - ");
	char *test = where ? strrchr(where, ':') : NULL;
	char *field;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "ok ", 3) && strncmp(line, "not ok ", 7))
		return;
	if (!test) {
		printf("not ok - %s: cannot read '%s'\n", suite, line);
		return;
	}
	/* The message may hold colons: the name is the third field. */
	field = strchr(where, ':');
	field = field ? strchr(field + 1, ':') : NULL;
	if (field) {
		where = field + 1;
		field = strchr(where, ':');
		if (field)
			*field = '\0';
	}
	printf("%s - %s: %s\n", verdict, suite, where);
	if (verdict[0] == 'n' && field)
		printf("# %s\n", field + 1);
}

static int main_run(const char *suite, SRunner *runner)
{
	char tap[] = "/tmp/check-XXXXXX", line[4096];
	int fd = mkstemp(tap);
	int failed, run;
	FILE *f;

	if (fd < 0) {
		printf("not ok - %s: no temporary file\n", suite);
		return 1;
	}
	close(fd);
	srunner_set_fork_status(runner, CK_FORK);
	srunner_set_tap(runner, tap);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	run = srunner_ntests_run(runner);
	f = fopen(tap, "r");
	while (f && fgets(line, sizeof(line), f))
		main_print(suite, line);
	if (f)
		fclose(f);
	unlink(tap);
	srunner_free(runner);
	return failed || !run || !f;
}

#define MAIN(unit)							\
int main(void)								\
{									\
	return main_run(#unit, srunner_create(unit##_suite()));	\
}

#endif /* TESTS_UNIT_MAIN_H */
