// SPDX-License-Identifier: GPL-2.0-only
#include "nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#define RECEIVE_BUFFER	(1 << 20)

struct nl_client {
	struct nl_sock *requests;	/* blocking: questions and answers */
	struct nl_sock *events;		/* subscribed, non-blocking */
	int family;
	bool started;			/* @last_seq counts */
	uint64_t last_seq;
};

/* libnl's errors are coarser than errno; requests get the kernel's own. */
static int to_errno(int nle)
{
	switch (-nle) {
	case 0:
		return 0;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_AGAIN:
	case NLE_DUMP_INTR:
		return -EAGAIN;
	case NLE_INTR:
		return -EINTR;
	case NLE_NOMEM:		/* ENOBUFS is this, too */
		return -ENOBUFS;
	case NLE_PERM:
		return -EPERM;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return -EAFNOSUPPORT;
	case NLE_BAD_SOCK:
		return -EBADF;
	default:
		return -EIO;
	}
}

struct nl_client *nl_client_close(struct nl_client *client)
{
	if (client) {
		nl_socket_free(client->events);
		nl_socket_free(client->requests);
		free(client);
	}
	return NULL;
}

static int start_requests(struct nl_client *c)
{
	int r;

	c->requests = nl_socket_alloc();
	if (!c->requests)
		return -ENOMEM;
	r = genl_connect(c->requests);
	if (r < 0)
		return to_errno(r);
	c->family = genl_ctrl_resolve(c->requests, VTYMUX_GENL_NAME);
	return c->family < 0 ? to_errno(c->family) : 0;
}

static int start_events(struct nl_client *c)
{
	int group, r;

	group = genl_ctrl_resolve_grp(c->requests, VTYMUX_GENL_NAME,
				      VTYMUX_GENL_GROUP);
	if (group < 0)
		return to_errno(group);
	c->events = nl_socket_alloc();
	if (!c->events)
		return -ENOMEM;
	nl_socket_disable_auto_ack(c->events);
	r = genl_connect(c->events);
	if (r == 0)
		r = nl_socket_set_nonblocking(c->events);
	if (r == 0)
		r = nl_socket_set_buffer_size(c->events, RECEIVE_BUFFER, 0);
	if (r == 0)
		r = nl_socket_add_membership(c->events, group);
	return r < 0 ? to_errno(r) : 0;
}

int nl_client_open(struct nl_client **ret)
{
	struct nl_client *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	r = start_requests(c);
	if (r == 0)
		r = start_events(c);
	if (r < 0) {
		nl_client_close(c);
		return r;
	}
	*ret = c;
	return 0;
}

int nl_client_fd(const struct nl_client *client)
{
	return nl_socket_get_fd(client->events);
}

/* The attributes of one message. Return: 0 or -EBADMSG. */
static int parse(struct nl_msg *msg, struct nlattr *attrs[VTYMUX_A_MAX + 1])
{
	static struct nla_policy policy[VTYMUX_A_MAX + 1] = {
		[VTYMUX_A_LINE_NUMBER] = { .type = NLA_U32 },
		[VTYMUX_A_LINE_TYPE] = { .type = NLA_U32 },
		[VTYMUX_A_LINE_NAME] = { .type = NLA_STRING,
					 .maxlen = VTYMUX_NAME_MAX + 1 },
		[VTYMUX_A_LINE_BACKING] = { .type = NLA_STRING,
					    .maxlen = VTYMUX_BACKING_MAX + 1 },
		[VTYMUX_A_LINE_STATE] = { .type = NLA_U32 },
		[VTYMUX_A_LINE_EXEC] = { .type = NLA_U8 },
		[VTYMUX_A_LINE_OWNER] = { .type = NLA_STRING,
					  .maxlen = VTYMUX_OWNER_MAX + 1 },
		[VTYMUX_A_LINE_STATS] = { .type = NLA_NESTED },
		[VTYMUX_A_EVENT_TYPE] = { .type = NLA_U32 },
		[VTYMUX_A_EVENT_SEQ] = { .type = NLA_U64 },
		[VTYMUX_A_EVENT_VALUE] = { .type = NLA_U32 },
	};

	return genlmsg_parse(nlmsg_hdr(msg), 0, attrs, VTYMUX_A_MAX,
			     policy) < 0 ? -EBADMSG : 0;
}

static void copy_string(struct nlattr *attr, char *text, size_t size)
{
	if (attr)
		nla_strlcpy(text, attr, size);
}

static int parse_stats(struct nlattr *nest, uint64_t stats[VTYMUX_STAT_MAX + 1])
{
	static struct nla_policy policy[VTYMUX_STAT_MAX + 1];
	struct nlattr *attrs[VTYMUX_STAT_MAX + 1];

	for (int i = 1; i <= VTYMUX_STAT_MAX; i++)
		if (i != VTYMUX_STAT_PAD)
			policy[i].type = NLA_U64;
	if (nla_parse_nested(attrs, VTYMUX_STAT_MAX, nest, policy) < 0)
		return -EBADMSG;
	for (int i = 1; i <= VTYMUX_STAT_MAX; i++)
		if (attrs[i] && i != VTYMUX_STAT_PAD)
			stats[i] = nla_get_u64(attrs[i]);
	return 0;
}

