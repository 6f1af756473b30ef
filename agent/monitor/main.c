// SPDX-License-Identifier: GPL-2.0-only
/* vtymux-monitor: started by vtymuxd with the descriptors of link.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "hostkey.h"
#include "log.h"
#include "loop.h"
#include "monitor.h"
#include "open.h"
#include "path.h"
#include "privilege.h"
#include "record.h"
#include "session.h"
#include "vty.h"

#define CONFIG_WAIT	10000	/* ms for LINK_CONFIG */
#define TIMEOUT_GRACE	1000	/* ms: the session process may say it first */
#define ALARM_GRACE	30	/* s: a PAM module that hangs ends us all the same */

/* Stdio exists, the two descriptors do not leak, nothing else is open. */
static int arrange_fds(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return -errno;
	while (null < STDERR_FILENO) {
		null = dup(null);
		if (null < 0)
			return -errno;
	}
	if (fcntl(LINK_FD_CONNECTION, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(LINK_FD_DAEMON, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	return close_range(LINK_FD_DAEMON + 1, ~0U, 0) < 0 ? -errno : 0;
}

typedef int (*name_fn)(int fd, struct sockaddr *sa, socklen_t *len);

/* "192.0.2.1 49152" of getpeername(2) or getsockname(2). */
static int format_name(name_fn name, char *ret, size_t size)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a = { 0 };
	socklen_t len = sizeof(a);
	char text[INET6_ADDRSTRLEN];
	const void *address = &a.in.sin_addr;
	in_port_t port = a.in.sin_port;

	if (name(LINK_FD_CONNECTION, &a.sa, &len) < 0)
		return -errno;
	port = a.in.sin_port;
	if (a.sa.sa_family == AF_INET6) {
		address = &a.in6.sin6_addr;
		port = a.in6.sin6_port;
		if (IN6_IS_ADDR_V4MAPPED(&a.in6.sin6_addr)) {
			address = &a.in6.sin6_addr.s6_addr[12];
			a.sa.sa_family = AF_INET;
		}
	} else if (a.sa.sa_family != AF_INET) {
		return -EAFNOSUPPORT;
	}
	if (!inet_ntop(a.sa.sa_family, address, text, sizeof(text)))
		return -errno;
	snprintf(ret, size, "%s %u", text, ntohs(port));
	return 0;
}

/* Return: 0, -ETIMEDOUT, -EPROTO or what link_recv() gives. */
static int receive_config(struct monitor *m)
{
	struct pollfd p = { .fd = m->daemon, .events = POLLIN };
	struct link_msg msg;
	const struct link_config *c = &msg.config;
	int r;

	if (poll(&p, 1, CONFIG_WAIT) <= 0)
		return -ETIMEDOUT;
	r = link_recv(m->daemon, &msg);
	if (r < 0)
		return r;
	if (msg.type != LINK_CONFIG || c->version != LINK_VERSION ||
	    c->timeout < 1 || c->timeout > 600 || c->retries > 5 ||
	    c->vty_first > VTYMUX_LINE_MAX || c->vty_count > VTYMUX_LINE_MAX ||
	    c->rotary > VTYMUX_ROTARY_MAX)
		return -EPROTO;
	m->config = *c;
	return 0;
}

static int open_signals(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int fail(const char *what, int error)
{
	log_err("%s: %s", what, strerror(-error));
	return 1;
}

/* All that is needed before a byte is read from the network. */
static int prepare(struct monitor *m)
{
	char tag[32];
	int r;

	r = arrange_fds();
	if (r < 0)
		return fail("descriptors", r);
	r = receive_config(m);
	if (r < 0)
		return fail("configuration from vtymuxd", r);
	snprintf(tag, sizeof(tag), "session %u: ", m->config.session);
	log_tag(tag);
	r = format_name(getpeername, m->peer, sizeof(m->peer));
	if (!r)
		r = format_name(getsockname, m->local, sizeof(m->local));
	if (r == -ENOTCONN) {	/* changed his mind: nothing to report */
		log_info("client is gone already");
		return 1;
	}
	if (r < 0)
		return fail("address of the client", r);
	r = params_load(&m->params, path_rundir());
	if (r < 0)	/* unknown, so nothing that was forbidden is offered */
		return fail("parameters from vtymuxd", r);
	r = privilege_start();
	if (r < 0)
		return fail("privileges", r);
	r = vty_claim(m);
	if (r == -EBUSY || r == -ENXIO) {
		log_warn("connection from %s refused: no free vty", m->peer);
		return 1;
	}
	if (r < 0)
		return fail("virtual line", r);
	r = hostkey_load(path_sysconfdir());
	if (r < 0)
		return fail("host keys", r);
	m->signals = open_signals();
	if (m->signals < 0)
		return fail("signals", m->signals);
	r = child_start(m);
	if (r < 0)
		return fail("session process", r);
	r = privilege_settle();
	if (r < 0) {
		child_kill(m);
		return fail("privileges", r);
	}
	return 0;
}

int main(void)
{
	struct monitor m = {
		.session = -1, .daemon = LINK_FD_DAEMON, .signals = -1,
		.claim = -1, .tap = -1, .notice = -1, .vty = -1, .broker = -1,
		.device.fd = -1, .start = time(NULL),
	};

	umask(077);
	if (chdir("/") < 0)
		return fail("/", -errno);
	if (prepare(&m))
		return 1;
	m.deadline = monitor_now() + m.config.timeout * INT64_C(1000) +
		     TIMEOUT_GRACE;
	alarm(m.config.timeout + ALARM_GRACE);
	log_info("connection from %s", m.peer);
	session_hello(&m);
	loop_run(&m);
	open_release(&m);
	record_end(&m);
	child_kill(&m);
	hostkey_wipe();
	if (m.log_lines.refused)
		log_info("%u lines of the session process not logged",
			 m.log_lines.refused);
	if (m.kills.refused)
		log_info("%u signals of the client not delivered",
			 m.kills.refused);
	log_info("connection closed");
	return m.end == END_VIOLATION || m.end == END_ERROR;
}
