/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RADIUS packets (RFC 2865, 2866, 2869, 3579, 5080, 5607): requests are built
 * in a buffer, replies are checked before anything in them is believed. No I/O
 * in here.
 *
 * Every Access-Request begins with a Message-Authenticator, and a reply must
 * have one unless the server is known not to send it: without, MD5 collisions
 * turn a reject into an accept (CVE-2024-3596).
 */
#ifndef AGENT_RADIUS_H
#define AGENT_RADIUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RADIUS_PACKET_MAX	4096
#define RADIUS_HEADER		20
#define RADIUS_VECTOR		16	/* an authenticator */
#define RADIUS_ATTR_MAX		253	/* bytes of a value */
#define RADIUS_PASSWORD_MAX	128
#define RADIUS_CLASS_MAX	512	/* bytes of all Class attributes */
#define RADIUS_TEXT_MAX		512
#define RADIUS_AVPAIRS_MAX	512

enum radius_code {
	RADIUS_ACCESS_REQUEST		= 1,
	RADIUS_ACCESS_ACCEPT		= 2,
	RADIUS_ACCESS_REJECT		= 3,
	RADIUS_ACCOUNTING_REQUEST	= 4,
	RADIUS_ACCOUNTING_RESPONSE	= 5,
	RADIUS_ACCESS_CHALLENGE		= 11,
};

enum radius_attr {
	RADIUS_USER_NAME		= 1,
	RADIUS_USER_PASSWORD		= 2,
	RADIUS_NAS_IP_ADDRESS		= 4,
	RADIUS_NAS_PORT			= 5,
	RADIUS_SERVICE_TYPE		= 6,
	RADIUS_REPLY_MESSAGE		= 18,
	RADIUS_STATE			= 24,
	RADIUS_CLASS			= 25,
	RADIUS_VENDOR_SPECIFIC		= 26,
	RADIUS_SESSION_TIMEOUT		= 27,
	RADIUS_IDLE_TIMEOUT		= 28,
	RADIUS_CALLING_STATION_ID	= 31,
	RADIUS_NAS_IDENTIFIER		= 32,
	RADIUS_ACCT_STATUS_TYPE		= 40,
	RADIUS_ACCT_DELAY_TIME		= 41,
	RADIUS_ACCT_INPUT_OCTETS	= 42,
	RADIUS_ACCT_OUTPUT_OCTETS	= 43,
	RADIUS_ACCT_SESSION_ID		= 44,
	RADIUS_ACCT_AUTHENTIC		= 45,
	RADIUS_ACCT_SESSION_TIME	= 46,
	RADIUS_ACCT_TERMINATE_CAUSE	= 49,
	RADIUS_ACCT_INPUT_GIGAWORDS	= 52,
	RADIUS_ACCT_OUTPUT_GIGAWORDS	= 53,
	RADIUS_EVENT_TIMESTAMP		= 55,
	RADIUS_NAS_PORT_TYPE		= 61,
	RADIUS_PROMPT			= 76,
	RADIUS_MESSAGE_AUTHENTICATOR	= 80,
	RADIUS_NAS_PORT_ID		= 87,
	RADIUS_NAS_IPV6_ADDRESS		= 95,
	RADIUS_MANAGEMENT_PRIVILEGE	= 136,
};

#define RADIUS_VENDOR_CISCO	9
#define RADIUS_CISCO_AVPAIR	1

enum radius_service {
	RADIUS_SERVICE_LOGIN		= 1,
	RADIUS_SERVICE_ADMINISTRATIVE	= 6,
	RADIUS_SERVICE_NAS_PROMPT	= 7,
	RADIUS_SERVICE_AUTHENTICATE	= 8,
};

/* A request; data[] is on the wire what it is here once it is signed. */
struct radius_packet {
	size_t len;
	uint8_t data[RADIUS_PACKET_MAX];
};

#define RADIUS_NO_LEVEL		(-1)
#define RADIUS_NO_TIME		UINT32_MAX

struct radius_reply {
	enum radius_code code;
	int privilege;			/* 0..15 or RADIUS_NO_LEVEL */
	const char *refused;		/* why an accept is none, or NULL */
	uint32_t session_timeout;	/* seconds or RADIUS_NO_TIME */
	uint32_t idle_timeout;
	bool no_echo;			/* Prompt: not what is typed */
	size_t state_len;		/* 0: none */
	uint8_t state[RADIUS_ATTR_MAX];
	size_t class_len;
	/* Length byte and value of each Class, as they came. */
	uint8_t class[RADIUS_CLASS_MAX];
	char text[RADIUS_TEXT_MAX];	/* Reply-Message, printable ASCII and \n */
	/* Cisco-AVPairs, one a line, printable ASCII. */
	char avpairs[RADIUS_AVPAIRS_MAX];
};

/**
 * radius_begin() - start a packet
 * @vector: random for an Access-Request, ignored for an Accounting-Request
 */
void radius_begin(struct radius_packet *p, enum radius_code code, uint8_t id,
		  const uint8_t vector[RADIUS_VECTOR]);

/* Return: 0, -EINVAL (empty, over RADIUS_ATTR_MAX) or -EMSGSIZE (full). */
int radius_add(struct radius_packet *p, enum radius_attr attr, const void *data,
	       size_t len);

/* A text; an empty one is left out. Return: as radius_add(). */
int radius_add_text(struct radius_packet *p, enum radius_attr attr,
		    const char *text);

int radius_add_number(struct radius_packet *p, enum radius_attr attr,
		      uint32_t number);

/**
 * radius_add_password() - User-Password, hidden (RFC 2865 5.2)
 * Return: 0, -EINVAL over RADIUS_PASSWORD_MAX, -EMSGSIZE.
 */
int radius_add_password(struct radius_packet *p, const char *secret,
			const char *password);

/* Length and authenticators; nothing may be added after it. */
void radius_sign(struct radius_packet *p, const char *secret);

/**
 * radius_check() - a datagram that may be the reply to a request
 * @request: signed
 * @need_authenticator: refuse Access replies without Message-Authenticator
 *
 * Return: 0 with @ret filled; -EBADMSG for one to be ignored as if it had not
 * come: not a reply to this request, malformed, or not signed with @secret.
 */
int radius_check(const struct radius_packet *request, const char *secret,
		 bool need_authenticator, const uint8_t *data, size_t len,
		 struct radius_reply *ret);

#endif /* AGENT_RADIUS_H */
