// SPDX-License-Identifier: GPL-2.0-only
/*
 * A monitor without PAM and kernel module, to test vtymux-sshd alone: it
 * listens on loopback, starts a session process for each connection and
 * answers lib/proto.h with fixed rules. Private keys and signatures are real
 * (agent/monitor/hostkey.c). Everything that happens is a line on stdout.
 *
 * The password is "lab"; a conversation asks "Password: " (lab) and "Token: "
 * (42), then shows "Welcome" without a prompt. What a session gets depends on
 * the user name: "busy" is refused, "notice" has a text on its notice pipe,
 * "deaf" has a notice pipe that is never closed. Names with a NUL, an empty
 * one and "bad" fail every attempt.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../agent/monitor/hostkey.h"
#include "proto.h"

static const char *sshd, *line_path;
static unsigned int retries, timeout;

static struct {
	int fd;			/* our end of the pair */
	char user[PROTO_NAME_MAX + 1];
	unsigned int failures, round;
	bool authenticated, refuse_user;
	int line, notice;	/* ours, -1 for none */
} s = { .line = -1, .notice = -1 };

static void say(const char *what, const char *text)
{
	printf("%d %s %s\n", getpid(), what, text);
	fflush(stdout);
}

static void die(const char *what)
{
	say("die", what);
	exit(1);
}

static void answer(union proto_any *msg, const int *fds, size_t nfds)
{
	if (proto_send(s.fd, msg, fds, nfds) < 0)
		exit(0);
}

static void send_result(enum proto_result result)
{
	union proto_any msg = { .result = {
		.h.type = PROTO_RESULT, .result = result,
	} };

	answer(&msg, NULL, 0);
}

static void attempt(bool good)
{
	if (good && !s.refuse_user) {
		s.authenticated = true;
		send_result(PROTO_SUCCESS);
	} else {
		send_result(++s.failures > retries ? PROTO_EXHAUSTED :
						     PROTO_FAILURE);
	}
}

static void on_sign(const struct proto_sign *q)
{
	static bool signed_before;
	union proto_any msg = { .h.type = PROTO_SIGNATURE };
	size_t len;

	if (signed_before && !s.authenticated)
		die("second signature before authentication");
	signed_before = true;
	if (hostkey_sign(q->alg, q->hash, q->len, msg.signature.blob, &len) < 0)
		die("cannot sign");
	msg.signature.len = len;
	say("sign", "");
	answer(&msg, NULL, 0);
}

static void on_user(const struct proto_user *q)
{
	if (q->len > PROTO_NAME_MAX)
		die("name too long");
	memcpy(s.user, q->name, q->len);
	s.refuse_user = !q->len || memchr(q->name, 0, q->len) ||
			!strcmp(s.user, "bad");
	say("user", s.user);
	send_result(PROTO_NEXT);
}

static void on_password(const struct proto_password *q)
{
	say("password", "");
	attempt(q->len == 3 && !memcmp(q->password, "lab", 3));
}

static void send_round(void)
{
	union proto_any msg = { .h.type = PROTO_PROMPT };
	struct proto_prompt *p = &msg.prompt;

	if (s.round++ == 0) {
		p->count = 2;
		p->echo = 2;
		strcpy(p->instruction, "Two questions");
		strcpy(p->prompts[0], "Password: ");
		strcpy(p->prompts[1], "Token: ");
	} else {
		strcpy(p->instruction, "Welcome");
	}
	answer(&msg, NULL, 0);
}

static void on_response(const struct proto_response *q)
{
	say("response", "");
	if (s.round == 1 && q->count == 2 && q->lens[0] == 3 &&
	    !memcmp(q->answers[0], "lab", 3) && q->lens[1] == 2 &&
	    !memcmp(q->answers[1], "42", 2))
		send_round();
	else
		attempt(s.round == 2 && q->count == 0);
}

static void tell(const char *text)
{
	if (write(s.notice, text, strlen(text)) < 0)
		die("notice");
}

static void refuse(const char *text)
{
	union proto_any msg = { .h.type = PROTO_REFUSED };
	int p[2];

	if (pipe(p) < 0)
		die("pipe");
	s.notice = p[1];
	tell(text);
	close(p[1]);
	s.notice = -1;
	answer(&msg, p, 1);
	close(p[0]);
}

