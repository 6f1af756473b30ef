/* SPDX-License-Identifier: GPL-2.0-only */
/* What our PAM modules share. */
#ifndef AGENT_MODULE_H
#define AGENT_MODULE_H

#include <security/pam_modules.h>

/*
 * Variables of the PAM environment between our modules and the monitor, which
 * carries them from one handle to the next.
 */
#define MODULE_METHOD	"VTYMUX_METHOD"	/* that let the user in */
#define MODULE_KEY	"key"	/* of ip ssh pubkey-chain, not yet a method */
#define MODULE_LEVEL	"VTYMUX_PRIV"	/* 0..15 */
#define MODULE_CLASS	"VTYMUX_CLASS"	/* hexadecimal, RADIUS */
#define MODULE_TIMEOUT	"VTYMUX_TIMEOUT"	/* seconds */
#define MODULE_IDLE	"VTYMUX_IDLE"	/* seconds */
#define MODULE_LINES	"VTYMUX_LINES"	/* "all" or "3 7": reverse access */
#define MODULE_ENABLE	"VTYMUX_ENABLE"	/* 1..15: the level asked for */
#define MODULE_SERVER	"VTYMUX_SERVER"	/* name of the one that decided */

/* The value of "NAME=value" in a module's arguments, or NULL. */
const char *module_arg(int argc, const char **argv, const char *name);

/* A number argument; @fallback without. Return: -1 for a broken one. */
long module_number(int argc, const char **argv, const char *name,
		   long fallback);

/* Sets NAME=value. Return: a PAM code. */
int module_setenv(pam_handle_t *h, const char *name, const char *value);

/* MODULE_ENABLE as a number. Return: 1..15, 0 for none. */
unsigned int module_target(pam_handle_t *h);

/* PAM_USER, PAM_TTY or PAM_RHOST; "" without. */
const char *module_item(pam_handle_t *h, int item);

/* The number of the line in PAM_TTY, "vty7"; 0 for none. */
unsigned int module_line(pam_handle_t *h);

#endif /* AGENT_MODULE_H */
