// SPDX-License-Identifier: GPL-2.0-only
/*
 * send_record PROGRAM GROUP: the start and the stop of a session to the servers
 * of a group's file, as vtymuxd sends them; prints the outcome of each.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exchange.h"

int main(int argc, char **argv)
{
	struct exchange_request req = {
		.kind = EXCHANGE_ACCOUNT, .budget = 20000, .line = 7,
		.method = EXCHANGE_BY_RADIUS, .user = "lab", .port = "tty7",
		.record = { .session = 5, .boot = 1, .seconds = 9, .in = 3,
			    .out = 1ULL << 33 },
	};
	struct exchange_reply reply;
	struct exchange x;
	int r;

	if (argc != 3)
		return 2;
	r = servers_load(argv[2], &req.servers);
	if (!r)
		r = exchange_start(&x, argv[1]);
	for (uint32_t stop = 0; stop < 2 && !r; stop++) {
		req.record.stop = stop;
		r = exchange_ask(&x, &req, 30000, &reply);
		if (!r)
			printf("%u %s\n", reply.outcome, reply.why);
	}
	if (r)
		printf("%s\n", strerror(-r));
	return r != 0;
}
