/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dropbear's key code inside the monitor: set up once, and kept from ending
 * the process. hostkey.c and verify.c are its users.
 */
#ifndef MONITOR_KEYCODE_H
#define MONITOR_KEYCODE_H

/* Prepares random numbers and algorithms; more than once does no harm. */
void keycode_init(void);

/**
 * keycode_try() - run a function that may call dropbear_exit()
 *
 * Malformed data ends only the function; what it had allocated stays. Calls do
 * not nest. Return: what @fn returns, or -1 when it was ended.
 */
int keycode_try(int (*fn)(void *arg), void *arg);

#endif /* MONITOR_KEYCODE_H */
