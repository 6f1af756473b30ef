// SPDX-License-Identifier: GPL-2.0-only
#include "radius.h"

#include <errno.h>

#include "../aaa/radius_reply.h"
#include "main.h"

#define SECRET	"xyzzy5461"
#define ACCEPT	RADIUS_ACCESS_ACCEPT

/* RFC 2865 7.1 */
static const uint8_t vector[16] = {
	0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57,
	0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a,
};
static const uint8_t rfc_accept[] = {
	0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24,
	0xba, 0x2a, 0x10, 0x05, 0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2,
	0x06, 0x06, 0x00, 0x00, 0x00, 0x01, 0x0f, 0x06, 0x00, 0x00,
	0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03,
};

static struct radius_packet request;
static struct radius_reply reply;
static uint8_t wire[RADIUS_PACKET_MAX];

static void setup(void)
{
	radius_begin(&request, RADIUS_ACCESS_REQUEST, 7, vector);
	radius_sign(&request, SECRET);
	memset(&reply, 0xee, sizeof(reply));
}

/* A signed reply of these attributes, its Message-Authenticator first. */
static int check(uint8_t code, const void *attrs, size_t len)
{
	uint8_t all[RADIUS_PACKET_MAX] = { 80, 18 };
	size_t n;

	memcpy(all + 18, attrs, len);
	n = reply_make(&request, SECRET, code, all, 18 + len, 22, wire);
	return radius_check(&request, SECRET, true, wire, n, &reply);
}

#define CHECK(code, ...) \
	check(code, (const uint8_t[]){ __VA_ARGS__ }, \
	      sizeof((const uint8_t[]){ __VA_ARGS__ }))

static int check_avpair(const char *text)
{
	uint8_t attr[255] = { 26 };
	size_t len = strlen(text);

	attr[1] = (uint8_t)(8 + len);
	attr[5] = 9;
	attr[6] = 1;
	attr[7] = (uint8_t)(2 + len);
	memcpy(attr + 8, text, len);
	return check(ACCEPT, attr, 8 + len);
}

START_TEST(test_rfc_request)
{
	static const uint8_t hidden[16] = {
		0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce,
		0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee,
	};

	radius_begin(&request, RADIUS_ACCESS_REQUEST, 0, vector);
	ck_assert_int_eq(radius_add_text(&request, RADIUS_USER_NAME, "nemo"), 0);
	ck_assert_int_eq(radius_add_password(&request, SECRET, "arctangent"), 0);
	ck_assert_uint_eq(request.len, 20 + 18 + 6 + 18);
	ck_assert_mem_eq(request.data + 20 + 18 + 6 + 2, hidden, 16);
}
END_TEST

START_TEST(test_rfc_reply)
{
	radius_begin(&request, RADIUS_ACCESS_REQUEST, 0, vector);
	ck_assert_int_eq(radius_check(&request, SECRET, false, rfc_accept,
				      sizeof(rfc_accept), &reply), 0);
	ck_assert_int_eq(reply.code, ACCEPT);
	ck_assert_int_eq(reply.privilege, 1);	/* Service-Type Login */
	ck_assert_ptr_null(reply.refused);
	ck_assert_int_eq(radius_check(&request, SECRET, true, rfc_accept,
				      sizeof(rfc_accept), &reply), -EBADMSG);
}
END_TEST

START_TEST(test_signs_first)
{
	struct hmac_md5_ctx ctx;
	uint8_t copy[RADIUS_PACKET_MAX], digest[16];

	radius_begin(&request, RADIUS_ACCESS_REQUEST, 9, vector);
	radius_add_text(&request, RADIUS_USER_NAME, "nemo");
	radius_sign(&request, SECRET);
	ck_assert_uint_eq(request.data[20], 80);
	ck_assert_uint_eq(request.data[2] << 8 | request.data[3], request.len);
	memcpy(copy, request.data, request.len);
	memset(copy + 22, 0, 16);
	hmac_md5_set_key(&ctx, strlen(SECRET), (const uint8_t *)SECRET);
	hmac_md5_update(&ctx, request.len, copy);
	hmac_md5_digest(&ctx, 16, digest);
	ck_assert_mem_eq(request.data + 22, digest, 16);
}
END_TEST

