/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TACACS+ packets (RFC 8907) of the client: requests are built in a buffer,
 * replies checked field by field before anything in them is believed. No I/O.
 *
 * The key hides bodies, it does not authenticate them (RFC 8907 10.1): who can
 * change bytes on the way can turn FAIL into PASS. Use it on a management
 * network or inside TLS.
 */
#ifndef AGENT_TACPLUS_H
#define AGENT_TACPLUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TACPLUS_HEADER		12
#define TACPLUS_BODY_MAX	8192	/* more is a peer gone wrong */
#define TACPLUS_TEXT_MAX	512
#define TACPLUS_ARGS_MAX	2048	/* bytes of the kept arguments */

enum tacplus_type {
	TACPLUS_AUTHEN	= 1,
	TACPLUS_AUTHOR	= 2,
	TACPLUS_ACCT	= 3,
};

enum tacplus_status {
	TACPLUS_PASS,
	TACPLUS_FAIL,
	TACPLUS_ERROR,		/* the server says it cannot tell */
	TACPLUS_GET_USER,
	TACPLUS_GET_PASSWORD,
	TACPLUS_GET_DATA,
};

/*
 * One exchange of packets: a new one for each question. @buffer holds the
 * packet to send, header included, of @len bytes.
 */
struct tacplus {
	enum tacplus_type type;
	uint8_t version;	/* of every packet of the exchange */
	uint8_t sequence;	/* of the last packet, either side's */
	uint8_t id[4];		/* session id as on the wire */
	bool clear;		/* inside TLS: not obfuscated (RFC 9887) */
	const char *key;	/* the caller's */
	size_t len;
	uint8_t buffer[TACPLUS_HEADER + TACPLUS_BODY_MAX];
};

struct tacplus_reply {
	enum tacplus_status status;
	bool no_echo;		/* what is typed */
	bool replaces;		/* authorization: not added to what we asked */
	char text[TACPLUS_TEXT_MAX];	/* server_msg, printable ASCII and \n */
	/* Arguments of an authorization, each with a NUL behind it. */
	size_t args_len;
	char args[TACPLUS_ARGS_MAX];
};

/* Who asks, in each START and REQUEST; strings of at most 255 bytes. */
struct tacplus_who {
	const char *user;
	const char *port;	/* "tty7" */
	const char *address;	/* of the user */
	uint8_t level;		/* 0..15; to have, or with @enable to get */
	bool enable;		/* authentication is for that level */
};

enum tacplus_method {	/* authen_method of RFC 8907 6.1 */
	TACPLUS_METHOD_NOT_SET	= 0,
	TACPLUS_METHOD_NONE	= 1,
	TACPLUS_METHOD_LOCAL	= 5,
	TACPLUS_METHOD_TACACS	= 6,
	TACPLUS_METHOD_RADIUS	= 16,
};

enum tacplus_record {	/* flags of an accounting request */
	TACPLUS_RECORD_START	= 2,
	TACPLUS_RECORD_STOP	= 4,
	TACPLUS_RECORD_WATCHDOG	= 8,	/* so far */
};

/**
 * tacplus_begin() - a new exchange
 * @id: random
 * @key: NULL inside TLS, where nothing is obfuscated
 */
void tacplus_begin(struct tacplus *t, enum tacplus_type type,
		   const uint8_t id[4], const char *key);

/**
 * tacplus_authen() - an authentication START
 * @password: for PAP, at most 255 bytes; NULL for ASCII, where the server asks
 * Return: 0, -EINVAL for a string that is too long.
 */
int tacplus_authen(struct tacplus *t, const struct tacplus_who *who,
		   const char *password);

/* The answer to GET_USER, GET_PASSWORD or GET_DATA. Return: 0, -EINVAL. */
int tacplus_continue(struct tacplus *t, const char *answer);

/* Tells the server that no answer will come. */
void tacplus_abort(struct tacplus *t);

/**
 * tacplus_author() - an authorization REQUEST
 * @args: "service=shell", each 1..255 bytes; at most 255
 * Return: 0, -EINVAL.
 */
int tacplus_author(struct tacplus *t, const struct tacplus_who *who,
		   enum tacplus_method method, const char *const *args,
		   size_t count);

/* An accounting REQUEST. Return: 0, -EINVAL. */
int tacplus_account(struct tacplus *t, const struct tacplus_who *who,
		    enum tacplus_method method, enum tacplus_record record,
		    const char *const *args, size_t count);

/**
 * tacplus_expect() - check the header of a reply
 * Return: bytes of its body; -EBADMSG for a version, type, sequence, session,
 * flag or length that the reply to our packet cannot have.
 */
int tacplus_expect(const struct tacplus *t,
		   const uint8_t header[TACPLUS_HEADER]);

/**
 * tacplus_check() - the body of a reply whose header is right
 * @body: of the length that tacplus_expect() gave; cleared up in place
 * Return: 0 with @ret filled and the exchange advanced; -EBADMSG for a body
 * whose lengths do not add up, as with a wrong key.
 */
int tacplus_check(struct tacplus *t, uint8_t *body, size_t len,
		  struct tacplus_reply *ret);

#endif /* AGENT_TACPLUS_H */
