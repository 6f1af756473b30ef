/* SPDX-License-Identifier: GPL-2.0-only */
/* What the session process gives up before it reads a byte from the network. */
#ifndef SESSION_SANDBOX_H
#define SESSION_SANDBOX_H

/**
 * sandbox_enter() - enter the sandbox
 *
 * Leaves descriptors 0 to 2 on /dev/null and PROTO_FD_*, an empty root, the
 * unprivileged user without groups or capabilities, low resource limits and
 * the system-call filter. There is no way back and no partial success: on an
 * error the caller must exit.
 *
 * Return: 0; -EPERM when not started by root (except in test builds), or when
 * a privilege is still there afterwards; -ENOENT for no such user or no root
 * directory, -ENOTEMPTY or -EACCES for a root directory that holds something
 * or that others may write; -errno.
 */
int sandbox_enter(void);

#endif /* SESSION_SANDBOX_H */
