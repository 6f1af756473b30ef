// SPDX-License-Identifier: GPL-2.0-only
#include "modes.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

#define OP_ISPEED	128
#define OP_OSPEED	129
#define NO_CHAR		255	/* RFC 4254 8: the character is off */

static const struct {
	uint8_t opcode;
	uint8_t index;
} chars[] = {
	{ 1, VINTR }, { 2, VQUIT }, { 3, VERASE }, { 4, VKILL }, { 5, VEOF },
	{ 6, VEOL }, { 7, VEOL2 }, { 8, VSTART }, { 9, VSTOP }, { 10, VSUSP },
	{ 12, VREPRINT }, { 13, VWERASE }, { 14, VLNEXT }, { 18, VDISCARD },
};

enum field { IFLAG, LFLAG, OFLAG };

static const struct {
	uint8_t opcode;
	uint8_t field;
	tcflag_t bit;
} flags[] = {
	{ 30, IFLAG, IGNPAR }, { 31, IFLAG, PARMRK }, { 32, IFLAG, INPCK },
	{ 33, IFLAG, ISTRIP }, { 34, IFLAG, INLCR }, { 35, IFLAG, IGNCR },
	{ 36, IFLAG, ICRNL }, { 37, IFLAG, IUCLC }, { 38, IFLAG, IXON },
	{ 39, IFLAG, IXANY }, { 40, IFLAG, IXOFF }, { 41, IFLAG, IMAXBEL },
	{ 42, IFLAG, IUTF8 },
	{ 50, LFLAG, ISIG }, { 51, LFLAG, ICANON }, { 52, LFLAG, XCASE },
	{ 53, LFLAG, ECHO }, { 54, LFLAG, ECHOE }, { 55, LFLAG, ECHOK },
	{ 56, LFLAG, ECHONL }, { 57, LFLAG, NOFLSH }, { 58, LFLAG, TOSTOP },
	{ 59, LFLAG, IEXTEN }, { 60, LFLAG, ECHOCTL }, { 61, LFLAG, ECHOKE },
	{ 62, LFLAG, PENDIN },
	{ 70, OFLAG, OPOST }, { 71, OFLAG, OLCUC }, { 72, OFLAG, ONLCR },
	{ 73, OFLAG, OCRNL }, { 74, OFLAG, ONOCR }, { 75, OFLAG, ONLRET },
};

static const struct {
	uint32_t baud;
	speed_t speed;
} speeds[] = {
	{ 300, B300 }, { 600, B600 }, { 1200, B1200 }, { 2400, B2400 },
	{ 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 },
	{ 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 },
	{ 230400, B230400 }, { 460800, B460800 }, { 921600, B921600 },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static void set_speed(struct termios *t, const struct proto_mode *mode)
{
	for (size_t i = 0; i < COUNT(speeds); i++) {
		if (speeds[i].baud != mode->value)
			continue;
		if (mode->opcode == OP_ISPEED)
			cfsetispeed(t, speeds[i].speed);
		else
			cfsetospeed(t, speeds[i].speed);
	}
}

static void set_flag(struct termios *t, unsigned int field, tcflag_t bit,
		     bool on)
{
	tcflag_t *word = field == IFLAG ? &t->c_iflag :
			 field == LFLAG ? &t->c_lflag : &t->c_oflag;

	*word = on ? *word | bit : *word & ~bit;
}

static void set_mode(struct termios *t, const struct proto_mode *mode)
{
	if (mode->opcode == OP_ISPEED || mode->opcode == OP_OSPEED)
		set_speed(t, mode);
	for (size_t i = 0; i < COUNT(chars); i++)
		if (chars[i].opcode == mode->opcode)
			t->c_cc[chars[i].index] = mode->value == NO_CHAR ?
				_POSIX_VDISABLE : (cc_t)mode->value;
	for (size_t i = 0; i < COUNT(flags); i++)
		if (flags[i].opcode == mode->opcode)
			set_flag(t, flags[i].field, flags[i].bit, mode->value);
}

int modes_apply(int fd, const struct proto_mode *modes, size_t count)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return -errno;
	for (size_t i = 0; i < count; i++)
		set_mode(&t, &modes[i]);
	return tcsetattr(fd, TCSANOW, &t) < 0 ? -errno : 0;
}
