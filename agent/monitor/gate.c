// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include <string.h>

#include "log.h"
#include "monitor.h"
#include "policy.h"

bool gate_takes(const struct monitor *m, const struct policy *policy,
		unsigned int line)
{
	struct acl_verdict v = { 0 };
	struct acl_peer peer;
	int host = (int)strcspn(m->peer, " ");
	bool takes = !acl_peer_parse(m->peer, &peer) &&
		access_admits(&policy->access, line, &peer, &v);

	if (!takes)
		log_notice("line %u: %.*s refused: access list %s", line, host,
			   m->peer, v.list ? v.list->name : "");
	else if (v.entry && v.entry->log)
		log_notice("%%SEC-6-IPACCESSLOGS: line %u, access list %s, entry %u permitted %.*s",
			   line, v.list->name, v.entry->sequence, host,
			   m->peer);
	return takes;
}

unsigned int gate_lines(const struct monitor *m, const struct policy *policy,
			uint64_t set[VTYMUX_CLAIM_WORDS_MAX])
{
	unsigned int lowest = 0;
	struct acl_peer peer;
	bool known = !acl_peer_parse(m->peer, &peer);

	for (unsigned int n = VTYMUX_LINE_MAX; n; n--) {
		uint64_t bit = UINT64_C(1) << n % 64;

		if (!(set[n / 64] & bit))
			continue;
		if (known && access_admits(&policy->access, n, &peer, NULL))
			lowest = n;
		else
			set[n / 64] &= ~bit;
	}
	return lowest;
}
