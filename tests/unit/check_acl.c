// SPDX-License-Identifier: GPL-2.0-only
#include "access.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

#include "main.h"

static struct acl_set set;

static void teardown(void)
{
	acl_set_free(&set);
}

static int parse(enum acl_kind kind, const char *text, struct acl_entry *e)
{
	const char *rest = strchr(text, ' '), *fault = NULL;
	enum acl_action action = ACL_ACTIONS;
	int r;

	for (int i = 0; i < ACL_ACTIONS; i++)
		if (!strncmp(text, acl_actions[i], strlen(acl_actions[i])))
			action = (enum acl_action)i;
	ck_assert_ptr_nonnull(rest);
	ck_assert_int_ne(action, ACL_ACTIONS);
	r = acl_parse(kind, action, rest + 1, e, &fault);
	ck_assert_int_eq(r, fault ? -EINVAL : 0);
	return r;
}

/* Adds "permit any" or "20 permit any". */
static int add(enum acl_kind kind, const char *name, const char *text)
{
	unsigned long sequence = strtoul(text, (char **)&text, 10);
	struct acl_entry e;
	struct acl *acl;
	int r;

	ck_assert_int_eq(acl_set_get(&set, kind, name, &acl), 0);
	ck_assert_int_eq(parse(kind, text + strspn(text, " "), &e), 0);
	if (sequence)
		e.sequence = (uint32_t)sequence;
	r = acl_set_add(&set, acl, &e);
	free(e.text);
	return r;
}

static bool admits(const char *name, const char *peer)
{
	struct acl_peer p;

	ck_assert_int_eq(acl_peer_parse(peer, &p), 0);
	return acl_admits(&set, name, &p, NULL);
}

static void format_is(enum acl_kind kind, const char *text, const char *wanted)
{
	char got[ACL_FORMAT_MAX + 1];
	struct acl_entry e;

	ck_assert_int_eq(parse(kind, text, &e), 0);
	acl_format(kind, &e, got);
	ck_assert_str_eq(got, wanted);
	free(e.text);
	/* What is printed is read as the same. */
	ck_assert_int_eq(parse(kind, wanted, &e), 0);
	acl_format(kind, &e, got);
	ck_assert_str_eq(got, wanted);
	free(e.text);
}

