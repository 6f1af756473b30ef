// SPDX-License-Identifier: GPL-2.0-only
#include "account.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <utmpx.h>

#include <linux/vtymux.h>

#include "log.h"
#include "monitor.h"

/* /var/log/wtmp, as the C library itself calls it. */
#ifndef _PATH_WTMPX
#define _PATH_WTMPX	"/var/log/wtmp"
#endif

static void set_time(struct utmpx *u)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	u->ut_tv.tv_sec = (__typeof__(u->ut_tv.tv_sec))now.tv_sec;
	u->ut_tv.tv_usec = (__typeof__(u->ut_tv.tv_usec))now.tv_usec;
}

/* utmp's strings need no end where they fill their room. */
static void set_line(struct utmpx *u, unsigned int line)
{
	char text[32];

	snprintf(text, sizeof(text), VTYMUX_LINE_PREFIX "%u", line);
	memcpy(u->ut_line, text, strlen(text) + 1);
	/* Four bytes tell a line from all others. */
	snprintf(text, sizeof(text), "v%03x", line);
	memcpy(u->ut_id, text, strnlen(text, sizeof(u->ut_id)));
}

static void set_peer(struct utmpx *u, const char *peer)
{
	char host[PROTO_PEER_MAX];
	struct in6_addr in6;
	struct in_addr in;

	snprintf(host, sizeof(host), "%.*s", (int)strcspn(peer, " "), peer);
	memcpy(u->ut_host, host, strlen(host) + 1);
	if (inet_pton(AF_INET, host, &in) == 1)
		memcpy(u->ut_addr_v6, &in, sizeof(in));
	else if (inet_pton(AF_INET6, host, &in6) == 1)
		memcpy(u->ut_addr_v6, &in6, sizeof(in6));
}

static void put(const struct utmpx *u)
{
	setutxent();
	if (!pututxline(u))
		log_warn("utmp: %m");
	endutxent();
	updwtmpx(_PATH_WTMPX, u);
}

void account_login(struct monitor *m, pid_t pid)
{
	struct utmpx u = { .ut_type = USER_PROCESS, .ut_pid = pid };

	if (!pid)
		return;
	set_time(&u);
	set_line(&u, m->vty_line);
	set_peer(&u, m->peer);
	memcpy(u.ut_user, m->target.user,
	       strnlen(m->target.user, sizeof(u.ut_user)));
	put(&u);
	m->utmp_pid = pid;
}

void account_logout(struct monitor *m)
{
	struct utmpx u = { .ut_type = DEAD_PROCESS, .ut_pid = m->utmp_pid };

	if (!m->utmp_pid)
		return;
	set_time(&u);
	set_line(&u, m->vty_line);
	put(&u);
	m->utmp_pid = 0;
}
