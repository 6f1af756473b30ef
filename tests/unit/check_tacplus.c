// SPDX-License-Identifier: GPL-2.0-only
#include "tacplus.h"

#include <errno.h>

#include "../aaa/tacplus_reply.h"
#include "main.h"

#define KEY	"tackey"

static const uint8_t id[4] = { 0xde, 0xad, 0xbe, 0xef };
static const struct tacplus_who who = {
	.user = "lab", .port = "tty7", .address = "192.0.2.7", .level = 1,
};
static struct tacplus t;
static struct tacplus_reply reply;

static void setup(void)
{
	memset(&reply, 0xee, sizeof(reply));
	tacplus_begin(&t, TACPLUS_AUTHEN, id, KEY);
	ck_assert_int_eq(tacplus_authen(&t, &who, NULL), 0);
}

/* The packet to send, as who has the key sees it. */
static const uint8_t *sent(void)
{
	static uint8_t packet[sizeof(t.buffer)];

	memcpy(packet, t.buffer, t.len);
	ck_assert_uint_eq(t.len, 12U + (size_t)(packet[10] << 8 | packet[11]));
	ck_assert_uint_eq(packet[8] | packet[9], 0);
	ck_assert_mem_eq(packet + 4, id, 4);
	if (!t.clear)
		reply_hide(packet, t.len, KEY);
	return packet;
}

/* What the client makes of a body, header and hiding added. */
static int answer(const void *body, size_t len)
{
	uint8_t packet[12 + TACPLUS_BODY_MAX + 1] = { 0 };
	int n;

	packet[0] = t.version;
	packet[1] = (uint8_t)t.type;
	packet[2] = (uint8_t)(t.sequence + 1);
	packet[3] = t.clear;
	memcpy(packet + 4, id, 4);
	packet[10] = (uint8_t)(len >> 8);
	packet[11] = (uint8_t)len;
	memcpy(packet + 12, body, len);
	if (!t.clear)
		reply_hide(packet, 12 + len, KEY);
	n = tacplus_expect(&t, packet);
	if (n < 0)
		return n;
	ck_assert_uint_eq((size_t)n, len);
	return tacplus_check(&t, packet + 12, (size_t)n, &reply);
}

#define ANSWER(...) \
	answer((const uint8_t[]){ __VA_ARGS__ }, \
	       sizeof((const uint8_t[]){ __VA_ARGS__ }))

START_TEST(test_start_ascii)
{
	const uint8_t *p = sent();

	ck_assert_uint_eq(t.len, 12 + 8 + 3 + 4 + 9);
	ck_assert_uint_eq(p[0], 0xc0);
	ck_assert_mem_eq(p + 1, "\1\1\0", 3);
	ck_assert_mem_eq(p + 12, "\1\1\1\1\3\4\11\0labtty7192.0.2.7", 24);
}
END_TEST

START_TEST(test_start_pap)
{
	const uint8_t *p;

	tacplus_begin(&t, TACPLUS_AUTHEN, id, KEY);
	ck_assert_int_eq(tacplus_authen(&t, &who, "secret"), 0);
	p = sent();
	ck_assert_uint_eq(p[0], 0xc1);
	ck_assert_mem_eq(p + 12, "\1\1\2\1\3\4\11\6labtty7192.0.2.7secret", 30);
	ck_assert_ptr_null(memmem(t.buffer, t.len, "secret", 6));
}
END_TEST

START_TEST(test_continue)
{
	ck_assert_int_eq(ANSWER(5, 1, 0, 3, 0, 0, 'P', 'w', ':'), 0);
	ck_assert_int_eq(reply.status, TACPLUS_GET_PASSWORD);
	ck_assert(reply.no_echo);
	ck_assert_str_eq(reply.text, "Pw:");
	ck_assert_int_eq(tacplus_continue(&t, "pw"), 0);
	ck_assert_uint_eq(t.sequence, 3);
	ck_assert_mem_eq(sent() + 12, "\0\2\0\0\0pw", 7);
	ck_assert_int_eq(ANSWER(1, 0, 0, 0, 0, 0), 0);
	ck_assert_int_eq(reply.status, TACPLUS_PASS);
	ck_assert_uint_eq(t.sequence, 4);
	tacplus_abort(&t);
	ck_assert_mem_eq(sent() + 12, "\0\0\0\0\1", 5);
}
END_TEST

START_TEST(test_request_of_authorization)
{
	static const char *const args[] = { "service=shell", "cmd=" };

	tacplus_begin(&t, TACPLUS_AUTHOR, id, KEY);
	ck_assert_int_eq(tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, args,
					2), 0);
	ck_assert_mem_eq(sent() + 12, "\6\1\1\1\3\4\11\2\15\4labtty7192.0.2.7"
			 "service=shellcmd=", 43);
}
END_TEST

