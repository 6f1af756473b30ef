// SPDX-License-Identifier: GPL-2.0-only
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "includes.h"
#include "channel.h"
#include "dbutil.h"
#include "session.h"

#include "monitor.h"
#include "wake.h"

static struct {
	struct Channel *channel;	/* NULL: no line */
	bool watch, output;
	int next;		/* the line while its history is read, or -1 */
	int64_t idle;		/* ms until it is idle, 0: never */
	int64_t heard;		/* wake_clock() of the last byte that counts */
	unsigned int window;	/* what the client may send, last seen */
} on = { .next = -1 };

/*
 * Where the client's bytes go: a copy, because Dropbear closes each direction
 * by itself. What a watcher types goes nowhere; stdin is /dev/null.
 */
static int copy_for_writing(int fd)
{
	int copy = fcntl(on.watch ? STDIN_FILENO : fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		dropbear_exit("Line: %s", strerror(errno));
	return copy;
}

void line_follow(struct Channel *channel, const struct monitor_opened *o)
{
	on.channel = channel;
	on.watch = o->flags & PROTO_LINE_WATCH;
	on.output = o->flags & PROTO_LINE_OUTPUT;
	on.next = o->history >= 0 ? o->fd : -1;
	on.idle = o->idle * (int64_t)1000;
	on.heard = wake_clock();
	on.window = channel->recvwindow;
}

void line_start(struct Channel *channel, const struct monitor_opened *o)
{
	line_follow(channel, o);
	setnonblocking(o->fd);
	channel->readfd = o->history >= 0 ? o->history : o->fd;
	channel->writefd = channel->recv_eof ? -1 : copy_for_writing(o->fd);
	ses.maxfd = MAX(ses.maxfd, MAX(o->fd, o->history));
	ses.maxfd = MAX(ses.maxfd, channel->writefd);
}

void line_stop(struct Channel *channel)
{
	if (on.channel != channel)
		return;
	if (on.next >= 0)
		m_close(on.next);
	on.next = -1;
	on.channel = NULL;
}

int line_fd(const struct Channel *channel)
{
	if (on.channel != channel || on.watch)
		return -1;
	return on.next >= 0 ? on.next : channel->readfd;
}

bool line_is_watch(const struct Channel *channel)
{
	return on.channel == channel && on.watch;
}

/* A failure that ends nothing: the loop comes again. */
static int again(void)
{
	errno = EINTR;
	return -1;
}

int line_read(struct Channel *channel, int fd, unsigned char *bytes,
	      unsigned int len)
{
	ssize_t n = read(fd, bytes, len);

	if (on.channel != channel || fd != channel->readfd)
		return n;
	if (n == 0 && on.next >= 0) {
		m_close(fd);
		channel->readfd = on.next;
		on.next = -1;
		return again();
	}
	if (n < 0 && errno == EOVERFLOW) {
		monitor_lost();
		return again();
	}
	if (n > 0 && on.output)
		on.heard = wake_clock();
	return n;
}

void line_poll(void)
{
	int64_t now;

	if (!on.channel || !on.idle)
		return;
	now = wake_clock();
	/* The window shrinks with what comes and grows with what is written. */
	if (on.window != on.channel->recvwindow) {
		on.window = on.channel->recvwindow;
		on.heard = now;
	}
	if (now >= on.heard + on.idle)
		on.idle = monitor_idle() * (int64_t)1000;
	if (on.idle)
		wake_at(on.heard + on.idle);
}
