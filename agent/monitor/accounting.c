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
		.method = exchange_method(pam_var(&m->vars, "VTYMUX_METHOD")),
		.level = m->privilege,
		.record = {
			.stop = stop, .session = m->config.session,
			.boot = boot_id(), .when = (uint64_t)time(NULL),
		},
	};
	uint64_t in, out;
	int error;

	r.class_len = take_class(m, r.class);
	snprintf(r.user, sizeof(r.user), "%s", m->target.user);
	snprintf(r.peer, sizeof(r.peer), "%.*s", (int)strcspn(m->peer, " "),
		 m->peer);
	snprintf(r.port, sizeof(r.port), "tty%u", m->accounted_line);
	if (stop) {
		r.record.seconds = (uint32_t)((monitor_now() - m->opened) / 1000);
		r.record.cause = cause;
		traffic_get(&m->traffic, &in, &out);
		r.record.in = in;
		r.record.out = out;
	}
	error = spool_put(path_rundir(), &r);
	if (error && error != -ENOENT)
		log_err("accounting record lost: %s", strerror(-error));
}

void accounting_start(struct monitor *m, unsigned int line, bool exec)
{
	m->accounted_line = line;
	m->accounted_exec = exec;
	put(m, false, ACCOUNTING_USER);
}

void accounting_stop(struct monitor *m, enum accounting_cause cause)
{
	if (!m->accounted_line)
		return;
	put(m, true, cause);
	m->accounted_line = 0;
}
