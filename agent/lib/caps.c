// SPDX-License-Identifier: GPL-2.0-only
#include "caps.h"

#include <errno.h>
#include <stddef.h>

#include "library.h"

#define LIBRARY	"libcap-ng.so.0"

static const struct library_call calls[] = {
#define CAPS_SYMBOL(name) { "capng_" #name, offsetof(struct caps, name) },
	CAPS_CALLS(CAPS_SYMBOL)
#undef CAPS_SYMBOL
	LIBRARY_END
};

int caps_load(struct caps *c)
{
	c->library = library_open(LIBRARY, calls, c);
	return c->library ? 0 : -ELIBACC;
}

void caps_unload(struct caps *c)
{
	c->library = library_close(c->library);
}
