// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session process gone over to the enemy: the monitor starts it in place of
 * vtymux-sshd, and it plays the case that $HOSTILE names. What the monitor
 * answers is appended to $HOSTILE_LOG: "answer TYPE DESCRIPTORS" and perhaps
 * "result RESULT" lines, "played", and "end" when the monitor hung up. It
 * never ends by itself: that is the monitor's work.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "proto.h"

static int log_fd;
static int got[2];	/* descriptors of the last answer */

static void say(const char *what, unsigned int a, unsigned int b)
{
	if (dprintf(log_fd, "%s %u %u\n", what, a, b) < 0)
		_exit(1);
}

/* Return: the type of the answer, 0 at the end. */
static uint32_t receive(union proto_any *msg)
{
	size_t n = 2;

	if (proto_recv(PROTO_FD_MONITOR, msg, got, &n) < 0) {
		say("end", 0, 0);
		return 0;
	}
	say("answer", msg->h.type, (unsigned int)n);
	if (msg->h.type == PROTO_RESULT)
		say("result", msg->result.result, 0);
	return msg->h.type;
}

/* Sends any bytes, with @nfds descriptors. */
static void send_raw(const void *data, size_t len, size_t nfds)
{
	union {
		char buf[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	const int fds[4] = { 0, 1, 0, 1 };
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nfds) {
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, nfds * sizeof(int));
	}
	if (sendmsg(PROTO_FD_MONITOR, &mh, MSG_NOSIGNAL) < 0)
		say("end", 0, 0);
}

/* A message of a type, its size wrong by choice. */
static void send_sized(uint32_t type, size_t len, size_t nfds)
{
	union proto_any msg = { .h.type = type };

	send_raw(&msg, len, nfds);
}

static void send_type(uint32_t type)
{
	union proto_any msg = { .h.type = type };

	send_raw(&msg, proto_size(type), 0);
}

static void ask_sign(uint32_t alg, uint32_t len)
{
	union proto_any msg = {
		.sign = { .h.type = PROTO_SIGN, .alg = alg, .len = len },
	};

	send_raw(&msg, proto_size(PROTO_SIGN), 0);
}

static void ask_user(const char *name, uint32_t len)
{
	union proto_any msg = { .user = { .h.type = PROTO_USER, .len = len } };

	memcpy(msg.user.name, name, strlen(name));
	send_raw(&msg, proto_size(PROTO_USER), 0);
}

static void ask_password(const char *password, uint32_t len)
{
	union proto_any msg = {
		.password = { .h.type = PROTO_PASSWORD, .len = len },
	};

	memcpy(msg.password.password, password, strlen(password));
	send_raw(&msg, proto_size(PROTO_PASSWORD), 0);
}

static void ask_open(uint32_t kind, uint32_t pty)
{
	union proto_any msg = {
		.open = { .h.type = PROTO_OPEN, .kind = kind, .pty = pty },
	};

	send_raw(&msg, proto_size(PROTO_OPEN), 0);
}

static void ask_open_with(uint32_t modes, int term)
{
	union proto_any msg = {
		.open = { .h.type = PROTO_OPEN, .pty = 1, .mode_count = modes },
	};

	memset(msg.open.term, term, sizeof(msg.open.term));
	send_raw(&msg, proto_size(PROTO_OPEN), 0);
}

/* Out of their ranges: a mode, a size, a character of TERM. */
static void ask_open_beyond(uint32_t opcode, uint32_t size, char term)
{
	union proto_any msg = {
		.open = { .h.type = PROTO_OPEN, .pty = 1, .mode_count = 2,
			  .modes = { { .opcode = 1 }, { .opcode = opcode } },
			  .window.height = size, .term = { 'v', term } },
	};

	send_raw(&msg, proto_size(PROTO_OPEN), 0);
}

