// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <linux/compiler.h>
#include <linux/tty.h>

#include "line.h"

/*
 * IGNBRK: a break is counted and reported as an event; the NUL that POSIX
 * would put in its place was never sent by the device.
 */
void vtymux_params_raw(struct ktermios *termios)
{
	*termios = tty_std_termios;
	termios->c_iflag = IGNBRK;
	termios->c_oflag = 0;
	termios->c_lflag = 0;
	termios->c_cflag = CREAD | CLOCAL | HUPCL | CS8;
	termios->c_cc[VMIN] = 1;
	termios->c_cc[VTIME] = 0;
}

static tcflag_t framing(const struct vtymux_params *params)
{
	static const tcflag_t size[] = { CS5, CS6, CS7, CS8 };
	static const tcflag_t parity[] = {
		[VTYMUX_PARITY_NONE] = 0,
		[VTYMUX_PARITY_EVEN] = PARENB,
		[VTYMUX_PARITY_ODD] = PARENB | PARODD,
		[VTYMUX_PARITY_MARK] = PARENB | PARODD | CMSPAR,
		[VTYMUX_PARITY_SPACE] = PARENB | CMSPAR,
	};

	/* A UART makes 1.5 of two stop bits when there are 5 data bits. */
	return size[params->databits - 5] | parity[params->parity] |
	       (params->stopbits == VTYMUX_STOPBITS_1 ? 0 : CSTOPB);
}

void vtymux_params_apply(const struct vtymux_params *params,
			 struct ktermios *termios)
{
	termios->c_cflag &= ~(CSIZE | PARENB | PARODD | CMSPAR | CSTOPB |
			      CRTSCTS);
	termios->c_cflag |= framing(params);
	termios->c_iflag &= ~(IXON | IXOFF | IXANY);
	if (params->flowcontrol == VTYMUX_FLOW_HARDWARE)
		termios->c_cflag |= CRTSCTS;
	if (params->flowcontrol == VTYMUX_FLOW_SOFTWARE)
		termios->c_iflag |= IXON | IXOFF;
	tty_termios_encode_baud_rate(termios, params->speed, params->speed);
}

/*
 * Looked at for each chunk that is received, as the core does without the
 * termios lock: whoever changes the settings has bytes before and after that.
 */
bool vtymux_params_flow(const struct ktermios *termios)
{
	return data_race(termios->c_cflag & CRTSCTS) ||
	       data_race(termios->c_iflag & IXOFF);
}
