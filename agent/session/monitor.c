// SPDX-License-Identifier: GPL-2.0-only
#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "includes.h"
#include "dbutil.h"

#include "wake.h"

static volatile sig_atomic_t gone;

bool monitor_gone(void)
{
	return gone;
}

/*
 * The monitor sends answers only, so a hang-up is the one event that the
 * process would otherwise not see while it waits for the network or a line.
 */
static void on_event(int sig)
{
	struct pollfd pfd = { .fd = PROTO_FD_MONITOR };
	int saved = errno;

	(void)sig;
	if (poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLHUP | POLLERR))) {
		gone = 1;
		signal(SIGALRM, SIG_DFL);
		alarm(1);
		wake_loop();
	}
	errno = saved;
}

int monitor_watch(void)
{
	struct sigaction sa = { .sa_handler = on_event, .sa_flags = SA_RESTART };
	int flags;

	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGIO, &sa, NULL) < 0)
		return -errno;
	if (fcntl(PROTO_FD_MONITOR, F_SETOWN, getpid()) < 0)
		return -errno;
	flags = fcntl(PROTO_FD_MONITOR, F_GETFL);
	if (flags < 0 ||
	    fcntl(PROTO_FD_MONITOR, F_SETFL, flags | O_ASYNC) < 0)
		return -errno;
	on_event(SIGIO);	/* it may have ended before */
	return 0;
}

