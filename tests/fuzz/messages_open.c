// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor's open.c, exec.c and limits.c call, out of memory: lines and
 * claims, records. What a line does depends on its number, see enum line_kind.
 */
#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../agent/monitor/accounting.h"
#include "../../agent/monitor/admit.h"
#include "../../agent/monitor/control.h"
#include "../../agent/monitor/copy.h"
#include "../../agent/monitor/exec.h"
#include "../../agent/monitor/monitor.h"
#include "../../agent/monitor/notice.h"
#include "../../agent/monitor/open.h"
#include "../../agent/monitor/program.h"
#include "../../agent/monitor/record.h"
#include "../../agent/monitor/replay.h"
#include "../../agent/monitor/rotary.h"
#include "../../agent/monitor/vty.h"
#include "claim.h"
#include "line.h"
#include "service.h"

#define VTY		201
#define GOODBYE		5000	/* of open.c */

enum line_kind {	/* of a line's number modulo 8 */
	LINE_FREE,
	LINE_BUSY,
	LINE_LOST,	/* between claim and open */
	LINE_NO_FD,
	LINE_REPLAY,
	LINE_IDLE,	/* has a session time-out */
	LINE_ABSOLUTE,
	LINE_STRANGE	/* with attributes that are no numbers */
};

static struct {
	bool accounted, reported;
} world;

static int null = -1;
static int lowest;	/* free descriptor when the world began */

static enum line_kind kind_of(unsigned int line)
{
	return line % 8;
}

int opens_descriptor(void)
{
	int fd = dup(null);

	messages_check(fd >= 0);
	return fd;
}

static int lowest_free(void)
{
	int fd = opens_descriptor();

	close(fd);
	return fd;
}

void opens_begin(struct monitor *m)
{
	if (null < 0)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	lowest = lowest_free();
	memset(&world, 0, sizeof(world));
	programs_begin();
	m->vty = opens_descriptor();
	m->vty_line = VTY;
	m->claim = m->tap = m->notice = m->broker = m->device.fd = -1;
}

/* What is open belongs to the state, and what is over ends in time. */
void opens_check(const struct monitor *m)
{
	bool line = m->claim >= 0 || m->tap >= 0;
	bool is_over = m->is_cleared || (m->line && !line);

	if (m->end != END_NOT)
		return;
	messages_check(m->claim < 0 || m->tap < 0);
	messages_check(!line || !exec_is_open(m));
	messages_check(programs_exist() == exec_is_open(m));
	messages_check(world.reported == (line || exec_is_open(m)));
	if (m->state != STATE_OPEN)
		messages_check(!line && !m->line && !exec_is_open(m) &&
			       m->notice < 0 && m->device.fd < 0 && !m->what &&
			       !world.accounted && !programs_in_utmp());
	else
		messages_check(messages_proven);
	if (is_over)
		messages_check(m->deadline &&
			       m->deadline <= monitor_now() + GOODBYE);
	else
		messages_check(m->state != STATE_AUTHENTICATED || m->deadline);
}

void opens_finish(struct monitor *m)
{
	open_release(m);
	messages_check(!programs_exist() && !programs_in_utmp() &&
		       !world.accounted && !world.reported && !m->what);
	messages_check(m->broker < 0);
	free(m->exec);
	m->exec = NULL;
	if (m->vty >= 0)
		close(m->vty);
	m->vty = -1;
	messages_check(lowest_free() == lowest);
}

/* The monitor. */

void monitor_report(struct monitor *m, uint32_t type, unsigned int line)
{
	switch (type) {
	case LINK_AUTHENTICATED:
		messages_check(messages_proven && m->name_ok &&
			       strcmp(m->target.user, "root"));
		break;
	case LINK_OPENED:
		messages_check(messages_proven && line && !world.reported);
		world.reported = true;
		break;
	case LINK_CLOSED:
		messages_check(line && world.reported);
		world.reported = false;
		break;
	}
}

void monitor_report_unit(struct monitor *m, unsigned int unit)
{
	messages_check(unit == exec_unit(m));
	monitor_report(m, LINK_OPENED, m->vty_line);
}

void accounting_start(struct monitor *m, unsigned int line, bool exec)
{
	messages_check(messages_proven && line && !world.accounted &&
		       exec == exec_is_open(m));
	world.accounted = true;
}

void accounting_stop(struct monitor *m, enum accounting_cause cause)
{
	(void)m;
	messages_check(cause);
	world.accounted = false;
}

void record_open(struct monitor *m, const char *what)
{
	messages_check(!m->what && what);
	m->what = what;
}

void record_close(struct monitor *m, const char *reason)
{
	messages_check(reason);
	m->what = NULL;
}

void traffic_begin(struct traffic *t, unsigned int line, enum traffic_kind kind)
{
	*t = (struct traffic){ .line = line, .kind = kind };
}

void traffic_told(struct traffic *t, uint64_t in, uint64_t out)
{
	t->in = in;
	t->out = out;
}

