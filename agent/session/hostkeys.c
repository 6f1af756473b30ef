// SPDX-License-Identifier: GPL-2.0-only
#include "hostkeys.h"

#include <errno.h>
#include <stdbool.h>

#include "includes.h"
#include "algo.h"
#include "buffer.h"
#include "dbutil.h"
#include "ecdsa.h"
#include "runopts.h"
#include "session.h"
#include "signkey.h"

#include "hooks.h"
#include "monitor.h"

svr_runopts svr_opts;

static enum proto_key key_of(enum signkey_type type)
{
	if (type == DROPBEAR_SIGNKEY_ED25519)
		return PROTO_KEY_ED25519;
	if (type == DROPBEAR_SIGNKEY_RSA)
		return PROTO_KEY_RSA;
	if (signkey_is_ecdsa(type))
		return PROTO_KEY_ECDSA;
	return PROTO_KEY_NONE;
}

static int set_key(const struct proto_public_key *key)
{
	enum signkey_type type = DROPBEAR_SIGNKEY_ANY;
	buffer *blob;
	int ret;

	blob = buf_new(key->len);
	buf_putbytes(blob, key->blob, key->len);
	buf_setpos(blob, 0);
	ret = buf_get_pub_key(blob, svr_opts.hostkey, &type);
	buf_free(blob);
	return ret == DROPBEAR_SUCCESS && key_of(type) == key->type ?
	       0 : -EBADMSG;
}

/* Offer only what there is a key for. Return: how many algorithms that is. */
static int choose_algorithms(void)
{
	int n = 0;
	algo_type *a;

	for (a = sigalgs; a->name; a++) {
		enum signkey_type type =
			signkey_type_from_signature((unsigned char)a->val);
		void **key = signkey_key_ptr(svr_opts.hostkey, type);

		a->usable = key && *key;
		n += a->usable;
	}
	return n;
}

int hostkeys_set(const struct proto_public_key keys[PROTO_KEYS])
{
	int i, err;

	svr_opts.hostkey = new_sign_key();
	for (i = 0; i < PROTO_KEYS; i++) {
		if (keys[i].type == PROTO_KEY_NONE)
			continue;
		err = set_key(&keys[i]);
		if (err < 0)
			return err;
	}
	return choose_algorithms() ? 0 : -ENOKEY;
}

/* Dropbear pins the algorithm of the first key exchange for all later ones. */
void disable_sig_except(enum signature_type type)
{
	algo_type *a;

	for (a = sigalgs; a->name; a++)
		if ((unsigned char)a->val != type)
			a->usable = 0;
}

static enum proto_sigalg sigalg_of(int sigtype)
{
	switch (key_of(signkey_type_from_signature(sigtype))) {
	case PROTO_KEY_ED25519:
		return PROTO_SIG_ED25519;
	case PROTO_KEY_ECDSA:
		return PROTO_SIG_ECDSA;
	case PROTO_KEY_RSA:
		return PROTO_SIG_RSA_SHA256;
	default:
		return PROTO_SIG_NONE;
	}
}

/*
 * The monitor signs once before the login, and takes a second question for a
 * breach of the protocol: that a client began another exchange is its own.
 */
void vh_put_sign(buffer *out, int sigtype, const buffer *hash)
{
	static bool is_signed;
	uint8_t sig[PROTO_SIG_MAX];
	size_t len;

	if (is_signed && !ses.authstate.authdone)
		dropbear_exit("Key exchange again before the login");
	is_signed = true;
	len = monitor_sign(sigalg_of(sigtype), hash->data, hash->len, sig);
	buf_putstring(out, (char *)sig, len);
}
