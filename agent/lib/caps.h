/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libcap-ng, loaded where privileges are given up: its functions are those of
 * capng(7) without "capng_". No other file of monitor and session includes its
 * header.
 */
#ifndef AGENT_CAPS_H
#define AGENT_CAPS_H

#include <cap-ng.h>

#define CAPS_CALLS(call) \
	call(apply) \
	call(clear) \
	call(get_caps_process) \
	call(have_capabilities) \
	call(update) \
	call(updatev)

struct caps {
	void *library;
#define CAPS_MEMBER(name) __typeof__(capng_ ## name) *name;
	CAPS_CALLS(CAPS_MEMBER)
#undef CAPS_MEMBER
};

/* Return: 0, or -ELIBACC: nothing may go on as if privileges were gone. */
int caps_load(struct caps *c);

/* What was loaded, if anything, is no more to be used. */
void caps_unload(struct caps *c);

#endif /* AGENT_CAPS_H */
