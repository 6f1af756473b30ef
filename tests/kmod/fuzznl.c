// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"
#include "ktnl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#define MESSAGE_MAX	4096

static union message {
	struct nlmsghdr head;
	unsigned char bytes[MESSAGE_MAX];
} message;

static int sock = -1;
static unsigned int family;

static void open_socket(void)
{
	struct ktnl *nl = ktnl_open();

	family = ktnl_family(nl);
	ktnl_close(nl);
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		      NETLINK_GENERIC);
	if (sock < 0)
		kt_bail("no netlink socket");
}

/* An attribute at @at, right or nearly. Return: where the next one begins. */
static size_t attribute(const struct kt_args *args, size_t at)
{
	struct nlattr *attr = (struct nlattr *)(void *)&message.bytes[at];
	unsigned int type = fuzz_any(VTYMUX_A_MAX + 3), n = 4;
	uint32_t value = fuzz_any(2) ? fuzz_pair(args)->line : fuzz_number();
	void *data = attr + 1;

	if (fuzz_any(2))
		type = VTYMUX_A_LINE_NUMBER;
	if (!fuzz_any(4))
		n = fuzz_any(64);
	fuzz_bytes(data, n);
	if (n >= 4)
		memcpy(data, &value, 4);
	attr->nla_type = (uint16_t)type;
	if (!fuzz_any(8))
		attr->nla_type |= fuzz_any(2) ? NLA_F_NESTED :
						NLA_F_NET_BYTEORDER;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + n);
	if (!fuzz_any(16))
		attr->nla_len = (uint16_t)fuzz_number();
	return at + NLA_HDRLEN + NLA_ALIGN(n);
}

static size_t make(const struct kt_args *args)
{
	struct genlmsghdr *genl = NLMSG_DATA(&message.head);
	size_t n = NLMSG_LENGTH(GENL_HDRLEN);
	static const uint16_t flags[] = {
		0, NLM_F_ACK, NLM_F_DUMP, NLM_F_ROOT, NLM_F_ECHO, NLM_F_MULTI,
		NLM_F_ATOMIC, NLM_F_CREATE | NLM_F_EXCL, 0xffff,
	};

	memset(&message, 0, sizeof(message));
	genl->cmd = (uint8_t)(fuzz_any(4) ? fuzz_any(VTYMUX_CMD_MAX + 2) :
					    fuzz_number());
	genl->version = (uint8_t)(fuzz_any(8) ? VTYMUX_GENL_VERSION :
						 fuzz_number());
	if (!fuzz_any(16))
		genl->reserved = (uint16_t)random();
	for (unsigned int i = fuzz_any(4) ? 1 : fuzz_any(30); i; i--)
		n = attribute(args, n);
	message.head.nlmsg_type = (uint16_t)family;
	message.head.nlmsg_seq = (uint32_t)random();
	message.head.nlmsg_flags = NLM_F_REQUEST |
		flags[fuzz_any(sizeof(flags) / sizeof(flags[0]))];
	if (!fuzz_any(16))	/* trailing or missing bytes */
		n += fuzz_any(16) - 8;
	message.head.nlmsg_len = (uint32_t)n;
	if (!fuzz_any(32))
		message.head.nlmsg_len = fuzz_number();
	return n;
}

void fuzz_netlink(const struct kt_args *args)
{
	static unsigned char answer[65536];

	if (sock < 0)
		open_socket();
	if (send(sock, &message, make(args), 0) < 0)
		kt_pause();
	/* Sometimes the answers pile up until there is no room for them. */
	if (fuzz_any(8))
		while (recv(sock, answer, sizeof(answer), 0) > 0)
			;
	/* Sometimes a dump is left in the middle. */
	if (!fuzz_any(64)) {
		close(sock);
		open_socket();
	}
}