static int parse_line(struct nl_msg *msg, struct nl_line *ret)
{
	struct nlattr *a[VTYMUX_A_MAX + 1];
	struct nl_line line = { 0 };

	if (parse(msg, a) < 0 || !a[VTYMUX_A_LINE_NUMBER] ||
	    !a[VTYMUX_A_LINE_TYPE] || !a[VTYMUX_A_LINE_STATE])
		return -EBADMSG;
	line.number = nla_get_u32(a[VTYMUX_A_LINE_NUMBER]);
	line.type = (enum vtymux_line_type)nla_get_u32(a[VTYMUX_A_LINE_TYPE]);
	line.state = (enum vtymux_line_state)nla_get_u32(a[VTYMUX_A_LINE_STATE]);
	if (a[VTYMUX_A_LINE_EXEC])
		line.exec = nla_get_u8(a[VTYMUX_A_LINE_EXEC]) != 0;
	copy_string(a[VTYMUX_A_LINE_NAME], line.name, sizeof(line.name));
	copy_string(a[VTYMUX_A_LINE_BACKING], line.backing,
		    sizeof(line.backing));
	copy_string(a[VTYMUX_A_LINE_OWNER], line.owner, sizeof(line.owner));
	if (a[VTYMUX_A_LINE_STATS] &&
	    parse_stats(a[VTYMUX_A_LINE_STATS], line.stats) < 0)
		return -EBADMSG;
	*ret = line;
	return 0;
}

struct event_call {
	struct nl_client *client;
	nl_event_fn fn;
	void *arg;
	bool lost;
};

static int on_event(struct nl_msg *msg, void *arg)
{
	struct nlattr *a[VTYMUX_A_MAX + 1];
	struct event_call *call = arg;
	struct nl_client *c = call->client;
	struct nl_event e;

	if (genlmsg_hdr(nlmsg_hdr(msg))->cmd != VTYMUX_CMD_EVENT)
		return NL_SKIP;
	if (parse(msg, a) < 0 || !a[VTYMUX_A_EVENT_TYPE] ||
	    !a[VTYMUX_A_EVENT_SEQ] || !a[VTYMUX_A_LINE_NUMBER]) {
		call->lost = true;
		return NL_SKIP;
	}
	e = (struct nl_event){
		.type = nla_get_u32(a[VTYMUX_A_EVENT_TYPE]),
		.line = nla_get_u32(a[VTYMUX_A_LINE_NUMBER]),
		.seq = nla_get_u64(a[VTYMUX_A_EVENT_SEQ]),
	};
	if (a[VTYMUX_A_EVENT_VALUE])
		e.value = nla_get_u32(a[VTYMUX_A_EVENT_VALUE]);
	if (c->started && e.seq != c->last_seq + 1)
		call->lost = true;
	c->started = true;
	c->last_seq = e.seq;
	call->fn(&e, call->arg);
	return NL_OK;
}

int nl_client_events(struct nl_client *client, nl_event_fn fn, void *arg)
{
	struct event_call call = { .client = client, .fn = fn, .arg = arg };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int r;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_event, &call);
	for (;;) {
		r = to_errno(nl_recvmsgs(client->events, cb));
		if (r == -ENOBUFS) {
			call.lost = true;
			client->started = false;
			continue;
		}
		if (r < 0 && r != -EINTR)
			break;
	}
	nl_cb_put(cb);
	return r == -EAGAIN ? call.lost : r;
}

struct request {
	int (*fn)(const struct nl_line *line, void *arg);
	void *arg;
	int error;	/* of the kernel or of @fn */
	bool done;
};

static int on_line(struct nl_msg *msg, void *arg)
{
	struct request *q = arg;
	struct nl_line line;

	if (q->error)
		return NL_SKIP;
	q->error = parse_line(msg, &line);
	if (!q->error && q->fn)
		q->error = q->fn(&line, q->arg);
	return NL_OK;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct request *q = arg;

	(void)from;
	q->error = err->error;
	q->done = true;
	return NL_STOP;
}

static int on_done(struct nl_msg *msg, void *arg)
{
	(void)msg;
	((struct request *)arg)->done = true;
	return NL_STOP;
}

/* Builds and sends a request. Return: 0 or -errno. */
static int ask(struct nl_client *client, int flags, uint8_t command,
	       unsigned int line)
{
	struct nl_msg *msg = nlmsg_alloc();
	int r = -ENOMEM;

	if (!msg)
		return r;
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0,
			flags, command, VTYMUX_GENL_VERSION) &&
	    (!line || nla_put_u32(msg, VTYMUX_A_LINE_NUMBER, line) == 0)) {
		r = nl_send_auto(client->requests, msg);
		r = r < 0 ? to_errno(r) : 0;
	}
	nlmsg_free(msg);
	return r;
}

static int transact(struct nl_client *client, int flags, uint8_t command,
		    unsigned int line, struct request *q)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int r;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_line, q);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_done, q);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_done, q);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, q);
	r = ask(client, flags, command, line);
	while (r == 0 && !q->done) {
		r = to_errno(nl_recvmsgs(client->requests, cb));
		if (r == -EINTR)
			r = 0;
	}
	nl_cb_put(cb);
	return q->error ? q->error : r;
}

static int take_line(const struct nl_line *line, void *arg)
{
	*(struct nl_line *)arg = *line;
	return 0;
}

int nl_client_get(struct nl_client *client, unsigned int line,
		  struct nl_line *ret)
{
	struct nl_line got = { 0 };
	struct request q = { .fn = take_line, .arg = &got };
	int r;

	r = transact(client, NLM_F_ACK, VTYMUX_CMD_LINE_GET, line, &q);
	if (r < 0)
		return r;
	if (got.number != line)
		return -EBADMSG;
	*ret = got;
	return 0;
}

int nl_client_dump(struct nl_client *client,
		   int (*fn)(const struct nl_line *line, void *arg), void *arg)
{
	struct request q = { .fn = fn, .arg = arg };

	return transact(client, NLM_F_DUMP, VTYMUX_CMD_LINE_GET, 0, &q);
}

int nl_client_clear(struct nl_client *client, unsigned int line)
{
	struct request q = { 0 };

	return transact(client, NLM_F_ACK, VTYMUX_CMD_LINE_CLEAR, line, &q);
}
