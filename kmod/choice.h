/* SPDX-License-Identifier: GPL-2.0-only */
/* Which line a claim takes: a number, one of a group, a virtual one, another's. */
#ifndef _VTYMUX_CHOICE_H
#define _VTYMUX_CHOICE_H

struct vtymux_claim;
struct vtymux_claim_file;

/* Return: 0, or -EINVAL or -E2BIG as VTYMUX_IOC_CLAIM documents. */
int vtymux_choice_check(const struct vtymux_claim *arg);

/**
 * vtymux_choice_take() - put the claim on a line that @arg asks for
 * @arg: checked with vtymux_choice_check()
 *
 * The choice and the claim are one step: of two that want the last free line,
 * one gets it. Sleeps. Return: 0 or -errno as VTYMUX_IOC_CLAIM documents.
 * Caller holds claim->mutex; the file has no claim and never had one.
 */
int vtymux_choice_take(struct vtymux_claim_file *claim,
		       const struct vtymux_claim *arg);

#endif /* _VTYMUX_CHOICE_H */
