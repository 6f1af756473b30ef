// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family: what GET and its dump say, what is refused, and that the
 * events of a line come in order and without a gap.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/netlink.h>

static unsigned int line;

#define BIT(n) (1U << (n))
#define LINE_ATTRS (BIT(VTYMUX_A_LINE_NUMBER) | BIT(VTYMUX_A_LINE_TYPE) | \
	BIT(VTYMUX_A_LINE_NAME) | BIT(VTYMUX_A_LINE_BACKING) | \
	BIT(VTYMUX_A_LINE_STATE) | BIT(VTYMUX_A_LINE_EXEC) | \
	BIT(VTYMUX_A_LINE_OWNER) | BIT(VTYMUX_A_LINE_STATS))

static bool stats_match(const struct ktnl_message *m)
{
	static const struct {
		enum vtymux_stat stat;
		const char *name;
	} stats[] = {
		{ VTYMUX_STAT_RX, "rx" }, { VTYMUX_STAT_TX, "tx" },
		{ VTYMUX_STAT_OPENS, "opens" },
		{ VTYMUX_STAT_NOISE, "noise" },
		{ VTYMUX_STAT_BREAKS, "breaks" },
		{ VTYMUX_STAT_FRAMING, "framing" },
		{ VTYMUX_STAT_PARITY, "parity" },
		{ VTYMUX_STAT_OVERRUNS, "overruns" },
		{ VTYMUX_STAT_HW_OVERRUNS, "hw_overruns" },
		{ VTYMUX_STAT_DOWNS, "downs" },
		{ VTYMUX_STAT_TAP_LOST, "tap_lost" },
	};
	bool ok = true;

	/* A counter more is to be compared, too. */
	_Static_assert(sizeof(stats) / sizeof(stats[0]) == VTYMUX_STAT_PAD - 1,
		       "all counters");

	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		ok &= (m->has_stats & BIT(stats[i].stat)) &&
		      m->stats[stats[i].stat] == kt_stat(line, stats[i].name);
	return ok;
}

static void check_get(struct ktnl *nl, const char *backing)
{
	struct ktnl_message m;
	int fd;

	kt_set(line, "name", "netlink-test");
	kt_is(ktnl_get(nl, line, &m), 0, "GET of a line");
	kt_is(m.has, LINE_ATTRS, "... carries all attributes of a line");
	kt_ok(m.cmd == VTYMUX_CMD_LINE_GET && m.line == line &&
	      m.type == VTYMUX_LINE_TTY && !strcmp(m.name, "netlink-test") &&
	      !strcmp(m.backing, backing) && !m.exec && !m.owner[0],
	      "... which say what sysfs says");
	kt_is(m.state, VTYMUX_STATE_IDLE, "the state idle");
	kt_ok(stats_match(&m), "the counters are those of sysfs");
	kt_set(line, "exec", "1");
	fd = kt_claimed(line, "netlink-owner");
	kt_ok(ktnl_get(nl, line, &m) == 0 && m.state == VTYMUX_STATE_CLAIMED &&
	      m.exec == 1 && !strcmp(m.owner, "netlink-owner"),
	      "the state claimed, exec and the owner");
	close(kt_opened(fd));
	int tty = kt_opened(fd);

	kt_ok(ktnl_get(nl, line, &m) == 0 && m.state == VTYMUX_STATE_ACTIVE,
	      "the state active");
	close(tty);
	close(fd);
	kt_set(line, "exec", "0");
	kt_set(line, "name", "");
	kt_unbind(line);
	kt_ok(ktnl_get(nl, line, &m) == 0 && m.state == VTYMUX_STATE_UNBOUND &&
	      !m.backing[0] && !m.name[0] && !m.owner[0],
	      "the state unbound, nothing left behind");
}

