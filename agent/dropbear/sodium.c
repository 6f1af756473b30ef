// SPDX-License-Identifier: GPL-2.0-only
/*
 * ChaCha20-Poly1305 as OpenSSH has it (PROTOCOL.chacha20poly1305), X25519 and
 * Ed25519, by libsodium. The interfaces are Dropbear's.
 */
#include <errno.h>
#include <sodium.h>

#include "accel.h"

#include "includes.h"
#include "algo.h"
#include "chachapoly.h"
#include "curve25519.h"
#include "dbutil.h"

#define KEY_LEN		crypto_stream_chacha20_KEYBYTES
#define NONCE_LEN	crypto_stream_chacha20_NONCEBYTES
#define TAG_LEN		crypto_onetimeauth_BYTES
#define LENGTH_LEN	4	/* of the packet's length, a stream of its own */
#define SEED_LEN	crypto_sign_SEEDBYTES

int accel_sodium(void)
{
	return sodium_init() < 0 ? -ENOSYS : 0;
}

/* Lives where Dropbear has room for its own. */
struct state {
	unsigned char packet[KEY_LEN];
	unsigned char length[KEY_LEN];
};

_Static_assert(sizeof(struct state) <= sizeof(dropbear_chachapoly_state),
	       "no room for the keys");

static void put_nonce(unsigned char nonce[NONCE_LEN], unsigned int seq)
{
	STORE64H((uint64_t)seq, nonce);
}

static int start(int UNUSED(cipher), const unsigned char *UNUSED(iv),
		 const unsigned char *key, int keylen, int UNUSED(rounds),
		 struct state *state)
{
	if (keylen != 2 * KEY_LEN)
		return CRYPT_ERROR;
	memcpy(state->packet, key, KEY_LEN);
	memcpy(state->length, key + KEY_LEN, KEY_LEN);
	return CRYPT_OK;
}

/* @len without the tag, which follows the data in either direction. */
static int crypt_packet(unsigned int seq, const unsigned char *in,
			unsigned char *out, unsigned long len,
			unsigned long taglen, struct state *state,
			int direction)
{
	unsigned char nonce[NONCE_LEN], key[crypto_onetimeauth_KEYBYTES];
	int ret = CRYPT_OK;

	if (len < LENGTH_LEN || taglen != TAG_LEN)
		return CRYPT_ERROR;
	put_nonce(nonce, seq);
	crypto_stream_chacha20(key, sizeof(key), nonce, state->packet);
	if (direction == LTC_DECRYPT &&
	    crypto_onetimeauth_verify(in + len, in, len, key) != 0) {
		ret = CRYPT_ERROR;
		goto out;
	}
	crypto_stream_chacha20_xor(out, in, LENGTH_LEN, nonce, state->length);
	crypto_stream_chacha20_xor_ic(out + LENGTH_LEN, in + LENGTH_LEN,
				      len - LENGTH_LEN, nonce, 1,
				      state->packet);
	if (direction == LTC_ENCRYPT)
		crypto_onetimeauth(out + len, out, len, key);
out:
	sodium_memzero(key, sizeof(key));
	return ret;
}

static int get_length(unsigned int seq, const unsigned char *in,
		      unsigned int *ret, unsigned long len,
		      struct state *state)
{
	unsigned char nonce[NONCE_LEN], plain[LENGTH_LEN];

	if (len < LENGTH_LEN)
		return CRYPT_ERROR;
	put_nonce(nonce, seq);
	crypto_stream_chacha20_xor(plain, in, sizeof(plain), nonce,
				   state->length);
	LOAD32H(*ret, plain);
	return CRYPT_OK;
}

/* Dropbear asks only whether there is a descriptor. */
static const struct ltc_cipher_descriptor no_descriptor = { .name = NULL };
static const struct dropbear_hash no_mac = { NULL, KEY_LEN, TAG_LEN };

const struct dropbear_cipher dropbear_chachapoly = {
	&no_descriptor, 2 * KEY_LEN, 8
};

const struct dropbear_cipher_mode dropbear_mode_chachapoly = {
	(void *)start, NULL, NULL, (void *)crypt_packet, (void *)get_length,
	&no_mac
};

void dropbear_curve25519_scalarmult(unsigned char *q, const unsigned char *n,
				    const unsigned char *p)
{
	/* A point of small order gives zeros, which Dropbear refuses. */
	if (crypto_scalarmult_curve25519(q, n, p) != 0)
		sodium_memzero(q, crypto_scalarmult_curve25519_BYTES);
}

void dropbear_ed25519_make_key(unsigned char *pk, unsigned char *sk)
{
	unsigned char full[crypto_sign_SECRETKEYBYTES];

	crypto_sign_keypair(pk, full);
	memcpy(sk, full, SEED_LEN);
	sodium_memzero(full, sizeof(full));
}

void dropbear_ed25519_sign(const unsigned char *m, unsigned long mlen,
			   unsigned char *s, unsigned long *slen,
			   const unsigned char *sk, const unsigned char *pk)
{
	unsigned char full[crypto_sign_SECRETKEYBYTES];
	unsigned long long len = 0;

	memcpy(full, sk, SEED_LEN);
	memcpy(full + SEED_LEN, pk, crypto_sign_PUBLICKEYBYTES);
	crypto_sign_detached(s, &len, m, mlen, full);
	sodium_memzero(full, sizeof(full));
	*slen = (unsigned long)len;
}

int dropbear_ed25519_verify(const unsigned char *m, unsigned long mlen,
			    const unsigned char *s, unsigned long slen,
			    const unsigned char *pk)
{
	return slen == crypto_sign_BYTES ?
		crypto_sign_verify_detached(s, m, mlen, pk) : -1;
}
