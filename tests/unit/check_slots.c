// SPDX-License-Identifier: GPL-2.0-only
/* The session table of the daemon. */
#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

#include "main.h"

#define VTYS	128

static struct session_table table;

static struct sockaddr_storage v4(uint32_t host)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *in = (void *)&ss;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(0x0a000000 + host);
	return ss;
}

static void add(struct sockaddr_storage peer, enum session_state state)
{
	struct session *s = session_add(&table);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(s->state, SESSION_LOGIN);
	s->peer = peer;
	s->state = state;
}

static enum session_limit admit(struct sockaddr_storage peer)
{
	return session_admit(&table, &peer, 99);
}

START_TEST(test_one_source_leaves_room_for_others)
{
	for (int i = 0; i < VTYS / 2 * 3 / 4; i++) {
		ck_assert_int_eq(admit(v4(1)), SESSION_ADMITTED);
		add(v4(1), SESSION_LOGIN);
	}
	ck_assert_int_eq(admit(v4(1)), SESSION_SOURCE_FULL);
	ck_assert_int_eq(admit(v4(2)), SESSION_ADMITTED);
	/* A login makes room. */
	table.slots[3].state = SESSION_AUTHENTICATED;
	ck_assert_int_eq(admit(v4(1)), SESSION_ADMITTED);
}
END_TEST

START_TEST(test_half_may_be_unauthenticated)
{
	for (uint32_t i = 0; i < VTYS / 2; i++) {
		ck_assert_int_eq(admit(v4(999)), SESSION_ADMITTED);
		add(v4(i), SESSION_LOGIN);
	}
	ck_assert_int_eq(admit(v4(999)), SESSION_LOGIN_FULL);
	table.slots[0].state = SESSION_OPEN;
	ck_assert_int_eq(admit(v4(999)), SESSION_ADMITTED);
}
END_TEST

START_TEST(test_virtual_lines_are_the_limit)
{
	for (int i = 0; i < VTYS; i++) {
		ck_assert_int_eq(admit(v4(1)), SESSION_ADMITTED);
		add(v4(1), SESSION_OPEN);
	}
	ck_assert_int_eq(admit(v4(2)), SESSION_FULL);
	table.vtys++;
	ck_assert_int_eq(admit(v4(2)), SESSION_ADMITTED);
	table.vtys = 1;
	memset(table.slots, 0, sizeof(table.slots));
	ck_assert_int_eq(admit(v4(1)), SESSION_ADMITTED);
	table.vtys = 0;
	ck_assert_int_eq(admit(v4(1)), SESSION_FULL);
}
END_TEST

START_TEST(test_full)
{
	table.vtys = 4095;
	for (int i = 0; i < SESSION_MAX; i++) {
		ck_assert_int_eq(admit(v4(1)), SESSION_ADMITTED);
		add(v4(1), SESSION_OPEN);
	}
	ck_assert_int_eq(admit(v4(2)), SESSION_FULL);
	ck_assert_ptr_null(session_add(&table));
	session_remove(&table.slots[77]);
	ck_assert_int_eq(admit(v4(2)), SESSION_ADMITTED);
	ck_assert_ptr_eq(session_add(&table), &table.slots[77]);
}
END_TEST

START_TEST(test_configured_limits)
{
	table.startups = 4;
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert_int_eq(admit(v4(1)), i < 3 ? SESSION_ADMITTED :
				 SESSION_SOURCE_FULL);
		ck_assert_int_eq(admit(v4(2)), SESSION_ADMITTED);
		add(v4(1), SESSION_LOGIN);
	}
	ck_assert_int_eq(admit(v4(2)), SESSION_LOGIN_FULL);
	table.startups = 100000;	/* more than there may be */
	table.per_source = 5;
	ck_assert_int_eq(admit(v4(1)), SESSION_ADMITTED);
	add(v4(1), SESSION_LOGIN);
	ck_assert_int_eq(admit(v4(1)), SESSION_SOURCE_FULL);
	ck_assert_int_eq(admit(v4(2)), SESSION_ADMITTED);
}
END_TEST

/* The dice at which the next connection is admitted. */
static unsigned int rate(void)
{
	struct sockaddr_storage peer = v4(0xffffff);
	unsigned int dice = 0;

	while (dice < 100 && session_admit(&table, &peer, dice) ==
	       SESSION_EARLY_DROP)
		dice++;
	return dice;
}

