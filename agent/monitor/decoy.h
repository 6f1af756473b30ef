/* SPDX-License-Identifier: GPL-2.0-only */
/* Work without an effect, so that a missing account costs what a real one does. */
#ifndef MONITOR_DECOY_H
#define MONITOR_DECOY_H

/*
 * Does what pam_unix does to compare a password, with a constant, at the cost
 * that the first account of /etc/shadow with a password has; where there is
 * none, at that which crypt_gensalt(3) gives a new password. Accounts whose
 * hashes are of other methods cost more or less; what hides them then is that
 * all failures answer at the same time.
 */
void decoy_spend(void);

/* Spends it if PAM had no hash of @user to compare a password with. */
void decoy_for_user(const char *user);

#endif /* MONITOR_DECOY_H */
