/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages between vtymux-sshd (the session process, which parses what a
 * network peer sends) and its monitor (root). One SOCK_SEQPACKET pair a
 * connection; every message is one packet of exactly the size of its type,
 * host byte order, both ends built from one source.
 *
 * The session process asks, the monitor answers; there is never more than one
 * question open. Questions carry numbers, enums and bounded byte strings that
 * the monitor uses as data only: never as a path, a format or a command.
 *
 *   question		allowed in state	answer
 *   PROTO_SIGN		any, see proto_sign	PROTO_SIGNATURE
 *   PROTO_ALGORITHMS	START			none
 *   PROTO_USER		START, once		PROTO_RESULT, always PROTO_NEXT
 *   PROTO_PASSWORD	USER			PROTO_RESULT
 *   PROTO_KBDINT	USER			PROTO_PROMPT or PROTO_RESULT
 *   PROTO_RESPONSE	CONVERSATION		PROTO_PROMPT or PROTO_RESULT
 *   PROTO_ABORT	CONVERSATION		PROTO_RESULT
 *   PROTO_PUBKEY	USER			PROTO_RESULT
 *   PROTO_ENV		AUTHENTICATED		none
 *   PROTO_COMMAND	AUTHENTICATED		none
 *   PROTO_OPEN		AUTHENTICATED		PROTO_OPENED or PROTO_REFUSED
 *   PROTO_SIGNAL	OPEN			none
 *   PROTO_CLOSE	OPEN			PROTO_STATUS
 *   PROTO_IDLE		OPEN			PROTO_STATUS
 *   PROTO_LOST		OPEN, of a tap		PROTO_STATUS
 *   PROTO_LOG		any			none
 *
 * The first packet is PROTO_HELLO, from the monitor, and what PROTO_BANNER it
 * announces. Anything else, a wrong
 * size, a descriptor where none belongs or a question out of state ends the
 * monitor, and with it the session. States after an answer: START -> USER ->
 * (CONVERSATION ->) USER or AUTHENTICATED -> OPEN -> AUTHENTICATED.
 */
#ifndef AGENT_PROTO_H
#define AGENT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "algolist.h"

#define PROTO_VERSION		4
#define PROTO_FD_CONNECTION	3	/* vtymux-sshd: the TCP connection */
#define PROTO_FD_MONITOR	4	/* vtymux-sshd: its end of the pair */

#define PROTO_NAME_MAX		100	/* bytes in an SSH user name */
#define PROTO_PASSWORD_MAX	512
#define PROTO_HASH_MAX		64	/* exchange hash, SHA-512 */
#define PROTO_KEY_MAX		1100	/* public key blob, RSA 8192 */
#define PROTO_SIG_MAX		1100
#define PROTO_KEYS		3	/* host keys: one of each type */
#define PROTO_PROMPTS_MAX	8	/* in one keyboard-interactive round */
#define PROTO_PROMPT_MAX	256	/* bytes of one prompt or answer */
#define PROTO_TEXT_MAX		512
#define PROTO_BANNER_MAX	8191	/* bytes of the banner before the login */
#define PROTO_BANNER_PIECE	1023	/* ... in one message */
#define PROTO_PEER_MAX		64	/* "2001:db8::1 49152" */
#define PROTO_FDS_MAX		3	/* descriptors of one message */
#define PROTO_COMMAND_MAX	65536	/* bytes of a command */
#define PROTO_CHUNK_MAX		4096	/* ... in one PROTO_COMMAND */
#define PROTO_TERM_MAX		63	/* characters of TERM */
#define PROTO_MODES_MAX		64	/* terminal modes of a pty request */
#define PROTO_MODE_LAST		159	/* from 160 on they are no uint32 */
#define PROTO_WINDOW_MAX	65535	/* as the kernel keeps sizes */
#define PROTO_ENV_MAX		16	/* variables of a session */
#define PROTO_ENV_NAME_MAX	31
#define PROTO_ENV_VALUE_MAX	127
#define PROTO_ALGO_MAX		47	/* characters of an algorithm's name */
#define PROTO_IDENT_MAX		95	/* ... of a client's identification */

