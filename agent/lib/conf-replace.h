/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole configurations: replacing one by another, and how two differ. */
#ifndef AGENT_CONF_REPLACE_H
#define AGENT_CONF_REPLACE_H

#include "conf.h"
#include "conf-lines.h"

/**
 * conf_replace() - make everything what a text says; all of it or nothing
 * What the text does not name has its default afterwards.
 * @now: the configuration in force
 * @ret: the new one, to take its place; the caller's
 * @report: told about each line that is wrong
 * @fault: of @size; why lines did not take it
 * Return: how many settings of lines were written; -EINVAL when lines of the
 * text are wrong; -errno. On failure nothing is changed.
 */
int conf_replace(const struct conf *now, FILE *text,
		 const struct conf_lines *lines, struct conf *ret,
		 conf_report_fn report, void *arg, char *fault, size_t size);

/**
 * conf_diff() - how the running configuration differs from a text
 * Prints "-" before what only the text has, "+" before what only runs, below
 * the commands that lead there; or "!No changes were found".
 * Return: lines that differ, or -errno.
 */
int conf_diff(const struct conf *now, FILE *text,
	      const struct conf_lines *lines, FILE *out);

#endif /* AGENT_CONF_REPLACE_H */
