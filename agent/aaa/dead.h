/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Servers that did not answer, remembered for their deadtime by all processes:
 * a directory of root's with one file a server.
 */
#ifndef AGENT_DEAD_H
#define AGENT_DEAD_H

#include <stdint.h>

#include "servers.h"

/* Bit N: server N is dead. Without deadtime, or the directory, none is. */
uint32_t dead_servers(const char *dir, const struct servers *servers);

/* Marks the silent ones dead, and the one that answered alive. */
void dead_update(const char *dir, const struct servers *servers,
		 uint32_t silent, uint32_t answered);

#endif /* AGENT_DEAD_H */
