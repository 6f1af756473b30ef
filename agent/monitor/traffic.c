// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include <stdlib.h>

#include "line.h"

static uint64_t counter(unsigned int line, const char *name)
{
	char value[32];

	if (line_value(line, name, value, sizeof(value)) < 0)
		return 0;
	return strtoull(value, NULL, 10);
}

void traffic_begin(struct traffic *t, unsigned int line,
		   enum traffic_kind kind)
{
	*t = (struct traffic){ .line = line, .kind = kind };
	if (!line)
		return;
	t->rx = counter(line, "statistics/rx");
	t->tx = counter(line, "statistics/tx");
}

/* The counters start again when a line is made anew. */
static uint64_t since(uint64_t now, uint64_t then)
{
	return now < then ? now : now - then;
}

void traffic_told(struct traffic *t, uint64_t in, uint64_t out)
{
	if (t->kind != TRAFFIC_PIPES)
		return;
	t->told = true;
	t->in = in;
	t->out = out;
}

bool traffic_get(const struct traffic *t, uint64_t *ret_in, uint64_t *ret_out)
{
	uint64_t rx, tx;

	*ret_in = t->in;
	*ret_out = t->out;
	if (!t->line)
		return t->told;
	rx = since(counter(t->line, "statistics/rx"), t->rx);
	tx = since(counter(t->line, "statistics/tx"), t->tx);
	*ret_in = t->kind == TRAFFIC_VTY ? rx :
		  t->kind == TRAFFIC_LINE ? tx : 0;
	*ret_out = t->kind == TRAFFIC_VTY ? tx : rx;
	return true;
}
