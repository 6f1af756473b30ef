// SPDX-License-Identifier: GPL-2.0-only
#include "wake.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "includes.h"
#include "session.h"

static int64_t pending;		/* armed time, 0 for none; main context only */

int64_t wake_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void wake_loop(void)
{
	int saved = errno;
	ssize_t n = 0;

	/* The pipe exists from common_session_init() on; full is woken. */
	if (ses.signal_pipe[1] > STDERR_FILENO)
		n = write(ses.signal_pipe[1], "", 1);
	(void)n;
	errno = saved;
}

static void on_alarm(int sig)
{
	(void)sig;
	wake_loop();
}

int wake_init(void)
{
	/* No SA_RESTART: the alarm also bounds ioctls that wait for a line. */
	struct sigaction sa = { .sa_handler = on_alarm };

	sigemptyset(&sa.sa_mask);
	return sigaction(SIGALRM, &sa, NULL) < 0 ? -errno : 0;
}

void wake_at(int64_t when)
{
	struct itimerval timer = { 0 };
	int64_t now = wake_clock();

	if (pending > now && pending <= when)
		return;
	pending = when;
	if (when <= now) {
		wake_loop();
		return;
	}
	timer.it_value.tv_sec = (when - now) / 1000;
	timer.it_value.tv_usec = (when - now) % 1000 * 1000;
	setitimer(ITIMER_REAL, &timer, NULL);
}
