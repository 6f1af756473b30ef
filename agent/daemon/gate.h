/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may connect at all: the access classes of the virtual lines. Every
 * connection takes one of these, so only those count that take its peer; where
 * none does, there is no connection.
 */
#ifndef DAEMON_GATE_H
#define DAEMON_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "link.h"

struct conf;

struct gate_reason {
	char text[128];		/* "access list 10, entry 20"; "" for none */
	bool log;		/* that entry is to be logged */
};

/**
 * gate_open() - the virtual lines that take a peer
 * @first, @count: of the virtual lines there are
 * @ret_vtys: as in struct link_config
 * @ret_why: of the lowest line that takes him, or else of the lowest
 * Return: whether there is one, or there are no virtual lines at all.
 */
bool gate_open(const struct conf *conf, const struct sockaddr_storage *peer,
	       unsigned int first, unsigned int count,
	       uint32_t ret_vtys[LINK_VTY_WORDS], struct gate_reason *ret_why);

/*
 * Warns, when it becomes so, of lists that access classes name and that do not
 * exist, and of virtual lines without a class beside others that have one.
 */
void gate_warn(const struct conf *conf);

#endif /* DAEMON_GATE_H */
