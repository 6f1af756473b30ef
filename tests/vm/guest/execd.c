// SPDX-License-Identifier: GPL-2.0-only
/*
 * execd - runs commands as root in the test guest, for "vm exec"
 *
 * execd PORT TOKEN-FILE. A client sends the token, then frames; a frame is one
 * byte of type, four of length (big endian) and the payload:
 *
 *   client: 'C' command for sh -c, once;  'I' stdin, empty at its end
 *   server: 'O' stdout, 'E' stderr, 'X' one byte of exit status, the last
 *
 * A signal that ends the command is status 128 + its number. What the command
 * leaves running does not hold the connection. A client that goes away takes
 * the command's process group with it.
 *
 * The command is not a session leader: opening a tty must not make it a
 * controlling one, nor be refused as an attempt to do so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK		65536
#define COMMAND_MAX	(1U << 20)
#define TOKEN_LEN	32

struct run {
	int sock;
	int child_signal;	/* signalfd of SIGCHLD */
	pid_t pid;
	int in, out, err;	/* our ends of the command's pipes, or -1 */
	char *pending;		/* stdin not yet taken by the command */
	size_t pending_len, pending_at;
};

static void die(const char *what)
{
	fprintf(stderr, "execd: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Returns false at the end of the stream. */
static bool read_all(int fd, void *buf, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = read(fd, (char *)buf + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

static bool write_all(int fd, const void *buf, size_t len)
{
	for (size_t put = 0; put < len;) {
		ssize_t n = write(fd, (const char *)buf + put, len - put);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		put += (size_t)n;
	}
	return true;
}

static void abandon(const struct run *run)
{
	if (run->pid > 0)
		kill(-run->pid, SIGKILL);
	_exit(1);
}

static void send_frame(const struct run *run, char type, const void *data,
		       size_t len)
{
	unsigned char head[5] = { (unsigned char)type };
	uint32_t be = htonl((uint32_t)len);

	memcpy(head + 1, &be, sizeof(be));
	if (!write_all(run->sock, head, sizeof(head)) ||
	    !write_all(run->sock, data, len))
		abandon(run);
}

/* The payload is the caller's to free; it is NUL-terminated. */
static char *receive_frame(const struct run *run, char *ret_type,
			   size_t *ret_len)
{
	unsigned char head[5];
	uint32_t len;
	char *data;

	if (!read_all(run->sock, head, sizeof(head)))
		abandon(run);
	memcpy(&len, head + 1, sizeof(len));
	len = ntohl(len);
	if (len > COMMAND_MAX)
		abandon(run);
	data = malloc(len + 1);
	if (!data || !read_all(run->sock, data, len))
		abandon(run);
	data[len] = '\0';
	*ret_type = (char)head[0];
	*ret_len = len;
	return data;
}

static void child_exec(const char *command, int in, int out, int err)
{
	sigset_t none;

	setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	close_range(3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (chdir("/root"))
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static void start(struct run *run, const char *command)
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
	    pipe2(err, O_CLOEXEC))
		die("pipe");
	run->pid = fork();
	if (run->pid < 0)
		die("fork");
	if (!run->pid)
		child_exec(command, in[0], out[1], err[1]);
	setpgid(run->pid, run->pid);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	run->in = in[1];
	run->out = out[0];
	run->err = err[0];
	fcntl(run->in, F_SETFL, O_NONBLOCK);
	fcntl(run->out, F_SETFL, O_NONBLOCK);
	fcntl(run->err, F_SETFL, O_NONBLOCK);
}

static void close_in(struct run *run)
{
	if (run->in >= 0)
		close(run->in);
	run->in = -1;
	free(run->pending);
	run->pending = NULL;
}

/* One frame of stdin; it is kept until the command has taken it. */
static void from_client(struct run *run)
{
	size_t len;
	char type;
	char *data = receive_frame(run, &type, &len);

	if (type != 'I')
		abandon(run);
	if (!len || run->in < 0) {
		free(data);
		if (!len)
			close_in(run);
		return;
	}
	run->pending = data;
	run->pending_len = len;
	run->pending_at = 0;
}

static void to_command(struct run *run)
{
	ssize_t n = write(run->in, run->pending + run->pending_at,
			  run->pending_len - run->pending_at);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		close_in(run);
		return;
	}
	if (n > 0)
		run->pending_at += (size_t)n;
	if (run->pending_at == run->pending_len) {
		free(run->pending);
		run->pending = NULL;
	}
}

/* Passes on what is there. Returns false when there is no more now. */
static bool from_command(struct run *run, int *fd, char type)
{
	static char buf[CHUNK];
	ssize_t n;

	if (*fd < 0)
		return false;
	n = read(*fd, buf, sizeof(buf));
	if (n > 0) {
		send_frame(run, type, buf, (size_t)n);
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	close(*fd);
	*fd = -1;
	return false;
}

static void finish(struct run *run)
{
	unsigned char status;
	int s;

	if (waitpid(run->pid, &s, WNOHANG) != run->pid)
		return;
	/* Bounded: what the command left running may still write. */
	for (int i = 0; i < 4 && from_command(run, &run->out, 'O'); i++)
		;
	for (int i = 0; i < 4 && from_command(run, &run->err, 'E'); i++)
		;
	status = (unsigned char)(WIFEXITED(s) ? WEXITSTATUS(s) :
				 128 + WTERMSIG(s));
	run->pid = 0;
	send_frame(run, 'X', &status, 1);
	/* A close with input unread would take the answer from the client. */
	shutdown(run->sock, SHUT_WR);
	while (read_all(run->sock, &status, 1))
		;
	_exit(0);
}

static void turn(struct run *run)
{
	struct pollfd p[] = {
		{ .fd = run->child_signal, .events = POLLIN },
		/* While stdin is stuck, look only for the client's end. */
		{ .fd = run->sock, .events = run->pending ? POLLRDHUP : POLLIN },
		{ .fd = run->pending ? run->in : -1, .events = POLLOUT },
		{ .fd = run->out, .events = POLLIN },
		{ .fd = run->err, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	if (poll(p, sizeof(p) / sizeof(*p), -1) < 0)
		return;
	if (p[3].revents)
		from_command(run, &run->out, 'O');
	if (p[4].revents)
		from_command(run, &run->err, 'E');
	if (p[2].revents)
		to_command(run);
	if (p[1].revents & POLLIN && !run->pending)
		from_client(run);
	else if (p[1].revents)
		abandon(run);
	if (p[0].revents &&
	    read(run->child_signal, &info, sizeof(info)) == sizeof(info))
		finish(run);
}

static void serve(int sock, const char *token)
{
	struct run run = { .sock = sock, .in = -1, .out = -1, .err = -1 };
	char given[TOKEN_LEN], type;
	unsigned char differs = 0;
	sigset_t chld;
	char *command;
	size_t len;
	int one = 1;

	setsid();
	setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!read_all(sock, given, sizeof(given)))
		_exit(1);
	for (int i = 0; i < TOKEN_LEN; i++)
		differs |= (unsigned char)(given[i] ^ token[i]);
	if (differs)
		_exit(1);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	run.child_signal = signalfd(-1, &chld, SFD_CLOEXEC);
	command = receive_frame(&run, &type, &len);
	if (type != 'C' || run.child_signal < 0)
		_exit(1);
	start(&run, command);
	free(command);
	for (;;)
		turn(&run);
}

static void read_token(const char *path, char token[TOKEN_LEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !read_all(fd, token, TOKEN_LEN))
		die(path);
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char token[TOKEN_LEN];
	int listener, one = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: execd PORT TOKEN-FILE\n");
		return 2;
	}
	read_token(argv[2], token);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 64))
		die("listen");
	for (;;) {
		int sock = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (sock < 0)
			continue;
		switch (fork()) {
		case 0:
			close(listener);
			serve(sock, token);
			_exit(0);
		case -1:
			fprintf(stderr, "execd: fork: %s\n", strerror(errno));
			/* fall through */
		default:
			close(sock);
		}
	}
}
