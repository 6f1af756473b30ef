// SPDX-License-Identifier: GPL-2.0-only
#include "modes.h"

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/termios.h>
#include <linux/tty.h>
#include <linux/uaccess.h>

enum kind { OTHER, GET, SET, SET_FLUSH };

/*
 * What the kernel has is what user space has, where an older struct may end
 * before the speeds. The functions that know the exceptions are the core's own.
 */
struct modes {
	enum kind kind;
	size_t size;
};

static struct modes modes_of(unsigned int cmd)
{
	const size_t size = sizeof(struct termios);

	static_assert(offsetof(struct termios, c_cc) ==
		      offsetof(struct ktermios, c_cc));
	static_assert(sizeof(struct termios) <= sizeof(struct ktermios));

	switch (cmd) {
	case TCGETS:
		return (struct modes){ GET, size };
	case TCSETS:
	case TCSETSW:
		return (struct modes){ SET, size };
	case TCSETSF:
		return (struct modes){ SET_FLUSH, size };
#ifdef TCGETS2
	case TCGETS2:
		return (struct modes){ GET, sizeof(struct termios2) };
	case TCSETS2:
	case TCSETSW2:
		return (struct modes){ SET, sizeof(struct termios2) };
	case TCSETSF2:
		return (struct modes){ SET_FLUSH, sizeof(struct termios2) };
#endif
	}
	return (struct modes){ OTHER };
}

bool vtymux_modes_is(unsigned int cmd)
{
	return modes_of(cmd).kind != OTHER;
}

bool vtymux_modes_is_get(unsigned int cmd)
{
	return modes_of(cmd).kind == GET;
}

bool vtymux_modes_is_flush(unsigned int cmd)
{
	return modes_of(cmd).kind == SET_FLUSH;
}

int vtymux_modes_to_user(unsigned int cmd, void __user *user,
			 const struct ktermios *termios)
{
	return copy_to_user(user, termios, modes_of(cmd).size) ? -EFAULT : 0;
}

int vtymux_modes_from_user(unsigned int cmd, const void __user *user,
			   struct ktermios *termios)
{
	struct ktermios wanted = *termios;

	if (copy_from_user(&wanted, user, modes_of(cmd).size))
		return -EFAULT;
	/* The speeds that go with the B constants; nothing has two of them. */
	wanted.c_ospeed = tty_termios_baud_rate(&wanted);
	wanted.c_ispeed = wanted.c_ospeed;
	*termios = wanted;
	return 0;
}
