/* SPDX-License-Identifier: GPL-2.0-only */
/* Scope-bound destructors: int fd _cleanup_close_ = -1; */
#ifndef AGENT_CLEANUP_H
#define AGENT_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f)	__attribute__((cleanup(f)))
#define _cleanup_free_	_cleanup_(cleanup_free)
#define _cleanup_close_	_cleanup_(cleanup_close)
#define _cleanup_dir_	_cleanup_(cleanup_dir)
#define _cleanup_file_	_cleanup_(cleanup_file)

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* Hands a descriptor to the caller: the variable no longer closes it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif /* AGENT_CLEANUP_H */
