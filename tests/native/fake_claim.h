/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What fake_claim.c and the broker of lines.py say to each other on
 * $VTYMUX_DEV/vtymux, a SOCK_SEQPACKET socket: one connection is one open file
 * of the claim device. The broker revokes by sending a struct vtymux_status
 * and closing, so the connection polls POLLHUP as the real file does.
 */
#ifndef TESTS_NATIVE_FAKE_CLAIM_H
#define TESTS_NATIVE_FAKE_CLAIM_H

#include <linux/vtymux.h>

enum fake_op {
	FAKE_LINE = 1, FAKE_ROTARY, FAKE_OPEN, FAKE_VIRTUAL, FAKE_ATTACH,
	FAKE_STEAL, FAKE_TAP
};

struct fake_question {
	__u32 op;
	__u32 number;
	__u64 candidates[VTYMUX_CLAIM_WORDS_MAX];
	char owner[VTYMUX_OWNER_MAX + 1];
};

struct fake_answer {
	__s32 error;	/* 0 or -errno; OPEN, ATTACH, TAP bring a descriptor */
	__u32 line;	/* TAP: bytes of history */
};

#endif /* TESTS_NATIVE_FAKE_CLAIM_H */
