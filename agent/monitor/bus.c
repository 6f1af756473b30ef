// SPDX-License-Identifier: GPL-2.0-only
#include "bus.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include "library.h"
#include "log.h"

#define LIBRARY	"libsystemd.so.0"

struct bus bus;

static const struct library_call calls[] = {
#define BUS_SYMBOL(name) { "sd_bus_" #name, offsetof(struct bus, name) },
	BUS_CALLS(BUS_SYMBOL)
#undef BUS_SYMBOL
	LIBRARY_END
};

int bus_load(void)
{
	static void *library;

	if (!library)
		library = library_open(LIBRARY, calls, &bus);
	if (!library) {
		log_err("%s", dlerror());
		return -ENOPKG;
	}
	return 0;
}
