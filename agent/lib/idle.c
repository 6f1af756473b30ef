// SPDX-License-Identifier: GPL-2.0-only
#include "idle.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_KEPT	512		/* below the caller: this function's own */
#define STACK_DEPTH	(256 * 1024)	/* deeper than a login gets */

void idle_trim(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t end = (uintptr_t)__builtin_frame_address(0) - STACK_KEPT;

	malloc_trim(0);
	end &= ~(page - 1);
	/* Where the stack has not been there is nothing mapped: ENOMEM, good. */
	madvise((void *)(end - STACK_DEPTH), STACK_DEPTH, MADV_DONTNEED);
}

void idle_discard(void *start, size_t len)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)start + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)start + len) & ~(page - 1);

	if (begin < end)
		madvise((void *)begin, end - begin, MADV_DONTNEED);
}