static void on_open(const struct proto_open *q)
{
	static const char * const kinds[] = { "shell", "exec", "subsystem" };
	union proto_any msg = { .h.type = PROTO_OPENED };
	char text[32];
	int p[2], fds[2];

	snprintf(text, sizeof(text), "%s pty=%u", kinds[q->kind], q->pty);
	say("open", text);
	if (q->kind != PROTO_OPEN_SHELL) {
		refuse("% Line 1: commands are not possible\r\n");
		return;
	}
	if (!strcmp(s.user, "busy")) {
		refuse("% Line 1 is busy\r\n");
		return;
	}
	s.line = open(line_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (s.line < 0 || pipe(p) < 0)
		die("line");
	s.notice = p[1];
	if (!strcmp(s.user, "notice"))
		tell("% Line 1: device lost, waiting\r\n");
	fds[0] = s.line;
	fds[1] = p[0];
	answer(&msg, fds, 2);
	close(p[0]);
}

static void drop_line(void)
{
	if (s.line >= 0)
		close(s.line);
	if (s.notice >= 0)
		close(s.notice);
	s.line = s.notice = -1;
}

static void on_close(void)
{
	union proto_any msg = { .status = {
		.h.type = PROTO_STATUS, .status = 7,
	} };

	say("close", "");
	drop_line();
	answer(&msg, NULL, 0);
}

static void on_hangup(void)
{
	say("hangup", "");
	tell("% Line 1 cleared\r\n");
	if (!strcmp(s.user, "deaf")) {
		close(s.line);
		s.line = -1;
		return;
	}
	drop_line();
}

/* No key is taken; a signature is an attempt. */
static void on_pubkey(const struct proto_pubkey *q)
{
	union proto_any msg = { .result = {
		.h.type = PROTO_RESULT, .result = PROTO_FAILURE,
	} };
	char text[64];

	snprintf(text, sizeof(text), "%u key=%u signature=%u", q->alg,
		 q->key_len, q->sig_len > 0);
	say("pubkey", text);
	if (q->sig_len)
		attempt(false);
	else
		answer(&msg, NULL, 0);
}

static void dispatch(const union proto_any *msg)
{
	char text[PROTO_TEXT_MAX + 16];

	switch (msg->h.type) {
	case PROTO_SIGN:
		on_sign(&msg->sign);
		break;
	case PROTO_USER:
		on_user(&msg->user);
		break;
	case PROTO_PASSWORD:
		on_password(&msg->password);
		break;
	case PROTO_PUBKEY:
		on_pubkey(&msg->pubkey);
		break;
	case PROTO_KBDINT:
		s.round = 0;
		send_round();
		break;
	case PROTO_RESPONSE:
		on_response(&msg->response);
		break;
	case PROTO_ABORT:
		say("abort", "");
		attempt(false);
		break;
	case PROTO_OPEN:
		if (!s.authenticated)
			die("open before authentication");
		on_open(&msg->open);
		break;
	case PROTO_CLOSE:
		on_close();
		break;
	case PROTO_ALGORITHMS:
	case PROTO_ENV:
	case PROTO_COMMAND:
		break;
	case PROTO_LOG:
		snprintf(text, sizeof(text), "%u %s", msg->log.level,
			 msg->log.text);
		say("log", text);
		break;
	default:
		die("unexpected question");
	}
}

static void serve(void)
{
	struct pollfd pfd[2] = { { .fd = s.fd, .events = POLLIN } };
	union proto_any msg;

	for (;;) {
		pfd[1].fd = s.line;
		if (poll(pfd, 2, -1) < 0)
			die("poll");
		if (s.line >= 0 && (pfd[1].revents & POLLHUP))
			on_hangup();
		if (!pfd[0].revents)
			continue;
		if (proto_recv(s.fd, &msg, NULL, NULL) < 0)
			return;
		dispatch(&msg);
	}
}

static void send_hello(void)
{
	union proto_any msg = { .hello = {
		.h.type = PROTO_HELLO, .version = PROTO_VERSION,
		.timeout = timeout, .retries = retries, .peer = "test",
	} };

	hostkey_public(msg.hello.keys);
	answer(&msg, NULL, 0);
}

static void run_session(int conn)
{
	char text[32];
	int sv[2], status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) < 0)
		die("socketpair");
	pid = fork();
	if (pid == 0) {
		int c = dup(conn), m = dup(sv[1]);

		/* Above both targets first, then into place. */
		c = fcntl(c, F_DUPFD, 10);
		m = fcntl(m, F_DUPFD, 10);
		dup2(c, PROTO_FD_CONNECTION);
		dup2(m, PROTO_FD_MONITOR);
		execl(sshd, sshd, (char *)NULL);
		_exit(127);
	}
	close(sv[1]);
	close(conn);
	s.fd = sv[0];
	snprintf(text, sizeof(text), "%d", pid);
	say("session", text);
	send_hello();
	serve();
	drop_line();
	if (waitpid(pid, &status, 0) == pid) {
		snprintf(text, sizeof(text), "%s %d",
			 WIFSIGNALED(status) ? "signal" : "exit",
			 WIFSIGNALED(status) ? WTERMSIG(status) :
					       WEXITSTATUS(status));
		say("ended", text);
	}
	exit(0);
}

static int listen_any(int family)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool six = family == AF_INET6;
	struct sockaddr *sa = six ? (struct sockaddr *)&v6 :
				    (struct sockaddr *)&v4;
	socklen_t len = six ? sizeof(v6) : sizeof(v4);
	char text[32];
	int fd;

	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, sa, len) < 0 || listen(fd, 16) < 0 ||
	    getsockname(fd, sa, &len) < 0)
		die("listen");
	snprintf(text, sizeof(text), "%d",
		 ntohs(six ? v6.sin6_port : v4.sin_port));
	say("port", text);
	return fd;
}

int main(int argc, char **argv)
{
	int fd, err;

	if (argc != 7) {
		fprintf(stderr, "usage: fake_monitor SSHD KEYS LINE "
				"RETRIES TIMEOUT 4|6\n");
		return 2;
	}
	sshd = argv[1];
	line_path = argv[3];
	retries = atoi(argv[4]);
	timeout = atoi(argv[5]);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	err = hostkey_load(argv[2]);
	if (err < 0) {
		fprintf(stderr, "host keys: %s\n", strerror(-err));
		return 1;
	}
	fd = listen_any(argv[6][0] == '6' ? AF_INET6 : AF_INET);
	for (;;) {
		int conn = accept(fd, NULL, NULL);

		if (conn < 0)
			continue;
		if (fork() == 0) {
			signal(SIGCHLD, SIG_DFL);
			close(fd);
			run_session(conn);
		}
		close(conn);
	}
}
