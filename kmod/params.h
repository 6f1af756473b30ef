/* SPDX-License-Identifier: GPL-2.0-only */
/* Serial parameters as termios. */
#ifndef _VTYMUX_PARAMS_H
#define _VTYMUX_PARAMS_H

#include <linux/types.h>

struct ktermios;
struct vtymux_params;

/* Makes @termios raw, without echo, breaks ignored as data, one byte a read. */
void vtymux_params_raw(struct ktermios *termios);

/* Puts speed, framing and flow control of @params into @termios. */
void vtymux_params_apply(const struct vtymux_params *params,
			 struct ktermios *termios);

/* Does a slow reader hold back the device with these settings? */
bool vtymux_params_flow(const struct ktermios *termios);

#endif /* _VTYMUX_PARAMS_H */
