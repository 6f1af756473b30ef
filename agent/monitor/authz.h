/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a user who has logged in may do: exec and reverse-access authorization,
 * each a PAM service of its own with what the login found out about him.
 */
#ifndef MONITOR_AUTHZ_H
#define MONITOR_AUTHZ_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vtymux.h>

struct monitor;

/**
 * authz_ask() - ask all that the target makes necessary, at login
 *
 * Servers may be asked, so it blocks as PAM does and comes before the
 * privileges go that a child with another uid needs. Sets m->privilege,
 * m->is_account, m->exec_refused and m->lines_refused.
 */
void authz_ask(struct monitor *m);

/* Whether a tty line may be reached; says nothing of exec. */
bool authz_line(const struct monitor *m, unsigned int line);

/*
 * Takes the lines out of a set that may not be reached: of a rotary group also
 * those with another list than its lowest member.
 */
void authz_lines(const struct monitor *m,
		 uint64_t set[VTYMUX_CLAIM_WORDS_MAX]);

/* Whether he came in as an account of this system. */
bool authz_is_account(const struct monitor *m);

#endif /* MONITOR_AUTHZ_H */
