// SPDX-License-Identifier: GPL-2.0-only
#include "journal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>

#include "cleanup.h"

#define JOURNAL	"/run/systemd/journal/socket"

void journal_add(struct journal *j, const char *format, ...)
{
	va_list ap;
	int len;

	if (j->count == JOURNAL_FIELDS_MAX)
		return;
	va_start(ap, format);
	len = vsnprintf(j->text[j->count], JOURNAL_FIELD_MAX, format, ap);
	va_end(ap);
	if (len < 0)
		return;
	if (len > JOURNAL_FIELD_MAX - 1)
		len = JOURNAL_FIELD_MAX - 1;
	j->text[j->count][len] = '\n';
	j->iov[j->count].iov_base = j->text[j->count];
	j->iov[j->count].iov_len = (size_t)len + 1;
	j->count++;
}

void journal_begin(struct journal *j, const char *event)
{
	j->count = 0;
	journal_add(j, "PRIORITY=%d", LOG_INFO);
	journal_add(j, "SYSLOG_IDENTIFIER=vtymux");
	journal_add(j, "VTYMUX_EVENT=%s", event);
}

int journal_send(struct journal *j, unsigned int wait)
{
	static const struct sockaddr_un journal = {
		.sun_family = AF_UNIX, .sun_path = JOURNAL,
	};
	const struct timeval limit = { .tv_sec = wait };
	int fd _cleanup_close_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct msghdr mh = {
		.msg_name = (void *)(uintptr_t)&journal,
		.msg_namelen = sizeof(journal),
		.msg_iov = j->iov, .msg_iovlen = (size_t)j->count,
	};

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
				 sizeof(limit)) < 0)
		return -errno;
	if (sendmsg(fd, &mh, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)) < 0 &&
	    errno != ENOENT)
		return -errno;
	return 0;
}
