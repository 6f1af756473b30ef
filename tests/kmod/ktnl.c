// SPDX-License-Identifier: GPL-2.0-only
#include "ktnl.h"
#include "kt.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

struct ktnl {
	struct nl_sock *requests, *events;
	int family;
	/* The answer that is being received. */
	ktnl_fn fn;
	void *arg;
	int result;
	bool done;
};

static void copy(char *to, size_t size, struct nlattr *attr)
{
	/* An unterminated or over-long string is a bug of the module. */
	if ((size_t)nla_len(attr) > size ||
	    !memchr(nla_data(attr), '\0', (size_t)nla_len(attr)))
		kt_bail("string attribute %d is malformed", nla_type(attr));
	memcpy(to, nla_data(attr), (size_t)nla_len(attr));
}

static void read_stats(struct ktnl_message *m, struct nlattr *nest)
{
	struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left) {
		int type = nla_type(attr);

		if (type == VTYMUX_STAT_PAD)
			continue;
		if (type > VTYMUX_STAT_MAX || nla_len(attr) != 8)
			kt_bail("counter %d is malformed", type);
		m->stats[type] = nla_get_u64(attr);
		m->has_stats |= 1U << type;
	}
}

static uint32_t u32_of(struct nlattr *attr)
{
	if (nla_len(attr) != 4)
		kt_bail("attribute %d is no u32", nla_type(attr));
	return nla_get_u32(attr);
}

static void read_attr(struct ktnl_message *m, struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case VTYMUX_A_LINE_NUMBER:
		m->line = u32_of(attr);
		break;
	case VTYMUX_A_LINE_TYPE:
		m->type = u32_of(attr);
		break;
	case VTYMUX_A_LINE_STATE:
		m->state = u32_of(attr);
		break;
	case VTYMUX_A_EVENT_TYPE:
		m->event = u32_of(attr);
		break;
	case VTYMUX_A_EVENT_VALUE:
		m->value = u32_of(attr);
		break;
	case VTYMUX_A_EVENT_SEQ:
		if (nla_len(attr) != 8)
			kt_bail("the sequence is no u64");
		m->seq = nla_get_u64(attr);
		break;
	case VTYMUX_A_LINE_EXEC:
		if (nla_len(attr) != 1)
			kt_bail("exec is no u8");
		m->exec = nla_get_u8(attr);
		break;
	case VTYMUX_A_LINE_NAME:
		copy(m->name, sizeof(m->name), attr);
		break;
	case VTYMUX_A_LINE_BACKING:
		copy(m->backing, sizeof(m->backing), attr);
		break;
	case VTYMUX_A_LINE_OWNER:
		copy(m->owner, sizeof(m->owner), attr);
		break;
	case VTYMUX_A_LINE_STATS:
		read_stats(m, attr);
		break;
	case VTYMUX_A_PAD:
		return;
	default:
		kt_bail("unknown attribute %d", nla_type(attr));
	}
	m->has |= 1U << nla_type(attr);
}

static void read_message(struct nl_msg *msg, struct ktnl_message *m)
{
	struct genlmsghdr *head = genlmsg_hdr(nlmsg_hdr(msg));
	struct nlattr *attr;
	int left;

	memset(m, 0, sizeof(*m));
	m->cmd = head->cmd;
	nla_for_each_attr(attr, genlmsg_attrdata(head, 0),
			  genlmsg_attrlen(head, 0), left)
		read_attr(m, attr);
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct ktnl_message m;
	struct ktnl *nl = arg;

	read_message(msg, &m);
	if (nl->fn)
		nl->fn(&m, nl->arg);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct ktnl *nl = arg;

	(void)msg;
	nl->done = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *err, void *arg)
{
	struct ktnl *nl = arg;

	(void)who;
	nl->result = err->error;
	nl->done = true;
	return NL_STOP;
}

static struct nl_sock *connected(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || genl_connect(sock) < 0)
		kt_bail("no netlink socket");
	return sock;
}

int ktnl_lookup(void)
{
	struct nl_sock *sock = connected();
	int family = genl_ctrl_resolve(sock, VTYMUX_GENL_NAME);

	nl_socket_free(sock);
	return family < 0 ? -ENOENT : family;
}

struct ktnl *ktnl_open(void)
{
	struct ktnl *nl = calloc(1, sizeof(*nl));