/* Each counter differs from the others: none is taken for another. */
static void check_counters(struct ktnl *nl, const struct kt_args *args)
{
	static const struct {
		const char *event;
		int n;
	} events[] = {
		{ "break", 3 }, { "framing 41", 5 }, { "parity 42", 7 },
		{ "overrun", 11 },
	};
	struct ktnl_message m;
	struct ktnm nm;
	int tty;

	if (!ktnm_pair(args, 0, &nm, "counters that differ"))
		return;
	line = nm.line;
	for (int i = 0; i < 2; i++) {
		uint64_t last = kt_stat(line, "hw_overruns");

		kt_bind(line, nm.backing);
		for (size_t e = 0; e < sizeof(events) / sizeof(events[0]); e++)
			for (int n = 0; n < events[e].n; n++)
				ktnm_set(nm.end, "inject", events[e].event);
		tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
		if (tty < 0 || write(tty, "x", 1) != 1)
			kt_bail("line %u can be written", line);
		close(tty);
		KT_WAIT(kt_stat(line, "hw_overruns") == last + 11, 2000);
		ktnm_unplug(nm.end);
		KT_WAIT(kt_state_is(line, "down"), 5000);
		ktnm_plug(nm.end);
	}
	kt_ok(kt_stat(line, "breaks") >= 6 && kt_stat(line, "noise") &&
	      kt_stat(line, "downs") >= 2, "a line's counters have counted");
	kt_ok(ktnl_get(nl, line, &m) == 0 && stats_match(&m),
	      "... and GET says each of them");
	kt_unbind(line);
	line = args->line;
}

static void check_unknown_lines(struct ktnl *nl)
{
	struct ktnl_message m;

	kt_is(ktnl_get(nl, VTYMUX_LINE_MAX, &m), -ENODEV,
	      "GET of a line that is not there");
	kt_is(ktnl_clear(nl, VTYMUX_LINE_MAX), -ENODEV,
	      "CLEAR of a line that is not there");
	/* No line can have these numbers: the policy may refuse them. */
	kt_is_either(ktnl_get(nl, 0, &m), -ENODEV, -ERANGE, "GET of line 0");
	kt_is_either(ktnl_get(nl, ~0U, &m), -ENODEV, -ERANGE,
		     "GET of line 2^32 - 1");
	kt_is_either(ktnl_clear(nl, 0), -ENODEV, -ERANGE, "CLEAR of line 0");
}

struct dump {
	unsigned int count, last;
	bool ordered, complete;
};

static void on_dump(const struct ktnl_message *m, void *arg)
{
	struct dump *dump = arg;

	dump->ordered &= m->line == dump->last + 1;
	dump->complete &= m->has == LINE_ATTRS;
	dump->last = m->line;
	dump->count++;
}

static unsigned int lines_in_sysfs(void)
{
	unsigned int n = 0;
	char text[KT_ATTR_MAX];

	while (kt_read(n + 1, "line", text) > 0)
		n++;
	return n;
}

static void check_dump(struct ktnl *nl)
{
	struct dump dump = { .ordered = true, .complete = true };
	int r = ktnl_request(nl, VTYMUX_CMD_LINE_GET, NLM_F_DUMP, NULL, 0,
			     on_dump, &dump);

	kt_is(r, 0, "a dump ends well");
	kt_is(dump.count, lines_in_sysfs(), "... has every line");
	kt_ok(dump.ordered, "... once and in ascending order");
	kt_ok(dump.complete, "... with all attributes");
}

static void refused(struct ktnl *nl, const struct ktnl_attr *attrs, size_t n,
		    const char *what)
{
	int get, clear;

	get = ktnl_request(nl, VTYMUX_CMD_LINE_GET, 0, attrs, n, NULL, NULL);
	clear = ktnl_request(nl, VTYMUX_CMD_LINE_CLEAR, 0, attrs, n, NULL, NULL);
	kt_is_either(get, -EINVAL, -ERANGE, "GET with %s", what);
	kt_is_either(clear, -EINVAL, -ERANGE, "CLEAR with %s", what);
}