/* RFC 2866 3, with the reply. */
START_TEST(test_accounting)
{
	uint8_t zeroed[RADIUS_PACKET_MAX], digest[16];
	struct md5_ctx ctx;
	size_t n;

	radius_begin(&request, RADIUS_ACCOUNTING_REQUEST, 3, NULL);
	radius_add_number(&request, RADIUS_ACCT_STATUS_TYPE, 1);
	radius_sign(&request, SECRET);
	memcpy(zeroed, request.data, request.len);
	memset(zeroed + 4, 0, 16);
	md5_init(&ctx);
	md5_update(&ctx, request.len, zeroed);
	md5_update(&ctx, strlen(SECRET), (const uint8_t *)SECRET);
	md5_digest(&ctx, 16, digest);
	ck_assert_mem_eq(request.data + 4, digest, 16);

	n = reply_make(&request, SECRET, 5, NULL, 0, 0, wire);
	ck_assert_int_eq(radius_check(&request, SECRET, true, wire, n, &reply), 0);
	n = reply_make(&request, SECRET, 2, NULL, 0, 0, wire);
	ck_assert_int_eq(radius_check(&request, SECRET, false, wire, n, &reply),
			 -EBADMSG);
}
END_TEST

START_TEST(test_bounds_of_a_request)
{
	char text[256], password[130];
	int added = 0;

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(radius_add(&request, RADIUS_STATE, text, 0), -EINVAL);
	ck_assert_int_eq(radius_add(&request, RADIUS_STATE, text, 254), -EINVAL);
	ck_assert_int_eq(radius_add_text(&request, RADIUS_STATE, ""), 0);
	memset(password, 'p', 129);
	password[129] = '\0';
	ck_assert_int_eq(radius_add_password(&request, SECRET, password), -EINVAL);
	password[128] = '\0';
	ck_assert_int_eq(radius_add_password(&request, SECRET, password), 0);
	ck_assert_int_eq(radius_add_password(&request, SECRET, ""), 0);
	while (!radius_add(&request, RADIUS_STATE, text, 253))
		added++;
	ck_assert_int_eq(added, (4096 - 20 - 18 - 130 - 18) / 255);
	ck_assert_uint_le(request.len, 4096);
}
END_TEST

START_TEST(test_wrong_key_id_or_code)
{
	ck_assert_int_eq(CHECK(ACCEPT, 6, 6, 0, 0, 0, 6), 0);
	ck_assert_int_eq(radius_check(&request, "other", true, wire, 44, &reply),
			 -EBADMSG);
	wire[1] ^= 1;
	ck_assert_int_eq(radius_check(&request, SECRET, true, wire, 44, &reply),
			 -EBADMSG);
	ck_assert_int_eq(CHECK(1, 6, 6, 0, 0, 0, 6), -EBADMSG);
	ck_assert_int_eq(CHECK(5, 6, 6, 0, 0, 0, 6), -EBADMSG);
	ck_assert_int_eq(CHECK(255, 6, 6, 0, 0, 0, 6), -EBADMSG);
}
END_TEST

/* Each bit of a reply counts. */
START_TEST(test_every_flipped_bit)
{
	static const uint8_t attrs[] = {
		6, 6, 0, 0, 0, 6, 25, 4, 'a', 'b', 136, 6, 0, 0, 0, 15,
	};
	size_t len = 20 + 18 + sizeof(attrs);

	ck_assert_int_eq(check(ACCEPT, attrs, sizeof(attrs)), 0);
	for (size_t bit = 0; bit < len * 8; bit++) {
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(radius_check(&request, SECRET, true, wire, len,
					      &reply), -EBADMSG);
		wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(radius_check(&request, SECRET, true, wire, len, &reply),
			 0);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert_int_eq(radius_check(&request, SECRET, true, wire, cut,
					      &reply), -EBADMSG);
}
END_TEST

/* The Response Authenticator right, the Message-Authenticator not. */
START_TEST(test_message_authenticator_wrong)
{
	uint8_t attrs[18] = { 80, 18, 1, 2, 3 };
	size_t n = reply_make(&request, SECRET, ACCEPT, attrs, 18, 0, wire);

	ck_assert_int_eq(radius_check(&request, SECRET, true, wire, n, &reply),
			 -EBADMSG);
	ck_assert_int_eq(radius_check(&request, SECRET, false, wire, n, &reply),
			 -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 80, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			       0, 0, 0, 0, 0), -EBADMSG);	/* a second one */
	ck_assert_int_eq(CHECK(ACCEPT, 80, 4, 0, 0), -EBADMSG);
}
END_TEST

