// SPDX-License-Identifier: GPL-2.0-only
#include "proto.h"

#include <errno.h>
#include <fcntl.h>
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

/* How many descriptors this process has: a leak shows. */
static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Sends bytes and descriptors that proto_send() would not. */
static void send_raw(const void *data, size_t len, size_t nfds)
{
	union {
		char buf[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data,
			     .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[8] = { 0, 1, 2, 0, 1, 2, 0, 1 };

	if (nfds) {
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, nfds * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(pair[0], &mh, 0), (ssize_t)len);
}

static void refused(void)
{
	union proto_any in, zero;
	int fds[2], before = open_fds();
	size_t n = 2;

	memset(&in, 0x5a, sizeof(in));
	memset(&zero, 0, sizeof(zero));
	ck_assert_int_eq(proto_recv(pair[1], &in, fds, &n), -EPROTO);
	ck_assert_int_eq(memcmp(&in, &zero, sizeof(in)), 0);
	ck_assert_int_eq(open_fds(), before);
}

START_TEST(test_every_type_arrives_whole)
{
	static union proto_any in, out;

	for (uint32_t type = PROTO_NONE + 1; type < PROTO_TYPES; type++) {
		ck_assert_uint_ge(proto_size(type), sizeof(out.h));
		ck_assert_uint_le(proto_size(type), sizeof(out));
		memset(&out, (int)type, sizeof(out));
		out.h.type = type;
		ck_assert_int_eq(proto_send(pair[0], &out, NULL, 0), 0);
		ck_assert_int_eq(proto_recv(pair[1], &in, NULL, NULL), 0);
		ck_assert_int_eq(memcmp(&in, &out, proto_size(type)), 0);
	}
}
END_TEST

START_TEST(test_types_that_do_not_exist)
{
	union proto_any out = { .h.type = PROTO_NONE };

	ck_assert_uint_eq(proto_size(PROTO_NONE), 0);
	ck_assert_uint_eq(proto_size(PROTO_TYPES), 0);
	ck_assert_uint_eq(proto_size(~0U), 0);
	ck_assert_int_eq(proto_send(pair[0], &out, NULL, 0), -EINVAL);
	out.h.type = PROTO_TYPES;
	send_raw(&out, sizeof(out.h), 0);
	refused();
	out.h.type = ~0U;
	send_raw(&out, sizeof(out), 0);
	refused();
}
END_TEST

START_TEST(test_wrong_sizes)
{
	static union proto_any out;
	char big[sizeof(out) + 1] = { PROTO_HELLO };

	for (uint32_t type = PROTO_NONE + 1; type < PROTO_TYPES; type++) {
		out.h.type = type;
		send_raw(&out, proto_size(type) - 1, 0);
		refused();
		if (proto_size(type) < sizeof(out)) {
			send_raw(&out, proto_size(type) + 1, 0);
			refused();
		}
	}
	send_raw(big, sizeof(big), 0);
	refused();
	send_raw(big, 1, 0);
	refused();
}
END_TEST

START_TEST(test_descriptors_arrive_close_on_exec)
{
	union proto_any in, out = { .h.type = PROTO_OPENED };
	const int send_fds[2] = { 0, 1 };
	int fds[2];
	size_t n = 2;

	ck_assert_int_eq(proto_send(pair[0], &out, send_fds, 2), 0);
	ck_assert_int_eq(proto_recv(pair[1], &in, fds, &n), 0);
	ck_assert_uint_eq(n, 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		close(fds[i]);
	}
}
END_TEST

START_TEST(test_descriptors_without_room_are_closed)
{
	union proto_any in, out = { .h.type = PROTO_CLOSE };
	int before = open_fds();
	int fds[1];
	size_t n;

	for (size_t sent = 1; sent <= 8; sent++) {
		send_raw(&out, proto_size(PROTO_CLOSE), sent);
		ck_assert_int_eq(proto_recv(pair[1], &in, NULL, NULL), -EPROTO);
		ck_assert_int_eq(open_fds(), before);
	}
	for (size_t sent = 2; sent <= 8; sent++) {
		send_raw(&out, proto_size(PROTO_CLOSE), sent);
		n = 1;
		ck_assert_int_eq(proto_recv(pair[1], &in, fds, &n), -EPROTO);
		ck_assert_uint_eq(n, 0);
		ck_assert_int_eq(open_fds(), before);
	}
}
END_TEST

START_TEST(test_end_of_the_peer)
{
	union proto_any msg = { .h.type = PROTO_CLOSE };

	close(pair[0]);
	pair[0] = dup(0);
	ck_assert_int_eq(proto_send(pair[1], &msg, NULL, 0), -EPIPE);
	ck_assert_int_eq(proto_recv(pair[1], &msg, NULL, NULL), -ECONNRESET);
}
END_TEST

START_TEST(test_a_longer_message_leaves_nothing_in_a_shorter)
{
	static union proto_any in, out;
	static const uint8_t zero[PROTO_PASSWORD_MAX];

	out.password.h.type = PROTO_PASSWORD;
	memset(out.password.password, 'x', PROTO_PASSWORD_MAX);
	ck_assert_int_eq(proto_send(pair[0], &out, NULL, 0), 0);
	ck_assert_int_eq(proto_recv(pair[1], &in, NULL, NULL), 0);
	out.h.type = PROTO_IDLE;	/* nothing but its type */
	ck_assert_int_eq(proto_send(pair[0], &out, NULL, 0), 0);
	ck_assert_int_eq(proto_recv(pair[1], &in, NULL, NULL), 0);
	ck_assert_int_eq(memcmp(in.password.password, zero, sizeof(zero)), 0);
}
END_TEST

static Suite *proto_suite(void)
{
	Suite *s = suite_create("proto");
	TCase *t = tcase_create("messages");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_every_type_arrives_whole);
	tcase_add_test(t, test_types_that_do_not_exist);
	tcase_add_test(t, test_wrong_sizes);
	tcase_add_test(t, test_descriptors_arrive_close_on_exec);
	tcase_add_test(t, test_descriptors_without_room_are_closed);
	tcase_add_test(t, test_end_of_the_peer);
	tcase_add_test(t, test_a_longer_message_leaves_nothing_in_a_shorter);
	suite_add_tcase(s, t);
	return s;
}

MAIN(proto)
