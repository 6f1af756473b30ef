// SPDX-License-Identifier: GPL-2.0-only
#include "acl.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANK		" \t\r\n\v\f"
#define WORD_MAX	INET6_ADDRSTRLEN	/* with "/128" */
#define IPV4_SIZE	4
#define IPV6_SIZE	16

const char *const acl_actions[ACL_ACTIONS] = {
	[ACL_DENY] = "deny", [ACL_PERMIT] = "permit", [ACL_REMARK] = "remark",
};

/* Those of IOS; only the first can be evaluated. */
static const char *const protocols[] = {
	"ipv6", "ahp", "esp", "icmp", "pcp", "sctp", "tcp", "udp",
};

/* Takes the next word. Return: false at the end, or for one that is too long. */
static bool next_word(const char **text, char word[WORD_MAX + 5])
{
	size_t len;

	*text += strspn(*text, BLANK);
	len = strcspn(*text, BLANK);
	if (!len || len >= WORD_MAX + 5)
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*text += len;
	return true;
}

/* A keyword or a beginning of it. */
static bool is_keyword(const char *word, const char *keyword)
{
	return *word && !strncasecmp(word, keyword, strlen(word));
}

static bool at_end(const char *text)
{
	return !text[strspn(text, BLANK)];
}

static void clear_wild(struct acl_entry *e)
{
	for (size_t i = 0; i < sizeof(e->address); i++)
		e->address[i] &= (uint8_t)~e->wildcard[i];
}

/* any | host A.B.C.D | A.B.C.D [WILDCARD] */
static const char *parse_ipv4_source(const char **text, struct acl_entry *e)
{
	char word[WORD_MAX + 5];
	const char *rest;
	bool host;

	if (!next_word(text, word))
		return "any, host A.B.C.D or A.B.C.D [WILDCARD] is missing";
	if (is_keyword(word, "any")) {
		memset(e->wildcard, 0xff, IPV4_SIZE);
		return NULL;
	}
	host = is_keyword(word, "host");
	if (host && !next_word(text, word))
		return "the address of the host is missing";
	if (inet_pton(AF_INET, word, e->address) != 1)
		return "not an IPv4 address";
	rest = *text;
	if (host || !next_word(&rest, word) || is_keyword(word, "log"))
		return NULL;
	if (inet_pton(AF_INET, word, e->wildcard) != 1)
		return "after the address comes a wildcard mask or log";
	*text = rest;
	return NULL;
}

static const char *parse_standard(const char *text, struct acl_entry *e)
{
	const char *fault = parse_ipv4_source(&text, e);
	char word[WORD_MAX + 5];

	if (!fault && !at_end(text)) {
		if (!next_word(&text, word) || !is_keyword(word, "log") ||
		    !at_end(text))
			fault = "at the end comes nothing but log";
		e->log = true;
	}
	return fault;
}

/* The length after '/', which is cut off. Return: -1 for none or a bad one. */
static int take_length(char *word)
{
	char *slash = strchr(word, '/');
	size_t len = slash ? strlen(slash + 1) : 0;
	int n;

	if (!len || len > 3 || slash[1 + strspn(slash + 1, "0123456789")])
		return -1;
	n = atoi(slash + 1);
	*slash = '\0';
	return n > 128 ? -1 : n;
}

static void set_prefix(struct acl_entry *e, int length)
{
	for (int bit = length; bit < 128; bit++)
		e->wildcard[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

/* any | host ADDRESS | PREFIX/LENGTH */
static const char *parse_ipv6_source(const char **text, struct acl_entry *e)
{
	char word[WORD_MAX + 5];
	int length = 128;

	if (!next_word(text, word))
		return "any, host ADDRESS or PREFIX/LENGTH is missing";
	if (is_keyword(word, "any")) {
		set_prefix(e, 0);
		return NULL;
	}
	if (is_keyword(word, "host")) {
		if (!next_word(text, word))
			return "the address of the host is missing";
	} else {
		length = take_length(word);
	}
	if (length < 0 || inet_pton(AF_INET6, word, e->address) != 1)
		return "not an IPv6 prefix with its length, or host and an address";
	set_prefix(e, length);
	return NULL;
}

static bool is_protocol(const char *word)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcasecmp(word, protocols[i]))
			return true;
	return strlen(word) <= 3 && !word[strspn(word, "0123456789")] &&
	       atoi(word) <= 255;
}

