// SPDX-License-Identifier: GPL-2.0-only
#include "sysfs.h"

#include "back.h"
#include "claim.h"
#include "conf.h"
#include "device.h"
#include "front.h"
#include "line.h"
#include "modem.h"
#include "ring.h"

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/tty.h>

static struct vtymux_line *line_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

/*
 * What was written, as a string without its newline; kfree() it.
 * Return: ERR_PTR(-EINVAL) for a NUL or a second line in it.
 */
static char *text_of(const char *buf, size_t count)
{
	size_t len = count && buf[count - 1] == '\n' ? count - 1 : count;

	if (memchr(buf, '\0', len) || memchr(buf, '\n', len))
		return ERR_PTR(-EINVAL);
	return kmemdup_nul(buf, len, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

static const char * const state_words[] = {
	[VTYMUX_STATE_UNBOUND] = "unbound",
	[VTYMUX_STATE_DOWN] = "down",
	[VTYMUX_STATE_ACTIVE] = "active",
	[VTYMUX_STATE_CLAIMED] = "claimed",
	[VTYMUX_STATE_IDLE] = "idle",
};

/* Names are unique; checked and set in one step by set_conf(). */
static bool name_taken(const struct vtymux_line *self, const char *name)
{
	unsigned int n;

	lockdep_assert_held(&vtymux_lock);
	for (n = 1; *name && n <= vtymux_line_count(); n++) {
		const struct vtymux_line *line = vtymux_line_get(n);

		if (line != self && !strcmp(line->conf.name, name))
			return true;
	}
	return false;
}

static void changed(struct vtymux_line *line, struct device *dev)
{
	kobject_uevent(&dev->kobj, KOBJ_CHANGE);
	vtymux_line_event(line, VTYMUX_EVENT_CHANGED, 0);
}

/* Puts a checked configuration into force. Caller holds line->mutex. */
static int set_conf(struct vtymux_line *line, const struct vtymux_conf *conf)
{
	int err = 0;

	spin_lock(&vtymux_lock);
	if (name_taken(line, conf->name))
		err = -EEXIST;
	else
		line->conf = *conf;
	spin_unlock(&vtymux_lock);
	return err;
}

/* @apply: puts what was written into force; NULL if there is nothing to do. */
static ssize_t store(struct device *dev, const char *buf, size_t count,
		     int (*parse)(struct vtymux_conf *, const char *),
		     void (*apply)(struct vtymux_line *))
{
	struct vtymux_line *line = line_of(dev);
	char *text = text_of(buf, count);
	struct vtymux_conf conf;
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&line->mutex);
	conf = line->conf;
	err = parse(&conf, text);
	if (!err)
		err = set_conf(line, &conf);
	if (!err && apply)
		apply(line);
	mutex_unlock(&line->mutex);
	kfree(text);
	if (err)
		return err;
	changed(line, dev);
	return count;
}

/* A snapshot, so that no reader sees half a change. */
static void snapshot(struct device *dev, struct vtymux_conf *conf)
{
	spin_lock(&vtymux_lock);
	*conf = line_of(dev)->conf;
	spin_unlock(&vtymux_lock);
}

#define CONF_ATTR(attr, apply, format, value)				\
static ssize_t attr##_show(struct device *dev,				\
			   struct device_attribute *da, char *buf)	\
{									\
	struct vtymux_conf conf;					\
									\
	snapshot(dev, &conf);						\
	return sysfs_emit(buf, format "\n", value);			\
}									\
									\
