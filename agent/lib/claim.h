/* SPDX-License-Identifier: GPL-2.0-only */
/* Claims on lines: the one user of /dev/vtymux. */
#ifndef AGENT_CLAIM_H
#define AGENT_CLAIM_H

#include <stddef.h>
#include <stdint.h>

#include <linux/vtymux.h>

/**
 * claim_line() - claim a line by number
 * @owner: label for sysfs, 1..VTYMUX_OWNER_MAX bytes of 0x21..0x7e
 * Return: the claim's descriptor (close-on-exec, polls POLLHUP when revoked),
 * or -errno as VTYMUX_IOC_CLAIM gives it.
 */
int claim_line(unsigned int line, const char *owner);

/* The same, but takes the line from whoever has it. */
int claim_steal(unsigned int line, const char *owner);

/**
 * claim_rotary() - claim the first free candidate of a rotary group
 * @candidates: bitmap of line numbers, @words 64-bit words
 * Return: as claim_line(); @ret_line is set on success.
 */
int claim_rotary(unsigned int group, const uint64_t *candidates, size_t words,
		 const char *owner, unsigned int *ret_line);

/**
 * claim_virtual() - claim the first free virtual line
 * @candidates: as for claim_rotary(), or NULL for any
 * Return: as claim_rotary().
 */
int claim_virtual(const uint64_t *candidates, size_t words, const char *owner,
		  unsigned int *ret_line);

/**
 * claim_attach() - the master of the claimed virtual line
 * Return: descriptor, O_NONBLOCK | O_CLOEXEC, or -errno as VTYMUX_IOC_ATTACH
 * gives it.
 */
int claim_attach(int claim);

/**
 * claim_open() - open the claimed line
 * Return: descriptor for reading and writing, O_NONBLOCK | O_NOCTTY |
 * O_CLOEXEC, or -errno as VTYMUX_IOC_OPEN gives it.
 */
int claim_open(int claim);

/* Why the claim ended; NONE while it holds. Return: 0 or -errno. */
int claim_status(int claim, struct vtymux_status *ret);

/**
 * claim_tap() - what a line receives, without a claim on it
 * @ret_replay: bytes of history that come first; all there is
 * Return: descriptor, read-only, O_NONBLOCK | O_CLOEXEC, or -errno as
 * VTYMUX_IOC_TAP gives it.
 */
int claim_tap(unsigned int line, uint32_t *ret_replay);

/* Bytes a tap missed since it was asked last, 0 for none. 0 or -errno. */
int claim_tap_lost(int tap, uint64_t *ret);

#endif /* AGENT_CLAIM_H */
