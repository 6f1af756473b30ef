/* SPDX-License-Identifier: GPL-2.0-only */
/* What a session gives back when nothing is said. */
#ifndef SESSION_REST_H
#define SESSION_REST_H

/*
 * From Dropbear's loop, each time round: after the login, IDLE_MS after the
 * last packet of either side, memory that the session does not need goes back
 * to the system.
 */
void rest_poll(void);

#endif /* SESSION_REST_H */