START_TEST(test_standard_as_ios_writes_it)
{
	static const char *const cases[][2] = {
		{ "permit any", "permit any" },
		{ "deny any log", "deny any log" },
		{ "permit host 192.0.2.1", "permit 192.0.2.1" },
		{ "permit h 192.0.2.1 l", "permit 192.0.2.1 log" },
		{ "permit 192.0.2.1", "permit 192.0.2.1" },
		{ "permit 192.0.2.1 log", "permit 192.0.2.1 log" },
		{ "permit 192.0.2.1 0.0.0.0", "permit 192.0.2.1" },
		{ "permit 192.0.2.77 0.0.0.255", "permit 192.0.2.0 0.0.0.255" },
		{ "permit 10.9.8.7 0.255.0.255 log",
		  "permit 10.0.8.0 0.255.0.255 log" },
		{ "permit 1.2.3.4 255.255.255.255", "permit any" },
		{ "remark  who, and why ", "remark  who, and why " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		format_is(ACL_STANDARD, cases[i][0], cases[i][1]);
}
END_TEST

START_TEST(test_ipv6_as_ios_writes_it)
{
	static const char *const cases[][2] = {
		{ "permit ipv6 any any", "permit ipv6 any any" },
		{ "permit ipv6 ::/0 any log", "permit ipv6 any any log" },
		{ "permit ipv6 host 2001:db8::1 any",
		  "permit ipv6 host 2001:DB8::1 any" },
		{ "permit ipv6 2001:db8::1/128 any",
		  "permit ipv6 host 2001:DB8::1 any" },
		{ "permit ipv6 2001:db8:ffff::1/33 any",
		  "permit ipv6 2001:DB8:8000::/33 any" },
		{ "deny ipv6 2001:db8::/32 any sequence 30",
		  "deny ipv6 2001:DB8::/32 any" },
		{ "deny tcp any any eq 22", "deny tcp any any eq 22" },
		{ "deny tcp any any sequence 5 sequence 6", "deny tcp any any" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		format_is(ACL_IPV6, cases[i][0], cases[i][1]);
}
END_TEST

START_TEST(test_sequence_at_the_end)
{
	struct acl_entry e;

	ck_assert_int_eq(parse(ACL_IPV6, "permit ipv6 any any sequence 7", &e),
			 0);
	ck_assert_uint_eq(e.sequence, 7);
	ck_assert_ptr_null(e.text);
	ck_assert_int_eq(parse(ACL_IPV6, "permit udp any any sequence 7", &e),
			 0);
	ck_assert_uint_eq(e.sequence, 7);
	ck_assert_str_eq(e.text, "udp any any");
	free(e.text);
}
END_TEST

START_TEST(test_malformed)
{
	static const char *const ipv4[] = {
		"permit host", "permit 192.0.2", "permit 192.0.2.256",
		"permit 192.0.2.1 0.0.0", "permit 192.0.2.1 0.0.0.0 0.0.0.0",
		"permit 192.0.2.1 log log", "permit any 0.0.0.255",
		"permit 192.0.2.0/24", "permit 2001:db8::1", "permit router",
		"permit host 192.0.2.1 0.0.0.255", "permit 0x7f.0.0.1",
		"permit 111111111111111111111111111111111111111111111111111111",
	};
	static const char *const ipv6[] = {
		"permit any", "permit ipv6", "permit ipv6 any",
		"permit ipv6 2001:db8::1 any", "permit ipv6 2001:db8::/129 any",
		"permit ipv6 2001:db8::/ any", "permit ipv6 2001:db8::/-1 any",
		"permit ipv6 2001:db8::/1x any", "permit ipv6 192.0.2.0/24 any",
		"permit ipv6 host 2001:db8::/64 any", "permit foo any any",
		"permit tcp here there", "permit 256 any any",
		"permit ipv6 2001:db8::/0000064 any",
	};
	struct acl_entry e;
	char text[ACL_TEXT_MAX + 16] = "remark ";

	for (size_t i = 0; i < sizeof(ipv4) / sizeof(ipv4[0]); i++)
		ck_assert_int_eq(parse(ACL_STANDARD, ipv4[i], &e), -EINVAL);
	for (size_t i = 0; i < sizeof(ipv6) / sizeof(ipv6[0]); i++)
		ck_assert_int_eq(parse(ACL_IPV6, ipv6[i], &e), -EINVAL);
	memset(text + 7, 'x', ACL_TEXT_MAX + 1);
	ck_assert_int_eq(parse(ACL_STANDARD, text, &e), -EINVAL);
	text[7 + ACL_TEXT_MAX] = '\0';
	ck_assert_int_eq(parse(ACL_STANDARD, text, &e), 0);
	free(e.text);
}
END_TEST

/* Each wildcard of one byte with each address: against the plain sum. */
START_TEST(test_wildcard_with_holes)
{
	struct acl_peer peer = { .bytes = { 10, 0, 0, 0 } };
	char text[64];

	for (unsigned int wild = 0; wild < 256; wild++) {
		struct acl_entry e;

		snprintf(text, sizeof(text), "permit 10.0.%u.5 0.0.%u.0", 0xa5U,
			 wild);
		ck_assert_int_eq(parse(ACL_STANDARD, text, &e), 0);
		for (unsigned int b = 0; b < 256; b++) {
			peer.bytes[2] = (uint8_t)b;
			peer.bytes[3] = 5;
			ck_assert_int_eq(acl_applies(&e, &peer),
					 (b | wild) == (0xa5 | wild));
			peer.bytes[3] = 6;
			ck_assert(!acl_applies(&e, &peer));
		}
	}
}
END_TEST

START_TEST(test_first_match_wins)
{
	add(ACL_STANDARD, "10", "deny host 192.0.2.1");
	add(ACL_STANDARD, "10", "permit 192.0.2.0 0.0.0.255");
	add(ACL_STANDARD, "10", "deny 192.0.2.2");
	add(ACL_STANDARD, "10", "permit host 198.51.100.1");
	ck_assert(!admits("10", "192.0.2.1"));
	ck_assert(admits("10", "192.0.2.2"));
	ck_assert(admits("10", "198.51.100.1 2200"));
	ck_assert_int_eq(add(ACL_STANDARD, "10", "5 deny 198.51.100.1"), 0);
	ck_assert(!admits("10", "198.51.100.1 2200"));
}
END_TEST

START_TEST(test_the_end_denies)
{
	struct acl_verdict v;
	struct acl_peer p;
	struct acl *acl;

	add(ACL_STANDARD, "10", "permit host 192.0.2.1");
	ck_assert(!admits("10", "192.0.2.3"));
	/* One without entries exists, and has an end. */
	acl_set_get(&set, ACL_STANDARD, "EMPTY", &acl);
	add(ACL_STANDARD, "REMARK", "remark permit any");
	ck_assert(!admits("EMPTY", "192.0.2.1"));
	ck_assert(!admits("REMARK", "192.0.2.1"));
	/* One that does not exist permits, and says so. */
	ck_assert_int_eq(acl_peer_parse("192.0.2.1", &p), 0);
	ck_assert(acl_admits(&set, "11", &p, &v));
	ck_assert_ptr_null(v.list);
	ck_assert(!acl_admits(&set, "EMPTY", &p, &v));
	ck_assert_ptr_nonnull(v.list);
	ck_assert_ptr_null(v.entry);
	ck_assert(acl_admits(&set, "10", &p, &v));
	ck_assert_uint_eq(v.entry->sequence, 10);
}
END_TEST

START_TEST(test_ipv6_prefix_lengths)
{
	static const int lengths[] = { 0, 1, 63, 64, 65, 127, 128 };
	static const char base[] = "a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5";

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct acl_peer peer;
		struct acl_entry e;
		char text[80];

		snprintf(text, sizeof(text), "permit ipv6 %s/%d any", base,
			 lengths[i]);
		ck_assert_int_eq(parse(ACL_IPV6, text, &e), 0);
		ck_assert_int_eq(acl_peer_parse(base, &peer), 0);
		ck_assert(acl_applies(&e, &peer));
		for (int bit = 0; bit < 128; bit++) {
			peer.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			ck_assert_int_eq(acl_applies(&e, &peer),
					 bit >= lengths[i]);
			peer.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		}
	}
}
END_TEST

START_TEST(test_families_have_lists_of_their_own)
{
	add(ACL_STANDARD, "MGMT", "permit any");
	add(ACL_IPV6, "MGMT", "permit ipv6 2001:db8::/32 any");
	ck_assert(admits("MGMT", "192.0.2.1"));
	ck_assert(admits("MGMT", "2001:db8::1"));
	ck_assert(!admits("MGMT", "2001:db9::1"));
	ck_assert_int_eq(acl_set_drop(&set, ACL_STANDARD, "MGMT"), 0);
	ck_assert_int_eq(acl_set_drop(&set, ACL_STANDARD, "MGMT"), -ENOENT);
	ck_assert(!admits("MGMT", "2001:db9::1"));
}
END_TEST

/* Who comes through a socket of both families is who he is. */
START_TEST(test_ipv4_mapped_is_ipv4)
{
	union {
		struct sockaddr_storage storage;
		struct sockaddr_in6 in6;
		struct sockaddr_in in;
	} a = { 0 };
	struct acl_peer p;

	add(ACL_STANDARD, "10", "deny host 192.0.2.1");
	add(ACL_STANDARD, "10", "permit any");
	add(ACL_IPV6, "10", "permit ipv6 any any");
	ck_assert(!admits("10", "::ffff:192.0.2.1"));
	ck_assert(admits("10", "::ffff:192.0.2.2"));
	ck_assert(admits("10", "::192.0.2.1"));

	a.in6.sin6_family = AF_INET6;
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &a.in6.sin6_addr);
	ck_assert_int_eq(acl_peer_of(&a.storage, &p), 0);
	ck_assert(!p.is_ipv6);
	ck_assert(!acl_admits(&set, "10", &p, NULL));

	memset(&a, 0, sizeof(a));
	a.in.sin_family = AF_INET;
	inet_pton(AF_INET, "192.0.2.1", &a.in.sin_addr);
	ck_assert_int_eq(acl_peer_of(&a.storage, &p), 0);
	ck_assert(!acl_admits(&set, "10", &p, NULL));
	a.in.sin_family = AF_UNIX;
	ck_assert_int_eq(acl_peer_of(&a.storage, &p), -EAFNOSUPPORT);
	ck_assert_int_eq(acl_peer_parse("", &p), -EINVAL);
	ck_assert_int_eq(acl_peer_parse("localhost 22", &p), -EINVAL);
}
END_TEST

START_TEST(test_what_cannot_be_evaluated_denies)
{
	add(ACL_EXTENDED, "100", "permit tcp any any eq 22");
	add(ACL_EXTENDED, "100", "permit ip any any");
	ck_assert(!admits("100", "192.0.2.1"));
	ck_assert(acl_has_opaque(acl_set_find(&set, false, "100")));

	add(ACL_IPV6, "V6", "permit ipv6 host 2001:db8::1 any");
	ck_assert(!acl_has_opaque(acl_set_find(&set, true, "V6")));
	add(ACL_IPV6, "V6", "permit tcp any any eq 22");
	add(ACL_IPV6, "V6", "permit ipv6 any any");
	ck_assert(admits("V6", "2001:db8::1"));
	ck_assert(!admits("V6", "2001:db8::2"));
	add(ACL_IPV6, "TO", "permit ipv6 any 2001:db8::/32");
	ck_assert(!admits("TO", "2001:db8::1"));
	add(ACL_IPV6, "OPTION", "permit ipv6 any any dscp 5");
	ck_assert(!admits("OPTION", "2001:db8::1"));
}
END_TEST

START_TEST(test_sequences)
{
	struct acl *acl;

	ck_assert_int_eq(add(ACL_STANDARD, "A", "permit 192.0.2.1"), 0);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "permit 192.0.2.2"), 0);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "permit 192.0.2.1"), 1);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "20 permit 192.0.2.2"), 1);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "20 permit 192.0.2.3"),
			 -EEXIST);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "25 permit 192.0.2.2"),
			 -EEXIST);
	acl = acl_set_find(&set, false, "A");
	ck_assert(acl_is_in_step(acl));
	ck_assert_int_eq(add(ACL_STANDARD, "A", "15 permit 192.0.2.3"), 0);
	ck_assert(!acl_is_in_step(acl));
	ck_assert_uint_eq(acl->count, 3);
	ck_assert_uint_eq(acl->entries[1].sequence, 15);
	ck_assert_int_eq(acl_resequence(acl, ACL_SEQUENCE_MAX, 1), -ERANGE);
	ck_assert_int_eq(acl_resequence(acl, 10, ACL_SEQUENCE_MAX), -ERANGE);
	ck_assert_int_eq(acl_resequence(acl, 10, 10), 0);
	ck_assert(acl_is_in_step(acl));
	acl_drop(acl, acl_find_sequence(acl, 20));
	ck_assert_ptr_null(acl_find_sequence(acl, 20));
	ck_assert_uint_eq(acl->count, 2);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "2147483640 deny any"), 0);
	ck_assert_int_eq(add(ACL_STANDARD, "A", "permit 192.0.2.9"), -ERANGE);
}
END_TEST

