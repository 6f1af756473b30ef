/* SPDX-License-Identifier: GPL-2.0-only */
/* One question on its way through the servers. */
#ifndef EXCHANGE_QUESTION_H
#define EXCHANGE_QUESTION_H

#include <stdint.h>

#include "exchange.h"

#define QUESTION_DETAIL_MAX	64

struct question {
	struct exchange_request *req;	/* wiped by its owner */
	struct exchange_reply reply;	/* as far as it is known */
	int fd;				/* to who asks */
	int64_t deadline;		/* net_now() clock */
	unsigned int rounds;		/* challenges so far */
	const int *files;		/* that came with it, see exchange.h */
	/* Of what the server at hand does wrong, or "". */
	char detail[QUESTION_DETAIL_MAX];
};

/* When one step with a server has taken too long, net_now() clock. */
int64_t question_step(const struct question *q, const struct aaa_server *server);

/**
 * question_challenge() - ask the user something
 * @answer: room for EXCHANGE_PASSWORD_MAX + 1, the caller's to wipe
 * The time that the user takes is not counted. Return: 0; -ECANCELED when he
 * gave up; -ELOOP after EXCHANGE_ROUNDS_MAX; -errno.
 */
int question_challenge(struct question *q, const char *text, bool echo,
		       char *answer);

/* Notes why, for the log; the first reason of a server stays. */
void question_note(struct question *q, uint32_t server, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts a question to the servers, one after the other. */
void question_run(struct question *q);

/*
 * One server's part: fills reply.outcome. Return: 0 when it has said what
 * counts, PASS or FAIL; -errno when it did not, and the next shall be asked;
 * -ECANCELED when nobody shall; -ENOKEY when our side cannot ask it as it is
 * configured.
 */
int radius_ask(struct question *q, const struct aaa_server *server);
int tacplus_ask(struct question *q, const struct aaa_server *server);

#endif /* EXCHANGE_QUESTION_H */
