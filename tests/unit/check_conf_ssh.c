// SPDX-License-Identifier: GPL-2.0-only
/* The commands of conf-ssh.c. */
#include "conf.h"

#include <errno.h>

#include "line.h"
#include "main.h"

#define ED25519	"AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define HASH	"00112233445566778899AABBCCDDEEFF"

/* No line is touched here. */
int line_value(unsigned int number, const char *attribute, char *value,
	       size_t size)
{
	(void)number;
	(void)attribute;
	(void)value;
	(void)size;
	return -ENODEV;
}

int line_write(unsigned int number, const char *attribute, const char *value)
{
	(void)number;
	(void)attribute;
	(void)value;
	return -ENODEV;
}

static struct conf conf;
static char said[1024];

static void report(unsigned int line, const char *reason, void *arg)
{
	(void)arg;
	snprintf(said, sizeof(said), "%u: %s", line, reason);
}

static void setup(void)
{
	conf_init(&conf);
}

static void teardown(void)
{
	conf_free(&conf);
}

static int feed(const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int r;

	said[0] = '\0';
	r = conf_read(&conf, f, NULL, report, NULL);
	fclose(f);
	return r;
}

static void ok(const char *text)
{
	ck_assert_msg(feed(text) == 0, "%s: %s", text, said);
}

static void refused(const char *text, const char *reason)
{
	ck_assert_msg(feed(text) == 1 && strstr(said, reason), "%s: %s", text,
		      said);
}

/* What is printed reads back to the same. */
static void prints(const char *text)
{
	char first[4096] = "", second[4096] = "";
	FILE *f = fmemopen(first, sizeof(first), "w");

	ck_assert_int_eq(conf_print(&conf, NULL, 0, f), 0);
	fclose(f);
	ck_assert_msg(strstr(first, text) != NULL, "%s", first);
	conf_free(&conf);
	conf_init(&conf);
	ok(first);
	f = fmemopen(second, sizeof(second), "w");
	conf_print(&conf, NULL, 0, f);
	fclose(f);
	ck_assert_str_eq(first, second);
}

START_TEST(test_algorithms)
{
	ok("ip ssh server algorithm encryption aes192-ctr aes256-ctr\n");
	ok("ip ssh server algorithm mac hmac-sha2-512\n"
	   "ip ssh server algorithm kex curve25519-sha256\n"
	   "ip ssh server algorithm hostkey rsa-sha2-256 ssh-ed25519\n");
	prints("algorithm encryption aes192-ctr aes256-ctr\n");
	refused("ip ssh server algorithm encryption 3des-cbc\n",
		"3des-cbc is no encryption algorithm");
	refused("ip ssh server algorithm mac hmac-sha2-256 hmac-sha2-256\n",
		"there twice");
	prints("algorithm mac hmac-sha2-512\n");	/* nothing changed */
	refused("no ip ssh server algorithm\n", "Incomplete command");
	prints("algorithm encryption aes192-ctr aes256-ctr\n");
	ok("no ip ssh server algorithm mac\n");
	ck_assert_uint_eq(conf.ssh.algorithms[ALGO_MAC][0], 0);
}
END_TEST

START_TEST(test_numbers)
{
	ok("ip ssh dh min size 4096\nip ssh maxstartups 10 per-source 3\n");
	ck_assert_uint_eq(conf.ssh.dh_min, 4096);
	prints("ip ssh maxstartups 10 per-source 3\n");
	ok("ip ssh maxstartups 20\n");
	ck_assert_uint_eq(conf.ssh.per_source, 0);
	ok("no ip ssh maxstartups\nno ip ssh dh min size\n");
	ck_assert_uint_eq(conf.ssh.startups, 0);
	ck_assert_uint_eq(conf.ssh.dh_min, 2048);
	refused("ip ssh dh min size 1024\n", "not secure");
	refused("ip ssh maxstartups 1\n", "not in <2-1024>");
	refused("ip ssh maxstartups 10 per-source 11\n", "one source");
}
END_TEST

