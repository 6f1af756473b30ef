/* SPDX-License-Identifier: GPL-2.0-only */
/* What main.c tells auth.c, whose own interface is Dropbear's auth.h. */
#ifndef SESSION_LOGIN_H
#define SESSION_LOGIN_H

#include <stdint.h>

/* Seconds a client has until it must be authenticated, from its connection. */
void login_timeout(uint32_t seconds);

/* The text before the login, "" for none; copied. */
void login_banner(const char *text);

#endif /* SESSION_LOGIN_H */
