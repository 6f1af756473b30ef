// SPDX-License-Identifier: GPL-2.0-only
/* Configurations from files: one command a line, and texts over several. */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "conf-cmd.h"

#define EXIT	"\n"	/* no delimiter of a text */

/* What conf_read() carries from line to line. */
struct reader {
	struct conf_parser parser;
	conf_report_fn report;
	void *arg;
	unsigned int number;	/* of the line */
	int refused;		/* lines so far */
	/* A text that is open, from line @opened; "" and NULL without */
	char delimiter[3];	/* EXIT: lines up to cmd_ends_lines() */
	char *open;		/* owned */
	bool nul;		/* there was a NUL byte in it */
	unsigned int opened;
};

static void refuse(struct reader *rd, unsigned int number, const char *reason)
{
	rd->report(number, reason, rd->arg);
	rd->refused++;
}

static void run_line(struct reader *rd, const char *text, unsigned int number)
{
	enum conf_mode mode = rd->parser.mode;
	struct cmd_match match;

	if (mode == CONF_MODE_END) {
		refuse(rd, number, "% not applied: after the end");
		return;
	}
	if (conf_command(&rd->parser, text, &match) >= 0)
		return;
	refuse(rd, number, match.error);
	if (rd->parser.mode == mode && conf_is_other_block(mode, text))
		conf_refuse_block(&rd->parser);
}

/* One more line of an open text; the command runs when it is closed. */
static void continue_text(struct reader *rd, char *text)
{
	size_t len = strlen(text);
	char *longer;

	if (len && text[len - 1] == '\r')
		text[len - 1] = '\0';
	/* One that is too long only has to be found so at its end. */
	if (strlen(rd->open) <= CMD_LINE_MAX + CONF_TEXT_MAX) {
		if (asprintf(&longer, "%s\n%s", rd->open, text) < 0)
			return;
		free(rd->open);
		rd->open = longer;
	}
	if (strcmp(rd->delimiter, EXIT) ? !strstr(text, rd->delimiter) :
	    !cmd_ends_lines(text))
		return;
	*rd->delimiter = '\0';
	if (rd->nul)
		refuse(rd, rd->opened, "% a NUL byte in the text");
	else
		run_line(rd, rd->open, rd->opened);
	free(rd->open);
	rd->open = NULL;
	rd->nul = false;
}

/* Whether a text begins here; then the rest of it comes first. */
static bool begins_text(struct reader *rd, const char *text)
{
	struct cmd_match match;
	bool global;

	if (conf_find(&rd->parser, text, &match, &global) == 0 &&
	    match.cmd->flags & CMD_LINES)
		strcpy(rd->delimiter, EXIT);
	else if (!cmd_open_text(&match, text, rd->delimiter))
		return false;
	rd->open = strdup(text);
	rd->opened = rd->number;
	return rd->open != NULL;
}

static void read_line(struct reader *rd, char *text, size_t len)
{
	bool nul = strlen(text) != len;

	if (len && !nul && text[len - 1] == '\n')
		text[--len] = '\0';
	if (*rd->delimiter) {
		rd->nul |= nul;
		continue_text(rd, text);
		return;
	}
	if (nul) {
		refuse(rd, rd->number, "% a NUL byte in the line");
		/* It may have been the next block's first. */
		if (rd->parser.mode != CONF_MODE_GLOBAL &&
		    rd->parser.mode != CONF_MODE_END)
			conf_refuse_block(&rd->parser);
		return;
	}
	if (!conf_is_comment(text) && !begins_text(rd, text))
		run_line(rd, text, rd->number);
}

int conf_read(struct conf *conf, FILE *file, const struct conf_lines *lines,
	      conf_report_fn report, void *arg)
{
	struct reader rd = {
		.parser = { .conf = conf, .lines = lines },
		.report = report,
		.arg = arg,
	};
	char *text _cleanup_free_ = NULL;
	size_t room = 0;
	ssize_t len;

	while ((errno = 0, len = getline(&text, &room, file)) >= 0) {
		rd.number++;
		read_line(&rd, text, (size_t)len);
	}
	free(rd.open);
	if (!feof(file))
		return errno ? -errno : -EIO;
	if (*rd.delimiter)
		refuse(&rd, rd.number, "% the text has no end");
	return rd.refused;
}

int conf_load(struct conf *conf, const char *path,
	      const struct conf_lines *lines, conf_report_fn report, void *arg)
{
	int fd _cleanup_close_ = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
				      O_NONBLOCK);
	FILE *file _cleanup_file_ = NULL;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_uid && st.st_uid != geteuid()) ||
	    st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	if (st.st_size > CONF_SIZE_MAX)
		return -EFBIG;
	file = fdopen(fd, "r");
	if (!file)
		return -errno;
	take_fd(&fd);
	return conf_read(conf, file, lines, report, arg);
}
