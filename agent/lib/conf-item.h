/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings that are kept as the command that makes them: whatever the daemon
 * or another program looks up and no struct field of its own is worth. They
 * are in the order in which they are printed.
 */
#ifndef AGENT_CONF_ITEM_H
#define AGENT_CONF_ITEM_H

#include <stdint.h>

#include "conf-cmd.h"

struct conf_item {
	enum conf_mode mode;		/* of the block it is in */
	unsigned int line;		/* CONF_MODE_LINE */
	char name[CONF_NAME_MAX + 1];	/* of the block in other modes */
	const struct cmd *row;		/* NULL: the block itself */
	uint32_t sequence;		/* CMD_ORDERED; else 0 */
	size_t key;			/* bytes of the text that identify it */
	char *text;			/* owned; the command without "no" */
};

/**
 * conf_item_put() - keep a command; what has the same key goes
 * @mode, @line, @name: the block
 * Return: 0, -ENOMEM, -ENOSPC.
 */
int conf_item_put(struct conf *conf, const struct conf_item *model,
		  const char *text);

/* Drops whatever begins with the words of @prefix in a block. */
void conf_item_drop(struct conf *conf, const struct conf_item *model,
		    const char *prefix);

/* Drops a block and all in it. */
void conf_item_drop_block(struct conf *conf, enum conf_mode mode,
			  const char *name);

/* The item of a block whose text begins with the words of @key, or NULL. */
const struct conf_item *conf_item_find(const struct conf *conf,
				       enum conf_mode mode, unsigned int line,
				       const char *name, const char *key);

/* Index of the first item of a line or of one after it. */
size_t conf_item_first(const struct conf *conf, unsigned int line);

/* Enters a block of a mode, and with @header keeps it even when it is empty. */
int conf_item_block(struct conf_parser *parser, enum conf_mode mode,
		    const char *name, const char *header);

#endif /* AGENT_CONF_ITEM_H */
