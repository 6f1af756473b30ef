/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/vtymux: who owns a line. The protocol is in uapi/linux/vtymux.h. */
#ifndef _VTYMUX_CLAIM_H
#define _VTYMUX_CLAIM_H

#include <linux/types.h>

#include <linux/vtymux.h>

struct vtymux_line;

/* Registers the device. Return: 0 or -errno. */
int vtymux_claim_init(void);
void vtymux_claim_exit(void);

/* Is the caller inside VTYMUX_IOC_OPEN for this line? Holds vtymux_lock. */
bool vtymux_claim_opens(const struct vtymux_line *line);

/* Copies the owner label, empty without a claim. @label: OWNER_MAX + 1. */
void vtymux_claim_owner(const struct vtymux_line *line, char *label);

/**
 * vtymux_claim_clear() - revoke the claim and hang up whoever has the line
 *
 * On return everything that was open before is hung up. Sleeps; takes the
 * claim's mutex and the front's tty lock.
 */
void vtymux_claim_clear(struct vtymux_line *line, enum vtymux_revoke why);

#endif /* _VTYMUX_CLAIM_H */
