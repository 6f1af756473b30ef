/* SPDX-License-Identifier: GPL-2.0-only */
/* What a line's attributes may be, as text. */
#ifndef _VTYMUX_CONF_H
#define _VTYMUX_CONF_H

#include <linux/types.h>

struct vtymux_conf;

/* The words of enumerations, in the order of their values. */
extern const char * const vtymux_parity_words[5];
extern const char * const vtymux_stopbits_words[3];
extern const char * const vtymux_flow_words[3];
extern const char * const vtymux_modem_words[4];

/* Letters, digits and ._- ; at most @max of them. */
bool vtymux_conf_label_ok(const char *text, size_t max);
/* A tty device's name, an absolute path, or empty. */
bool vtymux_conf_backing_ok(const char *text);

/*
 * Each puts a value into @conf. Return: 0; -EINVAL for what is not a value,
 * -ERANGE for a number out of range; @conf is unchanged then.
 */
int vtymux_conf_parse_name(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_login_authentication(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_exec(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_history(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_transport_input(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_rotary(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_speed(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_databits(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_parity(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_stopbits(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_flowcontrol(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_modem(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_session_timeout(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_exec_timeout(struct vtymux_conf *conf, const char *text);
int vtymux_conf_parse_absolute_timeout(struct vtymux_conf *conf, const char *text);

#endif /* _VTYMUX_CONF_H */