START_TEST(test_early_drop_grows)
{
	uint32_t i = 0;

	table.startups = 40;
	for (; i < 30; i++) {
		ck_assert_uint_eq(rate(), 0);
		add(v4(i), SESSION_LOGIN);
	}
	ck_assert_uint_eq(rate(), 30);
	for (; i < 35; i++)
		add(v4(i), SESSION_LOGIN);
	ck_assert_uint_eq(rate(), 65);
	for (; i < 39; i++)
		add(v4(i), SESSION_LOGIN);
	ck_assert_uint_eq(rate(), 93);
	table.startups = 1;
	ck_assert_int_eq(admit(v4(99)), SESSION_LOGIN_FULL);
	/* Never the only one. */
	memset(table.slots, 0, sizeof(table.slots));
	ck_assert_uint_eq(rate(), 0);
}
END_TEST

START_TEST(test_counts)
{
	size_t login;

	add(v4(1), SESSION_LOGIN);
	add(v4(1), SESSION_OPEN);
	add(v4(1), SESSION_AUTHENTICATED);
	ck_assert_uint_eq(session_count(&table, &login), 3);
	ck_assert_uint_eq(login, 1);
	session_remove(&table.slots[1]);
	ck_assert_uint_eq(session_count(&table, NULL), 2);
}
END_TEST

static int update(struct session *s, uint32_t type, const char *user,
		  uint32_t line)
{
	struct link_msg msg = { .type = type, .line = line };

	strcpy(msg.user, user);
	return session_update(s, &msg);
}

START_TEST(test_follows_the_monitor)
{
	struct session *s = session_add(&table);

	ck_assert_int_eq(update(s, LINK_VTY, "", 0), -EPROTO);
	ck_assert_int_eq(update(s, LINK_VTY, "", 49), 0);
	ck_assert_int_eq(update(s, LINK_AUTHENTICATED, "lab", 0), 0);
	ck_assert_int_eq(update(s, LINK_VTY, "", 50), 0);
	ck_assert_uint_eq(s->vty, 50);
	ck_assert_str_eq(s->user, "lab");
	ck_assert_int_eq(update(s, LINK_OPENED, "", 7), 0);
	ck_assert_int_eq(s->state, SESSION_OPEN);
	ck_assert_uint_eq(s->line, 7);
	ck_assert_int_eq(update(s, LINK_CLOSED, "", 7), 0);
	ck_assert_int_eq(s->state, SESSION_AUTHENTICATED);
	ck_assert_int_eq(update(s, LINK_OPENED, "", 8), 0);
}
END_TEST

START_TEST(test_messages_out_of_state)
{
	struct session *s = session_add(&table);

	ck_assert_int_eq(update(s, LINK_OPENED, "", 1), -EPROTO);
	ck_assert_int_eq(update(s, LINK_CLOSED, "", 1), -EPROTO);
	ck_assert_int_eq(update(s, LINK_AUTHENTICATED, "", 0), -EPROTO);
	ck_assert_int_eq(update(s, LINK_CONFIG, "", 0), -EPROTO);
	ck_assert_int_eq(update(s, 77, "", 0), -EPROTO);
	ck_assert_int_eq(s->state, SESSION_LOGIN);
	ck_assert_int_eq(update(s, LINK_AUTHENTICATED, "a", 0), 0);
	ck_assert_int_eq(update(s, LINK_AUTHENTICATED, "b", 0), -EPROTO);
	ck_assert_int_eq(update(s, LINK_OPENED, "", 0), -EPROTO);
	ck_assert_int_eq(update(s, LINK_OPENED, "", 1), 0);
	ck_assert_int_eq(update(s, LINK_OPENED, "", 2), -EPROTO);
	ck_assert_int_eq(update(s, LINK_CLOSED, "", 2), -EPROTO);
	ck_assert_str_eq(s->user, "a");
	ck_assert_uint_eq(s->line, 1);
}
END_TEST

static void setup(void)
{
	memset(&table, 0, sizeof(table));
	table.vtys = VTYS;
}

static Suite *slots_suite(void)
{
	Suite *s = suite_create("slots");
	TCase *t = tcase_create("table");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, test_one_source_leaves_room_for_others);
	tcase_add_test(t, test_half_may_be_unauthenticated);
	tcase_add_test(t, test_virtual_lines_are_the_limit);
	tcase_add_test(t, test_full);
	tcase_add_test(t, test_configured_limits);
	tcase_add_test(t, test_early_drop_grows);
	tcase_add_test(t, test_counts);
	tcase_add_test(t, test_follows_the_monitor);
	tcase_add_test(t, test_messages_out_of_state);
	suite_add_tcase(s, t);
	return s;
}

MAIN(slots)
