/* SPDX-License-Identifier: GPL-2.0-only */
/* What main.c tells auth.c, whose own interface is Dropbear's auth.h. */
#ifndef SESSION_LOGIN_H
#define SESSION_LOGIN_H

#include <stdint.h>

/* Seconds a client has until it must be authenticated, from its connection. */
void login_timeout(uint32_t seconds);

/* The text before the login, "" for none; taken over, by m_free(). */
void login_banner(char *text);

/*
 * Acknowledges at once while there is no session: a client that has Nagle's
 * algorithm on until then would wait for acknowledgements that the kernel puts
 * off, 40 ms a login. The kernel forgets, so this is for each turn of the loop.
 */
void login_hurry(void);

#endif /* SESSION_LOGIN_H */
