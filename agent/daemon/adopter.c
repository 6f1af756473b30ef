// SPDX-License-Identifier: GPL-2.0-only
#include "adopter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "adopt.h"
#include "log.h"
#include "loop.h"
#include "path.h"
#include "watch.h"

#define PATIENCE	UINT64_C(5000000)	/* usec for the message */

struct adopter_guest {
	struct adopter_guest *next;
	struct adopter *adopter;
	int fd;				/* owned; -1: the server's */
	pid_t pid;
	struct loop_source *source, *timer;	/* owned */
};

static void dismiss(struct adopter_guest *g)
{
	struct adopter_guest **p = &g->adopter->guests;

	while (*p != g)
		p = &(*p)->next;
	*p = g->next;
	loop_remove(g->source);
	loop_remove(g->timer);
	if (g->fd >= 0)
		close(g->fd);
	free(g);
}

static void on_message(int fd, uint32_t events, void *arg)
{
	struct adopter_guest *g = arg;
	struct adopt_msg msg;
	int r = adopt_recv(fd, &msg);

	(void)events;
	if (r == -EAGAIN)
		return;
	/* The source goes first: the server has its own for the same fd. */
	g->source = loop_remove(g->source);
	if (r == 0)
		r = watch_adopt(g->adopter->server, fd, g->pid, &msg);
	if (r == 0)
		g->fd = -1;
	else if (r != -ECONNRESET)
		log_warn("monitor %d is not adopted: %s", g->pid, strerror(-r));
	dismiss(g);
}

static void on_silence(void *arg)
{
	struct adopter_guest *g = arg;

	log_warn("monitor %d is not adopted: it says nothing", g->pid);
	dismiss(g);
}

static int invite(struct adopter *adopter, int fd, pid_t pid)
{
	struct adopter_guest *g = calloc(1, sizeof(*g));
	int r;

	if (!g) {
		close(fd);
		return -ENOMEM;
	}
	g->adopter = adopter;
	g->fd = fd;
	g->pid = pid;
	g->next = adopter->guests;
	adopter->guests = g;
	r = loop_add_io(fd, EPOLLIN, on_message, g, &g->source);
	if (r == 0)
		r = loop_add_timer(PATIENCE, on_silence, g, &g->timer);
	if (r < 0)
		dismiss(g);
	return r;
}

static void on_connection(int fd, uint32_t events, void *arg)
{
	pid_t pid = 0;
	int peer, r;

	(void)events;
	peer = adopt_accept(fd, &pid);
	r = peer < 0 ? peer : invite(arg, peer, pid);
	if (r < 0 && r != -EAGAIN)
		log_warn("adopting a monitor: %s", strerror(-r));
}

void adopter_start(struct adopter *adopter, struct server *server)
{
	char path[4096];
	int r;

	adopter->server = server;
	snprintf(path, sizeof(path), "%s/" ADOPT_SOCKET, path_rundir());
	adopter->fd = adopt_listen(path);
	r = adopter->fd;
	if (r >= 0)
		r = loop_add_io(adopter->fd, EPOLLIN, on_connection, adopter,
				&adopter->source);
	if (r < 0)
		log_err("%s: %s: sessions of before are not in the table",
			path, strerror(-r));
}

void adopter_stop(struct adopter *adopter)
{
	while (adopter->guests)
		dismiss(adopter->guests);
	adopter->source = loop_remove(adopter->source);
	if (adopter->fd >= 0)
		close(adopter->fd);
	adopter->fd = -1;
}