static void send_env(const char *name, const char *value, int times)
{
	union proto_any msg = { .h.type = PROTO_ENV };

	strcpy(msg.env.name, name);
	strcpy(msg.env.value, value);
	while (times--)
		send_raw(&msg, proto_size(PROTO_ENV), 0);
}

static void send_env_full(void)
{
	union proto_any msg = { .h.type = PROTO_ENV };

	strcpy(msg.env.name, "LANG");
	memset(msg.env.value, 'x', sizeof(msg.env.value));
	send_raw(&msg, proto_size(PROTO_ENV), 0);
}

static void send_command(uint32_t len, int fill, int times)
{
	union proto_any msg = {
		.command = { .h.type = PROTO_COMMAND, .len = len },
	};

	memset(msg.command.bytes, fill, sizeof(msg.command.bytes));
	while (times--)
		send_raw(&msg, proto_size(PROTO_COMMAND), 0);
}

static void send_algorithms(int fill)
{
	union proto_any msg = { .h.type = PROTO_ALGORITHMS };

	memset(msg.algorithms.mac_in, fill, sizeof(msg.algorithms.mac_in));
	send_raw(&msg, proto_size(PROTO_ALGORITHMS), 0);
}

static void send_signal(uint32_t signo)
{
	union proto_any msg = {
		.signal = { .h.type = PROTO_SIGNAL, .signo = signo },
	};

	send_raw(&msg, proto_size(PROTO_SIGNAL), 0);
}

static void send_close(uint32_t ended)
{
	union proto_any msg = {
		.close = { .h.type = PROTO_CLOSE, .ended = ended },
	};

	send_raw(&msg, proto_size(PROTO_CLOSE), 0);
}

static void send_log(uint32_t level, char fill)
{
	union proto_any msg = { .log = { .h.type = PROTO_LOG, .level = level } };

	memset(msg.log.text, fill, sizeof(msg.log.text));
	if (fill == 'x')
		strcpy(msg.log.text, "text\nwith \033[31m controls");
	send_raw(&msg, proto_size(PROTO_LOG), 0);
}

static void respond(uint32_t count, uint32_t len)
{
	union proto_any msg = {
		.response = { .h.type = PROTO_RESPONSE, .count = count },
	};

	for (int i = 0; i < PROTO_PROMPTS_MAX; i++)
		msg.response.lens[i] = len;
	send_raw(&msg, proto_size(PROTO_RESPONSE), 0);
}

/* A blob of the right type; @key_len and @sig_len as told, not as it is. */
static void ask_pubkey(uint32_t alg, uint32_t key_len, uint32_t sig_len)
{
	static const char blob[] = "\0\0\0\13ssh-ed25519\0\0\0\40";
	union proto_any msg = { .pubkey = {
		.h.type = PROTO_PUBKEY, .alg = alg, .key_len = key_len,
		.sig_len = sig_len,
	} };

	memcpy(msg.pubkey.key, blob, sizeof(blob) - 1);
	memset(msg.pubkey.sig, 'A', sizeof(msg.pubkey.sig));
	send_raw(&msg, proto_size(PROTO_PUBKEY), 0);
}

/* The honest steps, to get where a case begins. */
static union proto_any answer;

static void to_start(void)
{
	if (receive(&answer) != PROTO_HELLO)
		_exit(1);
}

static void to_signed(void)
{
	to_start();
	ask_sign(PROTO_SIG_ED25519, 32);
	if (receive(&answer) != PROTO_SIGNATURE)
		_exit(1);
}

static void to_user(void)
{
	to_signed();
	ask_user("good:1", 6);
	receive(&answer);
}

static void to_conversation(void)
{
	to_user();
	send_type(PROTO_KBDINT);
	if (receive(&answer) != PROTO_PROMPT)
		_exit(1);
}

static void to_authenticated(void)
{
	to_user();
	ask_password("secret", 6);
	receive(&answer);
	if (answer.result.result != PROTO_SUCCESS)
		_exit(1);
}

