/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session process's side of lib/proto.h: one function a question. A
 * question blocks until its answer is there. Where the monitor has gone or
 * answers what it must not, the process ends: there is nothing to go on with.
 */
#ifndef SESSION_MONITOR_H
#define SESSION_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/**
 * monitor_hello() - receive the first message and check it
 * Return: 0, -EPROTO for anything that is not a good PROTO_HELLO, or -errno.
 */
int monitor_hello(struct proto_hello *ret);

/**
 * monitor_banner() - receive the banner, which follows @hello
 * @ret: "" without one; the caller's to m_free(). Return: as monitor_hello().
 */
int monitor_banner(const struct proto_hello *hello, char **ret);

/**
 * monitor_watch() - notice the monitor's end whatever the process is doing
 * @wake: written to, one byte, non-blocking, from the signal handler
 *
 * Once it is noticed monitor_gone() is true, and a process that does not end
 * by itself within a second is ended by SIGALRM.
 */
int monitor_watch(void);
bool monitor_gone(void);

/* @sig has PROTO_SIG_MAX bytes of room. Return: length of the signature. */
size_t monitor_sign(enum proto_sigalg alg, const uint8_t *hash, size_t len,
		    uint8_t *sig);

/* What was agreed on, to be shown. Once, before monitor_user(). */
void monitor_algorithms(const struct proto_algorithms *algorithms);

/* @len at most PROTO_NAME_MAX. */
void monitor_user(const uint8_t *name, size_t len);

/*
 * @query: complete but for its type; sig_len 0 asks whether the key would do,
 * and PROTO_NEXT says yes.
 */
enum proto_result monitor_pubkey(const struct proto_pubkey *query);

/* @len at most PROTO_PASSWORD_MAX; the caller wipes its copy. */
enum proto_result monitor_password(const uint8_t *password, size_t len);

/*
 * Both return PROTO_NEXT with @ret filled when the monitor has prompts, and
 * the result of the attempt, @ret untouched, when the conversation is over.
 */
enum proto_result monitor_kbdint(struct proto_prompt *ret);
enum proto_result monitor_respond(const struct proto_response *response,
				  struct proto_prompt *ret);

/* Ends a conversation without an answer. */
enum proto_result monitor_abort(void);

/* What PROTO_OPENED brought; all descriptors are the caller's to close. */
struct monitor_opened {
	int kind;	/* enum proto_opened_kind, -1 when refused */
	bool sftp;	/* refused, and an SFTP client waits to hear it */
	int fd;		/* line, master or output; -1 when refused */
	int notice;	/* read end of the notice pipe, always there */
	int input;	/* PROTO_OPENED_PIPES, else -1 */
	int history;	/* comes before the line, -1 without */
	uint32_t flags;	/* enum proto_line_flags */
	uint32_t idle;	/* seconds until monitor_idle() is due, 0: never */
};

/* Nothing came for so long. Return: the time-out from now on. */
uint32_t monitor_idle(void);

/* The tap lost bytes: has the client told how many. */
void monitor_lost(void);

/* A variable, and a piece of the command, for the next monitor_open(). */
void monitor_env(const struct proto_env *env);
void monitor_command(const uint8_t *bytes, size_t len);

/* Opens what the user name asked for. @open: its type need not be set. */
void monitor_open(const struct proto_open *open, struct monitor_opened *ret);

/* @signo: one that signame_of() knows */
void monitor_signal(int signo);

struct monitor_bytes {
	uint64_t in, out;	/* from the client and to it */
};

/* @ended: by itself, not by the client. How it ended: @ret. */
void monitor_close(bool ended, const struct monitor_bytes *bytes,
		   struct proto_status *ret);

/* Never fails: a line that cannot be logged is lost. */
void monitor_log(int level, const char *text);

#endif /* SESSION_MONITOR_H */
