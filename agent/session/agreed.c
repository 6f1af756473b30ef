// SPDX-License-Identifier: GPL-2.0-only
#include "agreed.h"

#include "includes.h"
#include "algo.h"
#include "dbutil.h"
#include "session.h"

#include "monitor.h"

/* A cipher with authentication of its own has a hash that is in no table. */
#define IMPLICIT	"implicit"

static void put_name(char ret[PROTO_ALGO_MAX + 1], const algo_type *table,
		     const void *data, const void *mode)
{
	for (; table->name; table++) {
		if (table->data != data || (mode && table->mode != mode))
			continue;
		snprintf(ret, PROTO_ALGO_MAX + 1, "%s", table->name);
		return;
	}
	snprintf(ret, PROTO_ALGO_MAX + 1, IMPLICIT);
}

/* From the network: what is not printable becomes a question mark. */
static void put_client(char ret[PROTO_IDENT_MAX + 1], const char *ident)
{
	unsigned int i;

	for (i = 0; ident && ident[i] && i < PROTO_IDENT_MAX; i++)
		ret[i] = ident[i] >= 0x20 && ident[i] < 0x7f ? ident[i] : '?';
	ret[i] = '\0';
}

void agreed_tell(void)
{
	const struct key_context *k = ses.keys;
	struct proto_algorithms a = { 0 };

	put_client(a.client, ses.remoteident);
	put_name(a.kex, sshkex, k->algo_kex, NULL);
	put_name(a.cipher_in, sshciphers, k->recv.algo_crypt,
		 k->recv.crypt_mode);
	put_name(a.cipher_out, sshciphers, k->trans.algo_crypt,
		 k->trans.crypt_mode);
	put_name(a.mac_in, sshhashes, k->recv.algo_mac, NULL);
	put_name(a.mac_out, sshhashes, k->trans.algo_mac, NULL);
	monitor_algorithms(&a);
}
