// SPDX-License-Identifier: GPL-2.0-only
#include "choice.h"

#include "claim.h"
#include "front.h"
#include "line.h"
#include "trace.h"

#include <linux/bitmap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/* Takes a line that is free. Caller holds vtymux_lock. */
static void take(struct vtymux_claim_file *claim, struct vtymux_line *line)
{
	claim->line = line;
	claim->status.line = line->number;
	line->claim = claim;
	trace_vtymux_claim(line->number, claim->owner);
}

static int take_number(struct vtymux_claim_file *claim, unsigned int number)
{
	struct vtymux_line *line = vtymux_line_get(number);
	int err;

	if (!line)
		return -ENXIO;
	spin_lock(&vtymux_lock);
	err = vtymux_line_claimable(line);
	if (!err)
		take(claim, line);
	spin_unlock(&vtymux_lock);
	return err;
}

static bool is_member(const struct vtymux_line *line,
		      const struct vtymux_claim *arg)
{
	if (arg->flags & VTYMUX_CLAIM_F_VIRTUAL)
		return vtymux_line_is_virtual(line);
	return test_bit(arg->number, line->conf.rotary);
}

/* The first free candidate of a set, in one step under the lock. */
static int take_first(struct vtymux_claim_file *claim,
		      const struct vtymux_claim *arg,
		      const unsigned long *candidates)
{
	int err = -ENXIO;
	unsigned int n;

	spin_lock(&vtymux_lock);
	for (n = 1; n <= vtymux_line_count(); n++) {
		struct vtymux_line *line = vtymux_line_get(n);

		if (!is_member(line, arg))
			continue;
		err = -EBUSY;
		if (!test_bit(n, candidates) || vtymux_line_claimable(line))
			continue;
		take(claim, line);
		err = 0;
		break;
	}
	spin_unlock(&vtymux_lock);
	return err;
}

/* Takes the line first, so that nobody opens it; then hangs up who has it. */
static int steal_unclaimed(struct vtymux_claim_file *claim,
			   struct vtymux_line *line)
{
	int err = 0;

	mutex_lock(&line->clear_mutex);
	spin_lock(&vtymux_lock);
	if (!vtymux_line_exists(line))
		err = -ENXIO;
	else if (!vtymux_line_ready(line))
		err = -ENODEV;
	else if (line->claim)
		err = -EAGAIN;
	else
		take(claim, line);
	spin_unlock(&vtymux_lock);
	mutex_unlock(&line->clear_mutex);
	if (!err)
		vtymux_front_expel(line);
	return err;
}

static int steal(struct vtymux_claim_file *claim, unsigned int number)
{
	struct vtymux_line *line = vtymux_line_get(number);
	struct vtymux_claim_file *victim;
	bool done;
	int err;

	if (!line)
		return -ENXIO;
	for (;;) {
		err = steal_unclaimed(claim, line);
		if (err != -EAGAIN)
			return err;
		victim = vtymux_claim_get(line);
		if (!victim)
			continue;
		done = vtymux_claim_revoke(victim, line,
					   VTYMUX_REVOKE_STOLEN, claim);
		vtymux_claim_put(victim);
		if (done)
			return 0;
		if (signal_pending(current))
			return -EINTR;
	}
}

static bool owner_ok(const char *owner)
{
	size_t i, len = strnlen(owner, VTYMUX_OWNER_MAX + 1);

	if (!len || len > VTYMUX_OWNER_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (owner[i] < 0x21 || owner[i] > 0x7e)
			return false;
	return true;
}

int vtymux_choice_check(const struct vtymux_claim *arg)
{
	const u32 kinds = VTYMUX_CLAIM_F_ROTARY | VTYMUX_CLAIM_F_STEAL |
			  VTYMUX_CLAIM_F_VIRTUAL;
	bool rotary = arg->flags & VTYMUX_CLAIM_F_ROTARY;
	bool any = arg->flags & VTYMUX_CLAIM_F_VIRTUAL;

	if (arg->flags & ~__VTYMUX_CLAIM_F_ALL ||
	    hweight32(arg->flags & kinds) > 1)
		return -EINVAL;
	if (arg->reserved || !owner_ok(arg->owner))
		return -EINVAL;
	if (!rotary && !any && (arg->candidates || arg->candidate_words))
		return -EINVAL;
	if (rotary && (!arg->number || arg->number > VTYMUX_ROTARY_MAX))
		return -EINVAL;
	if (any && arg->number)
		return -EINVAL;
	if (!arg->candidates && arg->candidate_words)
		return -EINVAL;
	return arg->candidate_words > VTYMUX_CLAIM_WORDS_MAX ? -E2BIG : 0;
}

/* The candidate set of @arg as a bitmap of all lines; kfree() it. */
static unsigned long *read_candidates(const struct vtymux_claim *arg)
{
	unsigned long *set = bitmap_alloc(VTYMUX_LINE_MAX + 1, GFP_KERNEL);
	u64 *words;

	if (!set)
		return ERR_PTR(-ENOMEM);
	bitmap_fill(set, VTYMUX_LINE_MAX + 1);
	if (!arg->candidates)
		return set;
	words = memdup_user(u64_to_user_ptr(arg->candidates),
			    arg->candidate_words * sizeof(*words));
	if (IS_ERR(words)) {
		bitmap_free(set);
		return ERR_CAST(words);
	}
	bitmap_zero(set, VTYMUX_LINE_MAX + 1);
	if (arg->candidate_words)
		bitmap_from_arr64(set, words, arg->candidate_words * 64);
	kfree(words);
	return set;
}

int vtymux_choice_take(struct vtymux_claim_file *claim,
		       const struct vtymux_claim *arg)
{
	unsigned long *candidates;
	int err;

	lockdep_assert_held(&claim->mutex);
	if (arg->flags & VTYMUX_CLAIM_F_STEAL)
		return steal(claim, arg->number);
	if (!(arg->flags & (VTYMUX_CLAIM_F_ROTARY | VTYMUX_CLAIM_F_VIRTUAL)))
		return take_number(claim, arg->number);
	candidates = read_candidates(arg);
	if (IS_ERR(candidates))
		return PTR_ERR(candidates);
	err = take_first(claim, arg, candidates);
	bitmap_free(candidates);
	return err;
}