static void to_open(void)
{
	to_authenticated();
	ask_open(PROTO_OPEN_SHELL, 1);
	if (receive(&answer) != PROTO_OPENED)
		_exit(1);
}

/* A program that minds no SIGUSR1 gets it much more often than it may. */
static void flood_signals(void)
{
	static const char command[] = "trap '' USR1; echo; exec sleep 60";
	union proto_any msg = {
		.command = { .h.type = PROTO_COMMAND, .len = sizeof(command) - 1 },
	};
	char byte;

	to_signed();
	ask_user("good", 4);
	receive(&answer);
	ask_password("secret", 6);
	receive(&answer);
	memcpy(msg.command.bytes, command, sizeof(command) - 1);
	send_raw(&msg, proto_size(PROTO_COMMAND), 0);
	ask_open(PROTO_OPEN_EXEC, 1);
	if (receive(&answer) != PROTO_OPENED)
		_exit(1);
	while (read(got[0], &byte, 1) != 1)	/* it does not block */
		usleep(1000);
	for (int i = 0; i < 1000; i++)
		send_signal(SIGUSR1);
	send_type(PROTO_IDLE);
	receive(&answer);
}

static void fill_with_log(void)
{
	to_start();
	for (int i = 0; i < 200; i++)
		send_log(LOG_INFO, 'x');
}

static void never_read(void)
{
	to_authenticated();
	for (int i = 0; i < 5000; i++)
		ask_open(PROTO_OPEN_EXEC, 0);
}

static void exhaust(void)
{
	to_user();
	do {
		ask_password("wrong", 5);
		receive(&answer);
	} while (answer.result.result == PROTO_FAILURE);
	ask_password("secret", 6);
}

/*
 * The key is authorized (the test has seen to that), the signature is not one.
 * Every algorithm and length is an attempt that fails.
 */
static void forge_keys(void)
{
	static const uint32_t lens[] = { 1, 4, 19, 83, PROTO_SIG_MAX };

	to_user();
	ask_pubkey(PROTO_PUB_ED25519, 51, 0);
	receive(&answer);
	for (uint32_t alg = 1; alg < __PROTO_PUB_LAST; alg++)
		for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
			ask_pubkey(alg, 51, lens[i]);
			receive(&answer);
			if (answer.result.result != PROTO_FAILURE)
				return;
		}
}

