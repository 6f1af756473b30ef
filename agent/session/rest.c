// SPDX-License-Identifier: GPL-2.0-only
#include "rest.h"

#include "includes.h"
#include "buffer.h"
#include "session.h"

#include "idle.h"
#include "wake.h"

static unsigned int seen;	/* packets of both sides, so far */
static int64_t since;		/* wake_clock() of the last one; 0: at rest */

void rest_poll(void)
{
	unsigned int packets = ses.transseq + ses.recvseq;

	/* In Dropbear 2025.89 each turn of the loop puts the login timer off. */
	if (!ses.authstate.authdone || (packets == seen && !since))
		return;
	if (packets != seen) {
		seen = packets;
		since = wake_clock();
	}
	if (wake_clock() < since + IDLE_MS) {
		wake_at(since + IDLE_MS);
		return;
	}
	since = 0;
	/* The largest buffer of all; between two packets it is empty. */
	if (ses.writepayload->len == 0)
		idle_discard(ses.writepayload->data, ses.writepayload->size);
	idle_trim();
}
