/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of rotary groups, and which of them a session may have. */
#ifndef MONITOR_ROTARY_H
#define MONITOR_ROTARY_H

#include <stdint.h>

#include <linux/vtymux.h>

struct policy;

/**
 * rotary_lowest() - the lowest-numbered member, whose login list counts
 * Return: 0, -ENODEV for a group without members, or -errno.
 */
int rotary_lowest(unsigned int group, unsigned int *ret_number);

/**
 * rotary_candidates() - the tty lines of a group that a session may get
 * @policy: resolved for the user
 * @ret_set: bitmap of line numbers
 * @ret_lowest: the lowest candidate, 0 when there is none
 *
 * Members with the login list of the lowest-numbered member, with ssh among
 * their transports and an allow list that admits the user.
 *
 * Return: 0, -ENODEV for a group without members, or -errno.
 */
int rotary_candidates(unsigned int group, const struct policy *policy,
		      uint64_t ret_set[VTYMUX_CLAIM_WORDS_MAX],
		      unsigned int *ret_lowest);

#endif /* MONITOR_ROTARY_H */
