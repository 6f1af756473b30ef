// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dropbear's fuzzers (fuzz/ in its source) with vtymux-sshd in place of its
 * server: what they need of a server's start, and a system for agent/session
 * that is in memory, always the same, and watches what is done to what.
 * Functions named __wrap_ stand before those of Dropbear.
 */
#include "world.h"

#include <stdarg.h>
#include <sys/uio.h>

#include "includes.h"
#include "algo.h"
#include "dbutil.h"
#include "fuzz.h"
#include "runopts.h"
#include "session.h"

#include "../../../agent/session/login.h"
#include "../../../agent/session/monitor.h"
#include "../../../agent/session/wake.h"
#include "accel.h"

#undef close
#undef read
#undef select
#undef write

#define TURN_MS		250	/* a turn of Dropbear's loop takes */
#define LOGIN_S		120
#define TABLE_MAX	32

int __real_wrapfd_read(int fd, void *bytes, size_t size);
int __real_wrapfd_write(int fd, const void *bytes, size_t size);
int __real_wrapfd_close(int fd);
int __real_wrapfd_select(int n, fd_set *in, fd_set *out, fd_set *except,
			 struct timeval *timeout);
void __real_svr_session(int sock, int childpipe) ATTRIB_NORETURN;

int __wrap_wrapfd_read(int fd, void *bytes, size_t size);
int __wrap_wrapfd_write(int fd, const void *bytes, size_t size);
int __wrap_wrapfd_close(int fd);
int __wrap_wrapfd_select(int n, fd_set *in, fd_set *out, fd_set *except,
			 struct timeval *timeout);
ssize_t __wrap_writev(int fd, const struct iovec *iov, int count);
void __wrap_svr_session(int sock, int childpipe) ATTRIB_NORETURN;

/* After how many reads it ends; 0: never. */
static const unsigned int reads_to_end[ROLES] = {
	[ROLE_LINE]	= 1000,
	[ROLE_HISTORY]	= 3,
	[ROLE_NOTICE]	= 200,
	[ROLE_OUTPUT]	= 10,
};

static struct {
	enum role role;
	unsigned int reads;
	struct pipe *pipe;
} files[FD_SETSIZE];

#define PIPES	4
#define PIPE_MAX	65536

/* Its write end is @out; what was written and not read begins at @at. */
static struct pipe {
	int out;
	size_t at, end;
	char bytes[PIPE_MAX];
} pipes[PIPES];
static unsigned int pipe_count;	/* so far; one session has three */
static int64_t now;		/* ms */
static bool in_break;
static unsigned int calls;	/* of ioctl() */

void world_check(bool holds)
{
	if (!holds)
		abort();
}

static enum role role_of(int fd)
{
	return fd >= 0 && fd < FD_SETSIZE ? files[fd].role : ROLE_NONE;
}

int world_open(enum role role)
{
	int fd = wrapfd_new_dummy();

	world_check(fd >= 0 && fd < FD_SETSIZE && !files[fd].role);
	files[fd].role = role;
	files[fd].reads = 0;
	return fd;
}

bool world_any_open(void)
{
	for (int fd = 0; fd < FD_SETSIZE; fd++)
		if (files[fd].role)
			return true;
	return false;
}

/* What happens to a descriptor. */

int __wrap_wrapfd_close(int fd)
{
	if (fd >= 0 && fd < FD_SETSIZE)
		memset(&files[fd], 0, sizeof(files[fd]));
	return __real_wrapfd_close(fd);
}

