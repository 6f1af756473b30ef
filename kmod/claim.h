/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/vtymux: who owns a line. The protocol is in uapi/linux/vtymux.h. */
#ifndef _VTYMUX_CLAIM_H
#define _VTYMUX_CLAIM_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <linux/vtymux.h>

struct task_struct;
struct vtymux_line;

/*
 * One open file of /dev/vtymux. The file holds a reference, and so does
 * whoever revokes the claim from elsewhere while he does it.
 *
 * @mutex: CLAIM, OPEN and revocation come one after the other. A thief takes
 * his own first and then his victim's; a victim is never a thief, because a
 * file that has a claim cannot ask for another, so there is no cycle.
 */
struct vtymux_claim_file {
	struct kref ref;
	struct mutex mutex;
	wait_queue_head_t wait;

	/* Under vtymux_lock. */
	struct vtymux_line *line;	/* claimed now */
	struct task_struct *opener;	/* inside VTYMUX_IOC_OPEN */
	struct vtymux_status status;
	char owner[VTYMUX_OWNER_MAX + 1];
};

/* Registers the device. Return: 0 or -errno. */
int vtymux_claim_init(void);
void vtymux_claim_exit(void);

/* Return: the line's claim with a reference, or NULL. */
struct vtymux_claim_file *vtymux_claim_get(struct vtymux_line *line);
void vtymux_claim_put(struct vtymux_claim_file *claim);

/**
 * vtymux_claim_revoke() - end @claim if it still is the line's
 * @thief: who gets the line then, its mutex held by the caller; or NULL
 *
 * Hangs up first. Sleeps; takes claim->mutex. Return: did it end the claim?
 */
bool vtymux_claim_revoke(struct vtymux_claim_file *claim,
			 struct vtymux_line *line, enum vtymux_revoke why,
			 struct vtymux_claim_file *thief);

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
