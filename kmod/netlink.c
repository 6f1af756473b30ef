// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include "claim.h"
#include "device.h"
#include "line.h"

#include <linux/capability.h>
#include <linux/module.h>
#include <net/genetlink.h>

static struct genl_family family;

static const struct nla_policy get_policy[VTYMUX_A_LINE_NUMBER + 1] = {
	[VTYMUX_A_LINE_NUMBER] = NLA_POLICY_RANGE(NLA_U32, 1, VTYMUX_LINE_MAX),
};

/* A consistent view of what is under the lock. */
struct view {
	enum vtymux_line_state state;
	bool exec;
	char name[VTYMUX_NAME_MAX + 1];
	char backing[VTYMUX_BACKING_MAX + 1];
	char owner[VTYMUX_OWNER_MAX + 1];
};

static void take_view(struct vtymux_line *line, struct view *view)
{
	spin_lock(&vtymux_lock);
	view->state = vtymux_line_state(line);
	view->exec = line->conf.exec;
	memcpy(view->name, line->conf.name, sizeof(view->name));
	memcpy(view->backing, line->backing, sizeof(view->backing));
	spin_unlock(&vtymux_lock);
	vtymux_claim_owner(line, view->owner);
}

static int put_stats(struct sk_buff *skb, struct vtymux_line *line)
{
	struct nlattr *nest = nla_nest_start(skb, VTYMUX_A_LINE_STATS);
	int stat;

	if (!nest)
		return -EMSGSIZE;
	vtymux_device_spilled(line);
	for (stat = VTYMUX_STAT_RX; stat < VTYMUX_STAT_PAD; stat++)
		if (nla_put_u64_64bit(skb, stat,
				      atomic64_read(&line->stats[stat]),
				      VTYMUX_STAT_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_line(struct sk_buff *skb, struct vtymux_line *line, u32 portid,
		    u32 seq, int flags)
{
	struct view view;
	void *header;

	take_view(line, &view);
	header = genlmsg_put(skb, portid, seq, &family, flags,
			     VTYMUX_CMD_LINE_GET);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VTYMUX_A_LINE_NUMBER, line->number) ||
	    nla_put_u32(skb, VTYMUX_A_LINE_TYPE, line->type) ||
	    nla_put_string(skb, VTYMUX_A_LINE_NAME, view.name) ||
	    nla_put_string(skb, VTYMUX_A_LINE_BACKING, view.backing) ||
	    nla_put_u32(skb, VTYMUX_A_LINE_STATE, view.state) ||
	    nla_put_u8(skb, VTYMUX_A_LINE_EXEC, view.exec) ||
	    nla_put_string(skb, VTYMUX_A_LINE_OWNER, view.owner) ||
	    put_stats(skb, line)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static struct vtymux_line *requested_line(struct genl_info *info, int *err)
{
	struct nlattr *number = info->attrs[VTYMUX_A_LINE_NUMBER];
	struct vtymux_line *line;

	if (!number) {
		NL_SET_ERR_MSG(info->extack, "line number is missing");
		*err = -EINVAL;
		return NULL;
	}
	line = vtymux_line_get(nla_get_u32(number));
	if (!line) {
		NL_SET_ERR_MSG_ATTR(info->extack, number, "no such line");
		*err = -ENODEV;
	}
	return line;
}

static int line_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vtymux_line *line;
	struct sk_buff *reply;
	int err;

	line = requested_line(info, &err);
	if (!line)
		return err;
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	err = put_line(reply, line, info->snd_portid, info->snd_seq, 0);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/* args[0]: the last line that was sent. */
static int line_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vtymux_line *line;
	unsigned int n;

	/* The last ones may be removed meanwhile. */
	for (n = cb->args[0] + 1; (line = vtymux_line_get(n)); n++) {
		if (put_line(skb, line, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
		cb->args[0] = n;
	}
	return skb->len;
}

static int line_clear_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vtymux_line *line;
	int err;

	if (!netlink_capable(skb, CAP_SYS_TTY_CONFIG))
		return -EPERM;
	line = requested_line(info, &err);
	if (!line)
		return err;
	vtymux_claim_clear(line, VTYMUX_REVOKE_CLEARED);
	return 0;
}

static const struct genl_ops ops[] = {
	{
		.cmd	= VTYMUX_CMD_LINE_GET,
		.doit	= line_get_doit,
		.dumpit	= line_get_dumpit,
	},
	{
		.cmd	= VTYMUX_CMD_LINE_CLEAR,
		.doit	= line_clear_doit,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = VTYMUX_GENL_GROUP },
};

static struct genl_family family __ro_after_init = {
	.name		= VTYMUX_GENL_NAME,
	.version	= VTYMUX_GENL_VERSION,
	.maxattr	= VTYMUX_A_LINE_NUMBER,
	.policy		= get_policy,
	.module		= THIS_MODULE,
	.parallel_ops	= true,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.resv_start_op	= VTYMUX_CMD_UNSPEC + 1,
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

/* Numbers and sends events in one step, so that they arrive in order. */
static DEFINE_MUTEX(event_mutex);
static u64 event_seq;

static int put_event(struct sk_buff *skb, unsigned int line,
		     enum vtymux_event event, u32 value)
{
	void *header = genlmsg_put(skb, 0, 0, &family, 0, VTYMUX_CMD_EVENT);

	if (!header ||
	    nla_put_u32(skb, VTYMUX_A_LINE_NUMBER, line) ||
	    nla_put_u32(skb, VTYMUX_A_EVENT_TYPE, event) ||
	    nla_put_u64_64bit(skb, VTYMUX_A_EVENT_SEQ, event_seq,
			      VTYMUX_A_PAD) ||
	    nla_put_u32(skb, VTYMUX_A_EVENT_VALUE, value))
		return -EMSGSIZE;
	genlmsg_end(skb, header);
	return 0;
}

/* An event that cannot be sent leaves a gap in the sequence. */
static void send_event(unsigned int line, enum vtymux_event event, u32 value)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	mutex_lock(&event_mutex);
	event_seq++;
	if (skb && !put_event(skb, line, event, value))
		genlmsg_multicast(&family, skb, 0, 0, GFP_KERNEL);
	else
		nlmsg_free(skb);
	mutex_unlock(&event_mutex);
}

int vtymux_netlink_init(void)
{
	int err = genl_register_family(&family);

	if (!err)
		vtymux_line_set_event_sink(send_event);
	return err;
}

void vtymux_netlink_exit(void)
{
	vtymux_line_set_event_sink(NULL);
	genl_unregister_family(&family);
}