/* The line is claimed meanwhile: a CLEAR that is refused must not clear it. */
static void check_malformed(struct ktnl *nl)
{
	static const char zeros[20000];
	const uint64_t wide = line;
	const struct ktnl_attr number = { VTYMUX_A_LINE_NUMBER, &line, 4 };
	const struct {
		struct ktnl_attr attrs[2];
		size_t n;
		const char *what;
	} cases[] = {
		{ {}, 0, "no attribute" },
		{ { { VTYMUX_A_LINE_NUMBER, &line, 0 } }, 1,
		  "an empty number" },
		{ { { VTYMUX_A_LINE_NUMBER, &line, 1 } }, 1, "a u8" },
		{ { { VTYMUX_A_LINE_NUMBER, &line, 2 } }, 1, "a u16" },
		{ { { VTYMUX_A_LINE_NUMBER, &wide, 8 } }, 1, "a u64" },
		{ { { VTYMUX_A_LINE_NUMBER, zeros, sizeof(zeros) } }, 1,
		  "20000 bytes" },
		{ { { VTYMUX_A_LINE_NUMBER | NLA_F_NESTED, &line, 4 } }, 1,
		  "a nest" },
		{ { { VTYMUX_A_LINE_NAME, "x", 2 } }, 1,
		  "a name in place of the number" },
		{ { number, { VTYMUX_A_LINE_NAME, "x", 2 } }, 2,
		  "an attribute of answers" },
		{ { number, { VTYMUX_A_MAX + 1, "x", 2 } }, 2,
		  "an attribute that is not defined" },
		{ { number, { 0x3fff, zeros, 200 } }, 2,
		  "the highest attribute" },
		{ { number, { VTYMUX_A_UNSPEC, &line, 4 } }, 2,
		  "attribute 0" },
	};
	int fd = kt_claimed(line, "not-cleared"), tty = kt_opened(fd);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(nl, cases[i].attrs, cases[i].n, cases[i].what);
	kt_ok(kt_attr_is(line, "owner", "not-cleared") &&
	      !kt_poll(tty, 0, 0), "refused requests have cleared nothing");
	close(tty);
	close(fd);
}

static void check_commands(struct ktnl *nl)
{
	const struct ktnl_attr number = { VTYMUX_A_LINE_NUMBER, &line, 4 };
	bool ok = true;

	for (unsigned int cmd = 0; cmd < 256; cmd++) {
		if (cmd == VTYMUX_CMD_LINE_GET || cmd == VTYMUX_CMD_LINE_CLEAR)
			continue;
		ok &= ktnl_request(nl, (uint8_t)cmd, 0, &number, 1, NULL,
				   NULL) == -EOPNOTSUPP;
		ok &= ktnl_request(nl, (uint8_t)cmd, NLM_F_DUMP, NULL, 0, NULL,
				   NULL) == -EOPNOTSUPP;
	}
	kt_ok(ok, "unknown commands give EOPNOTSUPP");
	kt_is(ktnl_request(nl, VTYMUX_CMD_LINE_CLEAR, NLM_F_DUMP, NULL, 0,
			   NULL, NULL), -EOPNOTSUPP, "CLEAR cannot be dumped");
}

static int clear_without_cap(void *arg)
{
	int r = kt_drop_cap(CAP_SYS_TTY_CONFIG);

	(void)arg;
	return r < 0 ? r : ktnl_clear(ktnl_open(), line);
}

static int get_as_nobody(void *arg)
{
	struct ktnl_message m;

	(void)arg;
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return -errno;
	return ktnl_get(ktnl_open(), line, &m);
}

static int clear_as_nobody(void *arg)
{
	(void)arg;
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return -errno;
	return ktnl_clear(ktnl_open(), line);
}

static void check_permission(void)
{
	int fd = kt_claimed(line, "protected");

	kt_is(kt_in_child(clear_without_cap, NULL), -EPERM,
	      "CLEAR takes CAP_SYS_TTY_CONFIG");
	kt_is(kt_in_child(clear_as_nobody, NULL), -EPERM,
	      "nobody may not CLEAR");
	kt_is(kt_in_child(get_as_nobody, NULL), 0, "anybody may GET");
	kt_ok(kt_attr_is(line, "owner", "protected"),
	      "the claim is not touched");
	close(fd);
}