/*
 * After the action. Sets *@ret_opaque for what is right, for all that is known
 * of it, but says more than where a connection comes from.
 */
static const char *parse_ipv6(const char *text, struct acl_entry *e,
			      bool *ret_opaque)
{
	char word[WORD_MAX + 5];
	const char *fault;

	if (!next_word(&text, word) || !is_protocol(word))
		return "a protocol comes first: ipv6";
	*ret_opaque = strcasecmp(word, "ipv6") != 0;
	fault = parse_ipv6_source(&text, e);
	if (*ret_opaque || fault)
		return fault;
	if (at_end(text))
		return "the destination is missing: any";
	if (!next_word(&text, word) || !is_keyword(word, "any"))
		*ret_opaque = true;
	if (!at_end(text)) {
		if (!next_word(&text, word) || !is_keyword(word, "log") ||
		    !at_end(text))
			*ret_opaque = true;
		e->log = true;
	}
	return NULL;
}

/* "... sequence 20": cuts it off. Return: the number, 0 without. */
static uint32_t take_sequence(char *text)
{
	static const char keyword[] = "sequence";
	const size_t size = sizeof(keyword) - 1;
	unsigned long number;
	char *at = strrchr(text, ' '), *end;

	if (!at || !isdigit((unsigned char)at[1]))
		return 0;
	number = strtoul(at + 1, &end, 10);
	while (at > text && strchr(BLANK, at[-1]))
		at--;
	if (*end || !number || number > ACL_SEQUENCE_MAX ||
	    (size_t)(at - text) <= size || !strchr(BLANK, at[-1 - (long)size]) ||
	    strncasecmp(at - size, keyword, size))
		return 0;
	at -= size;
	while (at > text && strchr(BLANK, at[-1]))
		at--;
	*at = '\0';
	return (uint32_t)number;
}

int acl_parse(enum acl_kind kind, enum acl_action action, const char *text,
	      struct acl_entry *ret, const char **ret_fault)
{
	bool opaque = kind == ACL_EXTENDED || action == ACL_REMARK;
	struct acl_entry e = { .action = action };
	const char *fault = NULL;
	char copy[ACL_TEXT_MAX + 1];

	if (strlen(text) > ACL_TEXT_MAX) {
		*ret_fault = "over 255 characters";
		return -EINVAL;
	}
	strcpy(copy, text);
	if (!opaque && kind == ACL_IPV6) {
		e.sequence = take_sequence(copy);
		while (take_sequence(copy))
			;	/* the last counts */
		fault = parse_ipv6(copy, &e, &opaque);
	} else if (!opaque) {
		fault = parse_standard(copy, &e);
	}
	if (fault) {
		*ret_fault = fault;
		return -EINVAL;
	}
	if (opaque) {
		e = (struct acl_entry){ .sequence = e.sequence,
					.action = action };
		e.text = strdup(copy);
		if (!e.text)
			return -ENOMEM;
	}
	clear_wild(&e);
	*ret = e;
	return 0;
}

static bool all(const uint8_t *bytes, size_t size, uint8_t value)
{
	while (size && *bytes == value) {
		bytes++;
		size--;
	}
	return !size;
}

/* Of a wildcard without holes, as IPv6 has it. */
static unsigned int prefix_length(const struct acl_entry *e)
{
	unsigned int n = 0;

	while (n < 128 && !(e->wildcard[n / 8] & 0x80 >> n % 8))
		n++;
	return n;
}