START_TEST(test_keys)
{
	ok("ip ssh pubkey-chain\n"
	   " username lab\n"
	   "  key-string\n"
	   "   ssh-ed25519 " ED25519 " me@there\n"
	   "  exit\n"
	   "  key-hash ssh-rsa " HASH " laptop\n"
	   " username two\n"
	   "  key-string\n"
	   "   ssh-ed25519\n"
	   "   AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCw\n"
	   "   wNDg8QERITFBUWFxgZGhscHR4f\n"
	   "   exit\n"
	   "line 1\n");
	ck_assert_uint_eq(conf.ssh.key_count, 3);
	ck_assert_str_eq(conf.ssh.keys[0].user, "lab");
	ck_assert_str_eq(conf.ssh.keys[0].text, "ssh-ed25519 " ED25519);
	ck_assert_str_eq(conf.ssh.keys[1].text, "md5 ssh-rsa " HASH);
	ck_assert_str_eq(conf.ssh.keys[2].user, "two");
	ck_assert_str_eq(conf.ssh.keys[2].text, "ssh-ed25519 " ED25519);
	prints(" username lab\n  key-string\n   ssh-ed25519\n");
	ok("ip ssh pubkey-chain\n username lab\n  no key-hash ssh-rsa " HASH "\n"
	   "  no key-string\n   ssh-ed25519 " ED25519 "\n  exit\n");
	ck_assert_uint_eq(conf.ssh.key_count, 1);
	ok("ip ssh pubkey-chain\n no username two\n");
	ck_assert_uint_eq(conf.ssh.key_count, 0);
}
END_TEST

START_TEST(test_a_key_of_no_type_is_rsa)
{
	refused("ip ssh pubkey-chain\nusername lab\nkey-string\n" ED25519
		"\nexit\n", "3: % the key is damaged");
}
END_TEST

START_TEST(test_bad_keys)
{
	refused("ip ssh pubkey-chain\nusername lab\nkey-string\n"
		"ssh-ed25519 AAAA\nexit\n", "damaged or incomplete");
	refused("ip ssh pubkey-chain\nusername lab\nkey-hash ssh-rsa 0123\n",
		"32 hexadecimal digits");
	refused("ip ssh pubkey-chain\nusername lab:1\n", "cannot be a user");
	refused("ip ssh pubkey-chain\nusername a/b\n", "cannot be a user");
	refused("ip ssh pubkey-chain\nno username lab\n", "has no keys");
	refused("ip ssh pubkey-chain\nusername lab\nkey-string\nAAAA\n",
		"the text has no end");
	ck_assert_uint_eq(conf.ssh.key_count, 0);
}
END_TEST

/* Nor are they somebody else's, nor is the next user one with a login. */
START_TEST(test_keys_of_a_refused_user_are_not_kept)
{
	static const char *const bad[] = {
		"username bob:1", "USERNAME two words", "u", "us .dot",
		"ip ssh pubkey-chain username bob:1",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text),
			 "ip ssh pubkey-chain\n username alice\n  %s\n"
			 "  key-hash ssh-rsa " HASH "\n  key-string\n"
			 "   ssh-ed25519 " ED25519 "\n  exit\n exit\n"
			 " username carol\n  key-hash ssh-rsa " HASH "\n",
			 bad[i]);
		ck_assert_msg(feed(text) == 3, "%s: %s", bad[i], said);
		ck_assert_uint_eq(conf.ssh.key_count, 1);
		ck_assert_str_eq(conf.ssh.keys[0].user, "carol");
		ck_assert_uint_eq(conf.user_count, 0);
		conf_free(&conf);
	}
}
END_TEST

START_TEST(test_what_follows_the_chain_is_global)
{
	ok("ip ssh pubkey-chain\n username lab\n  key-hash ssh-rsa " HASH "\n"
	   "ip ssh time-out 7\n");
	ck_assert_uint_eq(conf.timeout, 7);
	ok("no ip ssh pubkey-chain\n");
	ck_assert_uint_eq(conf.ssh.key_count, 0);
}
END_TEST

START_TEST(test_banner)
{
	struct params params;

	ok("banner login #\none\ntwo\n#\n");
	ck_assert_int_eq(conf_ssh_params(&conf, &params), 0);
	ck_assert_str_eq(params.banner, "one\r\ntwo\r\n");
	params_free(&params);
	ok("no banner login\n");
	ck_assert_int_eq(conf_ssh_params(&conf, &params), 0);
	ck_assert_ptr_null(params.banner);
	params_free(&params);
}
END_TEST

static Suite *conf_ssh_suite(void)
{
	Suite *s = suite_create("conf_ssh");
	TCase *t = tcase_create("read");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_algorithms);
	tcase_add_test(t, test_numbers);
	tcase_add_test(t, test_keys);
	tcase_add_test(t, test_a_key_of_no_type_is_rsa);
	tcase_add_test(t, test_bad_keys);
	tcase_add_test(t, test_banner);
	tcase_add_test(t, test_keys_of_a_refused_user_are_not_kept);
	tcase_add_test(t, test_what_follows_the_chain_is_global);
	suite_add_tcase(s, t);
	return s;
}

MAIN(conf_ssh)
