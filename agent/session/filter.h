/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls of the session process. */
#ifndef SESSION_FILTER_H
#define SESSION_FILTER_H

struct filter;

/**
 * filter_new() - make the filter: what the session needs, and nothing else
 * @ret: for filter_load() and filter_free(); kept on failure
 *
 * Loads libseccomp, so while there are files to load.
 *
 * Return: 0, -ELIBACC without the library, or -errno.
 */
int filter_new(struct filter **ret);

/**
 * filter_load() - allow only what it allows from here on
 *
 * Anything else ends the process. Implies no_new_privs.
 *
 * Return: 0 or -errno; on failure no filter is loaded.
 */
int filter_load(struct filter *filter);

/* And of libseccomp. What was loaded into the kernel stays. */
void filter_free(struct filter *filter);

#endif /* SESSION_FILTER_H */
