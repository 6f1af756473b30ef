// SPDX-License-Identifier: GPL-2.0-only
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

#define FILE_MAX	(1U << 20)	/* bytes; all CAs of Debian have 210 KiB */
#define PRIORITY	"NORMAL:%PROFILE_MEDIUM:-VERS-ALL:+VERS-TLS1.3"

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	gnutls_typed_vdata_st wanted[2];	/* of the certificate */
	int fd;
	char *why;		/* the caller's */
};

static int fail(struct tls *t, int error, const char *what, const char *how)
{
	snprintf(t->why, TLS_WHY_MAX, "%s%s", what, how);
	return error;
}

/*
 * From the beginning, wherever others with the descriptor have read to.
 * Return: 0 with a text to wipe and free; -ENOKEY for one that is empty or too
 * long; -ENOMEM; -errno.
 */
static int read_file(int fd, gnutls_datum_t *ret)
{
	unsigned char *data = malloc(FILE_MAX + 1);
	size_t len = 0;
	ssize_t n = 0;

	if (!data)
		return -ENOMEM;
	do {
		len += (size_t)n;
		n = pread(fd, data + len, FILE_MAX + 1 - len, (off_t)len);
	} while (n > 0);
	if (n < 0 || !len || len > FILE_MAX) {
		explicit_bzero(data, len);
		free(data);
		return n < 0 ? -errno : -ENOKEY;
	}
	*ret = (gnutls_datum_t){ data, (unsigned int)len };
	return 0;
}

static void drop_file(gnutls_datum_t *file)
{
	if (file->data)
		explicit_bzero(file->data, file->size);
	free(file->data);
}

static int load_ca(struct tls *t, int fd)
{
	gnutls_datum_t ca = { NULL, 0 };
	int r = read_file(fd, &ca);

	if (!r && gnutls_certificate_set_x509_trust_mem(t->credentials, &ca,
							GNUTLS_X509_FMT_PEM) <= 0)
		r = -ENOKEY;
	drop_file(&ca);
	return r ? fail(t, r, "no certificate in the file of the CA", "") : 0;
}

static int load_own(struct tls *t, int certificate_fd, int key_fd)
{
	gnutls_datum_t certificate = { NULL, 0 }, key = { NULL, 0 };
	int r = read_file(certificate_fd, &certificate), g = 0;

	if (!r)
		r = read_file(key_fd, &key);
	if (!r)
		g = gnutls_certificate_set_x509_key_mem2(t->credentials,
			&certificate, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (g < 0)
		r = -ENOKEY;
	drop_file(&certificate);
	drop_file(&key);
	return r ? fail(t, r, "own certificate: ",
			g < 0 ? gnutls_strerror(g) : "a file cannot be read") : 0;
}

static bool is_address(const char *text)
{
	struct in6_addr any;

	return inet_pton(AF_INET, text, &any) == 1 ||
	       inet_pton(AF_INET6, text, &any) == 1;
}

/* The check of the certificate is part of the handshake. */
static int demand(struct tls *t, const char *identity)
{
	t->wanted[0].type = GNUTLS_DT_DNS_HOSTNAME;	/* or an address */
	t->wanted[0].data = (unsigned char *)(uintptr_t)identity;
	t->wanted[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
	t->wanted[1].data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_session_set_verify_cert2(t->session, t->wanted, 2,
					GNUTLS_VERIFY_DO_NOT_ALLOW_WILDCARDS);
	if (is_address(identity))
		return 0;	/* not for SNI, RFC 6066 3 */
	return gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, identity,
				      strlen(identity));
}

/* All of it is ours: no error in here says anything about the server. */
static int begin(struct tls *t, const struct tls_setting *setting)
{
	const char *priority = setting->only_13 ? PRIORITY :
			       PRIORITY ":+VERS-TLS1.2";
	int r;

	if (gnutls_certificate_allocate_credentials(&t->credentials) < 0)
		return -ENOMEM;
	r = load_ca(t, setting->ca);
	if (!r && setting->key >= 0)
		r = load_own(t, setting->certificate, setting->key);
	if (r)
		return r;
	if (gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK |
			GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) < 0)
		return -ENOMEM;
	gnutls_transport_set_int(t->session, t->fd);
	r = gnutls_priority_set_direct(t->session, priority, NULL);
	if (r >= 0)
		r = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE,
					   t->credentials);
	if (r >= 0)
		r = demand(t, setting->identity);
	return r < 0 ? fail(t, -EINVAL, gnutls_strerror(r), "") : 0;
}