	if (!nl)
		kt_bail("no memory");
	nl->requests = connected();
	nl->family = genl_ctrl_resolve(nl->requests, VTYMUX_GENL_NAME);
	if (nl->family < 0)
		kt_bail("there is no netlink family vtymux");
	/* Answers must not be waited for forever. */
	setsockopt(nl_socket_get_fd(nl->requests), SOL_SOCKET, SO_RCVTIMEO,
		   &(struct timeval){ .tv_sec = 10 }, sizeof(struct timeval));
	return nl;
}

void ktnl_close(struct ktnl *nl)
{
	nl_socket_free(nl->events);
	nl_socket_free(nl->requests);
	free(nl);
}

unsigned int ktnl_family(const struct ktnl *nl)
{
	return (unsigned int)nl->family;
}

static int receive(struct ktnl *nl)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, nl);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, nl);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, nl);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, nl);
	nl->done = false;
	nl->result = 0;
	while (!nl->done && !nl->result) {
		int r = nl_recvmsgs(nl->requests, cb);

		if (r < 0 && !nl->done) {
			kt_comment("libnl: %s", nl_geterror(r));
			nl->result = -EBADMSG;
		}
	}
	nl_cb_put(cb);
	return nl->result;
}

int ktnl_request(struct ktnl *nl, uint8_t cmd, int flags,
		 const struct ktnl_attr *attrs, size_t n, ktnl_fn fn,
		 void *arg)
{
	struct nl_msg *msg = nlmsg_alloc_size(32768);
	int r = -ENOMEM;

	nl->fn = fn;
	nl->arg = arg;
	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
				 flags | NLM_F_REQUEST, cmd,
				 VTYMUX_GENL_VERSION))
		kt_bail("no memory");
	for (size_t i = 0; i < n; i++)
		if (nla_put(msg, attrs[i].type, attrs[i].len, attrs[i].data))
			kt_bail("attribute %d does not fit", attrs[i].type);
	/* A dump ends by itself; with an ACK it would end twice. */
	if (!(flags & NLM_F_DUMP))
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	nl_complete_msg(nl->requests, msg);
	if (nl_send(nl->requests, msg) >= 0)
		r = receive(nl);
	nlmsg_free(msg);
	return r;
}

static void keep(const struct ktnl_message *message, void *arg)
{
	memcpy(arg, message, sizeof(*message));
}

int ktnl_get(struct ktnl *nl, unsigned int line, struct ktnl_message *message)
{
	const struct ktnl_attr number = {
		VTYMUX_A_LINE_NUMBER, &line, sizeof(line),
	};

	memset(message, 0, sizeof(*message));
	return ktnl_request(nl, VTYMUX_CMD_LINE_GET, 0, &number, 1, keep,
			    message);
}

int ktnl_clear(struct ktnl *nl, unsigned int line)
{
	const struct ktnl_attr number = {
		VTYMUX_A_LINE_NUMBER, &line, sizeof(line),
	};

	return ktnl_request(nl, VTYMUX_CMD_LINE_CLEAR, 0, &number, 1, NULL,
			    NULL);
}

int ktnl_subscribe(struct ktnl *nl)
{
	int group = genl_ctrl_resolve_grp(nl->requests, VTYMUX_GENL_NAME,
					  VTYMUX_GENL_GROUP);

	if (group < 0)
		return -ENOENT;
	nl->events = connected();
	nl_socket_disable_seq_check(nl->events);
	nl_socket_set_buffer_size(nl->events, 1 << 20, 0);
	return nl_socket_add_membership(nl->events, group) < 0 ? -EIO : 0;
}

int ktnl_event(struct ktnl *nl, struct ktnl_message *message, int ms)
{
	char buf[4096];
	ssize_t n;
	int revents = kt_poll(nl_socket_get_fd(nl->events), POLLIN, ms);
	struct nl_msg *msg;

	if (revents <= 0)
		return -ETIMEDOUT;
	n = recv(nl_socket_get_fd(nl->events), buf, sizeof(buf), 0);
	if (n < 0)
		return -errno;
	if (!nlmsg_ok((struct nlmsghdr *)(void *)buf, (int)n))
		return -EBADMSG;
	msg = nlmsg_convert((struct nlmsghdr *)(void *)buf);
	read_message(msg, message);
	nlmsg_free(msg);
	return 0;
}
