// SPDX-License-Identifier: GPL-2.0-only
/* vtymux: numbered terminal lines, on serial ports and for logins. */
#include "back.h"
#include "claim.h"
#include "driver.h"
#include "line.h"
#include "netlink.h"
#include "serial.h"
#include "selftest/selftest.h"
#include "sysfs.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>
#include <linux/tty.h>

static unsigned int tty_lines = 48;
module_param(tty_lines, uint, 0444);
MODULE_PARM_DESC(tty_lines, "number of tty lines, 1..4095 (default 48)");

static unsigned int ldisc = N_DEVELOPMENT;
module_param(ldisc, uint, 0444);
MODULE_PARM_DESC(ldisc, "line discipline number (default 29, N_DEVELOPMENT)");

/*
 * Not given: as many as tty lines and 16 more. What was given is kept here
 * until init, which knows tty_lines.
 */
#define VIRTUAL_DEFAULT	UINT_MAX

static unsigned int virtual_lines = VIRTUAL_DEFAULT;
static bool ready;			/* lines may be added and removed */
static DEFINE_MUTEX(resize_mutex);	/* both; outside of all other locks */

/* Takes the devices of lines that do not exist any more, or not yet. */
static void remove_devices(unsigned int first, unsigned int last)
{
	for (; last >= first; last--) {
		struct vtymux_line *line = vtymux_line_prepared(last);

		/* The last news of a backing need the device. */
		if (!vtymux_line_is_virtual(line))
			vtymux_back_settle(line);
		vtymux_driver_remove(line);
		if (!vtymux_line_is_virtual(line))
			vtymux_back_cleanup_line(line);
		cancel_work_sync(&line->event_work);
	}
}

/* Removes lines @first..@last, which do not exist any more. */
static void remove_lines(unsigned int first, unsigned int last)
{
	unsigned int n;

	remove_devices(first, last);
	for (n = last; n >= first; n--)
		vtymux_line_event(vtymux_line_prepared(n),
				  VTYMUX_EVENT_REMOVED, 0);
}

static int add_device(unsigned int number)
{
	enum vtymux_line_type type = number > tty_lines ? VTYMUX_LINE_VIRTUAL :
							  VTYMUX_LINE_TTY;
	struct vtymux_line *line = vtymux_line_prepare(number, type);

	if (!line)
		return -ENOMEM;
	if (type == VTYMUX_LINE_TTY)
		vtymux_back_setup_line(line);
	return vtymux_driver_add(line, vtymux_sysfs_groups);
}

/* Adds lines @first..@last, all or none. They exist once all have a device. */
static int add_lines(unsigned int first, unsigned int last)
{
	unsigned int n;
	int err;

	for (n = first; n <= last; n++) {
		err = add_device(n);
		if (err) {
			remove_devices(first, n - 1);
			return err;
		}
	}
	vtymux_line_extend(last);
	for (n = first; n <= last; n++)
		vtymux_line_event(vtymux_line_get(n), VTYMUX_EVENT_ADDED, 0);
	return 0;
}

static int resize(unsigned int wanted)
{
	unsigned int now = vtymux_line_count(), count = tty_lines + wanted;
	int err = 0;

	if (wanted > VTYMUX_LINE_MAX - tty_lines)
		return -ERANGE;
	if (count > now)
		return add_lines(now + 1, count);
	if (count < now)
		err = vtymux_line_truncate(count);
	if (!err && count < now)
		remove_lines(count + 1, now);
	return err;
}

static int virtual_lines_set(const char *text, const struct kernel_param *kp)
{
	unsigned int wanted;
	int err = kstrtouint(text, 10, &wanted);

	if (err)
		return err;
	mutex_lock(&resize_mutex);
	if (ready)
		err = resize(wanted);
	else if (THIS_MODULE->state != MODULE_STATE_COMING)
		err = -ENODEV;
	if (!err)
		virtual_lines = wanted;
	mutex_unlock(&resize_mutex);
	return err;
}

static int virtual_lines_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(virtual_lines));
}

static const struct kernel_param_ops virtual_lines_ops = {
	.set	= virtual_lines_set,
	.get	= virtual_lines_get,
};
module_param_cb(virtual_lines, &virtual_lines_ops, NULL, 0644);
MODULE_PARM_DESC(virtual_lines, "number of virtual lines (default tty_lines + 16)");

static int check_parameters(void)
{
	if (!tty_lines || tty_lines > VTYMUX_LINE_MAX) {
		pr_err("vtymux: tty_lines must be 1..%d\n", VTYMUX_LINE_MAX);
		return -ERANGE;
	}
	if (virtual_lines == VIRTUAL_DEFAULT)
		virtual_lines = min(tty_lines + 16, VTYMUX_LINE_MAX - tty_lines);
	if (virtual_lines > VTYMUX_LINE_MAX - tty_lines) {
		pr_err("vtymux: tty_lines and virtual_lines must not be over %d\n",
		       VTYMUX_LINE_MAX);
		return -ERANGE;
	}
	return 0;
}

/* Nobody has or claims a line. */
static void remove_all_lines(void)
{
	unsigned int count = vtymux_line_count();

	WARN_ON(vtymux_line_truncate(0));
	vtymux_serial_exit();
	remove_lines(1, count);
}

static int start(void)
{
	int err = check_parameters();

	if (err)
		return err;
	err = vtymux_selftest();
	if (err)
		return err;
	err = vtymux_back_init(ldisc);
	if (err)
		return err;
	err = vtymux_driver_init(tty_lines);
	if (err)
		goto err_back;
	err = vtymux_netlink_init();
	if (err)
		goto err_front;
	err = add_lines(1, tty_lines + virtual_lines);
	if (err)
		goto err_netlink;
	err = vtymux_claim_init();
	if (err)
		goto err_devices;
	return 0;

err_devices:
	remove_all_lines();
err_netlink:
	vtymux_netlink_exit();
err_front:
	vtymux_driver_exit();
err_back:
	vtymux_back_exit();
	vtymux_line_free_all();
	return err;
}

static int __init vtymux_init(void)
{
	int err;

	mutex_lock(&resize_mutex);
	err = start();
	ready = !err;
	mutex_unlock(&resize_mutex);
	return err;
}

/* Bound lines and open files hold references: here nothing is in use. */
static void __exit vtymux_exit(void)
{
	mutex_lock(&resize_mutex);
	ready = false;
	mutex_unlock(&resize_mutex);
	vtymux_claim_exit();
	remove_all_lines();
	vtymux_netlink_exit();
	vtymux_driver_exit();
	vtymux_back_exit();
	vtymux_line_free_all();
}

module_init(vtymux_init);
module_exit(vtymux_exit);

MODULE_DESCRIPTION("Serial ports as numbered terminal lines");
MODULE_AUTHOR("The vtymux authors");
MODULE_LICENSE("GPL");