static const char *judge(unsigned int status)
{
	static const struct {
		unsigned int bit;
		const char *text;
	} map[] = {
		{ GNUTLS_CERT_SIGNER_NOT_FOUND, "of an unknown CA" },
		{ GNUTLS_CERT_SIGNER_NOT_CA, "signed by one that is no CA" },
		{ GNUTLS_CERT_REVOKED, "revoked" },
		{ GNUTLS_CERT_EXPIRED, "expired" },
		{ GNUTLS_CERT_NOT_ACTIVATED, "not valid yet" },
		{ GNUTLS_CERT_INSECURE_ALGORITHM, "with a weak algorithm" },
		{ GNUTLS_CERT_PURPOSE_MISMATCH, "not for a server" },
		{ GNUTLS_CERT_UNEXPECTED_OWNER, "of another name" },
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (status & map[i].bit)
			return map[i].text;
	return "not trusted";
}

/* What the library says, as an error of ours. */
static int explain(struct tls *t, int error)
{
	gnutls_alert_description_t alert;
	const char *name;

	switch (error) {
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		return fail(t, -ECONNRESET, "connection closed", "");
	case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
		return fail(t, -EPROTO, "certificate ", judge(
			gnutls_session_get_verify_cert_status(t->session)));
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		alert = gnutls_alert_get(t->session);
		name = gnutls_alert_get_name(alert);
		return fail(t, -EPROTO, "the server says: ",
			    name ? name : "unknown alert");
	case GNUTLS_E_MEMORY_ERROR:
		return -ENOMEM;
	default:
		return fail(t, -EPROTO, "TLS: ", gnutls_strerror(error));
	}
}

/*
 * After each call that did not do all: whether to make it again, once the
 * socket is ready. A peer that sends forever what leads nowhere ends here, too.
 */
static int go_on(struct tls *t, int error, int64_t until)
{
	if (error != GNUTLS_E_AGAIN && error != GNUTLS_E_INTERRUPTED &&
	    error != GNUTLS_E_WARNING_ALERT_RECEIVED)
		return explain(t, error);
	if (net_now() >= until)
		return -ETIMEDOUT;
	if (error != GNUTLS_E_AGAIN)
		return 0;
	return net_wait(t->fd, gnutls_record_get_direction(t->session) ?
			POLLOUT : POLLIN, until);
}

int tls_open(int fd, const struct tls_setting *setting, int64_t until,
	     char *why, struct tls **ret)
{
	struct tls *t = calloc(1, sizeof(*t));
	int r = 0, g;

	if (!t)
		return -ENOMEM;
	t->fd = fd;
	t->why = why;
	if (begin(t, setting)) {
		tls_close(t);
		return -ENOKEY;
	}
	while (!r && (g = gnutls_handshake(t->session)) < 0)
		r = go_on(t, g, until);
	if (!r) {
		*ret = t;
		return 0;
	}
	/* Why it ends, unless the end has come from there. */
	if (r == -EPROTO && g != GNUTLS_E_FATAL_ALERT_RECEIVED)
		gnutls_alert_send_appropriate(t->session, g);
	tls_close(t);
	return r;
}

int tls_read(struct tls *t, void *data, size_t len, int64_t until)
{
	char *at = data;
	ssize_t n;
	int r;

	while (len) {
		n = gnutls_record_recv(t->session, at, len);
		if (!n)
			return fail(t, -ECONNRESET, "connection closed", "");
		if (n < 0) {
			r = go_on(t, (int)n, until);
			if (r)
				return r;
			continue;
		}
		at += n;
		len -= (size_t)n;
		if (len && net_now() >= until)
			return -ETIMEDOUT;	/* a byte at a time is no answer */
	}
	return 0;
}

int tls_write(struct tls *t, const void *data, size_t len, int64_t until)
{
	const char *at = data;
	ssize_t n;
	int r;

	while (len) {
		n = gnutls_record_send(t->session, at, len);
		if (n < 0) {
			r = go_on(t, (int)n, until);
			if (r)
				return r;
			continue;
		}
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

struct tls *tls_close(struct tls *t)
{
	if (!t)
		return NULL;
	if (t->session) {
		gnutls_bye(t->session, GNUTLS_SHUT_WR);
		gnutls_deinit(t->session);
	}
	if (t->credentials)
		gnutls_certificate_free_credentials(t->credentials);
	free(t);
	return NULL;
}
