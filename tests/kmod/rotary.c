// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on rotary groups, with one bound line and three that are not; then
 * with members of which each is not free for another reason.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OTHERS	3
#define WORDS	VTYMUX_CLAIM_WORDS_MAX

static unsigned int line;		/* bound */
static unsigned int others[OTHERS];	/* not */
static unsigned int group;		/* nobody else's */

static bool group_is_used(unsigned int number)
{
	char text[16], groups[KT_ATTR_MAX];

	snprintf(text, sizeof(text), "%u", number);
	for (unsigned int l = 1; kt_read(l, "rotary", groups) >= 0; l++)
		for (char *word = strtok(groups, " "); word;
		     word = strtok(NULL, " "))
			if (!strcmp(word, text))
				return true;
	return false;
}

static void join(unsigned int l, bool member)
{
	char text[16] = "";

	if (member)
		snprintf(text, sizeof(text), "%u", group);
	if (kt_set(l, "rotary", text) < 0)
		kt_bail("cannot set the rotary group of line %u", l);
}

static void admit(uint64_t *set, unsigned int l)
{
	set[l / 64] |= 1ULL << l % 64;
}

/* A rotary claim on a file of its own. */
static int try(const uint64_t *set, uint32_t words)
{
	int fd = kt_claims(), r = kt_claim_rotary(fd, group, set, words);

	close(fd);
	return r;
}

static void check_members(void)
{
	kt_is(try(NULL, 0), -ENXIO, "a group without members");
	for (int i = 0; i < OTHERS; i++)
		join(others[i], true);
	kt_is(try(NULL, 0), -EBUSY, "a group of unbound lines only");
	join(line, true);
	kt_is(try(NULL, 0), line, "the one member that works is found");
	kt_ok(kt_idle(line), "... and free again after the close");
}

static void check_candidates(void)
{
	uint64_t set[WORDS] = { 0 };

	kt_is(try(set, WORDS), -EBUSY, "an empty candidate set");
	kt_is(try(set, 0), -EBUSY, "a candidate set of no words");
	for (int i = 0; i < OTHERS; i++)
		admit(set, others[i]);
	kt_is(try(set, WORDS), -EBUSY, "candidates that are unbound");
	admit(set, line);
	kt_is(try(set, WORDS), line, "candidates with one that works");
	kt_is(try(set, line / 64 + 1), line, "a set that just holds it");
	if (line >= 64)
		kt_is(try(set, line / 64), -EBUSY, "a set that ends before");
	memset(set, 0xff, sizeof(set));
	set[line / 64] &= ~(1ULL << line % 64);
	kt_is(try(set, WORDS), -EBUSY, "all lines but the one that works");
	memset(set, 0xff, sizeof(set));
	join(line, false);
	kt_is(try(set, WORDS), -EBUSY, "a candidate that is no member");
	join(line, true);
	kt_ok(kt_idle(line), "refused claims leave the line idle");
}

static void check_busy(void)
{
	struct vtymux_status status;
	int fd = kt_claims(), tty;

	kt_is(kt_claim_rotary(fd, group, NULL, 0), line, "a rotary claim");
	kt_ok(kt_attr_is(line, "owner", "rotary-test") &&
	      kt_state_is(line, "claimed"), "... owns the line");
	kt_ok(kt_status(fd, &status) == 0 && status.line == line,
	      "... and STATUS says which");
	kt_is(try(NULL, 0), -EBUSY, "a second one finds nothing free");
	tty = kt_opened(fd);
	kt_ok(kt_state_is(line, "active"), "OPEN opens the line it took");
	kt_is(try(NULL, 0), -EBUSY, "... which is as busy");
	close(tty);
	close(fd);
	kt_is(try(NULL, 0), line, "after the close it is found again");
}

/* Two bound lines: the lower number first, the next when that is taken. */
static void check_order(const struct kt_args *args)
{
	unsigned int low = args->pairs[0].line, high = args->pairs[1].line;
	uint64_t set[WORDS] = { 0 };
	int a = kt_claims(), b = kt_claims();

	if (low > high) {
		low = args->pairs[1].line;
		high = args->pairs[0].line;
	}
	kt_bind(args->pairs[1].line, args->pairs[1].backing);
	join(args->pairs[1].line, true);
	kt_is(kt_claim_rotary(a, group, NULL, 0), low, "the lowest line first");
	kt_is(kt_claim_rotary(b, group, NULL, 0), high, "then the next");
	kt_is(try(NULL, 0), -EBUSY, "then none");
	close(a);
	close(b);
	admit(set, high);
	kt_is(try(set, WORDS), high, "a candidate set overrides the order");
	join(args->pairs[1].line, false);
}

