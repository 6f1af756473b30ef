// SPDX-License-Identifier: GPL-2.0-only
#include "bus.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "log.h"

#define LIBRARY	"libsystemd.so.0"

struct bus bus;

static const struct {
	const char *symbol;
	size_t member;
} calls[] = {
#define BUS_SYMBOL(name) { "sd_bus_" #name, offsetof(struct bus, name) },
	BUS_CALLS(BUS_SYMBOL)
#undef BUS_SYMBOL
};

int bus_load(void)
{
	static bool loaded;
	void *library;

	if (loaded)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library && i < sizeof(calls) / sizeof(calls[0]); i++) {
		void **member = (void **)((char *)&bus + calls[i].member);

		*member = dlsym(library, calls[i].symbol);
		if (!*member)
			library = NULL;	/* and what is loaded stays */
	}
	if (!library) {
		log_err("%s", dlerror());
		return -ENOPKG;
	}
	loaded = true;
	return 0;
}
