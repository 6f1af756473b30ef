/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that programs of ours leave for each other. */
#ifndef AGENT_FILE_H
#define AGENT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * file_replace() - replace a file, so that a crash leaves the old or new one
 * @durable: a crash of the system, too: file and directory reach the disk
 * Mode 0600. Return: 0, -errno.
 */
int file_replace(const char *path, const char *text, size_t size, bool durable);

/**
 * file_open_private() - open for reading what only root may have written
 * It must be a regular file, no symbolic link, of root or the effective user,
 * that nobody else may read or write. Return: 0, -EPERM, -errno.
 */
int file_open_private(const char *path, FILE **ret);

#endif /* AGENT_FILE_H */
