// SPDX-License-Identifier: GPL-2.0-only
#include "adopt.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"

#define BACKLOG		1024	/* all monitors come at once */

/* Up to here the first version of the message had to go. */
#define SIZE_MIN	offsetof(struct adopt_msg, pad)

static int set_address(struct sockaddr_un *sa, const char *path)
{
	if (strlen(path) >= sizeof(sa->sun_path))
		return -ENAMETOOLONG;
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(sa->sun_path, path);
	return 0;
}

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	return fd < 0 ? -errno : fd;
}

static int check_peer(int fd, pid_t *ret_pid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	if (cred.uid && cred.uid != geteuid())
		return -EPERM;
	if (ret_pid)
		*ret_pid = cred.pid;
	return 0;
}

int adopt_connect(const char *path, const struct adopt_msg *msg)
{
	int fd _cleanup_close_ = new_socket();
	struct sockaddr_un sa;
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	r = set_address(&sa, path);
	if (r < 0)
		return r;
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -errno;
	r = check_peer(fd, NULL);
	if (r < 0)
		return r;
	n = send(fd, msg, sizeof(*msg), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n != sizeof(*msg))
		return n < 0 ? -errno : -EIO;
	return take_fd(&fd);
}

int adopt_listen(const char *path)
{
	int fd _cleanup_close_ = new_socket();
	struct sockaddr_un sa;
	mode_t mask;
	int r;

	if (fd < 0)
		return fd;
	r = set_address(&sa, path);
	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ? -errno : 0;
	umask(mask);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	return r < 0 ? r : take_fd(&fd);
}

int adopt_accept(int fd, pid_t *ret_pid)
{
	int peer _cleanup_close_ = -1;
	int r;

	do {
		peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (peer < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (peer < 0)
		return -errno;
	r = check_peer(peer, ret_pid);
	return r < 0 ? r : take_fd(&peer);
}

static bool is_valid(const struct adopt_msg *m)
{
	if (m->magic != ADOPT_MAGIC || m->state >= __ADOPT_LAST ||
	    !memchr(m->peer, '\0', sizeof(m->peer)) ||
	    !memchr(m->user, '\0', sizeof(m->user)))
		return false;
	return (m->state != ADOPT_LOGIN) == (*m->user != '\0') &&
	       (m->state == ADOPT_OPEN) == (m->line != 0);
}

int adopt_recv(int fd, struct adopt_msg *msg)
{
	struct adopt_msg m = { 0 };
	ssize_t n;

	do {
		n = recv(fd, &m, sizeof(m), MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ECONNRESET;
	if ((size_t)n < SIZE_MIN || !is_valid(&m))
		return -EPROTO;
	*msg = m;
	return 0;
}
