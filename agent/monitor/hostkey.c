// SPDX-License-Identifier: GPL-2.0-only
#include "hostkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "keycode.h"

#include "includes.h"
#include "buffer.h"
#include "dbutil.h"
#include "ecdsa.h"
#include "signkey.h"

/* Index of enum proto_key less one; the order of preference. */
static const struct {
	const char *file;
	enum proto_key type;
	enum proto_sigalg alg;
} kinds[PROTO_KEYS] = {
	{ "ssh_host_ed25519_key", PROTO_KEY_ED25519, PROTO_SIG_ED25519 },
	{ "ssh_host_ecdsa_key", PROTO_KEY_ECDSA, PROTO_SIG_ECDSA },
	{ "ssh_host_rsa_key", PROTO_KEY_RSA, PROTO_SIG_RSA_SHA256 },
};

static struct {
	sign_key *key;		/* NULL: not loaded */
	enum signkey_type type;
} keys[PROTO_KEYS];

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

/* Return: 0, -ENOENT, -EPERM, -EBADMSG for a size no key has, or -errno. */
static int open_key(int dir, const char *file, int *ret_fd, size_t *ret_size)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IRWXG | S_IRWXO)) ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return -EPERM;
	if (st.st_size <= 0 || st.st_size > MAX_PRIVKEY_SIZE)
		return -EBADMSG;
	*ret_size = st.st_size;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int read_key(int fd, buffer *buf, size_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, buf_getwriteptr(buf, size), size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EBADMSG;
		buf_incrwritepos(buf, n);
		size -= n;
	}
	buf_setpos(buf, 0);
	return 0;
}

struct parse {
	buffer *buf;
	sign_key *key;
	enum signkey_type type;
};

static int get_key(void *arg)
{
	struct parse *p = arg;

	return buf_get_priv_key(p->buf, p->key, &p->type);
}

static int parse_key(buffer *buf, sign_key *key, enum proto_key want,
		     enum signkey_type *ret_type)
{
	struct parse p = { buf, key, DROPBEAR_SIGNKEY_ANY };

	if (keycode_try(get_key, &p) != DROPBEAR_SUCCESS ||
	    buf->pos != buf->len || key_of(p.type) != want)
		return -EBADMSG;
	*ret_type = p.type;
	return 0;
}

static int load(int dir, int i)
{
	_cleanup_close_ int fd = -1;
	sign_key *key;
	buffer *buf;
	size_t size = 0;
	int err;

	err = open_key(dir, kinds[i].file, &fd, &size);
	if (err < 0)
		return err;
	buf = buf_new(size);
	key = new_sign_key();
	err = read_key(fd, buf, size);
	if (!err)
		err = parse_key(buf, key, kinds[i].type, &keys[i].type);
	buf_burn_free(buf);
	if (err < 0) {
		sign_key_free(key);
		return err;
	}
	keys[i].key = key;
	return 0;
}

int hostkey_load(const char *dir)
{
	_cleanup_close_ int fd = -1;
	int i, err, n = 0;

	keycode_init();
	hostkey_wipe();
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENOKEY : -errno;
	for (i = 0; i < PROTO_KEYS; i++) {
		err = load(fd, i);
		if (err == -ENOENT)
			continue;
		if (err < 0) {
			hostkey_wipe();
			return err;
		}
		n++;
	}
	return n ? n : -ENOKEY;
}

void hostkey_public(struct proto_public_key public[PROTO_KEYS])
{
	int i, n = 0;

	memset(public, 0, PROTO_KEYS * sizeof(*public));
	for (i = 0; i < PROTO_KEYS; i++) {
		struct proto_public_key *p = &public[n];
		unsigned int len;
		buffer *buf;

		if (!keys[i].key)
			continue;
		/* Written as one string: its length comes first. */
		buf = buf_new(MAX_PUBKEY_SIZE + 4);
		buf_put_pub_key(buf, keys[i].key, keys[i].type);
		buf_setpos(buf, 0);
		len = buf_getint(buf);
		if (len <= sizeof(p->blob)) {
			memcpy(p->blob, buf_getptr(buf, len), len);
			p->type = kinds[i].type;
			p->len = len;
			n++;
		}
		buf_free(buf);
	}
}

static enum signature_type signature_of(enum signkey_type type)
{
	if (type == DROPBEAR_SIGNKEY_RSA)
		return DROPBEAR_SIGNATURE_RSA_SHA256;
	return signature_type_from_signkey(type);
}

static int sign(int i, const uint8_t *hash, size_t len, uint8_t *sig,
		size_t *ret_len)
{
	buffer *data, *out;
	unsigned int n;

	data = buf_new(len);
	buf_putbytes(data, hash, len);
	buf_setpos(data, 0);
	out = buf_new(PROTO_SIG_MAX + 4);
	buf_put_sign(out, keys[i].key, signature_of(keys[i].type), data);
	buf_setpos(out, 0);
	n = buf_getint(out);
	memcpy(sig, buf_getptr(out, n), n);
	*ret_len = n;
	buf_burn_free(data);
	buf_free(out);
	return 0;
}

int hostkey_sign(enum proto_sigalg alg, const uint8_t *hash, size_t len,
		 uint8_t *sig, size_t *ret_len)
{
	int i;

	if (len != 32 && len != 48 && len != 64)
		return -EINVAL;
	for (i = 0; i < PROTO_KEYS; i++)
		if (keys[i].key && kinds[i].alg == alg)
			return sign(i, hash, len, sig, ret_len);
	return -ENOKEY;
}

void hostkey_wipe(void)
{
	int i;

	for (i = 0; i < PROTO_KEYS; i++) {
		if (keys[i].key)
			sign_key_free(keys[i].key);
		keys[i].key = NULL;
	}
}