static bool terminated(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

int monitor_hello(struct proto_hello *ret)
{
	union proto_any msg;
	int i, err;

	err = proto_recv(PROTO_FD_MONITOR, &msg, NULL, NULL);
	if (err < 0)
		return err;
	if (msg.h.type != PROTO_HELLO || msg.hello.version != PROTO_VERSION ||
	    !msg.hello.timeout ||
	    !terminated(msg.hello.peer, sizeof(msg.hello.peer)))
		return -EPROTO;
	for (i = 0; i < PROTO_KEYS; i++)
		if (msg.hello.keys[i].len > PROTO_KEY_MAX)
			return -EPROTO;
	*ret = msg.hello;
	return 0;
}

int monitor_banner(const struct proto_hello *hello, char **ret)
{
	size_t room = hello->banners * PROTO_BANNER_PIECE + 1;
	union proto_any msg;
	char *text;
	uint32_t i;
	int err;

	if (hello->banners > PROTO_BANNER_MAX / PROTO_BANNER_PIECE + 1)
		return -EPROTO;
	text = m_malloc(room);
	for (i = 0; i < hello->banners; i++) {
		err = proto_recv(PROTO_FD_MONITOR, &msg, NULL, NULL);
		if (!err && (msg.h.type != PROTO_BANNER ||
			     !terminated(msg.banner.text,
					 sizeof(msg.banner.text))))
			err = -EPROTO;
		if (err < 0) {
			m_free(text);
			return err;
		}
		strcat(text, msg.banner.text);
	}
	*ret = text;
	return 0;
}

/*
 * Asks @msg and overwrites it with the answer. @nfds: room in @fds, then how
 * many came. The question is wiped: it may hold a password.
 */
static void ask(union proto_any *msg, int *fds, size_t *nfds)
{
	int err = proto_send(PROTO_FD_MONITOR, msg, NULL, 0);

	explicit_bzero(msg, sizeof(*msg));
	if (!err)
		err = proto_recv(PROTO_FD_MONITOR, msg, fds, nfds);
	if (err < 0)
		dropbear_exit("Monitor: %s", strerror(-err));
}

static void die_unexpected(uint32_t type) ATTRIB_NORETURN;

static void die_unexpected(uint32_t type)
{
	dropbear_exit("Monitor: unexpected answer %u", (unsigned int)type);
}

/* A message that has no answer. */
static void tell(const union proto_any *msg)
{
	int err = proto_send(PROTO_FD_MONITOR, msg, NULL, 0);

	if (err < 0)
		dropbear_exit("Monitor: %s", strerror(-err));
}

void monitor_algorithms(const struct proto_algorithms *algorithms)
{
	union proto_any msg = { .algorithms = *algorithms };

	msg.h.type = PROTO_ALGORITHMS;
	tell(&msg);
}

size_t monitor_sign(enum proto_sigalg alg, const uint8_t *hash, size_t len,
		    uint8_t *sig)
{
	union proto_any msg = { .sign = {
		.h.type = PROTO_SIGN, .alg = alg, .len = len,
	} };

	if (len > sizeof(msg.sign.hash))
		dropbear_exit("Exchange hash of %zu bytes", len);
	memcpy(msg.sign.hash, hash, len);
	ask(&msg, NULL, NULL);
	if (msg.h.type != PROTO_SIGNATURE ||
	    msg.signature.len > sizeof(msg.signature.blob))
		die_unexpected(msg.h.type);
	memcpy(sig, msg.signature.blob, msg.signature.len);
	return msg.signature.len;
}

void monitor_user(const uint8_t *name, size_t len)
{
	union proto_any msg = { .user = {
		.h.type = PROTO_USER, .len = len,
	} };

	memcpy(msg.user.name, name, len);
	ask(&msg, NULL, NULL);
	if (msg.h.type != PROTO_RESULT || msg.result.result != PROTO_NEXT)
		die_unexpected(msg.h.type);
}

/* The end of an attempt: everything but PROTO_NEXT. */
static enum proto_result attempt_result(const union proto_any *msg)
{
	if (msg->h.type != PROTO_RESULT ||
	    (msg->result.result != PROTO_FAILURE &&
	     msg->result.result != PROTO_SUCCESS &&
	     msg->result.result != PROTO_EXHAUSTED))
		die_unexpected(msg->h.type);
	return msg->result.result;
}

enum proto_result monitor_password(const uint8_t *password, size_t len)
{
	union proto_any msg = { .password = {
		.h.type = PROTO_PASSWORD, .len = len,
	} };

	memcpy(msg.password.password, password, len);
	ask(&msg, NULL, NULL);
	return attempt_result(&msg);
}

enum proto_result monitor_pubkey(const struct proto_pubkey *query)
{
	union proto_any msg = { .pubkey = *query };

	msg.h.type = PROTO_PUBKEY;
	ask(&msg, NULL, NULL);
	if (!query->sig_len && msg.h.type == PROTO_RESULT &&
	    msg.result.result == PROTO_NEXT)
		return PROTO_NEXT;
	return attempt_result(&msg);
}

static enum proto_result conversation(union proto_any *msg,
				      struct proto_prompt *ret)
{
	const struct proto_prompt *p = &msg->prompt;
	uint32_t i;

	ask(msg, NULL, NULL);
	if (msg->h.type != PROTO_PROMPT)
		return attempt_result(msg);
	if (p->count > PROTO_PROMPTS_MAX ||
	    !terminated(p->instruction, sizeof(p->instruction)))
		die_unexpected(msg->h.type);
	for (i = 0; i < p->count; i++)
		if (!terminated(p->prompts[i], sizeof(p->prompts[i])))
			die_unexpected(msg->h.type);
	*ret = *p;
	return PROTO_NEXT;
}

enum proto_result monitor_kbdint(struct proto_prompt *ret)
{
	union proto_any msg = { .h.type = PROTO_KBDINT };

	return conversation(&msg, ret);
}

enum proto_result monitor_respond(const struct proto_response *response,
				  struct proto_prompt *ret)
{
	union proto_any msg = { .response = *response };

	msg.h.type = PROTO_RESPONSE;
	return conversation(&msg, ret);
}

enum proto_result monitor_abort(void)
{
	union proto_any msg = { .h.type = PROTO_ABORT };

	ask(&msg, NULL, NULL);
	return attempt_result(&msg);
}

static bool opened_is_sound(const struct proto_opened *o, size_t nfds)
{
	bool third = o->kind == PROTO_OPENED_PIPES ||
		     o->flags & PROTO_LINE_REPLAY;

	if (o->kind >= __PROTO_OPENED_LAST || o->flags & ~__PROTO_LINE_ALL ||
	    (o->kind != PROTO_OPENED_LINE && o->flags))
		return false;
	return nfds == (third ? 3 : 2);
}

void monitor_env(const struct proto_env *env)
{
	union proto_any msg = { .env = *env };

	msg.h.type = PROTO_ENV;
	tell(&msg);
}

void monitor_command(const uint8_t *bytes, size_t len)
{
	union proto_any msg = { .command = {
		.h.type = PROTO_COMMAND, .len = len,
	} };

	memcpy(msg.command.bytes, bytes, len);
	tell(&msg);
}

void monitor_signal(int signo)
{
	union proto_any msg = { .signal = {
		.h.type = PROTO_SIGNAL, .signo = signo,
	} };

	tell(&msg);
}

void monitor_open(const struct proto_open *open, struct monitor_opened *ret)
{
	union proto_any msg = { .open = *open };
	int fds[PROTO_FDS_MAX] = { -1, -1, -1 };
	size_t nfds = PROTO_FDS_MAX;

	msg.h.type = PROTO_OPEN;
	ask(&msg, fds, &nfds);
	if (msg.h.type == PROTO_OPENED && opened_is_sound(&msg.opened, nfds)) {
		bool line = msg.opened.kind == PROTO_OPENED_LINE;

		*ret = (struct monitor_opened){
			.kind = msg.opened.kind, .fd = fds[0],
			.notice = fds[1], .input = line ? -1 : fds[2],
			.history = line ? fds[2] : -1,
			.flags = msg.opened.flags, .idle = msg.opened.idle,
		};
	} else if (msg.h.type == PROTO_REFUSED && nfds == 1 &&
		   msg.refused.sftp <= 1) {
		*ret = (struct monitor_opened){
			.kind = -1, .sftp = msg.refused.sftp, .fd = -1,
			.notice = fds[0], .input = -1, .history = -1,
		};
	} else {
		die_unexpected(msg.h.type);
	}
}

void monitor_close(bool ended, const struct monitor_bytes *bytes,
		   struct proto_status *ret)
{
	union proto_any msg = { .close = {
		.h.type = PROTO_CLOSE, .ended = ended,
		.in = bytes->in, .out = bytes->out,
	} };

	ask(&msg, NULL, NULL);
	if (msg.h.type != PROTO_STATUS)
		die_unexpected(msg.h.type);
	*ret = msg.status;
}

static uint32_t ask_status(enum proto_type type)
{
	union proto_any msg = { .h.type = type };

	ask(&msg, NULL, NULL);
	if (msg.h.type != PROTO_STATUS)
		die_unexpected(msg.h.type);
	return msg.status.status;
}

uint32_t monitor_idle(void)
{
	return ask_status(PROTO_IDLE);
}

void monitor_lost(void)
{
	ask_status(PROTO_LOST);
}

void monitor_log(int level, const char *text)
{
	union proto_any msg = { .log = {
		.h.type = PROTO_LOG, .level = level,
	} };

	snprintf(msg.log.text, sizeof(msg.log.text), "%s", text);
	proto_send(PROTO_FD_MONITOR, &msg, NULL, 0);
}