START_TEST(test_names)
{
	char name[ACL_NAME_MAX + 1], longest[ACL_NAME_MAX + 2];
	enum acl_kind kind = ACL_KINDS;
	struct acl *acl;

	ck_assert_int_eq(acl_name("0099", name, &kind), 1);
	ck_assert_str_eq(name, "99");
	ck_assert_int_eq(kind, ACL_STANDARD);
	ck_assert_int_eq(acl_name("1999", name, &kind), 1);
	ck_assert_int_eq(kind, ACL_STANDARD);
	ck_assert_int_eq(acl_name("100", name, &kind), 1);
	ck_assert_int_eq(kind, ACL_EXTENDED);
	ck_assert_int_eq(acl_name("2699", name, &kind), 1);
	ck_assert_int_eq(kind, ACL_EXTENDED);
	ck_assert_int_eq(acl_name("MGMT-in", name, &kind), 0);
	for (const char *const *bad = (const char *const[]){ "", "0", "200",
	     "1299", "2700", "10a", "-1", "99999999999999999999", "_x", "a\x01",
	     "\xc3\xa4", NULL }; *bad; bad++)
		ck_assert_int_eq(acl_name(*bad, name, NULL), -EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[ACL_NAME_MAX + 1] = '\0';
	ck_assert_int_eq(acl_name(longest, name, NULL), -EINVAL);
	ck_assert_int_eq(acl_name(longest + 1, name, NULL), 0);

	add(ACL_EXTENDED, "X", "permit ip any any");
	ck_assert_int_eq(acl_set_get(&set, ACL_STANDARD, "X", &acl), -EEXIST);
	ck_assert_int_eq(acl_set_drop(&set, ACL_STANDARD, "X"), -ENOENT);
	ck_assert(!admits("X", "192.0.2.1"));
}
END_TEST

/* IPv4 first, names first; numbers as numbers. */
START_TEST(test_order_and_copy)
{
	static const char *const wanted[] = { "A", "B", "9", "10", "1300", "A" };
	struct acl_set copy;

	add(ACL_IPV6, "A", "permit ipv6 any any");
	for (int i = 4; i >= 0; i--)
		add(ACL_STANDARD, wanted[i], "remark text");
	ck_assert_int_eq(acl_set_copy(&copy, &set), 0);
	acl_set_free(&set);
	ck_assert_uint_eq(copy.count, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_str_eq(copy.lists[i].name, wanted[i]);
	ck_assert_str_eq(copy.lists[0].entries[0].text, "text");
	acl_set_free(&copy);
}
END_TEST

START_TEST(test_limits)
{
	char text[64];
	struct acl *acl;

	for (unsigned int i = 0; i < ACL_ENTRIES_MAX; i++) {
		snprintf(text, sizeof(text), "permit 10.0.%u.%u", i / 256,
			 i % 256);
		ck_assert_int_eq(add(ACL_STANDARD, i % 2 ? "A" : "B", text), 0);
	}
	ck_assert_int_eq(add(ACL_STANDARD, "A", "deny any"), -ENOSPC);
	for (unsigned int i = 2; i < ACL_LISTS_MAX; i++) {
		snprintf(text, sizeof(text), "L%u", i);
		ck_assert_int_eq(acl_set_get(&set, ACL_IPV6, text, &acl), 0);
	}
	ck_assert_int_eq(acl_set_get(&set, ACL_IPV6, "more", &acl), -ENOSPC);
}
END_TEST

static char *print_access(const struct access *a)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(f);
	access_print(a, f);
	fclose(f);
	return text;
}

static int read_access(struct access *a, const char *text)
{
	char line[512];

	while (*text) {
		size_t len = strcspn(text, "\n") + 1;
		int r;

		ck_assert_uint_lt(len, sizeof(line));
		memcpy(line, text, len);
		line[len] = '\0';
		r = access_parse(a, line);
		if (r < 0)
			return r;
		text += len;
	}
	return 0;
}

static bool takes(const struct access *a, unsigned int line, const char *peer)
{
	struct acl_peer p;

	ck_assert_int_eq(acl_peer_parse(peer, &p), 0);
	return access_admits(a, line, &p, NULL);
}

START_TEST(test_classes_of_lines_through_a_file)
{
	struct access a = { 0 }, b = { 0 };
	char *text, *again;

	add(ACL_STANDARD, "10", "remark here");
	add(ACL_STANDARD, "10", "permit 192.0.2.0 0.0.0.255 log");
	add(ACL_EXTENDED, "100", "permit ip any any");
	add(ACL_IPV6, "V6", "deny ipv6 host 2001:db8::1 any");
	add(ACL_IPV6, "V6", "permit ipv6 2001:db8::/32 any");
	add(ACL_IPV6, "V6", "permit tcp any any eq 22");
	add(ACL_IPV6, "V6", "permit ipv6 any any");
	a.lists = set;
	set = (struct acl_set){ 0 };
	access_add(&a, &(struct access_class){ 3, false, "10" });
	access_add(&a, &(struct access_class){ 3, true, "V6" });
	access_add(&a, &(struct access_class){ 4, false, "100" });
	access_add(&a, &(struct access_class){ 5, false, "NONE" });
	text = print_access(&a);
	ck_assert_int_eq(read_access(&b, text), 0);
	for (int i = 0; i < 2; i++) {
		const struct access *c = i ? &b : &a;

		ck_assert(takes(c, 3, "192.0.2.9"));
		ck_assert(!takes(c, 3, "198.51.100.1"));
		ck_assert(!takes(c, 3, "2001:db8::1"));
		ck_assert(takes(c, 3, "2001:db8::2"));
		ck_assert(!takes(c, 3, "2001:db9::2"));
		ck_assert(!takes(c, 4, "192.0.2.9"));
		ck_assert(takes(c, 4, "2001:db9::2"));
		ck_assert(takes(c, 5, "192.0.2.9"));
		ck_assert(takes(c, 6, "198.51.100.1"));
	}
	again = print_access(&b);
	ck_assert_str_eq(text, again);
	free(text);
	free(again);
	access_free(&a);
	access_free(&b);
}
END_TEST

START_TEST(test_malformed_file)
{
	static const char *const bad[] = {
		"list ip\n", "list ip 10", "list ip 10 11\n", "list tcp 10\n",
		"list ip 0\n", "entry 10 permit any\n",
		"list ip 10\nentry 0 permit any\n",
		"list ip 10\nentry 10 permit\n",
		"list ip 10\nentry 10 permit nobody\n",
		"list ip 10\nentry 10 permit any\nentry 10 deny any\n",
		"list ip 11\nlist ip 10\n", "class 3 ip\n", "class x ip 10\n",
		"class 3 tcp 10\n", "class 3 ip 10 in\n", "word\n",
		"list ipv6 V\nentry 10 permit any\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct access a = { 0 };

		ck_assert_int_eq(read_access(&a, bad[i]), -EBADMSG);
		access_free(&a);
	}
}
END_TEST

static Suite *acl_suite(void)
{
	Suite *s = suite_create("acl");
	TCase *c = tcase_create("acl");

	tcase_add_checked_fixture(c, NULL, teardown);
	tcase_add_test(c, test_standard_as_ios_writes_it);
	tcase_add_test(c, test_ipv6_as_ios_writes_it);
	tcase_add_test(c, test_sequence_at_the_end);
	tcase_add_test(c, test_malformed);
	tcase_add_test(c, test_wildcard_with_holes);
	tcase_add_test(c, test_first_match_wins);
	tcase_add_test(c, test_the_end_denies);
	tcase_add_test(c, test_ipv6_prefix_lengths);
	tcase_add_test(c, test_families_have_lists_of_their_own);
	tcase_add_test(c, test_ipv4_mapped_is_ipv4);
	tcase_add_test(c, test_what_cannot_be_evaluated_denies);
	tcase_add_test(c, test_sequences);
	tcase_add_test(c, test_names);
	tcase_add_test(c, test_order_and_copy);
	tcase_add_test(c, test_limits);
	tcase_add_test(c, test_classes_of_lines_through_a_file);
	tcase_add_test(c, test_malformed_file);
	suite_add_tcase(s, c);
	return s;
}

MAIN(acl)
