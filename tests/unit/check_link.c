// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <errno.h>
#include <sys/socket.h>

#include "main.h"

static int pair[2];

static void setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
}

static void teardown(void)
{
	close(pair[0]);
	close(pair[1]);
}

START_TEST(test_a_message_arrives_whole)
{
	struct link_msg in, out = {
		.type = LINK_CONFIG, .line = 4,
		.config = { LINK_VERSION, 7, 60, 3 }, .user = "lab",
	};

	ck_assert_int_eq(link_send(pair[0], &out), 0);
	ck_assert_int_eq(link_recv(pair[1], &in), 0);
	ck_assert_int_eq(memcmp(&in, &out, sizeof(in)), 0);
}
END_TEST

START_TEST(test_nothing_there)
{
	struct link_msg in;

	ck_assert_int_eq(link_recv(pair[1], &in), -EAGAIN);
}
END_TEST

START_TEST(test_end_of_the_peer)
{
	struct link_msg in, out = { .type = LINK_CLEAR };

	close(pair[0]);
	ck_assert_int_eq(link_recv(pair[1], &in), -ECONNRESET);
	ck_assert_int_eq(link_send(pair[1], &out), -EPIPE);
	pair[0] = dup(pair[1]);
}
END_TEST

START_TEST(test_a_wrong_size_is_refused)
{
	struct link_msg in, out = { .type = LINK_CLEAR };
	char big[sizeof(out) + 1] = { LINK_CLEAR };
	struct link_msg before;

	memset(&in, 0x5a, sizeof(in));
	before = in;
	ck_assert_int_gt(send(pair[0], &out, sizeof(out) - 1, 0), 0);
	ck_assert_int_eq(link_recv(pair[1], &in), -EPROTO);
	ck_assert_int_gt(send(pair[0], big, sizeof(big), 0), 0);
	ck_assert_int_eq(link_recv(pair[1], &in), -EPROTO);
	ck_assert_int_eq(memcmp(&in, &before, sizeof(in)), 0);
}
END_TEST

START_TEST(test_a_wrong_type_is_refused)
{
	static const uint32_t types[] = { LINK_NONE, __LINK_LAST, ~0U };
	struct link_msg in, out = { 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		out.type = types[i];
		ck_assert_int_eq(link_send(pair[0], &out), 0);
		ck_assert_int_eq(link_recv(pair[1], &in), -EPROTO);
	}
}
END_TEST

START_TEST(test_a_user_without_an_end_is_refused)
{
	struct link_msg in, out = { .type = LINK_AUTHENTICATED };

	memset(out.user, 'a', sizeof(out.user));
	ck_assert_int_eq(link_send(pair[0], &out), 0);
	ck_assert_int_eq(link_recv(pair[1], &in), -EPROTO);
}
END_TEST

START_TEST(test_sending_never_blocks)
{
	struct link_msg out = { .type = LINK_CLEAR };
	int r = 0;

	for (int i = 0; i < 100000 && !r; i++)
		r = link_send(pair[0], &out);
	ck_assert_int_eq(r, -EAGAIN);
}
END_TEST

static Suite *link_suite(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("messages");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_a_message_arrives_whole);
	tcase_add_test(t, test_nothing_there);
	tcase_add_test(t, test_end_of_the_peer);
	tcase_add_test(t, test_a_wrong_size_is_refused);
	tcase_add_test(t, test_a_wrong_type_is_refused);
	tcase_add_test(t, test_a_user_without_an_end_is_refused);
	tcase_add_test(t, test_sending_never_blocks);
	suite_add_tcase(s, t);
	return s;
}

MAIN(link)