void copy_begins(struct monitor *m, const struct program *p,
		 const char *command)
{
	(void)m;
	messages_check(p->what && command);
}

void copy_ended(struct monitor *m, unsigned int status)
{
	messages_check(m->exec && status < 256);
}

void device_start(struct monitor *m)
{
	messages_check(m->line && m->device.fd < 0);
	m->device.fd = opens_descriptor();
}

void device_stop(struct monitor *m)
{
	if (m->device.fd >= 0)
		close(m->device.fd);
	m->device.fd = -1;
}

int control_open(struct monitor *m)
{
	control_close(m);
	m->broker = opens_descriptor();
	return opens_descriptor();
}

int control_connect(const struct monitor *m)
{
	return m->target.number % 2 ? -ECONNREFUSED : opens_descriptor();
}

void control_close(struct monitor *m)
{
	if (m->broker >= 0)
		close(m->broker);
	m->broker = -1;
}

bool vty_admit(struct monitor *m, int notices)
{
	messages_check(messages_proven && m->state == STATE_AUTHENTICATED);
	if (strcmp(m->target.user, "novty"))
		return true;
	notice(notices, "%% No free vty");
	return false;
}

/* Lines. */

int line_read(unsigned int number, struct line *ret)
{
	if (number > VTY)
		return -ENODEV;
	*ret = (struct line){ .number = number };
	strcpy(ret->login_authentication, "default");
	return 0;
}

int line_find_name(const char *name, unsigned int *ret_number)
{
	if (strcmp(name, "router"))
		return -ENODEV;
	*ret_number = 8;
	return 0;
}

int line_number(unsigned int number, const char *attribute, uint64_t *ret)
{
	if (!strcmp(attribute, "absolute_timeout"))
		*ret = kind_of(number) == LINE_ABSOLUTE ? 25 : 0;
	else
		*ret = kind_of(number) == LINE_IDLE ? 60 : 0;
	return kind_of(number) == LINE_STRANGE ? -EBADMSG : 0;
}

int rotary_lowest(unsigned int group, unsigned int *ret_number)
{
	*ret_number = group;
	return group > 50 ? -ENODEV : 0;
}

int service_name(enum aaa_service service, const char *list,
		 char ret[SERVICE_NAME_MAX + 1])
{
	(void)service;
	messages_check(*list != '\0');
	strcpy(ret, "login-default");
	return 0;
}

int service_for_list(const char *rundir, enum aaa_service service,
		     const char *list, char ret[SERVICE_NAME_MAX + 1])
{
	messages_check(*rundir == '/');
	return service_name(service, list, ret);
}

void admit_greet(const struct monitor *m)
{
	notice(m->notice, "%% Welcome");
}

void admit_refuse(const struct monitor *m, unsigned int line, int error)
{
	messages_check(error < 0);
	notice(m->notice, "%% Line %u is busy", line);
}

void admit_settings(struct monitor *m, unsigned int line)
{
	messages_check(line == VTY);
	m->settings = (struct policy_settings){ .warning = 20 };
}

bool admit_claim(struct monitor *m, enum proto_open_kind kind)
{
	unsigned int number;

	messages_check(messages_proven && m->claim < 0 && m->tap < 0 &&
		       m->target.kind != TARGET_EXEC);
	if (open_find_line(&m->target, &number) < 0 ||
	    kind != PROTO_OPEN_SHELL || kind_of(number) == LINE_BUSY) {
		notice(m->notice, "%% Invalid line");
		return false;
	}
	*(m->target.kind == TARGET_WATCH ? &m->tap : &m->claim) =
		opens_descriptor();
	m->line = number;
	m->settings = (struct policy_settings){ .warning = 20, .output = true };
	return true;
}

int replay_open(struct monitor *m, int *ret_history)
{
	messages_check(m->claim >= 0);
	switch (kind_of(m->line)) {
	case LINE_LOST:
		return -EIO;
	case LINE_NO_FD:
		return -EMFILE;
	case LINE_REPLAY:
		*ret_history = opens_descriptor();
		break;
	default:
		break;
	}
	return opens_descriptor();
}

/* Claims. */

int claim_attach(int claim)
{
	return claim < 0 ? -EBADF : opens_descriptor();
}

int claim_open(int claim)
{
	return claim < 0 ? -EBADF : opens_descriptor();
}

int claim_status(int claim, struct vtymux_status *ret)
{
	messages_check(claim >= 0);
	*ret = (struct vtymux_status){ .revoked = monitor_now() / 20 % 4 };
	memset(ret->by, '@', 70);
	memcpy(ret->by, "9:eve", 5);
	return 0;
}

int claim_tap_lost(int tap, uint64_t *ret)
{
	messages_check(tap >= 0);
	*ret = 5;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	const struct winsize *size;
	va_list ap;

	va_start(ap, request);
	size = va_arg(ap, const struct winsize *);
	va_end(ap);
	messages_check(fd >= 0 && request == TIOCSWINSZ && size);
	return 0;
}
