// SPDX-License-Identifier: GPL-2.0-only
#include "pubkey.h"

#include <errno.h>

#include "main.h"

#define ED25519	"AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

static void refused(const char *text, int error)
{
	struct pubkey key, before;

	memset(&key, 0x5a, sizeof(key));
	before = key;
	ck_assert_msg(pubkey_parse_line(text, &key) == error, "%s: %d", text,
		      pubkey_parse_line(text, &key));
	ck_assert_int_eq(memcmp(&key, &before, sizeof(key)), 0);
}

static void taken(const char *text)
{
	struct pubkey key;

	ck_assert_msg(!pubkey_parse_line(text, &key), "%s", text);
	ck_assert_uint_eq(key.len, 51);
	ck_assert_int_eq(memcmp(key.blob, "\0\0\0\13ssh-ed25519\0\0\0\40\0\1\2", 22), 0);
	ck_assert_uint_eq(key.blob[50], 31);
}

START_TEST(test_a_key_and_its_comment)
{
	taken("ssh-ed25519 " ED25519);
	taken(" \tssh-ed25519  " ED25519 " me@there \"quoted\"");
	taken("ssh-ed25519 " ED25519 "\r\n");
}
END_TEST

START_TEST(test_comments_and_empty_lines)
{
	refused("", -ENODATA);
	refused("  \r\n", -ENODATA);
	refused("# ssh-ed25519 " ED25519, -ENODATA);
}
END_TEST

START_TEST(test_kept_options)
{
	taken("no-port-forwarding ssh-ed25519 " ED25519);
	taken("No-X11-Forwarding,no-agent-forwarding,no-user-rc ssh-ed25519 "
	      ED25519);
}
END_TEST

START_TEST(test_other_options_make_it_no_key)
{
	refused("no-pty ssh-ed25519 " ED25519, -EACCES);
	refused("restrict ssh-ed25519 " ED25519, -EACCES);
	refused("cert-authority ssh-ed25519 " ED25519, -EACCES);
	refused("command=\"ssh-ed25519 x\" ssh-ed25519 " ED25519, -EACCES);
	refused("no-port-forwarding,from=\"a b\" ssh-ed25519 " ED25519, -EACCES);
	refused("no-port-forwarding, ssh-ed25519 " ED25519, -EACCES);
	refused("unknown", -EACCES);
}
END_TEST

START_TEST(test_types)
{
	refused("no-user-rc ssh-dss AAAA", -EOPNOTSUPP);
	/* Called what it is not. */
	refused("ssh-rsa " ED25519, -EINVAL);
	refused("ecdsa-sha2-nistp256 " ED25519, -EINVAL);
	ck_assert_str_eq(pubkey_type("ssh-rsa AAAA"), "ssh-rsa");
	ck_assert_ptr_null(pubkey_type("ssh-rsax AAAA"));
	ck_assert_ptr_null(pubkey_type(""));
}
END_TEST

START_TEST(test_malformed_base64)
{
	refused("ssh-ed25519", -EINVAL);
	refused("ssh-ed25519 ====", -EINVAL);
	refused("ssh-ed25519 AAAAC3Nz", -EINVAL);
	refused("ssh-ed25519 " ED25519 "A", -EINVAL);
	refused("ssh-ed25519 =" ED25519 "AAA", -EINVAL);
	refused("ssh-ed25519 AAA!", -EINVAL);
	refused("ssh-ed25519 AB==", -EINVAL);	/* bits left over */
}
END_TEST

START_TEST(test_too_long)
{
	char text[16 + 4 * PROTO_KEY_MAX];

	strcpy(text, "ssh-ed25519 ");
	memset(text + 12, 'A', 4 * (PROTO_KEY_MAX / 3 + 1));
	text[12 + 4 * (PROTO_KEY_MAX / 3 + 1)] = '\0';
	refused(text, -E2BIG);
}
END_TEST

START_TEST(test_hashes)
{
	uint8_t md5[16];

	ck_assert_int_eq(pubkey_hash_parse(
		"ssh-rsa 00112233445566778899aAbBcCdDeEfF me", md5), 0);
	ck_assert_uint_eq(md5[1], 0x11);
	ck_assert_uint_eq(md5[15], 0xff);
	ck_assert_int_eq(pubkey_hash_parse("ssh-rsa 0011", md5), -EINVAL);
	ck_assert_int_eq(pubkey_hash_parse(
		"ssh-rsa 00112233445566778899aabbccddeefg", md5), -EINVAL);
	ck_assert_int_eq(pubkey_hash_parse("ssh-rsa", md5), -EINVAL);
	ck_assert_int_eq(pubkey_hash_parse(
		"rsa 00112233445566778899aabbccddeeff", md5), -EOPNOTSUPP);
}
END_TEST

static Suite *pubkey_suite(void)
{
	Suite *s = suite_create("pubkey");
	TCase *t = tcase_create("lines");

	tcase_add_test(t, test_a_key_and_its_comment);
	tcase_add_test(t, test_comments_and_empty_lines);
	tcase_add_test(t, test_kept_options);
	tcase_add_test(t, test_other_options_make_it_no_key);
	tcase_add_test(t, test_types);
	tcase_add_test(t, test_malformed_base64);
	tcase_add_test(t, test_too_long);
	tcase_add_test(t, test_hashes);
	suite_add_tcase(s, t);
	return s;
}

MAIN(pubkey)
