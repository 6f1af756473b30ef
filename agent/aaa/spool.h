/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounting records on their way: a directory of root's in /run, one file a
 * record. Monitors write, vtymuxd sends and removes. So a record neither waits
 * for a server nor for the daemon, and outlives both. Without the directory
 * there is no accounting.
 */
#ifndef AGENT_SPOOL_H
#define AGENT_SPOOL_H

#include <stdint.h>

#include "exchange.h"

#define SPOOL_DIR	"accounting"	/* in the run directory */
#ifndef SPOOL_MAX
#define SPOOL_MAX	4096		/* records; more are dropped */
#endif
#define SPOOL_NAME_MAX	63
#define SPOOL_LIST_MAX	31

enum spool_kind {
	SPOOL_EXEC,
	SPOOL_CONNECTION,	/* to a line */
	SPOOL_SYSTEM,		/* the switch itself */
	SPOOL_KINDS
};

struct spool_record {
	uint32_t magic;		/* set by spool_put() */
	uint32_t kind;		/* enum spool_kind */
	uint32_t line;
	uint32_t method;	/* enum exchange_method */
	uint32_t level;
	uint32_t class_len;
	struct exchange_record record;
	char user[EXCHANGE_USER_MAX + 1];
	char peer[EXCHANGE_PEER_MAX + 1];
	char port[EXCHANGE_PORT_MAX + 1];
	char list[SPOOL_LIST_MAX + 1];	/* of accounting, "" is "default" */
	uint8_t class[EXCHANGE_CLASS_MAX];
};

/**
 * spool_put() - add a record, never blocking on anybody
 * Of EXCHANGE_UPDATE records a session has at most the newest waiting.
 * Return: 0; -ENOENT without a spool; -ENOSPC when it is full, and then the
 * record is counted as dropped; -errno.
 */
int spool_put(const char *rundir, struct spool_record *record);

/**
 * spool_first() - the oldest record
 * A file that is none is removed. Return: 0; -ENOENT when there is none.
 */
int spool_first(const char *rundir, char name[SPOOL_NAME_MAX + 1],
		struct spool_record *ret);

/* Return: 0 or -errno. */
int spool_remove(const char *rundir, const char *name);

/* Makes the spool, or with @on false removes it and all in it. 0, -errno. */
int spool_enable(const char *rundir, int on);

/* What tells the records of this boot from others; 0 when not known. */
uint32_t spool_boot_id(void);

/* How many records wait, and how many were dropped since the boot. */
unsigned int spool_count(const char *rundir, unsigned long *ret_dropped);

#endif /* AGENT_SPOOL_H */
