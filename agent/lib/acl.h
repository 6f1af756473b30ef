/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of access lists: which peers they are about, read from and printed
 * as IOS writes them. No I/O in here.
 *
 * An entry that asks for more than where a connection comes from (of an
 * extended list, or of a protocol) cannot be evaluated. It is kept, and denies
 * whoever comes to it: what is not understood must not let anybody in.
 */
#ifndef AGENT_ACL_H
#define AGENT_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ACL_SEQUENCE_MAX	2147483647U
#define ACL_TEXT_MAX		255	/* of a remark; as typed */
#define ACL_FORMAT_MAX		(ACL_TEXT_MAX + 16)

enum acl_kind {
	ACL_STANDARD,	/* IPv4 */
	ACL_EXTENDED,	/* IPv4; kept, never evaluated */
	ACL_IPV6,
	ACL_KINDS
};

enum acl_action { ACL_DENY, ACL_PERMIT, ACL_REMARK, ACL_ACTIONS };

struct acl_entry {
	uint32_t sequence;	/* 1..ACL_SEQUENCE_MAX; 0: none yet */
	enum acl_action action;
	bool log;		/* who matches is logged */
	/* In network order, of IPv4 the first four bytes; 0 under @wildcard */
	uint8_t address[16];
	uint8_t wildcard[16];	/* bits that do not count; any: all of them */
	char *text;		/* owned: a remark, what cannot be evaluated */
};

/* Where a connection comes from. An IPv4-mapped IPv6 address is IPv4. */
struct acl_peer {
	bool is_ipv6;
	uint8_t bytes[16];	/* as in struct acl_entry */
};

/* "deny", "permit", "remark" */
extern const char *const acl_actions[ACL_ACTIONS];

/**
 * acl_parse() - read an entry
 * @text: what follows the action: of a standard list "{any|host A.B.C.D|A.B.C.D
 * [WILDCARD]} [log]"; of an IPv6 one "ipv6 {any|host ADDRESS|PREFIX/LENGTH} any
 * [log] [sequence N]" and what cannot be evaluated; of a remark or an extended
 * list anything
 * @ret: its text is the caller's to free; the sequence is 0 unless given
 * Return: 0; -EINVAL with *@ret_fault, which is static, saying why; -ENOMEM.
 */
int acl_parse(enum acl_kind kind, enum acl_action action, const char *text,
	      struct acl_entry *ret, const char **ret_fault);

/* "permit 192.0.2.0 0.0.0.255 log": as acl_parse() reads it, canonical. */
void acl_format(enum acl_kind kind, const struct acl_entry *entry,
		char text[ACL_FORMAT_MAX + 1]);

/* The addresses alone: "any", "192.0.2.1", "192.0.2.0<between>0.0.0.255". */
void acl_format_source(enum acl_kind kind, const struct acl_entry *entry,
		       const char *between, char *text, size_t size);

/* Whether an entry denies because it cannot be evaluated. */
bool acl_is_opaque(const struct acl_entry *entry);

/* Whether two entries of one list are the same, wherever they stand. */
bool acl_same(const struct acl_entry *a, const struct acl_entry *b);

/**
 * acl_applies() - whether an entry decides about a peer
 * @peer: of the address family of the entry's list
 */
bool acl_applies(const struct acl_entry *entry, const struct acl_peer *peer);

/* Return: 0, or -EAFNOSUPPORT and @ret is untouched. */
int acl_peer_of(const struct sockaddr_storage *address, struct acl_peer *ret);

/* The same of "192.0.2.1" or "2001:db8::1 49152". 0 or -EINVAL. */
int acl_peer_parse(const char *text, struct acl_peer *ret);

#endif /* AGENT_ACL_H */
