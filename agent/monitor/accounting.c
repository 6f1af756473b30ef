// SPDX-License-Identifier: GPL-2.0-only
#include "accounting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "line.h"
#include "log.h"
#include "monitor.h"
#include "path.h"
#include "spool.h"

/* The first eight digits of this boot's id; 0 without. */
static uint32_t boot_id(void)
{
	int fd _cleanup_close_ = open("/proc/sys/kernel/random/boot_id",
				      O_RDONLY | O_CLOEXEC);
	char text[9] = "";

	if (fd < 0 || read(fd, text, 8) != 8)
		return 0;
	return (uint32_t)strtoul(text, NULL, 16);
}

/* Bytes of a tty line since it was bound; what the line sends, users typed. */
static uint64_t counter(unsigned int line, const char *name)
{
	char text[24];

	if (line_value(line, name, text, sizeof(text)) < 0)
		return 0;
	return strtoull(text, NULL, 10);
}

static uint32_t method_of(const struct monitor *m)
{
	const char *method = pam_var(&m->vars, "VTYMUX_METHOD");

	if (!method)
		return EXCHANGE_BY_NOTHING;
	return !strcmp(method, "radius") ? EXCHANGE_BY_RADIUS :
	       !strcmp(method, "tacacs+") ? EXCHANGE_BY_TACPLUS :
	       !strcmp(method, "none") ? EXCHANGE_BY_NONE : EXCHANGE_BY_LOCAL;
}

/* Hexadecimal, as pam_vtymux_radius leaves it. */
static uint32_t take_class(const struct monitor *m, uint8_t *class)
{
	const char *hex = pam_var(&m->vars, "VTYMUX_CLASS");
	uint32_t len = 0;
	unsigned int byte;

	for (; hex && len < EXCHANGE_CLASS_MAX &&
	     sscanf(hex, "%2x", &byte) == 1; hex += 2)
		class[len++] = (uint8_t)byte;
	return len;
}

static void put(struct monitor *m, bool stop, enum accounting_cause cause)
{
	struct spool_record r = {
		.kind = m->accounted_exec ? SPOOL_EXEC : SPOOL_CONNECTION,
		.line = m->accounted_line,
		.method = method_of(m),
		.level = m->privilege,
		.record = {
			.stop = stop, .session = m->config.session,
			.boot = boot_id(), .when = (uint64_t)time(NULL),
		},
	};
	int error;

	r.class_len = take_class(m, r.class);
	snprintf(r.user, sizeof(r.user), "%s", m->target.user);
	snprintf(r.peer, sizeof(r.peer), "%.*s", (int)strcspn(m->peer, " "),
		 m->peer);
	snprintf(r.port, sizeof(r.port), "tty%u", m->accounted_line);
	if (stop) {
		r.record.seconds = (uint32_t)((monitor_now() - m->accounted_begun)
					      / 1000);
		r.record.cause = cause;
		r.record.in = counter(m->accounted_line, "statistics/tx") -
			      m->accounted_in;
		r.record.out = counter(m->accounted_line, "statistics/rx") -
			       m->accounted_out;
	}
	error = spool_put(path_rundir(), &r);
	if (error && error != -ENOENT)
		log_err("accounting record lost: %s", strerror(-error));
}

void accounting_start(struct monitor *m, unsigned int line, bool exec)
{
	m->accounted_line = line;
	m->accounted_exec = exec;
	m->accounted_begun = monitor_now();
	m->accounted_in = counter(line, "statistics/tx");
	m->accounted_out = counter(line, "statistics/rx");
	put(m, false, ACCOUNTING_USER);
}

void accounting_stop(struct monitor *m, enum accounting_cause cause)
{
	if (!m->accounted_line)
		return;
	put(m, true, cause);
	m->accounted_line = 0;
}
