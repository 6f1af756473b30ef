/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls of the session process. */
#ifndef SESSION_FILTER_H
#define SESSION_FILTER_H

/**
 * filter_load() - allow only what the session needs from here on
 *
 * Anything else ends the process. Implies no_new_privs.
 *
 * Return: 0 or -errno; on failure no filter is loaded.
 */
int filter_load(void);

#endif /* SESSION_FILTER_H */