START_TEST(test_request_of_accounting)
{
	static const char *const args[] = { "task_id=9" };

	tacplus_begin(&t, TACPLUS_ACCT, id, KEY);
	ck_assert_int_eq(tacplus_account(&t, &who, TACPLUS_METHOD_LOCAL,
					 TACPLUS_RECORD_STOP, args, 1), 0);
	ck_assert_mem_eq(sent() + 12, "\4\5\1\1\1\3\4\11\1\11labtty7192.0.2.7"
			 "task_id=9", 35);
	ck_assert_int_eq(ANSWER(0, 0, 0, 0, 1), 0);
	ck_assert_int_eq(reply.status, TACPLUS_PASS);
}
END_TEST

START_TEST(test_in_tls_nothing_is_hidden)
{
	tacplus_begin(&t, TACPLUS_AUTHEN, id, NULL);
	ck_assert_int_eq(tacplus_authen(&t, &who, "secret"), 0);
	ck_assert_uint_eq(t.buffer[3], 1);
	ck_assert_ptr_nonnull(memmem(t.buffer, t.len, "secret", 6));
	ck_assert_int_eq(ANSWER(1, 0, 0, 0, 0, 0), 0);
}
END_TEST

START_TEST(test_too_long)
{
	char text[1026];
	struct tacplus_who bad = who;
	const char *const args[] = { text };

	memset(text, 'x', sizeof(text));
	text[1025] = '\0';
	ck_assert_int_eq(tacplus_continue(&t, text), -EINVAL);
	text[256] = '\0';
	bad.user = text;
	ck_assert_int_eq(tacplus_authen(&t, &bad, NULL), -EINVAL);
	ck_assert_int_eq(tacplus_authen(&t, &who, text), -EINVAL);
	ck_assert_int_eq(tacplus_author(&t, &who, 6, args, 1), -EINVAL);
	text[255] = '\0';
	ck_assert_int_eq(tacplus_authen(&t, &bad, text), 0);
	ck_assert_int_eq(tacplus_author(&t, &bad, 6, args, 1), 0);
	text[0] = '\0';
	ck_assert_int_eq(tacplus_author(&t, &who, 6, args, 1), -EINVAL);
}
END_TEST

START_TEST(test_every_field_of_the_header)
{
	const uint8_t good[12] = {
		0xc0, 1, 2, 0, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 6,
	};
	uint8_t h[12];

	ck_assert_int_eq(tacplus_expect(&t, good), 6);
	for (int byte = 0; byte < 11; byte++) {
		for (int value = 0; value < 256; value++) {
			memcpy(h, good, 12);
			h[byte] = (uint8_t)value;
			if (value == good[byte] || (byte == 3 && value == 4) ||
			    (byte == 10 && value < 32))
				continue;
			ck_assert_msg(tacplus_expect(&t, h) == -EBADMSG,
				      "byte %d value %d", byte, value);
		}
	}
	memcpy(h, good, 12);
	h[11] = 4;
	ck_assert_int_eq(tacplus_expect(&t, h), -EBADMSG);
	h[10] = 0x20;
	h[11] = 0;
	ck_assert_int_eq(tacplus_expect(&t, h), TACPLUS_BODY_MAX);
	h[11] = 1;
	ck_assert_int_eq(tacplus_expect(&t, h), -EBADMSG);
}
END_TEST

START_TEST(test_statuses)
{
	static const int want[256] = {
		[1] = TACPLUS_PASS + 1, [2] = TACPLUS_FAIL + 1,
		[3] = TACPLUS_GET_DATA + 1, [4] = TACPLUS_GET_USER + 1,
		[5] = TACPLUS_GET_PASSWORD + 1, [6] = TACPLUS_FAIL + 1,
		[7] = TACPLUS_ERROR + 1, [0x21] = TACPLUS_FAIL + 1,
	};

	for (int status = 0; status < 256; status++) {
		uint8_t body[] = { (uint8_t)status, 0, 0, 0, 0, 0 };

		setup();
		ck_assert_int_eq(answer(body, 6), want[status] ? 0 : -EBADMSG);
		if (want[status])
			ck_assert_int_eq((int)reply.status, want[status] - 1);
	}
}
END_TEST

START_TEST(test_lengths_of_an_authentication)
{
	ck_assert_int_eq(ANSWER(1, 0, 0, 0, 0), -EBADMSG);
	ck_assert_int_eq(ANSWER(1, 0, 0, 1, 0, 0), -EBADMSG);
	ck_assert_int_eq(ANSWER(1, 0, 0, 0, 0, 0, 'x'), -EBADMSG);
	ck_assert_int_eq(ANSWER(1, 0, 0xff, 0xff, 0, 7), -EBADMSG);
	ck_assert_int_eq(ANSWER(1, 2, 0, 0, 0, 0), -EBADMSG);
	ck_assert_int_eq(ANSWER(1, 0, 0, 1, 0, 1, 'x', 'y'), 0);
	ck_assert_str_eq(reply.text, "x");
}
END_TEST

