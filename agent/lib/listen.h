/* SPDX-License-Identifier: GPL-2.0-only */
/* Listening TCP sockets and the text form of addresses. */
#ifndef AGENT_LISTEN_H
#define AGENT_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define LISTEN_ADDRESS_MAX	63	/* "fe80::...%interface" */
#define LISTEN_PEER_MAX		79	/* the same, and a port */

/* Whether @text is a numeric IPv4 or IPv6 address (or IPv6%interface). */
bool listen_is_address(const char *text);

/**
 * listen_canonical() - the one way in which an address is written
 * @text: as for listen_is_address(); "2001:DB8:0::1" is "2001:db8::1"
 * Return: 0, or -EINVAL and @ret is untouched.
 */
int listen_canonical(const char *text, char ret[LISTEN_ADDRESS_MAX + 1]);

/**
 * listen_open() - open a listening socket
 * @address: numeric; "0.0.0.0" and "::" are all addresses of one family each
 * @port: 1..65535
 *
 * The socket is non-blocking and close-on-exec; an IPv6 one takes no IPv4. The
 * address need not exist yet. Return: the descriptor, or -errno: -EADDRINUSE,
 * -EACCES, -EAFNOSUPPORT for a family the kernel does not have, -EINVAL for
 * what is not an address.
 */
int listen_open(const char *address, uint16_t port);

/**
 * listen_accept() - accept one connection and set its keepalive
 * @ret_peer: the far end
 * Return: a close-on-exec, blocking descriptor; -EAGAIN; or -errno of
 * accept(2). A connection that died in the queue is skipped.
 */
int listen_accept(int fd, struct sockaddr_storage *ret_peer);

/* The port that a connection came to, 0 when it is gone already. */
uint16_t listen_local_port(int connection);

/* "192.0.2.1 49152", "2001:db8::1 49152". */
void listen_format(const struct sockaddr_storage *peer,
		   char text[LISTEN_PEER_MAX + 1]);

/* The other way. Return: 0, or -EINVAL and @ret is untouched. */
int listen_parse(const char *text, struct sockaddr_storage *ret);

/**
 * listen_same_source() - whether two peers count as one source
 * One IPv4 address, or one IPv6 /64: a host has a whole /64 to itself.
 */
bool listen_same_source(const struct sockaddr_storage *a,
			const struct sockaddr_storage *b);

#endif /* AGENT_LISTEN_H */