START_TEST(test_message_authenticator_in_the_middle)
{
	uint8_t attrs[36] = { 25, 3, 'a', 80, 18 };
	size_t n;

	attrs[21] = 136;
	attrs[22] = 6;
	attrs[26] = 9;
	n = reply_make(&request, SECRET, ACCEPT, attrs, 27, 25, wire);
	ck_assert_int_eq(radius_check(&request, SECRET, true, wire, n, &reply), 0);
	ck_assert_int_eq(reply.privilege, 9);
}
END_TEST

START_TEST(test_lengths_that_do_not_add_up)
{
	ck_assert_int_eq(CHECK(ACCEPT, 25, 0), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 25, 1), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 25, 9, 1), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 25), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 6, 5, 0, 0, 0), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 136, 3, 15), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 26, 5, 0, 0, 0), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 26, 8, 0, 0, 0, 9, 1, 0), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 26, 8, 0, 0, 0, 9, 1, 9), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 26, 7, 0, 0, 0, 9, 1), -EBADMSG);
	ck_assert_int_eq(CHECK(ACCEPT, 24, 2), -EBADMSG);
	/* A stranger's attribute may look as it likes. */
	ck_assert_int_eq(CHECK(ACCEPT, 26, 8, 0, 0, 1, 9, 1, 9), 0);
	ck_assert_int_eq(CHECK(ACCEPT, 250, 2), 0);
}
END_TEST

START_TEST(test_padding_is_ignored)
{
	ck_assert_int_eq(CHECK(ACCEPT, 136, 6, 0, 0, 0, 4), 0);
	memcpy(wire + 44, "\210\006\0\0\0\017", 6);
	ck_assert_int_eq(radius_check(&request, SECRET, true, wire, 50, &reply),
			 0);
	ck_assert_int_eq(reply.privilege, 4);
}
END_TEST

START_TEST(test_levels)
{
	ck_assert_int_eq(CHECK(ACCEPT, 25, 3, 'x'), 0);
	ck_assert_int_eq(reply.privilege, RADIUS_NO_LEVEL);
	ck_assert_int_eq(CHECK(ACCEPT, 6, 6, 0, 0, 0, 6), 0);
	ck_assert_int_eq(reply.privilege, 15);
	ck_assert_int_eq(CHECK(ACCEPT, 6, 6, 0, 0, 0, 7), 0);
	ck_assert_int_eq(reply.privilege, 1);
	ck_assert_int_eq(CHECK(ACCEPT, 6, 6, 0, 0, 0, 8), 0);
	ck_assert_int_eq(reply.privilege, RADIUS_NO_LEVEL);
	/* Management-Privilege-Level wins */
	ck_assert_int_eq(CHECK(ACCEPT, 6, 6, 0, 0, 0, 6, 136, 6, 0, 0, 0, 0), 0);
	ck_assert_int_eq(reply.privilege, 0);
	ck_assert_int_eq(check_avpair("shell:priv-lvl=15"), 0);
	ck_assert_int_eq(reply.privilege, 15);
	ck_assert_ptr_null(reply.refused);
	ck_assert_int_eq(check_avpair("shell:priv-lvl*07"), 0);
	ck_assert_int_eq(reply.privilege, 7);
	ck_assert_str_eq(reply.avpairs, "shell:priv-lvl*07\n");
	ck_assert_int_eq(check_avpair("shell:priv-lvlx15"), 0);
	ck_assert_int_eq(reply.privilege, RADIUS_NO_LEVEL);
}
END_TEST

static void refuses(int checked)
{
	ck_assert_int_eq(checked, 0);
	ck_assert_ptr_nonnull(reply.refused);
	ck_assert_int_eq(reply.privilege, RADIUS_NO_LEVEL);
}

