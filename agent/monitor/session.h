/* SPDX-License-Identifier: GPL-2.0-only */
/* The session process's messages: who may ask what, when. */
#ifndef MONITOR_SESSION_H
#define MONITOR_SESSION_H

struct monitor;

/* Sends PROTO_HELLO. Host keys are loaded. */
void session_hello(struct monitor *m);

/*
 * Receives one message and answers it. The first that breaks proto.h ends the
 * monitor without an answer.
 */
void session_receive(struct monitor *m);

#endif /* MONITOR_SESSION_H */
