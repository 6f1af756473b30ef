// SPDX-License-Identifier: GPL-2.0-only
#include "break.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "includes.h"
#include "channel.h"
#include "dbutil.h"
#include "session.h"

#include "line.h"
#include "wake.h"

#define DRAIN_MS	1000

static struct Channel *on;	/* the channel whose line has a break */
static int line;		/* a copy of it, open until the break is over */
static int held_writefd;	/* the line, while hold_pipe stands for it */
static int hold_pipe[2];
static int64_t until;

/*
 * A full pipe in place of the line: Dropbear finds it never writable, keeps
 * the client's data in the channel's buffer and with it the window closed.
 */
static int hold_writes(struct Channel *channel)
{
	static const char zeros[4096];

	held_writefd = -1;
	if (channel->writefd < 0)
		return 0;
	if (pipe2(hold_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return -errno;
	while (write(hold_pipe[1], zeros, sizeof(zeros)) > 0)
		;
	while (write(hold_pipe[1], zeros, 1) > 0)
		;
	held_writefd = channel->writefd;
	channel->writefd = hold_pipe[1];
	ses.maxfd = MAX(ses.maxfd, hold_pipe[1]);
	return 0;
}

/* The channel may have closed its end in between: then the line's goes too. */
static void release_writes(struct Channel *channel)
{
	if (held_writefd < 0)
		return;
	close(hold_pipe[0]);
	if (channel->writefd == hold_pipe[1]) {
		close(hold_pipe[1]);
		channel->writefd = held_writefd;
	} else {
		close(held_writefd);
	}
	held_writefd = -1;
}

static void stop(void)
{
	struct Channel *channel = on;

	on = NULL;
	ioctl(line, TIOCCBRK);
	close(line);
	release_writes(channel);
}

/* The ioctl waits for the output queue; an alarm ends that wait. */
static int begin(void)
{
	int64_t end = wake_clock() + DRAIN_MS;

	for (;;) {
		wake_at(end);
		if (ioctl(line, TIOCSBRK) == 0)
			return 0;
		if (errno != EINTR || wake_clock() >= end)
			return -errno;
	}
}

int break_start(struct Channel *channel, uint32_t ms)
{
	int err;

	ms = MIN(MAX(ms, BREAK_MIN_MS), BREAK_MAX_MS);
	if (on) {
		if (on != channel)
			return -EAGAIN;
		until = MAX(until, wake_clock() + ms);
		wake_at(until);
		return 0;
	}
	if (line_fd(channel) < 0)
		return -EIO;

	/* Dropbear may close the channel's before it says that it has ended. */
	line = fcntl(line_fd(channel), F_DUPFD_CLOEXEC, 0);
	if (line < 0)
		return -errno;
	err = begin();
	if (!err) {
		err = hold_writes(channel);
		if (err < 0)
			ioctl(line, TIOCCBRK);
	}
	if (err < 0) {
		close(line);
		return err;
	}
	on = channel;
	until = wake_clock() + ms;
	wake_at(until);
	return 0;
}

void break_poll(void)
{
	if (!on)
		return;
	if (wake_clock() < until)
		wake_at(until);
	else
		stop();
}

void break_cancel(struct Channel *channel)
{
	if (on == channel)
		stop();
}
