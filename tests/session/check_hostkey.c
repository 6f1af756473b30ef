// SPDX-License-Identifier: GPL-2.0-only
/* The host keys of the monitor, made by dropbearkey at the start of a test. */
#include "../../agent/monitor/hostkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "main.h"

#define ED25519	"ssh_host_ed25519_key"
#define ECDSA	"ssh_host_ecdsa_key"
#define RSA	"ssh_host_rsa_key"

/* What Dropbear had allocated when it gave up on a bad key stays. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static char dir[] = "/tmp/hostkey-XXXXXX";

static void run(const char *what)
{
	char command[512];

	snprintf(command, sizeof(command), "cd %s && %s", dir, what);
	ck_assert_int_eq(system(command), 0);
}

static void make(const char *type, const char *file)
{
	char command[512];

	snprintf(command, sizeof(command), "%s -t %s -f %s >/dev/null 2>&1",
		 DROPBEARKEY, type, file);
	run(command);
}

static void setup(void)
{
	strcpy(dir, "/tmp/hostkey-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	hostkey_wipe();
	run("rm -rf \"$PWD\"");
}

START_TEST(test_no_key)
{
	ck_assert_int_eq(hostkey_load(dir), -ENOKEY);
	ck_assert_int_eq(hostkey_load("/nonexistent"), -ENOKEY);
}
END_TEST

START_TEST(test_public_halves_come_in_order)
{
	struct proto_public_key keys[PROTO_KEYS];

	make("rsa", RSA);
	make("ed25519", ED25519);
	ck_assert_int_eq(hostkey_load(dir), 2);
	hostkey_public(keys);
	ck_assert_uint_eq(keys[0].type, PROTO_KEY_ED25519);
	ck_assert_uint_eq(keys[0].len, 51);
	ck_assert_int_eq(memcmp(keys[0].blob, "\0\0\0\13ssh-ed25519", 15), 0);
	ck_assert_uint_eq(keys[1].type, PROTO_KEY_RSA);
	ck_assert_int_eq(memcmp(keys[1].blob, "\0\0\0\7ssh-rsa", 11), 0);
	ck_assert_uint_eq(keys[2].type, PROTO_KEY_NONE);
	make("ecdsa", ECDSA);
	ck_assert_int_eq(hostkey_load(dir), 3);
	hostkey_public(keys);
	ck_assert_uint_eq(keys[1].type, PROTO_KEY_ECDSA);
}
END_TEST

START_TEST(test_signatures)
{
	uint8_t hash[PROTO_HASH_MAX] = { 1, 2, 3 }, sig[PROTO_SIG_MAX];
	size_t len = 4711;

	make("ed25519", ED25519);
	ck_assert_int_eq(hostkey_load(dir), 1);
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_ED25519, hash, 64, sig, &len),
			 0);
	ck_assert_uint_eq(len, 4 + 11 + 4 + 64);
	ck_assert_int_eq(memcmp(sig, "\0\0\0\13ssh-ed25519\0\0\0\100", 19), 0);

	len = 4711;
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_RSA_SHA256, hash, 32, sig,
				      &len), -ENOKEY);
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_NONE, hash, 32, sig, &len),
			 -ENOKEY);
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_ED25519, hash, 20, sig, &len),
			 -EINVAL);
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_ED25519, hash, 0, sig, &len),
			 -EINVAL);
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_ED25519, hash, 65, sig, &len),
			 -EINVAL);
	ck_assert_uint_eq(len, 4711);
	hostkey_wipe();
	ck_assert_int_eq(hostkey_sign(PROTO_SIG_ED25519, hash, 32, sig, &len),
			 -ENOKEY);
}
END_TEST

START_TEST(test_unsafe_files)
{
	make("ed25519", ED25519);
	run("chmod 640 " ED25519);
	ck_assert_int_eq(hostkey_load(dir), -EPERM);
	run("chmod 604 " ED25519);
	ck_assert_int_eq(hostkey_load(dir), -EPERM);
	run("mv " ED25519 " k && chmod 600 k && ln -s k " ED25519);
	ck_assert_int_eq(hostkey_load(dir), -EPERM);
	run("rm " ED25519 " && mkfifo -m 600 " ED25519);
	ck_assert_int_eq(hostkey_load(dir), -EPERM);
	run("rm " ED25519 " && mkdir -m 700 " ED25519);
	ck_assert_int_eq(hostkey_load(dir), -EPERM);
}
END_TEST

START_TEST(test_a_key_of_another_type)
{
	make("rsa", ED25519);
	ck_assert_int_eq(hostkey_load(dir), -EBADMSG);
	/* ... does not leave the good ones loaded, either. */
	make("ecdsa", ECDSA);
	ck_assert_int_eq(hostkey_load(dir), -EBADMSG);
}
END_TEST

/* Every truncation, and trailing bytes: an error, never the end of us. */
static void check_truncations(const char *type, const char *file)
{
	char path[128];
	struct stat st;
	off_t size;
	int step;

	make(type, file);
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size + 1), 0);
	ck_assert_int_eq(hostkey_load(dir), -EBADMSG);
	step = st.st_size > 200 ? 7 : 1;
	for (size = st.st_size - 1; size >= 0; size -= step) {
		ck_assert_int_eq(truncate(path, size), 0);
		ck_assert_int_eq(hostkey_load(dir), -EBADMSG);
	}
}

START_TEST(test_truncated_ed25519)
{
	check_truncations("ed25519", ED25519);
}
END_TEST

START_TEST(test_truncated_ecdsa)
{
	check_truncations("ecdsa", ECDSA);
}
END_TEST

START_TEST(test_truncated_rsa)
{
	check_truncations("rsa", RSA);
}
END_TEST

START_TEST(test_other_bytes)
{
	char path[128];
	FILE *f;
	int i, n;

	snprintf(path, sizeof(path), "%s/%s", dir, RSA);
	srand(1);
	for (n = 1; n <= 300; n++) {
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fchmod(fileno(f), 0600);
		fwrite("\0\0\0\7ssh-rsa", 1, 11, f);
		for (i = 0; i < n; i++)
			fputc(i % 4 ? rand() & 0xff : 0, f);
		fclose(f);
		ck_assert_int_eq(hostkey_load(dir), -EBADMSG);
	}
}
END_TEST

static Suite *hostkey_suite(void)
{
	Suite *suite = suite_create("hostkey");
	TCase *tc = tcase_create("hostkey");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_no_key);
	tcase_add_test(tc, test_public_halves_come_in_order);
	tcase_add_test(tc, test_signatures);
	tcase_add_test(tc, test_unsafe_files);
	tcase_add_test(tc, test_a_key_of_another_type);
	tcase_add_test(tc, test_truncated_ed25519);
	tcase_add_test(tc, test_truncated_ecdsa);
	tcase_add_test(tc, test_truncated_rsa);
	tcase_add_test(tc, test_other_bytes);
	suite_add_tcase(suite, tc);
	return suite;
}

MAIN(hostkey)