/* What happens to the line, and the events it must give, in this order. */
static const struct {
	enum vtymux_event event;
	int value;		/* -1: any */
} expected[] = {
	{ VTYMUX_EVENT_CHANGED, -1 },
	{ VTYMUX_EVENT_BOUND, -1 },
	{ VTYMUX_EVENT_CLAIMED, -1 },
	{ VTYMUX_EVENT_OPENED, -1 },
	{ VTYMUX_EVENT_CLOSED, -1 },
	{ VTYMUX_EVENT_RELEASED, VTYMUX_REVOKE_NONE },
	{ VTYMUX_EVENT_CLAIMED, -1 },
	{ VTYMUX_EVENT_OPENED, -1 },
	{ VTYMUX_EVENT_CLOSED, -1 },
	{ VTYMUX_EVENT_RELEASED, VTYMUX_REVOKE_STOLEN },
	{ VTYMUX_EVENT_CLAIMED, -1 },
	{ VTYMUX_EVENT_RELEASED, VTYMUX_REVOKE_CLEARED },
	{ VTYMUX_EVENT_CLAIMED, -1 },
	{ VTYMUX_EVENT_RELEASED, VTYMUX_REVOKE_UNBOUND },
	{ VTYMUX_EVENT_UNBOUND, -1 },
};
#define EXPECTED (sizeof(expected) / sizeof(expected[0]))

static void cause_events(struct ktnl *nl, const char *backing)
{
	int fd, thief;

	kt_set(line, "name", "event-test");
	kt_bind(line, backing);
	fd = kt_claimed(line, "a");
	close(kt_opened(fd));
	close(fd);
	fd = kt_claimed(line, "b");
	kt_opened(fd);
	thief = kt_claims();
	kt_claim(thief, line, VTYMUX_CLAIM_F_STEAL, "c");
	ktnl_clear(nl, line);
	close(thief);
	close(fd);
	fd = kt_claimed(line, "d");
	kt_unbind(line);
	close(fd);
	kt_set(line, "name", "");
}

/* Attribute writes give CHANGED, backing too: those between are passed over. */
static bool is_next(const struct ktnl_message *m, size_t next)
{
	if (m->line != line || next >= EXPECTED ||
	    m->event != (uint32_t)expected[next].event)
		return false;
	return expected[next].value < 0 ||
	       m->value == (uint32_t)expected[next].value;
}

static void check_events(struct ktnl *nl, const char *backing)
{
	const uint32_t attrs = BIT(VTYMUX_A_LINE_NUMBER) |
		BIT(VTYMUX_A_EVENT_TYPE) | BIT(VTYMUX_A_EVENT_SEQ);
	bool gapless = true, complete = true, strange = false;
	struct ktnl_message m;
	uint64_t seq = 0;
	size_t next = 0;

	kt_is(ktnl_subscribe(nl), 0, "the group events can be joined");
	cause_events(nl, backing);
	while (ktnl_event(nl, &m, next < EXPECTED ? 2000 : 200) == 0) {
		gapless &= !seq || m.seq == seq + 1;
		seq = m.seq;
		complete &= m.cmd == VTYMUX_CMD_EVENT &&
			    (m.has & attrs) == attrs;
		if (is_next(&m, next)) {
			next++;
		} else if (m.line == line && m.event != VTYMUX_EVENT_CHANGED &&
			   m.event != VTYMUX_EVENT_CARRIER) {
			kt_comment("event %u, value %u, at place %zu", m.event,
				   m.value, next);
			strange = true;
		}
	}
	kt_ok(gapless && seq, "events are numbered without a gap");
	kt_ok(complete, "events carry line, type and number");
	kt_is((long)next, EXPECTED, "all events come, in order");
	kt_ok(!strange, "and no others");
}

/* In a network namespace of its own: the family, or the error for its name. */
static int family_elsewhere(void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	return ktnl_lookup();
}

static void check_namespace(void)
{
	int r = kt_in_child(family_elsewhere, NULL);

	kt_ok(ktnl_lookup() > 0, "the family is found by its name");
	if (r == -EINVAL)
		kt_skip("the kernel has no network namespaces",
			"the family in another one");
	else
		kt_is(r, -ENOENT,
		      "there is no family in another network namespace");
}

static void run(const struct kt_args *args)
{
	struct ktnl *nl = ktnl_open();

	line = args->line;
	check_unknown_lines(nl);
	check_dump(nl);
	check_commands(nl);
	check_namespace();
	kt_bind(line, args->backing);
	check_malformed(nl);
	check_permission();
	check_get(nl, args->backing);
	check_events(nl, args->backing);
	kt_unbind(line);
	check_counters(nl, args);
	ktnl_close(nl);
}

int main(int argc, char **argv)
{
	return kt_main("netlink", 60, argc, argv, run);
}
