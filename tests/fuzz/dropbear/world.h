/* SPDX-License-Identifier: GPL-2.0-only */
/* What a session process meets: descriptors, time and a monitor, all fake. */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a descriptor is, and with that what may be done to it. */
enum role {
	ROLE_NONE,	/* closed, or the connection */
	ROLE_LINE,
	ROLE_TAP,	/* read only, says at times that bytes were lost */
	ROLE_HISTORY,	/* read only, ends */
	ROLE_NOTICE,	/* read only, ends */
	ROLE_MASTER,
	ROLE_OUTPUT,	/* read only, ends */
	ROLE_INPUT,	/* write only */
	ROLE_NOWHERE,	/* /dev/null, which takes what a watcher types */
	ROLE_HOLD,	/* a pipe that is full */
	ROLE_READ,	/* the ends of a pipe as pipes are */
	ROLE_WRITE,
	ROLES
};

/* The oracle: abort() unless it @holds. */
void world_check(bool holds);

/* Return: a new descriptor; there are always enough. */
int world_open(enum role role);

/* Return: whether any descriptor but the connection is open. */
bool world_any_open(void);

/* Each as its namesake. */
int world_ioctl(int fd, unsigned long request, ...);
int world_fcntl(int fd, int command, ...);
int world_pipe(int fds[2]);
int world_pipe2(int fds[2], int flags);
int world_poll(struct pollfd *fds, nfds_t n, int ms);
int world_setsockopt(int fd, int level, int name, const void *value,
		     socklen_t len);

/* monitor.c: as at a monitor's start, or with "lab" logged in. */
void fake_reset(bool authenticated);
bool fake_authenticated(void);

#endif /* FUZZ_WORLD_H */
