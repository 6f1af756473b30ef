// SPDX-License-Identifier: GPL-2.0-only
#include "rotary.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "line.h"
#include "policy.h"

struct search {
	unsigned int group;
	unsigned int lowest;	/* member, 0: none yet */
	char list[VTYMUX_LIST_NAME_MAX + 1];	/* its login list */
	const struct policy *policy;
	uint64_t *set;
	unsigned int candidate;	/* lowest, 0: none yet */
};

static bool is_member(const struct line *line, unsigned int group)
{
	return !line->is_virtual &&
	       line->rotary[group / 64] & UINT64_C(1) << group % 64;
}

/* Lines come in ascending order, so the first member is the lowest. */
static int visit(const struct line *line, void *arg)
{
	struct search *s = arg;

	if (!is_member(line, s->group))
		return 0;
	if (!s->lowest) {
		s->lowest = line->number;
		memcpy(s->list, line->login_authentication, sizeof(s->list));
	}
	if (!s->set)
		return 1;	/* the lowest is all that was asked for */
	if (strcmp(s->list, line->login_authentication) ||
	    !(line->transport & LINE_TRANSPORT_SSH) ||
	    !policy_admits(s->policy, line->number, POLICY_ALLOW))
		return 0;
	s->set[line->number / 64] |= UINT64_C(1) << line->number % 64;
	if (!s->candidate)
		s->candidate = line->number;
	return 0;
}

int rotary_lowest(unsigned int group, unsigned int *ret_number)
{
	struct search s = { .group = group };
	int r = line_for_each(visit, &s);

	if (r < 0)
		return r;
	if (!s.lowest)
		return -ENODEV;
	*ret_number = s.lowest;
	return 0;
}

int rotary_candidates(unsigned int group, const struct policy *policy,
		      uint64_t ret_set[VTYMUX_CLAIM_WORDS_MAX],
		      unsigned int *ret_lowest)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX] = { 0 };
	struct search s = { .group = group, .policy = policy, .set = set };
	int r = line_for_each(visit, &s);

	if (r < 0)
		return r;
	if (!s.lowest)
		return -ENODEV;
	memcpy(ret_set, set, sizeof(set));
	*ret_lowest = s.candidate;
	return 0;
}
