// SPDX-License-Identifier: GPL-2.0-only
/* Lines without devices, that nobody else sees: none exist yet. */
#include "selftest.h"

#include "../choice.h"
#include "../claim.h"
#include "../line.h"

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#define LINES	10
#define GROUP	7

static bool arguments_hold(void)
{
	struct vtymux_claim arg = { .number = 1, .owner = "me" };
	bool ok = true;

	ok &= CHECK(vtymux_choice_check(&arg) == 0);
	arg.owner[0] = ' ';
	ok &= CHECK(vtymux_choice_check(&arg) == -EINVAL);
	memset(arg.owner, 'x', sizeof(arg.owner));
	ok &= CHECK(vtymux_choice_check(&arg) == -EINVAL);
	arg.owner[VTYMUX_OWNER_MAX] = '\0';
	ok &= CHECK(vtymux_choice_check(&arg) == 0);
	arg.reserved = 1;
	ok &= CHECK(vtymux_choice_check(&arg) == -EINVAL);
	arg.reserved = 0;
	arg.candidate_words = 1;
	ok &= CHECK(vtymux_choice_check(&arg) == -EINVAL);
	arg.flags = VTYMUX_CLAIM_F_ROTARY;
	arg.candidates = 1;
	ok &= CHECK(vtymux_choice_check(&arg) == 0);
	arg.candidate_words = VTYMUX_CLAIM_WORDS_MAX + 1;
	ok &= CHECK(vtymux_choice_check(&arg) == -E2BIG);
	arg.candidate_words = 1;
	arg.number = VTYMUX_ROTARY_MAX + 1;
	ok &= CHECK(vtymux_choice_check(&arg) == -EINVAL);
	arg.number = 1;
	arg.flags |= VTYMUX_CLAIM_F_STEAL;
	ok &= CHECK(vtymux_choice_check(&arg) == -EINVAL);
	return ok;
}

/* All are in the group but line 1; 2 is not bound and 3 is down. */
static bool make_lines(void)
{
	unsigned int n;

	for (n = 1; n <= LINES; n++) {
		struct vtymux_line *line =
			vtymux_line_prepare(n, VTYMUX_LINE_TTY);

		if (!line)
			return false;
		line->binding = n == 2 ? VTYMUX_UNBOUND :
				n == 3 ? VTYMUX_DOWN : VTYMUX_BOUND;
		if (n > 1)
			__set_bit(GROUP, line->conf.rotary);
	}
	vtymux_line_extend(LINES);
	return true;
}

/* Return: the line taken, or -errno. */
static int take(struct vtymux_claim_file *claim, u32 flags, u32 number)
{
	struct vtymux_claim arg = {
		.flags = flags, .number = number, .owner = "selftest",
	};
	int err;

	mutex_lock(&claim->mutex);
	claim->line = NULL;
	err = vtymux_choice_take(claim, &arg);
	mutex_unlock(&claim->mutex);
	return err ?: claim->status.line;
}

static bool order_holds(struct vtymux_claim_file *claims)
{
	bool ok = true;
	unsigned int n;

	ok &= CHECK(take(claims, 0, 0) == -ENXIO);
	ok &= CHECK(take(claims, 0, LINES + 1) == -ENXIO);
	ok &= CHECK(take(claims, 0, 2) == -ENODEV);
	ok &= CHECK(take(claims, VTYMUX_CLAIM_F_ROTARY, GROUP + 1) == -ENXIO);
	ok &= CHECK(take(claims, VTYMUX_CLAIM_F_VIRTUAL, 0) == -ENXIO);
	ok &= CHECK(take(claims, 0, 5) == 5);
	ok &= CHECK(take(claims + 1, 0, 5) == -EBUSY);
	vtymux_line_get(6)->opening = 1;
	ok &= CHECK(take(claims + 1, VTYMUX_CLAIM_F_ROTARY, GROUP) == 4);
	for (n = 7; n <= LINES; n++)
		ok &= CHECK(take(claims + n - 5, VTYMUX_CLAIM_F_ROTARY,
				 GROUP) == n);
	ok &= CHECK(take(claims + 6, VTYMUX_CLAIM_F_ROTARY, GROUP) == -EBUSY);
	vtymux_line_get(6)->opening = 0;
	ok &= CHECK(take(claims + 6, VTYMUX_CLAIM_F_ROTARY, GROUP) == 6);
	ok &= CHECK(vtymux_line_truncate(LINES - 1) == -EBUSY);
	return ok;
}

bool vtymux_selftest_choice(void)
{
	struct vtymux_claim_file *claims =
		kcalloc(LINES, sizeof(*claims), GFP_KERNEL);
	bool ok = arguments_hold();
	unsigned int n;

	if (!claims)
		return false;
	for (n = 0; n < LINES; n++)
		mutex_init(&claims[n].mutex);
	ok &= CHECK(make_lines());
	if (ok)
		ok = order_holds(claims);
	vtymux_line_free_all();
	kfree(claims);
	return ok;
}
