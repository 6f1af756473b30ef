// SPDX-License-Identifier: GPL-2.0-only
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "main.h"

static struct sockaddr_storage address(const char *text, uint16_t port)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in6 *in6 = (void *)&ss;
	struct sockaddr_in *in = (void *)&ss;

	if (strchr(text, ':')) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		ck_assert_int_eq(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		ck_assert_int_eq(inet_pton(AF_INET, text, &in->sin_addr), 1);
	}
	return ss;
}

/* A listener on some free port of the loopback. */
static int listener(const char *host, uint16_t *port)
{
	for (*port = 21000; *port < 22000; (*port)++) {
		int fd = listen_open(host, *port);

		if (fd != -EADDRINUSE)
			return fd;
	}
	return -EADDRINUSE;
}

static int connect_to(const char *host, uint16_t port)
{
	struct sockaddr_storage ss = address(host, port);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	if (connect(fd, (struct sockaddr *)&ss, sizeof(ss)) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ck_assert_int_eq(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

static void accepts_on(const char *host)
{
	struct sockaddr_storage peer;
	char text[LISTEN_PEER_MAX + 1];
	int fd, client, server;
	struct pollfd p;
	uint16_t port;

	fd = listener(host, &port);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(listen_accept(fd, &peer), -EAGAIN);
	ck_assert_int_eq(listen_open(host, port), -EADDRINUSE);
	client = connect_to(host, port);
	ck_assert_int_ge(client, 0);
	p = (struct pollfd){ .fd = fd, .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 5000), 1);
	server = listen_accept(fd, &peer);
	ck_assert_int_ge(server, 0);
	ck_assert(fcntl(server, F_GETFD) & FD_CLOEXEC);
	ck_assert(!(fcntl(server, F_GETFL) & O_NONBLOCK));
	ck_assert_int_eq(option(server, SOL_SOCKET, SO_KEEPALIVE), 1);
	ck_assert_int_eq(option(server, IPPROTO_TCP, TCP_KEEPIDLE), 60);
	listen_format(&peer, text);
	ck_assert_int_eq(strncmp(text, host, strlen(host)), 0);
	ck_assert_int_eq(text[strlen(host)], ' ');
	close(server);
	close(client);
	close(fd);
}

START_TEST(test_accepts_ipv4)
{
	accepts_on("127.0.0.1");
}
END_TEST

START_TEST(test_accepts_ipv6)
{
	accepts_on("::1");
}
END_TEST

START_TEST(test_families_share_a_port)
{
	uint16_t port;
	int six = listener("::", &port), four = listen_open("0.0.0.0", port);

	ck_assert_int_ge(six, 0);
	ck_assert_int_ge(four, 0);
	close(four);
	ck_assert_int_eq(connect_to("127.0.0.1", port), -ECONNREFUSED);
	close(six);
}
END_TEST

START_TEST(test_address_that_does_not_exist_yet)
{
	uint16_t port;
	int fd = listener("192.0.2.77", &port);

	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

START_TEST(test_not_an_address)
{
	static const char *const bad[] = {
		"", "localhost", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "::g",
		"0x7f.0.0.1", "127.0.0.1 ", "[::1]", "...",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(!listen_is_address(bad[i]), "%s", bad[i]);
		if (strcmp(bad[i], "1") && strcmp(bad[i], "1.2.3"))
			ck_assert_int_eq(listen_open(bad[i], 1), -EINVAL);
	}
	ck_assert(listen_is_address("0.0.0.0"));
	ck_assert(listen_is_address("::"));
	ck_assert(listen_is_address("fe80::1%lo"));
}
END_TEST

static bool same(const char *a, const char *b)
{
	struct sockaddr_storage x = address(a, 1), y = address(b, 2);

	return listen_same_source(&x, &y);
}

START_TEST(test_sources)
{
	ck_assert(same("192.0.2.1", "192.0.2.1"));
	ck_assert(!same("192.0.2.1", "192.0.2.2"));
	ck_assert(same("2001:db8::1", "2001:db8::ffff:0:0:1"));
	ck_assert(!same("2001:db8::1", "2001:db8:0:1::1"));
	ck_assert(!same("fe80::1", "fe80::2"));
	ck_assert(same("fe80::1", "fe80::1"));
	ck_assert(!same("192.0.2.1", "::"));
}
END_TEST

START_TEST(test_one_spelling)
{
	static const char *const spellings[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "2001:0db8::0001", "2001:db8::1" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "FE80::1%lo", "fe80::1%lo" },
		{ "fe80::1%1", "fe80::1%lo" },
	};
	char text[LISTEN_ADDRESS_MAX + 1] = "untouched";

	ck_assert_int_eq(listen_canonical("2001:db8", text), -EINVAL);
	ck_assert_str_eq(text, "untouched");
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		ck_assert_int_eq(listen_canonical(spellings[i][0], text), 0);
		ck_assert_str_eq(text, spellings[i][1]);
	}
}
END_TEST

static Suite *listen_suite(void)
{
	Suite *s = suite_create("listen");
	TCase *t = tcase_create("sockets");

	tcase_add_test(t, test_one_spelling);
	tcase_add_test(t, test_accepts_ipv4);
	tcase_add_test(t, test_accepts_ipv6);
	tcase_add_test(t, test_families_share_a_port);
	tcase_add_test(t, test_address_that_does_not_exist_yet);
	tcase_add_test(t, test_not_an_address);
	tcase_add_test(t, test_sources);
	suite_add_tcase(s, t);
	return s;
}

MAIN(listen)
