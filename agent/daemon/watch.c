// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "event.h"
#include "log.h"
#include "loop.h"
#include "orphan.h"
#include "server.h"

void watch_drop(struct session *s)
{
	s->link_source = loop_remove(s->link_source);
	if (s->link >= 0)
		close(s->link);
	s->link = -1;
}

/* A monitor of another version: only its end is understood. */
static int discard(int fd)
{
	char byte;
	ssize_t n;

	do {
		n = recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n ? -errno : -ECONNRESET;
}

static int follow(struct session *s, int fd)
{
	struct link_msg msg;
	int r;

	if (s->is_foreign)
		return discard(fd);
	while ((r = link_recv(fd, &msg)) == 0) {
		r = session_update(s, &msg);
		if (r < 0)
			break;
		if (msg.type == LINK_OPENED)
			s->opened = time(NULL);
		event_message(s, &msg);
	}
	return r;
}

/*
 * The session is the user's: a monitor out of step is left alone. It joins
 * again and then says where it is.
 */
static void on_link(int fd, uint32_t events, void *arg)
{
	struct session *s = arg;
	struct server *server = s->server;
	int r = follow(s, fd);

	(void)events;
	if (r == -EAGAIN)
		return;
	if (r != -ECONNRESET)
		log_warn("session %u: message of the monitor: %s", s->id,
			 strerror(-r));
	watch_drop(s);
	if (!s->is_adopted)
		return;		/* on_child() sees its end */
	log_debug("session %u: ended", s->id);
	event_ended(s);
	if (r == -ECONNRESET) {
		orphan_record(s, false);
		orphan_clean(s);
	}
	session_remove(s);
	server->changed(server->arg);
}

int watch_link(struct session *s)
{
	return loop_add_io(s->link, EPOLLIN, on_link, s, &s->link_source);
}

/* Its end of the link is open after the pidfd was: that is no other process. */
int watch_terminate(const struct session *s)
{
	int pidfd _cleanup_close_ = (int)syscall(SYS_pidfd_open, s->pid, 0);
	struct pollfd link = { .fd = s->link };

	if (pidfd < 0)
		return -errno;
	if (poll(&link, 1, 0) < 0)
		return -errno;
	if (link.revents & (POLLHUP | POLLERR))
		return -ESRCH;
	return syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0 ?
		-errno : 0;
}

int watch_adopt(struct server *server, int fd, pid_t pid,
		 const struct adopt_msg *msg)
{
	static const enum session_state states[] = {
		[ADOPT_LOGIN] = SESSION_LOGIN,
		[ADOPT_AUTHENTICATED] = SESSION_AUTHENTICATED,
		[ADOPT_OPEN] = SESSION_OPEN,
	};
	struct sockaddr_storage peer;
	struct session *s;
	int r;

	if (listen_parse(msg->peer, &peer) < 0)
		return -EINVAL;
	s = session_find(&server->sessions, msg->session, pid);
	if (s) {
		watch_drop(s);
	} else {
		s = session_add(&server->sessions);
		if (!s)
			return -ENOSPC;
		s->is_adopted = true;
	}
	s->server = server;
	s->id = msg->session;
	s->pid = pid;
	s->peer = peer;
	s->start = msg->start;
	s->line = msg->line;
	s->vty = msg->vty;
	s->unit = msg->unit;
	s->state = states[msg->state];
	s->is_foreign = msg->version != LINK_VERSION;
	memcpy(s->user, msg->user, sizeof(s->user));
	if (!s->is_foreign && proto_algorithms_valid(&msg->algorithms))
		s->algorithms = msg->algorithms;
	s->link = fd;
	r = watch_link(s);
	if (r < 0) {
		s->link = -1;	/* the caller's still */
		if (s->is_adopted)
			session_remove(s);
		return r;
	}
	log_info("session %u: adopted, user %s, line %u", s->id,
		 *s->user ? s->user : "-", s->line);
	server->changed(server->arg);
	return 0;
}

static void on_child(pid_t pid, int status, void *arg)
{
	struct session *s = arg;
	struct server *server = s->server;
	char peer[LISTEN_PEER_MAX + 1];
	bool is_linked = s->link >= 0;	/* else its state may be old */

	(void)pid;
	/* What the monitor said last may still be in the link. */
	if (s->link >= 0)
		follow(s, s->link);
	listen_format(&s->peer, peer);
	if (status < 0)
		log_warn("session %u: monitor of %s ended by signal %d (%s)",
			 s->id, peer, -status, strsignal(-status));
	else	/* the monitor has said what there is to say */
		log_debug("session %u: from %s ended after %lld s (status %d)",
			  s->id, peer, (long long)(time(NULL) - s->start),
			  status);
	watch_drop(s);
	event_ended(s);
	if (status < 0 || is_linked)
		orphan_record(s, status < 0);
	orphan_clean(s);
	s->child_source = loop_remove(s->child_source);
	session_remove(s);
	server->changed(server->arg);
}

int watch_child(struct session *s)
{
	return loop_add_child(s->pid, on_child, s, &s->child_source);
}