static ssize_t attr##_store(struct device *dev,				\
			    struct device_attribute *da,		\
			    const char *buf, size_t count)		\
{									\
	return store(dev, buf, count, vtymux_conf_parse_##attr, apply);		\
}									\
static DEVICE_ATTR_RW(attr)

static const char *transport_text(u8 transport)
{
	static const char * const texts[] = { "none", "ssh", "telnet", "all" };

	return texts[transport & VTYMUX_TRANSPORT_ALL];
}

CONF_ATTR(name, NULL, "%s", conf.name);
CONF_ATTR(exec, NULL, "%d", conf.exec);
CONF_ATTR(transport_input, NULL, "%s", transport_text(conf.transport));
CONF_ATTR(login_authentication, NULL, "%s", conf.login_authentication);
CONF_ATTR(speed, vtymux_front_apply, "%u", conf.params.speed);
CONF_ATTR(databits, vtymux_front_apply, "%u", conf.params.databits);
CONF_ATTR(parity, vtymux_front_apply, "%s",
	  vtymux_parity_words[conf.params.parity]);
CONF_ATTR(stopbits, vtymux_front_apply, "%s",
	  vtymux_stopbits_words[conf.params.stopbits]);
CONF_ATTR(flowcontrol, vtymux_front_apply, "%s",
	  vtymux_flow_words[conf.params.flowcontrol]);
CONF_ATTR(modem, vtymux_modem_changed, "%s", vtymux_modem_words[conf.modem]);
CONF_ATTR(session_timeout, NULL, "%u", conf.session_timeout);
CONF_ATTR(exec_timeout, NULL, "%u", conf.exec_timeout);
CONF_ATTR(absolute_timeout, NULL, "%u", conf.absolute_timeout);

static ssize_t rotary_show(struct device *dev, struct device_attribute *da,
			   char *buf)
{
	struct vtymux_conf conf;
	unsigned int group;
	int len = 0;

	snapshot(dev, &conf);
	for_each_set_bit(group, conf.rotary, VTYMUX_ROTARY_MAX + 1)
		len += sysfs_emit_at(buf, len, "%s%u", len ? " " : "", group);
	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t rotary_store(struct device *dev, struct device_attribute *da,
			    const char *buf, size_t count)
{
	return store(dev, buf, count, vtymux_conf_parse_rotary, NULL);
}
static DEVICE_ATTR_RW(rotary);

static ssize_t history_show(struct device *dev, struct device_attribute *da,
			    char *buf)
{
	struct vtymux_conf conf;

	snapshot(dev, &conf);
	return sysfs_emit(buf, "%u\n", conf.history);
}

/* Unlike the others this one needs memory, and is refused without. */
static int set_history(struct vtymux_line *line, const char *text)
{
	struct vtymux_conf conf = line->conf;
	int err = vtymux_conf_parse_history(&conf, text);

	if (!err)
		err = vtymux_ring_resize(line->ring, conf.history);
	return err ?: set_conf(line, &conf);
}

static ssize_t history_store(struct device *dev, struct device_attribute *da,
			     const char *buf, size_t count)
{
	struct vtymux_line *line = line_of(dev);
	char *text = text_of(buf, count);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&line->mutex);
	err = set_history(line, text);
	mutex_unlock(&line->mutex);
	kfree(text);
	if (err)
		return err;
	changed(line, dev);
	return count;
}
static DEVICE_ATTR_RW(history);

static ssize_t backing_show(struct device *dev, struct device_attribute *da,
			    char *buf)
{
	char backing[VTYMUX_BACKING_MAX + 1];

	spin_lock(&vtymux_lock);
	memcpy(backing, line_of(dev)->backing, sizeof(backing));
	spin_unlock(&vtymux_lock);
	return sysfs_emit(buf, "%s\n", backing);
}

/*
 * First nothing reaches the device any more, then whoever has the line is hung
 * up, and only then the device is given back.
 */
static void unbind(struct vtymux_line *line)
{
	bool bound;

	spin_lock(&vtymux_lock);
	bound = line->binding != VTYMUX_UNBOUND;
	spin_unlock(&vtymux_lock);
	if (!bound)
		return;
	vtymux_back_detach(line);
	vtymux_claim_clear(line, VTYMUX_REVOKE_UNBOUND);
	vtymux_back_release(line);
	vtymux_line_event(line, VTYMUX_EVENT_UNBOUND, 0);
}

static int set_backing(struct vtymux_line *line, const char *name)
{
	if (!vtymux_conf_backing_ok(name))
		return -EINVAL;
	if (*name)
		return vtymux_back_bind(line, name);
	unbind(line);
	return 0;
}

static ssize_t backing_store(struct device *dev, struct device_attribute *da,
			     const char *buf, size_t count)
{
	struct vtymux_line *line = line_of(dev);
	char *name = text_of(buf, count);
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	vtymux_back_settle(line);
	mutex_lock(&line->mutex);
	err = set_backing(line, name);
	mutex_unlock(&line->mutex);
	kfree(name);
	if (err)
		return err;
	changed(line, dev);
	return count;
}
static DEVICE_ATTR_RW(backing);

static ssize_t type_show(struct device *dev, struct device_attribute *da,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  vtymux_line_is_virtual(line_of(dev)) ? "virtual" :
								 "tty");
}
static DEVICE_ATTR_RO(type);

static ssize_t line_show(struct device *dev, struct device_attribute *da,
			 char *buf)
{
	return sysfs_emit(buf, "%u\n", line_of(dev)->number);
}
static DEVICE_ATTR_RO(line);

static ssize_t state_show(struct device *dev, struct device_attribute *da,
			  char *buf)
{
	enum vtymux_line_state state;

	spin_lock(&vtymux_lock);
	state = vtymux_line_state(line_of(dev));
	spin_unlock(&vtymux_lock);
	return sysfs_emit(buf, "%s\n", state_words[state]);
}
static DEVICE_ATTR_RO(state);

static ssize_t owner_show(struct device *dev, struct device_attribute *da,
			  char *buf)
{
	char owner[VTYMUX_OWNER_MAX + 1];

	vtymux_claim_owner(line_of(dev), owner);
	return sysfs_emit(buf, "%s\n", owner);
}
static DEVICE_ATTR_RO(owner);

