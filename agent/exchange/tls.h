/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client's side of TLS (RFC 8446, RFC 5246), over GnuTLS. A connection is
 * there once the server's certificate is found good, or not at all.
 */
#ifndef EXCHANGE_TLS_H
#define EXCHANGE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_WHY_MAX	64

struct tls;

struct tls_setting {
	const char *identity;	/* DNS name or address of the server */
	bool only_13;		/* no older version, RFC 9887 3.1 */
	int ca;			/* descriptors of PEM files */
	int certificate, key;	/* ours; -1 for none */
};

/**
 * tls_open() - a TLS connection on one of TCP
 * @fd: non-blocking, connected; the caller's
 * @until: when to give up, net_now() clock
 * @why: room for TLS_WHY_MAX, as long as the connection lives: what
 * went wrong in it or in tls_read() and tls_write(), in printable ASCII
 * The certificate must be for servers, signed through one in @ca, of today, and
 * have the identity in its subjectAltName; a common name counts only without
 * one, wildcards never do. Return: 0; -ENOKEY when this side cannot begin, as
 * with a file that is no use; -ETIMEDOUT; -EPROTO when the handshake failed;
 * -ECONNRESET; -ENOMEM; -errno.
 */
int tls_open(int fd, const struct tls_setting *setting, int64_t until,
	     char *why, struct tls **ret);

/* All of it. Return: 0, -ETIMEDOUT, -ECONNRESET, -EPROTO or -errno. */
int tls_read(struct tls *t, void *data, size_t len, int64_t until);
int tls_write(struct tls *t, const void *data, size_t len, int64_t until);

/* Says goodbye, without waiting, and frees; NULL is harmless. Return: NULL. */
struct tls *tls_close(struct tls *t);

#endif /* EXCHANGE_TLS_H */
