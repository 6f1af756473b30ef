/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What users of reverse connections are told: banners, and why a line in use
 * refuses them. The daemon has the texts from the configuration and writes them
 * to a file of its own, which monitors read anew for each session.
 */
#ifndef AGENT_TEXTS_H
#define AGENT_TEXTS_H

#include <stdio.h>

#define TEXTS_FILE	"line-texts"	/* in the run directory */
#define TEXTS_MAX	16384U		/* bytes of one, with CR before each LF */

enum texts_kind {
	TEXTS_MOTD,	/* of all lines but those with TEXTS_QUIET */
	TEXTS_INCOMING,	/* of all lines */
	TEXTS_REFUSE,	/* of a line: it is in use */
	TEXTS_QUIET,	/* of a line, empty: without the message of the day */
	TEXTS_KINDS
};

/* Zero is empty; texts_free() after. NULL where there is none. */
struct texts {
	char *text[TEXTS_KINDS];	/* owned */
};

void texts_free(struct texts *texts);

/**
 * texts_plain() - a text as it was typed, out of the kept "#text#"
 * Without delimiters and the line end behind the first one; the last line has
 * its end. Return: owned by the caller; NULL without memory.
 */
char *texts_plain(const char *kept);

/* For terminals: CR before each LF that has none. Return: as above. */
char *texts_crlf(const char *text);

/* Writes one of @line, 0 for all. The caller checks the file for errors. */
void texts_print(FILE *file, unsigned int line, enum texts_kind kind,
		 const char *text);

/* Ends the file, so that one that was cut is none. */
void texts_print_end(FILE *file);

/**
 * texts_load() - what a user of @line is told
 * Return: 0; -EBADMSG for what texts_print() never wrote; -errno; with an error
 * @ret is untouched.
 */
int texts_load(struct texts *ret, const char *path, unsigned int line);

#endif /* AGENT_TEXTS_H */