enum proto_type {
	PROTO_NONE,
	PROTO_HELLO,
	PROTO_SIGN,
	PROTO_SIGNATURE,
	PROTO_USER,
	PROTO_PASSWORD,
	PROTO_KBDINT,
	PROTO_PROMPT,
	PROTO_RESPONSE,
	PROTO_ABORT,
	PROTO_RESULT,
	PROTO_OPEN,
	PROTO_OPENED,
	PROTO_REFUSED,
	PROTO_CLOSE,
	PROTO_STATUS,
	PROTO_LOG,
	PROTO_PUBKEY,
	PROTO_ENV,
	PROTO_COMMAND,
	PROTO_SIGNAL,
	PROTO_IDLE,
	PROTO_LOST,
	PROTO_BANNER,
	PROTO_ALGORITHMS,
	PROTO_TYPES
};

/* enum proto_key - host key types; the values are ours, not Dropbear's */
enum proto_key {
	PROTO_KEY_NONE,
	PROTO_KEY_ED25519,
	PROTO_KEY_ECDSA,
	PROTO_KEY_RSA,
};

/* enum proto_sigalg - signature algorithms of a host key */
enum proto_sigalg {
	PROTO_SIG_NONE,
	PROTO_SIG_ED25519,
	PROTO_SIG_ECDSA,
	PROTO_SIG_RSA_SHA256,
};

/* enum proto_pubalg - signature algorithms of a user's key */
enum proto_pubalg {
	PROTO_PUB_NONE,
	PROTO_PUB_ED25519,
	PROTO_PUB_ECDSA_256,
	PROTO_PUB_ECDSA_384,
	PROTO_PUB_ECDSA_521,
	PROTO_PUB_RSA_SHA256,
	PROTO_PUB_RSA_SHA512,
	__PROTO_PUB_LAST
};

enum proto_result {
	PROTO_FAILURE,	/* this attempt failed; the delay is already over */
	PROTO_SUCCESS,
	PROTO_NEXT,	/* nothing decided yet */
	PROTO_EXHAUSTED,/* failed, and it was the last attempt: disconnect */
};

/* enum proto_open_kind - what the client asked of its session channel */
enum proto_open_kind {
	PROTO_OPEN_SHELL,
	PROTO_OPEN_EXEC,	/* a command */
	PROTO_OPEN_SUBSYSTEM,
	__PROTO_OPEN_LAST
};

/* enum proto_opened_kind - what the descriptors of PROTO_OPENED are */
enum proto_opened_kind {
	PROTO_OPENED_LINE,	/* a tty line, notices */
	PROTO_OPENED_TERMINAL,	/* the master of a virtual line, notices */
	PROTO_OPENED_PIPES,	/* stdout, stderr and notices, stdin */
	__PROTO_OPENED_LAST
};

struct proto_header {
	uint32_t type;	/* enum proto_type */
};

/* A public host key: the SSH wire blob (RFC 4253 6.6). */
struct proto_public_key {
	uint32_t type;	/* enum proto_key, NONE for an unused slot */
	uint32_t len;
	uint8_t blob[PROTO_KEY_MAX];
};

struct proto_hello {
	struct proto_header h;
	uint32_t version;
	uint32_t timeout;	/* seconds until authentication must be done */
	uint32_t retries;	/* authentication attempts the monitor allows */
	char peer[PROTO_PEER_MAX];	/* for log lines, NUL-terminated */
	struct proto_public_key keys[PROTO_KEYS];
	algo_list algorithms[ALGO_CLASSES];
	uint32_t dh_min;	/* bits of the smallest group */
	uint32_t banners;	/* PROTO_BANNER messages that follow at once */
};

/* A piece of the banner before the login, NUL-terminated. */
struct proto_banner {
	struct proto_header h;
	char text[PROTO_BANNER_PIECE + 1];
};

/*
 * Sign an exchange hash with a host key. The first comes before PROTO_USER and
 * is the session id; the monitor signs one per key exchange: one before
 * authentication, later ones (re-keys) only when authenticated and no more
 * than one in a second.
 */
struct proto_sign {
	struct proto_header h;
	uint32_t alg;	/* enum proto_sigalg */
	uint32_t len;	/* 32, 48 or 64 */
	uint8_t hash[PROTO_HASH_MAX];
};

/* The SSH wire signature blob: string algorithm, string signature. */
struct proto_signature {
	struct proto_header h;
	uint32_t len;
	uint8_t blob[PROTO_SIG_MAX];
};

/*
 * The user name as it came, target included. The monitor parses it; a bad name
 * is answered like a good one and fails every attempt later.
 */
struct proto_user {
	struct proto_header h;
	uint32_t len;
	uint8_t name[PROTO_NAME_MAX];
};

