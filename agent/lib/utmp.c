// SPDX-License-Identifier: GPL-2.0-only
#include "utmp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <utmpx.h>

#include <linux/vtymux.h>


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
	char host[64];
	struct in6_addr in6;
	struct in_addr in;

	snprintf(host, sizeof(host), "%.*s", (int)strcspn(peer, " "), peer);
	memcpy(u->ut_host, host, strlen(host) + 1);
	if (inet_pton(AF_INET, host, &in) == 1)
		memcpy(u->ut_addr_v6, &in, sizeof(in));
	else if (inet_pton(AF_INET6, host, &in6) == 1)
		memcpy(u->ut_addr_v6, &in6, sizeof(in6));
}

static int put(const struct utmpx *u)
{
	int r;

	setutxent();
	r = pututxline(u) ? 0 : -errno;
	endutxent();
	updwtmpx(_PATH_WTMPX, u);
	return r;
}

int utmp_login(unsigned int line, const char *user, const char *peer, pid_t pid)
{
	struct utmpx u = { .ut_type = USER_PROCESS, .ut_pid = pid };

	set_time(&u);
	set_line(&u, line);
	set_peer(&u, peer);
	memcpy(u.ut_user, user, strnlen(user, sizeof(u.ut_user)));
	return put(&u);
}

int utmp_logout(unsigned int line, pid_t pid)
{
	struct utmpx u = { .ut_type = DEAD_PROCESS, .ut_pid = pid };

	set_time(&u);
	set_line(&u, line);
	return put(&u);
}

bool utmp_has(unsigned int line)
{
	struct utmpx u = { .ut_type = USER_PROCESS };
	const struct utmpx *found;
	bool has;

	set_line(&u, line);
	setutxent();
	found = getutxline(&u);
	has = found && found->ut_type == USER_PROCESS;
	endutxent();
	return has;
}
