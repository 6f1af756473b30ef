/* SPDX-License-Identifier: GPL-2.0-only */
/* Between tacplus.c, which asks, and tacplus-reply.c. */
#ifndef AGENT_TACPLUS_WIRE_H
#define AGENT_TACPLUS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define TACPLUS_VERSION		0xc0	/* major 12, minor 0 */
#define TACPLUS_FLAG_CLEAR	0x01
#define TACPLUS_FLAG_SINGLE	0x04	/* allowed in a reply, not used */

struct tacplus;

/* Hides or shows @len bytes of a body; needs t->key. */
void tacplus_obfuscate(const struct tacplus *t, uint8_t sequence,
		       uint8_t *body, size_t len);

#endif /* AGENT_TACPLUS_WIRE_H */
