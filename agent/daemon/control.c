// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "daemon.h"
#include "log.h"
#include "loop.h"
#include "path.h"

#define PACKETS_A_TURN	64	/* so that one client does not keep the loop */

static struct control *logged;	/* whose ring has the log */

static void drop(struct control_client *c)
{
	if (c->fd < 0)
		return;
	c->source = loop_remove(c->source);
	c->stall = loop_remove(c->stall);
	control_enable_drop(c);
	if (c->child) {
		kill(c->child_pid, SIGKILL);
		waitpid(c->child_pid, NULL, 0);
		c->child = loop_remove(c->child);
	}
	close(c->fd);
	if (c->upload)
		explicit_bzero(c->upload, c->upload_size);
	free(c->upload);
	free(c->out);
	c->job_source = loop_remove(c->job_source);
	if (c->job_fd >= 0)
		close(c->job_fd);
	*c = (struct control_client){
		.control = c->control, .fd = -1, .job_fd = -1,
	};
}

void control_drop_session(struct control *control, uint32_t session)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].bound &&
		    control->clients[i].who.session == session)
			drop(&control->clients[i]);
}

static void on_client(int fd, uint32_t events, void *arg);

/* Its answer is yet to come. */
static bool is_busy(const struct control_client *c)
{
	return c->child || c->asker || c->delay;
}

static void arm(struct control_client *c)
{
	uint32_t events = c->out_size > c->out_at ? EPOLLOUT :
		is_busy(c) ? 0 : EPOLLIN;

	c->source = loop_remove(c->source);
	if (loop_add_io(c->fd, events, on_client, c, &c->source) < 0)
		drop(c);
}

static void on_stall(void *arg)
{
	struct control_client *c = arg;
	char name[160];

	control_name(c, name, sizeof(name));
	log_warn("control: %s takes no answers, dropped", name);
	drop(c);
}

static void watch_stall(struct control_client *c)
{
	c->stall = loop_remove(c->stall);
	if (c->out_size > c->out_at && c->answering &&
	    loop_add_timer(CONTROL_STALL, on_stall, c, &c->stall) < 0)
		drop(c);
}

/* Return: 0 when all is sent, -EAGAIN, -errno when the client is gone. */
static int flush_out(struct control_client *c)
{
	uint32_t size;

	while (c->out_at < c->out_size) {
		memcpy(&size, c->out + c->out_at, sizeof(size));
		if (send(c->fd, c->out + c->out_at + sizeof(size), size,
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return errno == EINTR ? -EAGAIN : -errno;
		c->out_at += sizeof(size) + size;
	}
	free(c->out);
	c->out = NULL;
	c->out_at = c->out_size = c->out_room = 0;
	c->answering = false;
	return 0;
}

static int queue(struct control_client *c, const void *data, size_t size)
{
	/* One who reads just enough to go on must not make it grow for ever. */
	if (c->out_at > c->out_size / 2) {
		c->out_size -= c->out_at;
		memmove(c->out, c->out + c->out_at, c->out_size);
		c->out_at = 0;
	}
	if (c->out_size + size > c->out_room) {
		size_t room = 2 * (c->out_size + size);
		char *grown = realloc(c->out, room);

		if (!grown)
			return -ENOMEM;
		c->out = grown;
		c->out_room = room;
	}
	memcpy(c->out + c->out_size, data, size);
	c->out_size += size;
	return 0;
}

void control_send(struct control_client *c, uint32_t type, const void *data,
		  size_t size)
{
	const struct ctl_head head = {
		.version = CTL_VERSION, .type = type, .size = (uint32_t)size,
	};
	uint32_t packet = (uint32_t)(sizeof(head) + size);

	if (c->fd < 0)
		return;
	c->answering |= type != CTL_LOG;
	if (queue(c, &packet, sizeof(packet)) < 0 ||
	    queue(c, &head, sizeof(head)) < 0 || queue(c, data, size) < 0)
		drop(c);
}

void control_text(struct control_client *c, const char *text, size_t size)
{
	while (size) {
		size_t n = size < CTL_TEXT_MAX ? size : CTL_TEXT_MAX;

		control_send(c, CTL_TEXT, text, n);
		text += n;
		size -= n;
	}
}

/* Comes last, when all that waited before it is on its way. */
static void tell_lost(struct control_client *c)
{
	char text[64];

	snprintf(text, sizeof(text), "%u messages lost", c->lost);
	c->lost = 0;
	control_send(c, CTL_LOG, text, strlen(text));
}

void control_flush(struct control_client *c)
{
	int r = c->fd < 0 ? -EBADF : flush_out(c);

	if (r == 0 && c->lost) {
		tell_lost(c);
		r = c->fd < 0 ? -EBADF : flush_out(c);
	}
	if (r < 0 && r != -EAGAIN) {
		drop(c);
		return;
	}
	watch_stall(c);
	if (c->fd >= 0)
		arm(c);
}

static void host_name(const struct daemon *d, char *name, size_t size)
{
	const char *configured = conf_get(&d->conf, "hostname");

	if (configured)
		snprintf(name, size, "%s", configured);
	else if (gethostname(name, size - 1) < 0)
		snprintf(name, size, "Switch");
	name[size - 1] = '\0';
	name[strcspn(name, ".")] = '\0';
}

/* So that the monitor's next connection for the session is as this one. */
static void tell_monitor(struct control_client *c)
{
	if (!c->bound || !c->who.session || c->told == c->who.privilege)
		return;
	c->told = c->who.privilege;
	server_privilege(&c->control->daemon->server, c->who.session, c->told);
}

void control_result(struct control_client *c, struct ctl_result *result)
{
	tell_monitor(c);
	result->who = c->who;
	host_name(c->control->daemon, result->hostname,
		  sizeof(result->hostname));
	control_send(c, CTL_RESULT, result, sizeof(*result));
	control_flush(c);
}

static void on_client(int fd, uint32_t events, void *arg)
{
	static char data[CTL_TEXT_MAX + 1];
	struct control_client *c = arg;
	struct ctl_head head;

	if (events & EPOLLOUT) {
		control_flush(c);
		return;
	}
	if (is_busy(c)) {	/* it is not read now: it has hung up */
		drop(c);
		return;
	}
	for (int i = 0; i < PACKETS_A_TURN; i++) {
		int r = ctl_recv(fd, &head, data);

		if (r == -EAGAIN)
			return;
		if (r < 0) {
			drop(c);
			return;
		}
		control_run(c, &head, data);
		explicit_bzero(data, head.size);
		if (c->fd != fd || c->out_size)
			return;
		if (is_busy(c)) {	/* what else it sent waits */
			arm(c);
			return;
		}
	}
}

void control_name(const struct control_client *c, char *text, size_t size)
{
	if (c->bound)
		snprintf(text, size, "%s from %s session %u", c->who.user,
			 *c->who.peer ? c->who.peer : "here", c->who.session);
	else
		snprintf(text, size, "%s (uid %u, pid %d)", c->who.user,
			 c->uid, c->pid);
}

/* A slot, if the limits leave one to this uid. */
static struct control_client *find_slot(struct control *control, uid_t uid)
{
	struct control_client *slot = NULL;
	size_t others = 0, same = 0;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &control->clients[i];

		if (c->fd < 0) {
			slot = slot ?: c;
			continue;
		}
		others += c->uid != 0;
		same += c->uid == uid;
	}
	if (uid && (others >= CONTROL_OTHERS_MAX || same >= CONTROL_UID_MAX))
		return NULL;
	return slot;
}

static void on_accept(int fd, uint32_t events, void *arg)
{
	struct control *control = arg;
	struct control_client *c;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int client _cleanup_close_ = -1;

	(void)events;
	client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client < 0 || getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer,
				     &len) < 0)
		return;
	c = find_slot(control, peer.uid);
	if (!c)
		return;
	c->fd = take_fd(&client);
	c->uid = peer.uid;
	c->pid = peer.pid;
	c->who.privilege = peer.uid ? 1 : 15;
	/* Names of accounts are the client's to look up. */
	if (peer.uid)
		snprintf(c->who.user, sizeof(c->who.user), "uid%u", peer.uid);
	else
		strcpy(c->who.user, "root");
	arm(c);
}

