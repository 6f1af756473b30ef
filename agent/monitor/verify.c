// SPDX-License-Identifier: GPL-2.0-only
#include "verify.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "keycode.h"

#include "includes.h"
#include "buffer.h"
#include "dbutil.h"
#include "rsa.h"
#include "signkey.h"

static const struct {
	const char *name, *key;
	enum signature_type type;
} algs[__PROTO_PUB_LAST] = {
	[PROTO_PUB_ED25519] = { "ssh-ed25519", "ssh-ed25519",
				DROPBEAR_SIGNATURE_ED25519 },
	[PROTO_PUB_ECDSA_256] = { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256",
				  DROPBEAR_SIGNATURE_ECDSA_NISTP256 },
	[PROTO_PUB_ECDSA_384] = { "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384",
				  DROPBEAR_SIGNATURE_ECDSA_NISTP384 },
	[PROTO_PUB_ECDSA_521] = { "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521",
				  DROPBEAR_SIGNATURE_ECDSA_NISTP521 },
	[PROTO_PUB_RSA_SHA256] = { "rsa-sha2-256", "ssh-rsa",
				   DROPBEAR_SIGNATURE_RSA_SHA256 },
	/* Not one of Dropbear's: check_rsa_sha512() */
	[PROTO_PUB_RSA_SHA512] = { "rsa-sha2-512", "ssh-rsa",
				   DROPBEAR_SIGNATURE_NONE },
};

const char *verify_key_type(uint32_t alg)
{
	return alg < __PROTO_PUB_LAST ? algs[alg].key : NULL;
}

const char *verify_alg_name(uint32_t alg)
{
	return algs[alg].name;
}

struct check {
	uint32_t alg;
	buffer *key, *sig, *data;
	sign_key *sign_key;
};

/* PKCS #1 v1.5 over SHA-512 (RFC 8332 3), by libtomcrypt itself. */
static int check_rsa_sha512(buffer *sig, const dropbear_rsa_key *key,
			    const buffer *data)
{
	rsa_key k = { .type = PK_PUBLIC, .e = key->e, .N = key->n };
	unsigned char hash[64];
	hash_state state;
	unsigned int len;
	int matches = 0;

	sha512_init(&state);
	sha512_process(&state, data->data, data->len);
	sha512_done(&state, hash);
	buf_incrpos(sig, 4);	/* of the blob, as buf_verify() wants it */
	buf_eatstring(sig);	/* the algorithm, compared before */
	len = buf_getint(sig);
	if (rsa_verify_hash_ex(buf_getptr(sig, len), len, hash, sizeof(hash),
			       LTC_PKCS_1_V1_5, find_hash("sha512"), 0,
			       &matches, &k) != CRYPT_OK)
		return DROPBEAR_FAILURE;
	return matches ? DROPBEAR_SUCCESS : DROPBEAR_FAILURE;
}

/* The signature blob, behind its length, names its own algorithm. */
static bool names_alg(buffer *sig, const char *name)
{
	unsigned int len;
	bool same;

	buf_incrpos(sig, 4);
	len = buf_getint(sig);
	same = len == strlen(name) && !memcmp(buf_getptr(sig, len), name, len);
	buf_setpos(sig, 0);
	return same;
}

static int check(void *arg)
{
	struct check *c = arg;
	enum signkey_type type = DROPBEAR_SIGNKEY_ANY;

	if (!names_alg(c->sig, algs[c->alg].name))
		return DROPBEAR_FAILURE;
	if (buf_get_pub_key(c->key, c->sign_key, &type) != DROPBEAR_SUCCESS ||
	    c->key->pos != c->key->len ||
	    strcmp(signkey_name_from_type(type, NULL), algs[c->alg].key))
		return DROPBEAR_FAILURE;
	if (c->alg == PROTO_PUB_RSA_SHA512)
		return check_rsa_sha512(c->sig, c->sign_key->rsakey, c->data);
	return buf_verify(c->sig, c->sign_key, algs[c->alg].type, c->data);
}

static buffer *wrap(const uint8_t *data, size_t len)
{
	buffer *buf = buf_new((unsigned int)len);

	buf_putbytes(buf, data, (unsigned int)len);
	buf_setpos(buf, 0);
	return buf;
}

static buffer *wrap_string(const uint8_t *data, size_t len)
{
	buffer *buf = buf_new((unsigned int)len + 4);

	buf_putstring(buf, (const char *)data, (unsigned int)len);
	buf_setpos(buf, 0);
	return buf;
}

int verify_signature(uint32_t alg, const uint8_t *key, size_t key_len,
		     const uint8_t *sig, size_t sig_len, const uint8_t *data,
		     size_t data_len)
{
	struct check c = {
		.alg = alg,
		.key = wrap(key, key_len),
		.sig = wrap_string(sig, sig_len),
		.data = wrap(data, data_len),
		.sign_key = new_sign_key(),
	};
	int r = keycode_try(check, &c);

	buf_free(c.key);
	buf_free(c.sig);
	buf_free(c.data);
	sign_key_free(c.sign_key);
	return r == DROPBEAR_SUCCESS ? 0 : -EKEYREJECTED;
}

void verify_md5(const uint8_t *key, size_t len, uint8_t md5[16])
{
	hash_state state;

	md5_init(&state);
	md5_process(&state, key, len);
	md5_done(&state, md5);
}
