/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A group of RADIUS or TACACS+ servers, and the file in which vtymuxd hands it
 * to the PAM modules: root's, 0600, because the keys are in it.
 */
#ifndef AGENT_SERVERS_H
#define AGENT_SERVERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SERVERS_MAX		8	/* in a group */
#define SERVER_NAME_MAX		64
#define SERVER_ADDRESS_MAX	63	/* numeric, perhaps with %interface */
#define SERVER_KEY_MAX		255
#define SERVER_TIMEOUT_MAX	1000	/* seconds */
#define SERVER_RETRANSMIT_MAX	100
#define SERVER_DEADTIME_MAX	86400	/* seconds */
#define SERVER_IDENTITY_MAX	253	/* a DNS name, or an address */
#define SERVER_PATH_MAX		255
#define SERVER_FILES_MAX	3	/* of a server with TLS */

enum server_protocol {
	SERVER_RADIUS,
	SERVER_TACPLUS,
};

enum server_flags {
	/* RADIUS: believe replies without Message-Authenticator. */
	SERVER_NO_AUTHENTICATOR	= 1U << 0,
	/* TACACS+: PAP in place of ASCII. */
	SERVER_PAP		= 1U << 1,
	/* RFC 6614, RFC 9887: aaa_server.tls counts. */
	SERVER_TLS		= 1U << 2,
	SERVER_FLAGS		= (1U << 3) - 1,
};

/* What a TLS connection needs; paths are absolute, files in PEM. */
struct aaa_tls {
	char identity[SERVER_IDENTITY_MAX + 1];	/* in its certificate */
	char ca[SERVER_PATH_MAX + 1];		/* that must have signed it */
	char certificate[SERVER_PATH_MAX + 1];	/* ours, or "" */
	char key[SERVER_PATH_MAX + 1];		/* "" without certificate */
};

struct aaa_server {
	uint32_t protocol;		/* enum server_protocol */
	uint32_t flags;			/* enum server_flags */
	uint32_t port, acct_port;	/* 1..65535 */
	uint32_t timeout;		/* seconds, 1..SERVER_TIMEOUT_MAX */
	uint32_t retransmit;		/* RADIUS: tries after the first */
	char name[SERVER_NAME_MAX + 1];
	char address[SERVER_ADDRESS_MAX + 1];
	char source[SERVER_ADDRESS_MAX + 1];	/* the same family, or "" */
	char key[SERVER_KEY_MAX + 1];	/* "" for TACACS+ inside TLS */
	struct aaa_tls tls;
};

struct servers {
	uint32_t count;			/* 1..SERVERS_MAX */
	uint32_t deadtime;		/* seconds, 0: none */
	struct aaa_server list[SERVERS_MAX];
};

/* How many files a server has: none, the CA, or CA, certificate and key. */
static inline uint32_t server_files(const struct aaa_server *server)
{
	return !(server->flags & SERVER_TLS) ? 0 : *server->tls.key ? 3 : 1;
}

/**
 * servers_load() - read a group
 * Return: 0 with @ret filled; -EPERM for a file that is not regular, not of
 * root (or the effective user) or open to others; -EINVAL for one that is not
 * as servers_print() writes it, an empty group included; -errno. The files of
 * TLS are not looked at.
 */
int servers_load(const char *path, struct servers *ret);

/* Writes a group for servers_load(). Return: 0, -EINVAL or -EIO. */
int servers_print(const struct servers *servers, FILE *file);

#endif /* AGENT_SERVERS_H */