/* What a member can be that is not free. */
enum trouble { OPEN, DOWN, UNBOUND, CLAIMED, FREE };
#define KINDS	5
#define MEMBERS	(KINDS + 1)

static unsigned int members[MEMBERS];	/* ascending, all but @line */
static int masters[MEMBERS], held[MEMBERS];

static void bind_pts(int i)
{
	char path[32];

	masters[i] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (masters[i] < 0 || unlockpt(masters[i]) < 0 ||
	    ptsname_r(masters[i], path, sizeof(path)))
		kt_bail("no pseudo terminals: %s", strerror(errno));
	kt_bind(members[i], path);
}

static void make_trouble(int i, enum trouble kind)
{
	const char *state = "idle";

	held[i] = masters[i] = -1;
	if (kind != UNBOUND)
		bind_pts(i);
	switch (kind) {
	case OPEN:
		kt_set(members[i], "exec", "1");
		held[i] = kt_open_line(members[i],
				       O_RDWR | O_NOCTTY | O_NONBLOCK);
		state = "active";
		break;
	case DOWN:
		close(masters[i]);
		masters[i] = -1;
		state = "down";
		break;
	case UNBOUND:
		state = "unbound";
		break;
	case CLAIMED:
		held[i] = kt_claimed(members[i], "member");
		state = "claimed";
		break;
	case FREE:
		break;
	}
	if (!KT_WAIT(kt_state_is(members[i], state), 5000))
		kt_bail("member %u is %s, not %s", members[i],
			kt_get(members[i], "state"), state);
}

static void end_trouble(int i)
{
	if (held[i] >= 0)
		close(held[i]);
	kt_set(members[i], "exec", "0");
	kt_unbind(members[i]);
	if (masters[i] >= 0)
		close(masters[i]);
}

/*
 * Each kind of trouble is in each place once: the free member is found behind
 * and between them, the next claim finds the free one at the end.
 */
static void check_place(int shift)
{
	uint64_t set[WORDS] = { 0 };
	int a = kt_claims(), b = kt_claims(), at = -1;

	for (int i = 0; i < MEMBERS; i++) {
		enum trouble kind = i < KINDS ? (i + shift) % KINDS : FREE;

		make_trouble(i, kind);
		if (i < KINDS && kind == FREE)
			at = i;
		else if (i < KINDS)
			admit(set, members[i]);
	}
	kt_is(try(set, WORDS), -EBUSY,
	      "candidates open, down, unbound and claimed, %d", shift);
	kt_is(kt_claim_rotary(a, group, NULL, 0), members[at],
	      "... the first free one is found in place %d", at);
	kt_is(kt_claim_rotary(b, group, NULL, 0), members[KINDS],
	      "... then the one at the end");
	kt_is(try(NULL, 0), -EBUSY, "... then none");
	close(a);
	close(b);
	for (int i = 0; i < MEMBERS; i++)
		end_trouble(i);
}

static void check_trouble(void)
{
	if (!kt_unbound_lines(line, members, MEMBERS)) {
		kt_skip("too few lines", "members that are not free");
		return;
	}
	for (int i = 0; i < MEMBERS; i++)
		join(members[i], true);
	for (int shift = 0; shift < KINDS; shift++)
		check_place(shift);
	for (int i = 0; i < MEMBERS; i++)
		join(members[i], false);
}

static void run(const struct kt_args *args)
{
	line = args->line;
	for (group = VTYMUX_ROTARY_MAX; group && group_is_used(group); group--)
		;
	if (!group || !kt_unbound_lines(line, others, OTHERS))
		kt_bail("no rotary group or no lines to test with");
	kt_bind(line, args->backing);
	check_members();
	check_candidates();
	check_busy();
	if (args->count > 1)
		check_order(args);
	else
		kt_skip("needs a second pair", "the order in a group");
	for (int i = 0; i < OTHERS; i++)
		join(others[i], false);
	/* Only those are members now. */
	join(line, false);
	check_trouble();
}

int main(int argc, char **argv)
{
	return kt_main("rotary", 60, argc, argv, run);
}
