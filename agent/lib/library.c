// SPDX-License-Identifier: GPL-2.0-only
#include "library.h"

#include <dlfcn.h>
#include <stdbool.h>

/* Return: whether all are there; then they are in @table, if there is one. */
static bool find_all(void *library, const struct library_call *calls,
		     char *table)
{
	for (; calls->symbol; calls++) {
		void *found = dlsym(library, calls->symbol);

		if (!found)
			return false;
		if (table)
			*(void **)(table + calls->member) = found;
	}
	return true;
}

void *library_open(const char *soname, const struct library_call *calls,
		   void *table)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_GLOBAL);

	/* One that lacks a function stays: dlclose() would clear dlerror(). */
	if (!library || !find_all(library, calls, NULL))
		return NULL;
	find_all(library, calls, table);
	return library;
}

void *library_close(void *library)
{
	if (library)
		dlclose(library);
	return NULL;
}
