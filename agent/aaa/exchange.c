// SPDX-License-Identifier: GPL-2.0-only
#include "exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"

enum exchange_method exchange_method(const char *name)
{
	static const char *const names[] = {
		[EXCHANGE_BY_LOCAL] = "local",
		[EXCHANGE_BY_RADIUS] = "radius",
		[EXCHANGE_BY_TACPLUS] = "tacacs+",
		[EXCHANGE_BY_NONE] = "none",
	};

	if (name && !strcmp(name, "system"))
		return EXCHANGE_BY_LOCAL;
	for (uint32_t m = EXCHANGE_BY_LOCAL; name && m <= EXCHANGE_BY_NONE; m++)
		if (!strcmp(name, names[m]))
			return m;
	return EXCHANGE_BY_NOTHING;
}

/* In the child: only async-signal-safe calls. */
__attribute__((noreturn))
static void run(const char *program, int fd, pid_t parent)
{
	char *argv[] = { (char *)"vtymux-exchange", NULL };
#ifdef VTYMUX_TEST
	char **envp = environ;
#else
	char *envp[] = { NULL };
#endif
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	for (int s = 1; s < NSIG; s++)
		sigaction(s, &dfl, NULL);	/* fails for KILL and STOP */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
#ifndef VTYMUX_TEST	/* a sanitizer's report is worth more there */
	if (dup2(null, STDERR_FILENO) < 0)
		_exit(127);
#endif
	/* Last: until now its number may have been /dev/null's. */
	if (dup2(fd, EXCHANGE_FD) >= 0 && !close_range(EXCHANGE_FD + 1, ~0U, 0))
		execve(program, argv, envp);
	_exit(127);
}

int exchange_start(struct exchange *x, const char *program)
{
	int ours _cleanup_close_ = -1;
	int theirs _cleanup_close_ = -1;
	pid_t parent = getpid();
	int pair[2];
	pid_t pid;

	if (access(program, X_OK) < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	/* dup2() onto itself would leave it close-on-exec. */
	if (theirs == EXCHANGE_FD) {
		theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, EXCHANGE_FD + 1);
		close(pair[1]);
		if (theirs < 0)
			return -errno;
	}
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		run(program, theirs, parent);
	x->pid = pid;
	x->fd = take_fd(&ours);
	return 0;
}

void exchange_stop(struct exchange *x)
{
	if (x->fd >= 0)
		close(x->fd);
	if (x->pid > 0) {
		kill(x->pid, SIGKILL);
		waitpid(x->pid, NULL, 0);
	}
	x->fd = -1;
	x->pid = 0;
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* It comes from a process that talks to strangers. */
static bool is_good(const struct exchange_reply *r)
{
	return r->outcome < EXCHANGE_OUTCOMES && r->server <= SERVERS_MAX &&
	       r->level >= EXCHANGE_NO_LEVEL && r->level <= 15 &&
	       r->class_len <= sizeof(r->class) && r->has_lines <= 1 &&
	       is_text(r->text, sizeof(r->text)) &&
	       is_text(r->why, sizeof(r->why));
}

int exchange_receive(int fd, struct exchange_reply *ret)
{
	struct exchange_reply reply;
	ssize_t n = recv(fd, &reply, sizeof(reply), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return -errno;
	if (!n)
		return -ECONNRESET;
	if (n != sizeof(reply) || !is_good(&reply))
		return -EPROTO;
	*ret = reply;
	return 0;
}

/* Only root may have written it; a key only root and its group may read. */
static int open_file(const char *path, bool secret)
{
	int fd _cleanup_close_ = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
				      O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_uid && st.st_uid != geteuid()) ||
	    st.st_mode & (secret ? 027 : 022))
		return -EPERM;
	return take_fd(&fd);
}

static void close_files(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

/* Return: how many; -errno with none open and the path in @ret_bad. */
static int open_files(const struct servers *servers,
		      int fds[EXCHANGE_FILES_MAX], const char **ret_bad)
{
	int count = 0;

	for (uint32_t i = 0; i < servers->count; i++) {
		const struct aaa_tls *t = &servers->list[i].tls;
		const char *const paths[] = { t->ca, t->certificate, t->key };
		uint32_t files = server_files(&servers->list[i]);

		for (uint32_t j = 0; j < files; j++) {
			int fd = open_file(paths[j], paths[j] == t->key);

			if (fd < 0) {
				close_files(fds, (size_t)count);
				*ret_bad = paths[j];
				return fd;
			}
			fds[count++] = fd;
		}
	}
	return count;
}

const char *exchange_bad_file(const struct servers *servers)
{
	int fds[EXCHANGE_FILES_MAX];
	const char *bad = NULL;
	int n = open_files(servers, fds, &bad);

	if (n > 0)
		close_files(fds, (size_t)n);
	return bad;
}

static int send_with(int fd, const struct exchange_request *req,
		     const int *fds, size_t count)
{
	union {
		char data[CMSG_SPACE(EXCHANGE_FILES_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)req, sizeof(*req) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (count) {
		msg.msg_control = control.data;
		msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.align = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(count * sizeof(int)),
		};
		memcpy(CMSG_DATA(&control.align), fds, count * sizeof(int));
	}
	if (sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return errno == EPIPE ? -ECONNRESET : -errno;
	return 0;
}

int exchange_send(const struct exchange *x, const struct exchange_request *req)
{
	int fds[EXCHANGE_FILES_MAX];
	const char *bad;
	int n = 0, r;

	if (req->kind < EXCHANGE_ANSWER)
		n = open_files(&req->servers, fds, &bad);
	if (n < 0)
		return n;
	r = send_with(x->fd, req, fds, (size_t)n);
	close_files(fds, (size_t)n);
	return r;
}

int exchange_ask(const struct exchange *x, const struct exchange_request *req,
		 int wait, struct exchange_reply *ret)
{
	struct pollfd p = { .fd = x->fd, .events = POLLIN };
	int r = exchange_send(x, req);

	if (r)
		return r;
	do {
		r = poll(&p, 1, wait);
	} while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r < 0 ? -errno : -ETIMEDOUT;
	return exchange_receive(x->fd, ret);
}
