// SPDX-License-Identifier: GPL-2.0-only
/*
 * AES and SHA-2 by nettle, which uses the processor's instructions for them,
 * behind the descriptors of libtomcrypt, which does not.
 */
#include <errno.h>

#include "accel.h"

/* First: nettle's headers give names of libtomcrypt another meaning. */
#include "includes.h"

#include <nettle/aes.h>
#include <nettle/ctr.h>
#include <nettle/sha2.h>

#define BLOCK	AES_BLOCK_SIZE

/* Lives where libtomcrypt has room for its own key schedule. */
struct schedule {
	nettle_cipher_func *encrypt;
	union {
		struct aes128_ctx aes128;
		struct aes192_ctx aes192;
		struct aes256_ctx aes256;
	} u;
};

_Static_assert(sizeof(struct schedule) <= sizeof(symmetric_key) &&
	       _Alignof(struct schedule) <= _Alignof(symmetric_key),
	       "no room for the key schedule");
_Static_assert(sizeof(struct sha256_ctx) <= sizeof(hash_state) &&
	       sizeof(struct sha512_ctx) <= sizeof(hash_state),
	       "no room for the hash");

static struct schedule *schedule_of(symmetric_key *key)
{
	return (struct schedule *)key;
}

static int aes_set_key(const unsigned char *key, int keylen, int rounds,
		       symmetric_key *skey)
{
	struct schedule *s = schedule_of(skey);

	if (rounds)
		return CRYPT_INVALID_ROUNDS;
	switch (keylen) {
	case AES128_KEY_SIZE:
		aes128_set_encrypt_key(&s->u.aes128, key);
		s->encrypt = (nettle_cipher_func *)aes128_encrypt;
		return CRYPT_OK;
	case AES192_KEY_SIZE:
		aes192_set_encrypt_key(&s->u.aes192, key);
		s->encrypt = (nettle_cipher_func *)aes192_encrypt;
		return CRYPT_OK;
	case AES256_KEY_SIZE:
		aes256_set_encrypt_key(&s->u.aes256, key);
		s->encrypt = (nettle_cipher_func *)aes256_encrypt;
		return CRYPT_OK;
	default:
		return CRYPT_INVALID_KEYSIZE;
	}
}

static int aes_encrypt_block(const unsigned char *pt, unsigned char *ct,
			     symmetric_key *skey)
{
	struct schedule *s = schedule_of(skey);

	s->encrypt(&s->u, BLOCK, ct, pt);
	return CRYPT_OK;
}

static void step(unsigned char *counter, int by)
{
	unsigned int carry = by > 0 ? 1 : 255;

	for (int i = BLOCK - 1; i >= 0; i--) {
		unsigned int sum = counter[i] + carry;

		counter[i] = (unsigned char)sum;
		if (by > 0 ? sum <= 255 : counter[i] != 255)
			return;
		carry = by > 0 ? 1 : 255;
	}
}

/* @counter is the last one used, before and after. */
static int aes_ctr(const unsigned char *pt, unsigned char *ct,
		   unsigned long blocks, unsigned char *counter, int mode,
		   symmetric_key *skey)
{
	struct schedule *s = schedule_of(skey);

	if (mode != CTR_COUNTER_BIG_ENDIAN)
		return CRYPT_INVALID_ARG;
	step(counter, 1);
	ctr_crypt(&s->u, s->encrypt, BLOCK, counter, blocks * BLOCK, ct, pt);
	step(counter, -1);
	return CRYPT_OK;
}

#define HASH(bits)							\
static int sha##bits##_begin(hash_state *state)				\
{									\
	sha##bits##_init((struct sha##bits##_ctx *)state);		\
	return CRYPT_OK;						\
}									\
									\
static int sha##bits##_add(hash_state *state, const unsigned char *in,	\
			   unsigned long len)				\
{									\
	sha##bits##_update((struct sha##bits##_ctx *)state, len, in);	\
	return CRYPT_OK;						\
}									\
									\
static int sha##bits##_end(hash_state *state, unsigned char *out)	\
{									\
	sha##bits##_digest((struct sha##bits##_ctx *)state,		\
			   SHA##bits##_DIGEST_SIZE, out);		\
	return CRYPT_OK;						\
}

HASH(256)
HASH(512)

static int replace_cipher(void)
{
	int i = find_cipher("aes");

	if (i < 0)
		return -ENOENT;
	cipher_descriptor[i].setup = aes_set_key;
	cipher_descriptor[i].ecb_encrypt = aes_encrypt_block;
	cipher_descriptor[i].ecb_decrypt = NULL;	/* CTR has no use for it */
	cipher_descriptor[i].accel_ctr_encrypt = aes_ctr;
	return 0;
}

static int replace_hash(const char *name, int (*begin)(hash_state *),
			int (*add)(hash_state *, const unsigned char *,
				   unsigned long),
			int (*end)(hash_state *, unsigned char *))
{
	int i = find_hash(name);

	if (i < 0)
		return -ENOENT;
	hash_descriptor[i].init = begin;
	hash_descriptor[i].process = add;
	hash_descriptor[i].done = end;
	return 0;
}

int accel_nettle(void)
{
	int r = replace_cipher();

	if (r == 0)
		r = replace_hash("sha256", sha256_begin, sha256_add, sha256_end);
	if (r == 0)
		r = replace_hash("sha512", sha512_begin, sha512_add, sha512_end);
	return r;
}
