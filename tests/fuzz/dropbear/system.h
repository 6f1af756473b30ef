/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before everything else in each unit of agent/session: its system calls are
 * world.c's, and its variables are together, so that world.c can set them back
 * before each execution as a new process would have them.
 */
#ifndef FUZZ_SYSTEM_H
#define FUZZ_SYSTEM_H

#include "world.h"

#define ioctl world_ioctl
#define fcntl world_fcntl
#define pipe world_pipe
#define pipe2 world_pipe2
#define poll world_poll
#define setsockopt world_setsockopt

#pragma clang section bss = "session_bss" data = "session_data"

#endif /* FUZZ_SYSTEM_H */