static ssize_t read_pipe(struct pipe *p, void *bytes, size_t size)
{
	size_t n = MIN(size, p->end - p->at);

	if (!n && files[p->out].pipe == p) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(bytes, p->bytes + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

/* All of it or nothing, as up to PIPE_BUF; from the start once it is empty. */
static ssize_t write_pipe(struct pipe *p, const void *bytes, size_t size)
{
	if (p->at == p->end)
		p->at = p->end = 0;
	if (size > PIPE_MAX - p->end) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(p->bytes + p->end, bytes, size);
	p->end += size;
	return (ssize_t)size;
}

int __wrap_wrapfd_read(int fd, void *bytes, size_t size)
{
	enum role role = role_of(fd);

	if (role == ROLE_READ)
		return (int)read_pipe(files[fd].pipe, bytes, size);
	world_check(role != ROLE_INPUT && role != ROLE_NOWHERE &&
		    role != ROLE_HOLD && role != ROLE_WRITE);
	if (role == ROLE_NONE)
		return __real_wrapfd_read(fd, bytes, size);
	files[fd].reads++;
	if (role == ROLE_TAP && files[fd].reads % 4 == 3) {
		errno = EOVERFLOW;
		return -1;
	}
	if (reads_to_end[role] && files[fd].reads >= reads_to_end[role])
		return 0;
	return __real_wrapfd_read(fd, bytes, size);
}

static bool may_write(enum role role)
{
	return role == ROLE_LINE || role == ROLE_MASTER ||
	       role == ROLE_INPUT || role == ROLE_NOWHERE ||
	       role == ROLE_HOLD || role == ROLE_WRITE;
}

int __wrap_wrapfd_write(int fd, const void *bytes, size_t size)
{
	if (role_of(fd) == ROLE_HOLD) {
		errno = EAGAIN;
		return -1;
	}
	if (role_of(fd) == ROLE_WRITE)
		return (int)write_pipe(files[fd].pipe, bytes, size);
	world_check(role_of(fd) == ROLE_NONE || may_write(role_of(fd)));
	return __real_wrapfd_write(fd, bytes, size);
}

/* Dropbear writes to channels with it. */
ssize_t __wrap_writev(int fd, const struct iovec *iov, int count)
{
	ssize_t all = 0, n;

	world_check(may_write(role_of(fd)));
	world_check(role_of(fd) != ROLE_LINE || !in_break);
	for (int i = 0; i < count; i++) {
		if (!iov[i].iov_len)
			continue;
		n = __wrap_wrapfd_write(fd, iov[i].iov_base, iov[i].iov_len);
		if (n < 0 && !all)
			return n;
		all += MAX(n, 0);
		if (n < (ssize_t)iov[i].iov_len)
			break;
	}
	return all;
}

int world_ioctl(int fd, unsigned long request, ...)
{
	if (request == TIOCSWINSZ) {
		world_check(role_of(fd) == ROLE_MASTER);
		return 0;
	}
	world_check(role_of(fd) == ROLE_LINE);
	if (request == TIOCCBRK) {
		in_break = false;
		return 0;
	}
	world_check(request == TIOCSBRK && !in_break);
	if (++calls % 4 == 3) {
		errno = calls % 8 == 3 ? EINTR : EIO;
		return -1;
	}
	in_break = true;
	return 0;
}

int world_fcntl(int fd, int command, ...)
{
	world_check(command == F_DUPFD_CLOEXEC);
	world_check(fd == STDIN_FILENO || may_write(role_of(fd)));
	return world_open(fd == STDIN_FILENO ? ROLE_NOWHERE : role_of(fd));
}

int world_pipe(int fds[2])
{
	struct pipe *p = &pipes[pipe_count++ % PIPES];

	fds[0] = world_open(ROLE_READ);
	fds[1] = world_open(ROLE_WRITE);
	files[fds[0]].pipe = files[fds[1]].pipe = p;
	p->out = fds[1];
	p->at = p->end = 0;
	return 0;
}

int world_pipe2(int fds[2], int flags)
{
	world_check(flags == (O_NONBLOCK | O_CLOEXEC));
	fds[0] = world_open(ROLE_HOLD);
	fds[1] = world_open(ROLE_HOLD);
	return 0;
}

int world_poll(struct pollfd *fds, nfds_t n, int ms)
{
	world_check(n == 1 && fds->events == POLLOUT);
	now += ms;
	return 1;
}

int world_setsockopt(int fd, int level, int name, const void *value,
		     socklen_t len)
{
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	world_check(fd == ses.sock_in);
	return 0;
}

/* wake.c's; each turn of the loop ends by itself. */

int64_t wake_clock(void)
{
	return now++;
}

void wake_loop(void)
{
}

void wake_at(int64_t when)
{
	world_check(when > 0);
}

int __wrap_wrapfd_select(int n, fd_set *in, fd_set *out, fd_set *except,
			 struct timeval *timeout)
{
	world_check(!ses.authstate.authdone || fake_authenticated());
	now += TURN_MS;
	return __real_wrapfd_select(n, in, out, except, timeout);
}

/* Before each execution. */

extern char __start_session_data[], __stop_session_data[];
extern char __start_session_bss[], __stop_session_bss[];

struct saved {
	char *begin;
	size_t size;
	char *copy;
};

/* Between variables is what only the sanitizer may touch. */
__attribute__((no_sanitize("address")))
static void copy_bytes(volatile char *to, const volatile char *from, size_t n)
{
	while (n--)
		*to++ = *from++;
}

static void restore(struct saved *s, char *begin, char *end)
{
	if (!s->copy) {
		s->begin = begin;
		s->size = (size_t)(end - begin);
		s->copy = malloc(s->size);
		world_check(s->copy != NULL);
		copy_bytes(s->copy, begin, s->size);
	}
	copy_bytes(s->begin, s->copy, s->size);
}

/* The signatures that a key exchange rules out for later ones. */
static void restore_sigalgs(void)
{
	static algo_type copy[TABLE_MAX];
	size_t n = 0;

	while (sigalgs[n].name)
		n++;
	world_check(n && n < TABLE_MAX);
	if (!copy[0].name)
		memcpy(copy, sigalgs, n * sizeof(*copy));
	memcpy(sigalgs, copy, n * sizeof(*copy));
}

void __wrap_svr_session(int sock, int childpipe)
{
	static struct saved data, bss;

	restore(&data, __start_session_data, __stop_session_data);
	restore(&bss, __start_session_bss, __stop_session_bss);
	restore_sigalgs();
	/* fuzz_set_input() closed them. */
	memset(files, 0, sizeof(files));
	now = 1000000;
	in_break = false;
	calls = pipe_count = 0;
	fake_reset(fuzz.svr_postauth);
	login_banner(m_strdup("Authorized access only\r\n"));
	__real_svr_session(sock, childpipe);
}

/* Before the first: main.c's part. */

static void log_line(int priority, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void log_line(int priority, const char *format, va_list args)
{
	char text[PROTO_TEXT_MAX];

	vsnprintf(text, sizeof(text), format, args);
	monitor_log(MIN(MAX(priority, LOG_ERR), LOG_DEBUG), text);
}

void svr_getopts(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	_dropbear_log = log_line;
	opts.recv_window = DEFAULT_RECV_WINDOW;
	opts.keepalive_secs = DEFAULT_KEEPALIVE;
	login_timeout(LOGIN_S);
	world_check(!accel_sodium() && !accel_nettle());
}

/* Dropbear's fuzzers of its client are in the same file. */

struct clientsession cli_ses;
cli_runopts cli_opts;

void cli_getopts(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	abort();
}

void cli_session(int in, int out, struct dropbear_progress_connection *progress,
		 pid_t proxy)
{
	(void)in;
	(void)out;
	(void)progress;
	(void)proxy;
	abort();
}

void cli_dropbear_exit(int status, const char *format, va_list args)
{
	(void)status;
	(void)format;
	(void)args;
	abort();
}

void cli_dropbear_log(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
	abort();
}
