/* SPDX-License-Identifier: GPL-2.0-only */
/* What the key exchange agreed on, for people. */
#ifndef SESSION_AGREED_H
#define SESSION_AGREED_H

/* Tells the monitor. Keys are in use. */
void agreed_tell(void);

#endif /* SESSION_AGREED_H */