START_TEST(test_authorization)
{
	tacplus_begin(&t, TACPLUS_AUTHOR, id, KEY);
	tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, NULL, 0);
	ck_assert_int_eq(ANSWER(1, 1, 0, 1, 0, 0, 12, 'm', 'p', 'r', 'i', 'v',
				'-', 'l', 'v', 'l', '=', '1', '5'), -EBADMSG);
	ck_assert_int_eq(ANSWER(1, 1, 0, 1, 0, 0, 10, 'm', 'p', 'r', 'i', 'v',
				'-', 'l', 'v', 'l', '=', '5'), 0);
	ck_assert_int_eq(reply.status, TACPLUS_PASS);
	ck_assert(!reply.replaces);
	ck_assert_str_eq(reply.text, "m");
	ck_assert_uint_eq(reply.args_len, 11);
	ck_assert_str_eq(reply.args, "priv-lvl=5");
	tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, NULL, 0);
	ck_assert_int_eq(ANSWER(2, 1, 0, 0, 0, 0, 2, 'a', 'b'), -EBADMSG);
	ck_assert_int_eq(ANSWER(2, 1, 0, 0, 0, 0, 2, '=', 'b'), -EBADMSG);
	ck_assert_int_eq(ANSWER(2, 1, 0, 0, 0, 0, 3, 'a', '*', 7), -EBADMSG);
	ck_assert_int_eq(ANSWER(2, 1, 0, 0, 0, 0, 2, 'a', '*'), 0);
	ck_assert(reply.replaces);
	tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, NULL, 0);
	ck_assert_int_eq(ANSWER(0x10, 1, 0, 0, 0, 0, 2, 'a', '*'), 0);
	ck_assert_int_eq(reply.status, TACPLUS_FAIL);
	ck_assert_uint_eq(reply.args_len, 0);
	tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, NULL, 0);
	ck_assert_int_eq(ANSWER(0x11, 0, 0, 0, 0, 0), 0);
	ck_assert_int_eq(reply.status, TACPLUS_ERROR);
}
END_TEST

/* More arguments than are kept: refused, not cut. */
START_TEST(test_authorization_flood)
{
	static uint8_t body[6 + 20 + 20 * 255];

	tacplus_begin(&t, TACPLUS_AUTHOR, id, KEY);
	tacplus_author(&t, &who, TACPLUS_METHOD_TACACS, NULL, 0);
	memset(body, 'a', sizeof(body));
	memcpy(body, "\1\24\0\0\0", 6);
	memset(body + 6, 255, 20);
	for (int i = 0; i < 20; i++)
		body[26 + i * 255 + 1] = '=';
	ck_assert_int_eq(answer(body, sizeof(body)), -EBADMSG);
}
END_TEST

START_TEST(test_wrong_key)
{
	const uint8_t body[] = { 1, 0, 0, 0, 0, 0 };
	uint8_t hidden[6];
	unsigned int passed = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		tacplus_begin(&t, TACPLUS_AUTHEN, (uint8_t *)&i, KEY);
		t.sequence = 1;
		memcpy(hidden, body, 6);
		/* As a server without a key would see it. */
		hidden[0] ^= (uint8_t)(i >> 3);
		passed += !tacplus_check(&t, hidden, 6, &reply) &&
			  reply.status == TACPLUS_PASS;
	}
	ck_assert_uint_eq(passed, 0);
}
END_TEST

START_TEST(test_sequence_ends)
{
	t.sequence = 253;
	ck_assert_int_eq(ANSWER(3, 0, 0, 0, 0, 0), 0);
	ck_assert_int_eq(tacplus_continue(&t, "x"), 0);
	ck_assert_uint_eq(t.sequence, 255);
	ck_assert_int_eq(ANSWER(1, 0, 0, 0, 0, 0), -EBADMSG);
}
END_TEST

static Suite *tacplus_suite(void)
{
	Suite *s = suite_create("tacplus");
	TCase *c = tcase_create("packets");

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, test_start_ascii);
	tcase_add_test(c, test_start_pap);
	tcase_add_test(c, test_continue);
	tcase_add_test(c, test_request_of_authorization);
	tcase_add_test(c, test_request_of_accounting);
	tcase_add_test(c, test_in_tls_nothing_is_hidden);
	tcase_add_test(c, test_too_long);
	tcase_add_test(c, test_every_field_of_the_header);
	tcase_add_test(c, test_statuses);
	tcase_add_test(c, test_lengths_of_an_authentication);
	tcase_add_test(c, test_authorization);
	tcase_add_test(c, test_authorization_flood);
	tcase_add_test(c, test_wrong_key);
	tcase_add_test(c, test_sequence_ends);
	suite_add_tcase(s, c);
	return s;
}

MAIN(tacplus)