static void send_log(struct control_client *c, const char *text)
{
	/* In the place of what was lost comes how much it was. */
	if (c->lost || c->out_size - c->out_at > CONTROL_LOG_QUEUE) {
		c->lost++;
		return;
	}
	control_send(c, CTL_LOG, text, strlen(text));
	/* An answer under way carries it along. */
	control_flush(c);
}

static void keep_log(int level, const char *text)
{
	struct control *control = logged;
	char stamp[32], *line;
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	if (level > LOG_INFO || asprintf(&line, "%s: %s", stamp, text) < 0)
		return;
	free(control->log[control->log_next]);
	control->log[control->log_next] = line;
	control->log_next = (control->log_next + 1) % CONTROL_LOG_LINES;
	control->log_count++;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0 &&
		    control->clients[i].monitoring)
			send_log(&control->clients[i], line);
}

/* Return: a listening socket at the path, which becomes everybody's, or -errno. */
static int open_socket(void)
{
	int fd _cleanup_close_ = -1;
	struct sockaddr_un address;
	int r = ctl_address(&address);

	if (r < 0)
		return r;
	if (unlink(address.sun_path) < 0 && errno != ENOENT)
		return -errno;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address,
			   sizeof(address)) < 0 ||
	    chmod(address.sun_path, 0666) < 0 || listen(fd, 64) < 0)
		return -errno;
	return take_fd(&fd);
}

int control_start(struct control *control, struct daemon *daemon)
{
	int r;

	control->daemon = daemon;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i] = (struct control_client){
			.control = control, .fd = -1, .job_fd = -1,
		};
	logged = control;
	log_tee(keep_log);
	control->fd = open_socket();
	if (control->fd < 0)
		return control->fd;
	r = loop_add_io(control->fd, EPOLLIN, on_accept, control,
			&control->source);
	return r;
}

void control_stop(struct control *control)
{
	log_tee(NULL);
	control->source = loop_remove(control->source);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0)
			drop(&control->clients[i]);
	control_enable_stop(control);
	if (control->fd >= 0)
		close(control->fd);
	control->fd = -1;
	for (size_t i = 0; i < CONTROL_LOG_LINES; i++)
		free(control->log[i]);
}