struct proto_password {
	struct proto_header h;
	uint32_t len;
	uint8_t password[PROTO_PASSWORD_MAX];
};

/*
 * RFC 4252 7. Without a signature: would this key do? PROTO_NEXT is yes. With
 * one, an attempt: the monitor itself puts together what was signed, from the
 * session id it signed and the user name it was told.
 */
struct proto_pubkey {
	struct proto_header h;
	uint32_t alg;		/* enum proto_pubalg */
	uint32_t key_len;
	uint32_t sig_len;	/* 0: only asking */
	uint8_t key[PROTO_KEY_MAX];
	uint8_t sig[PROTO_SIG_MAX];	/* string algorithm, string signature */
};

struct proto_simple {	/* KBDINT, ABORT, IDLE, LOST */
	struct proto_header h;
};

struct proto_prompt {	/* RFC 4256 3.2 */
	struct proto_header h;
	uint32_t count;		/* of prompts, may be 0 */
	uint32_t echo;		/* bit N: prompt N may be echoed */
	char instruction[PROTO_TEXT_MAX];	/* NUL-terminated, as all below */
	char prompts[PROTO_PROMPTS_MAX][PROTO_PROMPT_MAX];
};

struct proto_response {
	struct proto_header h;
	uint32_t count;		/* equal to the prompt's */
	uint32_t lens[PROTO_PROMPTS_MAX];
	uint8_t answers[PROTO_PROMPTS_MAX][PROTO_PROMPT_MAX];
};

struct proto_result_msg {
	struct proto_header h;
	uint32_t result;	/* enum proto_result */
};

/*
 * A variable of the session's environment (RFC 4254 6.4), and a piece of the
 * command or the name of the subsystem that PROTO_OPEN is about. Both come
 * right before it; other than LANG and LC_* no variable may.
 */
struct proto_env {
	struct proto_header h;
	char name[PROTO_ENV_NAME_MAX + 1];	/* NUL-terminated, as value */
	char value[PROTO_ENV_VALUE_MAX + 1];
};

struct proto_command {
	struct proto_header h;
	uint32_t len;	/* all pieces together at most PROTO_COMMAND_MAX */
	uint8_t bytes[PROTO_CHUNK_MAX];	/* any but NUL */
};

struct proto_window {	/* as in RFC 4254 6.2; each at most PROTO_WINDOW_MAX */
	uint32_t columns, rows, width, height;
};

/* An encoded terminal mode of RFC 4254 8. */
struct proto_mode {
	uint32_t opcode;	/* 1..PROTO_MODE_LAST */
	uint32_t value;
};

struct proto_open {
	struct proto_header h;
	uint32_t kind;	/* enum proto_open_kind */
	uint32_t pty;	/* 0 or 1: a pty was requested before, as follows */
	struct proto_window window;
	char term[PROTO_TERM_MAX + 1];	/* NUL-terminated, printable */
	uint32_t mode_count;
	struct proto_mode modes[PROTO_MODES_MAX];
};

/* enum proto_line_flags - struct proto_opened.flags */
enum proto_line_flags {
	PROTO_LINE_WATCH	= 1U << 0,	/* the line is a tap: read only */
	PROTO_LINE_REPLAY	= 1U << 1,	/* a third descriptor, see below */
	PROTO_LINE_OUTPUT	= 1U << 2,	/* output ends idleness, too */
	__PROTO_LINE_ALL	= 7,
};

/*
 * The answer to PROTO_OPEN. OPENED carries two descriptors, for a session
 * without a terminal three: the line or its like (read and write), or the
 * output to read; the notice pipe; the input to write. REFUSED carries the
 * notice pipe only, the refusal's text already in it; with sftp that text is
 * also what an SFTP client gets for an answer to all it asks. What the monitor writes
 * to the notice pipe goes to the client as stderr of the channel; its end of
 * file says that no more will come, and a channel whose line has ended is
 * closed only after it. In a session without a terminal the notice pipe is
 * the program's stderr, too. A line with REPLAY has a third descriptor, a file
 * whose bytes, to its end, come before those of the line.
 */
struct proto_opened {
	struct proto_header h;
	uint32_t kind;	/* enum proto_opened_kind */
	uint32_t line;	/* number, for log lines */
	uint32_t flags;	/* enum proto_line_flags */
	uint32_t idle;	/* seconds until PROTO_IDLE is due, 0: never */
};