static void format_ipv6(const struct acl_entry *e, char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(AF_INET6, e->address, address, sizeof(address));
	for (char *c = address; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (prefix_length(e) == 128)
		snprintf(text, size, "host %s", address);
	else
		snprintf(text, size, "%s/%u", address, prefix_length(e));
}

void acl_format_source(enum acl_kind kind, const struct acl_entry *entry,
		       const char *between, char *text, size_t size)
{
	size_t bytes = kind == ACL_IPV6 ? IPV6_SIZE : IPV4_SIZE;
	char wildcard[INET_ADDRSTRLEN];
	char address[INET_ADDRSTRLEN];

	if (all(entry->wildcard, bytes, 0xff)) {
		snprintf(text, size, "any");
	} else if (kind == ACL_IPV6) {
		format_ipv6(entry, text, size);
	} else {
		inet_ntop(AF_INET, entry->address, address, sizeof(address));
		inet_ntop(AF_INET, entry->wildcard, wildcard, sizeof(wildcard));
		if (all(entry->wildcard, bytes, 0))
			snprintf(text, size, "%s", address);
		else
			snprintf(text, size, "%s%s%s", address, between,
				 wildcard);
	}
}

void acl_format(enum acl_kind kind, const struct acl_entry *entry,
		char text[ACL_FORMAT_MAX + 1])
{
	const char *action = acl_actions[entry->action];
	char source[64];

	if (entry->text) {
		snprintf(text, ACL_FORMAT_MAX + 1, "%s %s", action, entry->text);
		return;
	}
	acl_format_source(kind, entry, " ", source, sizeof(source));
	if (kind == ACL_IPV6)
		snprintf(text, ACL_FORMAT_MAX + 1, "%s ipv6 %s any%s", action,
			 source, entry->log ? " log" : "");
	else
		snprintf(text, ACL_FORMAT_MAX + 1, "%s %s%s", action, source,
			 entry->log ? " log" : "");
}

bool acl_is_opaque(const struct acl_entry *entry)
{
	return entry->text && entry->action != ACL_REMARK;
}

bool acl_same(const struct acl_entry *a, const struct acl_entry *b)
{
	if (a->action != b->action || !a->text != !b->text)
		return false;
	if (a->text)
		return !strcmp(a->text, b->text);
	return a->log == b->log &&
	       !memcmp(a->address, b->address, sizeof(a->address)) &&
	       !memcmp(a->wildcard, b->wildcard, sizeof(a->wildcard));
}

bool acl_applies(const struct acl_entry *entry, const struct acl_peer *peer)
{
	size_t size = peer->is_ipv6 ? IPV6_SIZE : IPV4_SIZE;

	if (entry->text)
		return entry->action != ACL_REMARK;
	for (size_t i = 0; i < size; i++)
		if ((entry->address[i] ^ peer->bytes[i]) &
		    (uint8_t)~entry->wildcard[i])
			return false;
	return true;
}

static struct acl_peer of_ipv6(const struct in6_addr *address)
{
	struct acl_peer peer = { .is_ipv6 = !IN6_IS_ADDR_V4MAPPED(address) };

	if (peer.is_ipv6)
		memcpy(peer.bytes, address, IPV6_SIZE);
	else
		memcpy(peer.bytes, &address->s6_addr[12], IPV4_SIZE);
	return peer;
}

int acl_peer_of(const struct sockaddr_storage *address, struct acl_peer *ret)
{
	const struct sockaddr_in6 *in6 = (const void *)address;
	const struct sockaddr_in *in = (const void *)address;

	switch (address->ss_family) {
	case AF_INET:
		*ret = (struct acl_peer){ .is_ipv6 = false };
		memcpy(ret->bytes, &in->sin_addr, IPV4_SIZE);
		return 0;
	case AF_INET6:
		*ret = of_ipv6(&in6->sin6_addr);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

int acl_peer_parse(const char *text, struct acl_peer *ret)
{
	struct acl_peer peer = { .is_ipv6 = false };
	char word[WORD_MAX + 5];
	struct in6_addr in6;

	if (!next_word(&text, word))
		return -EINVAL;
	if (inet_pton(AF_INET, word, peer.bytes) == 1)
		*ret = peer;
	else if (inet_pton(AF_INET6, word, &in6) == 1)
		*ret = of_ipv6(&in6);
	else
		return -EINVAL;
	return 0;
}