static struct attribute *line_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_line.attr,
	&dev_attr_name.attr,
	&dev_attr_backing.attr,
	&dev_attr_exec.attr,
	&dev_attr_transport_input.attr,
	&dev_attr_rotary.attr,
	&dev_attr_login_authentication.attr,
	&dev_attr_speed.attr,
	&dev_attr_databits.attr,
	&dev_attr_parity.attr,
	&dev_attr_stopbits.attr,
	&dev_attr_flowcontrol.attr,
	&dev_attr_modem.attr,
	&dev_attr_session_timeout.attr,
	&dev_attr_exec_timeout.attr,
	&dev_attr_absolute_timeout.attr,
	&dev_attr_history.attr,
	&dev_attr_state.attr,
	&dev_attr_owner.attr,
	NULL
};

/* A virtual line has no port: its backing reads empty and takes nothing. */
static umode_t line_attr_mode(struct kobject *kobj, struct attribute *attr,
			      int n)
{
	if (!vtymux_line_is_virtual(line_of(kobj_to_dev(kobj))))
		return attr->mode;
	if (attr == &dev_attr_backing.attr)
		return 0444;
	if (attr == &dev_attr_speed.attr || attr == &dev_attr_databits.attr ||
	    attr == &dev_attr_parity.attr || attr == &dev_attr_stopbits.attr ||
	    attr == &dev_attr_flowcontrol.attr ||
	    attr == &dev_attr_modem.attr || attr == &dev_attr_history.attr)
		return 0;
	return attr->mode;
}

static const struct attribute_group line_group = {
	.attrs = line_attrs,
	.is_visible = line_attr_mode,
};

static ssize_t show_stat(struct device *dev, enum vtymux_stat stat, char *buf)
{
	return sysfs_emit(buf, "%llu\n", (unsigned long long)
			  atomic64_read(&line_of(dev)->stats[stat]));
}

#define STAT_ATTR(attr, stat)						\
static ssize_t attr##_show(struct device *dev,				\
			   struct device_attribute *da, char *buf)	\
{									\
	return show_stat(dev, stat, buf);				\
}									\
static DEVICE_ATTR_RO(attr)

STAT_ATTR(rx, VTYMUX_STAT_RX);
STAT_ATTR(tx, VTYMUX_STAT_TX);
STAT_ATTR(opens, VTYMUX_STAT_OPENS);
STAT_ATTR(noise, VTYMUX_STAT_NOISE);
STAT_ATTR(breaks, VTYMUX_STAT_BREAKS);
STAT_ATTR(framing, VTYMUX_STAT_FRAMING);
STAT_ATTR(hw_overruns, VTYMUX_STAT_HW_OVERRUNS);
STAT_ATTR(downs, VTYMUX_STAT_DOWNS);
STAT_ATTR(tap_lost, VTYMUX_STAT_TAP_LOST);

static ssize_t overruns_show(struct device *dev, struct device_attribute *da,
			     char *buf)
{
	vtymux_device_spilled(line_of(dev));
	return show_stat(dev, VTYMUX_STAT_OVERRUNS, buf);
}
static DEVICE_ATTR_RO(overruns);

static ssize_t parity_count_show(struct device *dev,
				 struct device_attribute *da, char *buf)
{
	return show_stat(dev, VTYMUX_STAT_PARITY, buf);
}

/* The line's own attribute has the C name. */
static struct device_attribute dev_attr_parity_count =
	__ATTR(parity, 0444, parity_count_show, NULL);

static struct attribute *stat_attrs[] = {
	&dev_attr_rx.attr,
	&dev_attr_tx.attr,
	&dev_attr_opens.attr,
	&dev_attr_noise.attr,
	&dev_attr_breaks.attr,
	&dev_attr_framing.attr,
	&dev_attr_parity_count.attr,
	&dev_attr_overruns.attr,
	&dev_attr_hw_overruns.attr,
	&dev_attr_downs.attr,
	&dev_attr_tap_lost.attr,
	NULL
};

/* What only a port does is not counted on a virtual line. */
static umode_t stat_attr_mode(struct kobject *kobj, struct attribute *attr,
			      int n)
{
	if (!vtymux_line_is_virtual(line_of(kobj_to_dev(kobj))) ||
	    attr == &dev_attr_rx.attr || attr == &dev_attr_tx.attr ||
	    attr == &dev_attr_opens.attr || attr == &dev_attr_noise.attr)
		return attr->mode;
	return 0;
}

static const struct attribute_group stat_group = {
	.name = "statistics",
	.attrs = stat_attrs,
	.is_visible = stat_attr_mode,
};

const struct attribute_group *vtymux_sysfs_groups[] = {
	&line_group,
	&stat_group,
	NULL
};
