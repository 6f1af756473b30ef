/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading lines and keys from whoever types. edit.c alone knows libedit. */
#ifndef CLI_EDIT_H
#define CLI_EDIT_H

#include "cli.h"

/* Takes the terminal over when standard input is one. Return: 0 or -errno. */
int edit_start(struct cli *cli);

/* Gives the terminal back. */
void edit_stop(void);

/**
 * edit_line() - read one line, without its newline
 * @plain: a text: no help, no completion, no history
 * @ret_end: Ctrl-Z or Ctrl-C ended it; may be NULL
 * Return: the line, valid until the next call; NULL at the end of input.
 */
const char *edit_line(const char *prompt, bool plain, bool *ret_end);

/* Reads one line without showing it, at most @size - 1 bytes. 0, -EIO. */
int edit_secret(const char *prompt, char *secret, size_t size);

/* One key; -1 at the end of input. */
int edit_key(void);

/* How many columns the screen has from now on. */
void edit_width(unsigned int width);

#endif /* CLI_EDIT_H */
