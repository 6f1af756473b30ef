// SPDX-License-Identifier: GPL-2.0-only
/*
 * send_record PROGRAM GROUP TIMES: the start and the stop of so many sessions to
 * the servers of a group's file, by one process as vtymuxd does it; prints the
 * outcome of each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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
	uint32_t count;
	int r;

	if (argc != 4)
		return 2;
	count = 2 * (uint32_t)strtoul(argv[3], NULL, 10);
	r = servers_load(argv[2], &req.servers);
	if (!r)
		r = exchange_start(&x, argv[1]);
	for (uint32_t i = 0; i < count && !r; i++) {
		req.record.status = i % 2 ? EXCHANGE_STOP : EXCHANGE_START;
		r = exchange_ask(&x, &req, 30000, &reply);
		if (!r)
			printf("%u %s\n", reply.outcome, reply.why);
	}
	if (r)
		printf("%s\n", strerror(-r));
	return r != 0;
}
