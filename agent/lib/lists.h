/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which lists of authorization and accounting lines name. The daemon has them
 * from the configuration and writes them to a file that monitors read. (The
 * list of logins is an attribute of the line in sysfs.)
 */
#ifndef AGENT_LISTS_H
#define AGENT_LISTS_H

#include <stdio.h>

#define LISTS_FILE	"line-lists"	/* in the run directory */
#define LISTS_NAME_MAX	31
#define LISTS_DEFAULT	"default"

enum lists_service {
	LISTS_EXEC,		/* authorization exec */
	LISTS_REVERSE,		/* authorization reverse-access */
	LISTS_ACCOUNT_EXEC,	/* accounting exec */
	LISTS_ACCOUNT_CONNECTION,
	LISTS_SERVICES
};

/* The commands of a line that name lists, without the name. */
extern const char *const lists_commands[LISTS_SERVICES];

/* Writes one line's list. The caller checks the file for errors. */
void lists_print(FILE *file, unsigned int line, enum lists_service service,
		 const char *name);

/* Writes how often a session reports, in seconds; 0 is never. */
void lists_print_update(FILE *file, unsigned int seconds);

/* What lists_print_update() wrote; 0 without it. */
unsigned int lists_update(const char *rundir);

/**
 * lists_find() - the list that a line names
 * Return: 0 with its name, LISTS_DEFAULT without one or a file; -EBADMSG for
 * what lists_print() never wrote; -errno. @ret: a name in each case.
 */
int lists_find(const char *rundir, unsigned int line,
	       enum lists_service service, char ret[LISTS_NAME_MAX + 1]);

#endif /* AGENT_LISTS_H */