struct proto_refused {
	struct proto_header h;
	uint32_t sftp;	/* 0 or 1: an SFTP client is to have the text */
};

/* A signal for the program (RFC 4254 6.9). The monitor limits the rate. */
struct proto_signal {
	struct proto_header h;
	uint32_t signo;	/* one that signame_of() knows */
};

struct proto_close {
	struct proto_header h;
	uint32_t ended;	/* 0 or 1: the line or program has ended by itself */
	uint64_t in, out;	/* bytes from the client and to it; see below */
};

/*
 * PROTO_CLOSE: the bytes are for the record of a session without a terminal,
 * whose pipes nobody else counts. Of a line the kernel's counters are believed.
 * PROTO_IDLE: nothing came from the client (nor from the line, with OUTPUT) for
 * so long. The status in the answer is the time-out from now on; the session
 * process goes on, for if it is over the monitor takes the line away.
 * PROTO_LOST: the tap has EOVERFLOW. The monitor tells the client how many
 * bytes were lost and lets the tap go on; the status is 0.
 */

/* How it ended (RFC 4254 6.10): by a signal unless that is 0. */
struct proto_status {
	struct proto_header h;
	uint32_t status;	/* exit-status for the client */
	uint32_t signo;		/* one that signame_of() knows, or 0 */
	uint32_t core;		/* 0 or 1: it left a core dump */
};

/*
 * What the first key exchange agreed on, as names of SSH, in from the client,
 * and what that calls itself: to be shown, and for nothing else. All are
 * NUL-terminated and printable.
 */
struct proto_algorithms {
	struct proto_header h;
	char client[PROTO_IDENT_MAX + 1];
	char kex[PROTO_ALGO_MAX + 1];
	char cipher_in[PROTO_ALGO_MAX + 1], cipher_out[PROTO_ALGO_MAX + 1];
	char mac_in[PROTO_ALGO_MAX + 1], mac_out[PROTO_ALGO_MAX + 1];
};

/* A line for the log. The monitor limits the rate and cleans the text. */
struct proto_log {
	struct proto_header h;
	uint32_t level;	/* syslog level, LOG_ERR..LOG_DEBUG */
	char text[PROTO_TEXT_MAX];
};

union proto_any {
	struct proto_header h;
	struct proto_hello hello;
	struct proto_sign sign;
	struct proto_signature signature;
	struct proto_user user;
	struct proto_password password;
	struct proto_prompt prompt;
	struct proto_response response;
	struct proto_result_msg result;
	struct proto_open open;
	struct proto_opened opened;
	struct proto_refused refused;
	struct proto_env env;
	struct proto_command command;
	struct proto_signal signal;
	struct proto_close close;
	struct proto_algorithms algorithms;
	struct proto_status status;
	struct proto_log log;
	struct proto_pubkey pubkey;
	struct proto_banner banner;
};

/**
 * proto_size() - size of the packet of a type
 * Return: bytes, 0 for a type that does not exist.
 */
size_t proto_size(uint32_t type);

/**
 * proto_send() - send one message, with @nfds descriptors
 * @msg: complete, its type set. Descriptors stay the caller's, at most
 * PROTO_FDS_MAX.
 * Return: 0, or -errno (-EPIPE when the peer is gone).
 */
int proto_send(int fd, const union proto_any *msg, const int *fds, size_t nfds);

/**
 * proto_recv() - receive one message and check its size against its type
 * @fds: receives the descriptors, close-on-exec, the caller's to close
 * @nfds: in: room in @fds; out: how many came
 * Return: 0; -ECONNRESET at end of file; -EPROTO for an unknown type, a wrong
 * size, truncation or more descriptors than room (all closed); -errno.
 * @msg is wiped before it is filled and on every error.
 */
int proto_recv(int fd, union proto_any *msg, int *fds, size_t *nfds);

/*
 * Whether a session may have a variable: LANG or LC_ and capitals, with a
 * value of printable ASCII. Neither string needs an end within its room.
 */
bool proto_env_valid(const struct proto_env *env);

/* Whether all of it is within its ranges. */
bool proto_open_valid(const struct proto_open *open);

/* Whether all strings have an end and are printable ASCII. */
bool proto_algorithms_valid(const struct proto_algorithms *a);

/* The name of an enum proto_pubalg, RFC 8332 and RFC 5656; NULL of no other. */
const char *proto_pubalg_name(unsigned int alg);

#endif /* AGENT_PROTO_H */