#define CASES(X)							\
	X(honest, to_open(); send_type(PROTO_CLOSE); receive(&answer))	\
	X(user_before_sign, to_start(); ask_user("good:1", 6))		\
	X(password_at_start, to_signed(); ask_password("secret", 6))	\
	X(kbdint_at_start, to_signed(); send_type(PROTO_KBDINT))	\
	X(open_at_start, to_signed(); ask_open(0, 0))			\
	X(open_before_login, to_user(); ask_open(0, 0))			\
	X(close_before_login, to_user(); send_type(PROTO_CLOSE))	\
	X(second_user, to_user(); ask_user("root", 4))			\
	X(user_after_login, to_authenticated(); ask_user("root", 4))	\
	X(password_after_login, to_authenticated(); ask_password("x", 1)) \
	X(response_without_prompt, to_user(); respond(1, 6))		\
	X(abort_without_prompt, to_user(); send_type(PROTO_ABORT))	\
	X(open_in_conversation, to_conversation(); ask_open(0, 0))	\
	X(password_in_conversation, to_conversation(); ask_password("secret", 6)) \
	X(sign_in_conversation, to_conversation(); ask_sign(1, 32))	\
	X(close_when_closed, to_authenticated(); send_type(PROTO_CLOSE)) \
	X(idle_before_open, to_authenticated(); send_type(PROTO_IDLE)) \
	X(lost_before_open, to_authenticated(); send_type(PROTO_LOST)) \
	X(open_twice, to_open(); ask_open(0, 0))			\
	X(lost_of_a_line, to_open(); send_type(PROTO_LOST))		\
	X(second_sign, to_signed(); ask_sign(1, 32))			\
	X(sign_before_login, to_user(); ask_sign(1, 32))		\
	X(sign_length_0, to_start(); ask_sign(1, 0))			\
	X(sign_length_33, to_start(); ask_sign(1, 33))			\
	X(sign_length_65, to_start(); ask_sign(1, 65))			\
	X(sign_length_huge, to_start(); ask_sign(1, ~0U))		\
	X(sign_algorithm, to_start(); ask_sign(99, 32))			\
	X(sign_no_algorithm, to_start(); ask_sign(0, 32))		\
	X(user_length, to_signed(); ask_user("good:1", 101))		\
	X(user_length_huge, to_signed(); ask_user("good:1", ~0U))	\
	X(password_length, to_user(); ask_password("secret", 513))	\
	X(password_length_huge, to_user(); ask_password("secret", ~0U))	\
	X(response_count, to_conversation(); respond(2, 6))		\
	X(response_count_huge, to_conversation(); respond(~0U, 6))	\
	X(response_length, to_conversation(); respond(1, 257))		\
	X(response_length_huge, to_conversation(); respond(1, ~0U))	\
	X(open_kind, to_authenticated(); ask_open(3, 0))		\
	X(open_pty, to_authenticated(); ask_open(0, 2))			\
	X(open_modes, to_authenticated(); ask_open_with(PROTO_MODES_MAX + 1, 0)) \
	X(open_modes_huge, to_authenticated(); ask_open_with(~0U, 0))	\
	X(open_term_without_end, to_authenticated(); ask_open_with(0, 'x')) \
	X(open_term_control, to_authenticated(); ask_open_beyond(1, 1, '\n')) \
	X(open_term_high, to_authenticated(); ask_open_beyond(1, 1, '\xe4')) \
	X(open_within, to_authenticated();				\
		       ask_open_beyond(159, 65535, '~'); receive(&answer)) \
	X(open_mode_0, to_authenticated(); ask_open_beyond(0, 1, 't'))	\
	X(open_mode_160, to_authenticated(); ask_open_beyond(160, 1, 't')) \
	X(open_window, to_authenticated(); ask_open_beyond(1, 65536, 't')) \
	X(algorithms_late, to_user(); send_algorithms(0))		\
	X(algorithms_early, to_start(); send_algorithms(0))		\
	X(algorithms_twice, to_signed(); send_algorithms(0);		\
			    send_algorithms(0))				\
	X(algorithms_text, to_signed(); send_algorithms('\n'))		\
	X(algorithms_without_end, to_signed(); send_algorithms('x'))	\
	X(env_foreign, to_authenticated(); send_env("PATH", "/", 1))	\
	X(env_preload, to_authenticated(); send_env("LD_PRELOAD", "/", 1)) \
	X(env_newline, to_authenticated(); send_env("LANG", "C\nX=1", 1)) \
	X(env_without_end, to_authenticated(); send_env_full())		\
	X(env_many, to_authenticated();					\
		    send_env("LC_ALL", "C", PROTO_ENV_MAX + 1))		\
	X(env_before_login, to_user(); send_env("LANG", "C", 1))	\
	X(env_when_open, to_open(); send_env("LANG", "C", 1))		\
	X(command_before_login, to_user(); send_command(1, 'x', 1))	\
	X(command_length, to_authenticated();				\
			  send_command(PROTO_CHUNK_MAX + 1, 'x', 1))	\
	X(command_length_huge, to_authenticated();			\
			       send_command(~0U, 'x', 1))		\
	X(command_total, to_authenticated();				\
			 send_command(PROTO_CHUNK_MAX, 'x', 17))	\
	X(command_nul, to_authenticated(); send_command(5, '\0', 1))	\
	X(signal_when_closed, to_authenticated(); send_signal(15))	\
	X(signal_number, to_open(); send_signal(19))			\
	X(signal_number_huge, to_open(); send_signal(~0U))		\
	X(close_ended, to_open(); send_close(2))			\
	X(log_level, to_start(); send_log(LOG_DEBUG + 1, 'x'))		\
	X(log_level_low, to_start(); send_log(LOG_CRIT, 'x'))		\
	X(log_without_end, to_start(); send_log(LOG_INFO, 'y'))		\
	X(type_0, to_start(); send_sized(0, 4, 0))		\
	X(type_unknown, to_start(); send_sized(~0U, 4, 0))	\
	X(hello_as_question, to_start(); send_type(PROTO_HELLO))	\
	X(result_as_question, to_user(); send_type(PROTO_RESULT))	\
	X(opened_as_question, to_authenticated(); send_type(PROTO_OPENED)) \
	X(size_short, to_start(); send_sized(PROTO_KBDINT, 3, 0))		\
	X(size_long, to_authenticated(); send_sized(PROTO_OPEN, \
			proto_size(PROTO_OPEN) + 1, 0))			\
	X(size_empty, to_start(); send_sized(0, 0, 1))			\
	X(descriptor, to_authenticated(); send_sized(PROTO_OPEN, \
			 proto_size(PROTO_OPEN), 1))			\
	X(descriptors, to_user(); send_sized(PROTO_KBDINT, 4, 4))		\
	X(two_questions, to_user(); ask_password("wrong", 5);		\
			 ask_password("secret", 6))			\
	X(open_while_denied, to_user(); ask_password("wrong", 5); ask_open(0, 0)) \
	X(after_exhausted, exhaust())					\
	X(never_read, never_read())					\
	X(log_flood, fill_with_log())					\
	X(signal_flood, flood_signals())				\
	X(pubkey_at_start, to_signed(); ask_pubkey(1, 51, 0))		\
	X(pubkey_no_algorithm, to_user(); ask_pubkey(0, 51, 0))		\
	X(pubkey_algorithm, to_user(); ask_pubkey(7, 51, 0))		\
	X(pubkey_algorithm_huge, to_user(); ask_pubkey(~0U, 51, 83))	\
	X(pubkey_length, to_user(); ask_pubkey(1, 1101, 0))		\
	X(pubkey_length_huge, to_user(); ask_pubkey(1, ~0U, 83))	\
	X(pubkey_signature_length, to_user(); ask_pubkey(1, 51, 1101))	\
	X(pubkey_signature_huge, to_user(); ask_pubkey(1, 51, ~0U))	\
	X(pubkey_in_conversation, to_conversation(); ask_pubkey(1, 51, 0)) \
	X(pubkey_after_login, to_authenticated(); ask_pubkey(1, 51, 0))	\
	X(open_after_pubkey_query, to_user(); ask_pubkey(1, 51, 0);	\
				   receive(&answer); ask_open(0, 0))	\
	X(pubkey_forged, forge_keys())					\
	X(nul_in_password, to_user(); ask_password("secret", 7);	\
			   receive(&answer))				\
	X(silent, to_start())						\
	X(never_closed, to_open())					\
	X(rekey, to_open(); ask_sign(1, 32); receive(&answer);		\
		 ask_sign(1, 32); receive(&answer))

#define FUNCTION(name, steps) static void case_##name(void) { steps; }
CASES(FUNCTION)

#define ROW(name, steps) { #name, case_##name },
static const struct {
	const char *name;
	void (*run)(void);
} cases[] = { CASES(ROW) };

int main(int argc, char **argv)
{
	const char *name = getenv("HOSTILE"), *log = getenv("HOSTILE_LOG");

	if (argc > 1 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			puts(cases[i].name);
		return 0;
	}
	log_fd = log ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
	if (!name || log_fd < 0)
		return 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strcmp(name, cases[i].name))
			cases[i].run();
	say("played", 0, 0);
	while (receive(&answer))
		;
	for (;;)
		pause();
}
