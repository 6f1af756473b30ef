// SPDX-License-Identifier: GPL-2.0-only
/* vtymux: serial ports as numbered terminal lines. */
#include "back.h"
#include "claim.h"
#include "front.h"
#include "line.h"
#include "netlink.h"
#include "sysfs.h"

#include <linux/module.h>
#include <linux/tty.h>

static unsigned int tty_lines = 48;
module_param(tty_lines, uint, 0444);
MODULE_PARM_DESC(tty_lines, "number of tty lines, 1..4095 (default 48)");

static unsigned int ldisc = N_DEVELOPMENT;
module_param(ldisc, uint, 0444);
MODULE_PARM_DESC(ldisc, "line discipline number (default 29, N_DEVELOPMENT)");

static void remove_lines(unsigned int first, unsigned int count)
{
	for (; count >= first; count--) {
		struct vtymux_line *line = vtymux_line_get(count);

		vtymux_front_remove(line);
		vtymux_back_cleanup_line(line);
		cancel_work_sync(&line->event_work);
		vtymux_line_event(line, VTYMUX_EVENT_REMOVED, 0);
	}
}

static int add_lines(void)
{
	unsigned int n;
	int err;

	for (n = 1; n <= tty_lines; n++) {
		struct vtymux_line *line = vtymux_line_get(n);

		vtymux_back_setup_line(line);
		err = vtymux_front_add(line, vtymux_sysfs_groups);
		if (err) {
			remove_lines(1, n - 1);
			return err;
		}
		vtymux_line_event(line, VTYMUX_EVENT_ADDED, 0);
	}
	return 0;
}

static int __init vtymux_init(void)
{
	int err;

	if (!tty_lines || tty_lines > VTYMUX_LINE_MAX) {
		pr_err("vtymux: tty_lines must be 1..%d\n", VTYMUX_LINE_MAX);
		return -ERANGE;
	}
	err = vtymux_line_alloc(tty_lines);
	if (err)
		return err;
	err = vtymux_back_init(ldisc);
	if (err)
		goto err_lines;
	err = vtymux_front_init(tty_lines);
	if (err)
		goto err_back;
	err = vtymux_netlink_init();
	if (err)
		goto err_front;
	err = add_lines();
	if (err)
		goto err_netlink;
	err = vtymux_claim_init();
	if (err)
		goto err_devices;
	return 0;

err_devices:
	remove_lines(1, tty_lines);
err_netlink:
	vtymux_netlink_exit();
err_front:
	vtymux_front_exit();
err_back:
	vtymux_back_exit();
err_lines:
	vtymux_line_free_all();
	return err;
}

/* Bound lines and open files hold references: here nothing is in use. */
static void __exit vtymux_exit(void)
{
	vtymux_claim_exit();
	remove_lines(1, tty_lines);
	vtymux_netlink_exit();
	vtymux_front_exit();
	vtymux_back_exit();
	vtymux_line_free_all();
}

module_init(vtymux_init);
module_exit(vtymux_exit);

MODULE_DESCRIPTION("Serial ports as numbered terminal lines");
MODULE_AUTHOR("The vtymux authors");
MODULE_LICENSE("GPL");