START_TEST(test_levels_out_of_range_are_a_reject)
{
	refuses(CHECK(ACCEPT, 136, 6, 0, 0, 0, 16));
	refuses(CHECK(ACCEPT, 136, 6, 0xee, 0x6b, 0x28, 0));
	refuses(CHECK(ACCEPT, 136, 6, 0, 0, 0, 1, 136, 6, 0, 0, 0, 15));
	refuses(CHECK(ACCEPT, 6, 6, 0, 0, 0, 2));	/* Framed */
	refuses(CHECK(ACCEPT, 6, 6, 0, 0, 0, 6, 6, 6, 0, 0, 0, 1));
	refuses(check_avpair("shell:priv-lvl=16"));
	refuses(check_avpair("shell:priv-lvl="));
	refuses(check_avpair("shell:priv-lvl=1x"));
	refuses(check_avpair("shell:priv-lvl=-1"));
	refuses(check_avpair("shell:priv-lvl=001"));
}
END_TEST

START_TEST(test_rejects_carry_no_level)
{
	ck_assert_int_eq(CHECK(3, 6, 6, 0, 0, 0, 6, 136, 6, 0, 0, 0, 15), 0);
	ck_assert_int_eq(reply.code, RADIUS_ACCESS_REJECT);
	ck_assert_int_eq(reply.privilege, RADIUS_NO_LEVEL);
	ck_assert_int_eq(CHECK(11, 6, 6, 0, 0, 0, 6, 24, 3, 's', 76, 6, 0, 0, 0,
			       0, 18, 4, '?', 27), 0);
	ck_assert_int_eq(reply.code, RADIUS_ACCESS_CHALLENGE);
	ck_assert_int_eq(reply.privilege, RADIUS_NO_LEVEL);
	ck_assert_uint_eq(reply.state_len, 1);
	ck_assert(reply.no_echo);
	ck_assert_str_eq(reply.text, "?");	/* no escape */
}
END_TEST

START_TEST(test_values)
{
	ck_assert_int_eq(CHECK(ACCEPT, 25, 3, 'a', 25, 4, 'b', 0, 27, 6, 0, 0,
			       1, 0, 28, 6, 0, 0, 0, 9), 0);
	ck_assert_uint_eq(reply.class_len, 5);
	ck_assert_mem_eq(reply.class, "\001a\002b\0", 5);
	ck_assert_uint_eq(reply.session_timeout, 256);
	ck_assert_uint_eq(reply.idle_timeout, 9);
	ck_assert_int_eq(CHECK(ACCEPT, 25, 3, 'a'), 0);
	ck_assert_uint_eq(reply.session_timeout, RADIUS_NO_TIME);
}
END_TEST

/* As much as a packet holds, of everything that is collected. */
START_TEST(test_floods)
{
	static uint8_t attrs[4000];
	static const uint8_t types[] = { 25, 18, 26 };

	for (size_t t = 0; t < sizeof(types); t++) {
		for (size_t i = 0; i < sizeof(attrs); i += 250) {
			memset(attrs + i, 'x', 250);
			attrs[i] = types[t];
			attrs[i + 1] = 250;
			memcpy(attrs + i + 2, "\0\0\0\011\001\364", 6);
		}
		ck_assert_int_eq(check(ACCEPT, attrs, sizeof(attrs)), 0);
		ck_assert_uint_le(reply.class_len, sizeof(reply.class));
		ck_assert_uint_lt(strlen(reply.text), sizeof(reply.text));
		ck_assert_uint_lt(strlen(reply.avpairs), sizeof(reply.avpairs));
	}
}
END_TEST

static Suite *radius_suite(void)
{
	Suite *s = suite_create("radius");
	TCase *t = tcase_create("packets");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, test_rfc_request);
	tcase_add_test(t, test_rfc_reply);
	tcase_add_test(t, test_signs_first);
	tcase_add_test(t, test_accounting);
	tcase_add_test(t, test_bounds_of_a_request);
	tcase_add_test(t, test_wrong_key_id_or_code);
	tcase_add_test(t, test_every_flipped_bit);
	tcase_add_test(t, test_message_authenticator_wrong);
	tcase_add_test(t, test_message_authenticator_in_the_middle);
	tcase_add_test(t, test_lengths_that_do_not_add_up);
	tcase_add_test(t, test_padding_is_ignored);
	tcase_add_test(t, test_levels);
	tcase_add_test(t, test_levels_out_of_range_are_a_reject);
	tcase_add_test(t, test_rejects_carry_no_level);
	tcase_add_test(t, test_values);
	tcase_add_test(t, test_floods);
	suite_add_tcase(s, t);
	return s;
}

MAIN(radius)
