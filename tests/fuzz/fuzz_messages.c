// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session process may send its monitor, in any order, with any content:
 * session.c, auth.c, userkey.c, open.c, exec.c and limits.c of the monitor as
 * they are, what they call out of memory. The oracle: nobody is logged in and
 * nothing is opened but after the one right password, answer or signature; what
 * is open is closed with its session, and what was taken away has its time.
 *
 * Input: messages of a byte type, a byte flags, a byte length, and so many
 * bytes that follow the header. Flags: 1 a byte short, 2 a byte long, 4 comes
 * while the monitor waits, 8 with a descriptor; and what happens before: 16 the
 * line is revoked, 32 the daemon clears it, 64 the program ends, 128 ten
 * seconds pass.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t fuzz_recvmsg(int fd, struct msghdr *mh, int flags);

#define recvmsg fuzz_recvmsg
#include "../../agent/lib/proto.c"
#undef recvmsg

#include "../../agent/monitor/auth.h"
#include "../../agent/monitor/authz.h"
#include "../../agent/monitor/decoy.h"
#include "../../agent/monitor/exec.h"
#include "../../agent/monitor/hostkey.h"
#include "../../agent/monitor/keyfile.h"
#include "../../agent/monitor/limits.h"
#include "../../agent/monitor/loop.h"
#include "../../agent/monitor/monitor.h"
#include "../../agent/monitor/open.h"
#include "../../agent/aaa/pam.h"
#include "../../agent/monitor/privilege.h"
#include "../../agent/monitor/record.h"
#include "../../agent/monitor/session.h"
#include "../../agent/monitor/verify.h"
#include "log.h"

#include "messages.h"

#define MESSAGES_MAX	40

static const uint8_t *at, *end;
static int64_t now;
static unsigned int messages;
bool messages_proven;

#define proven	messages_proven
#define check	messages_check

void messages_check(bool holds)
{
	if (!holds)
		abort();
}

static void attach_descriptor(struct msghdr *mh)
{
	int fd = opens_descriptor();
	struct cmsghdr *cmsg = mh->msg_control;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	mh->msg_controllen = CMSG_SPACE(sizeof(fd));
}

/* The next message as the kernel would hand it over. */
static ssize_t fuzz_recvmsg(int fd, struct msghdr *mh, int flags)
{
	union proto_any msg = { 0 };
	size_t size, n;
	bool descriptor;

	(void)fd;
	(void)flags;
	if (end - at < 3 || messages++ == MESSAGES_MAX) {
		mh->msg_controllen = 0;
		return 0;
	}
	descriptor = at[1] & 8;
	msg.h.type = at[0];
	size = proto_size(msg.h.type);
	size = size ? size : sizeof(msg.h);
	size -= at[1] & 1;
	size += at[1] >> 1 & 1;
	n = at[2] < (size_t)(end - at) - 3 ? at[2] : (size_t)(end - at) - 3;
	if (n > sizeof(msg) - sizeof(msg.h))
		n = sizeof(msg) - sizeof(msg.h);
	memcpy((uint8_t *)&msg + sizeof(msg.h), at + 3, n);
	at += 3 + n;
	mh->msg_flags = size > mh->msg_iov[0].iov_len ? MSG_TRUNC : 0;
	n = size < mh->msg_iov[0].iov_len ? size : mh->msg_iov[0].iov_len;
	if (n > sizeof(msg))
		n = sizeof(msg);
	memcpy(mh->msg_iov[0].iov_base, &msg, n);
	mh->msg_controllen = 0;
	if (descriptor)
		attach_descriptor(mh);
	return (ssize_t)n;
}

/* What the monitor is made of beside the three units. */

int64_t monitor_now(void)
{
	return now;
}

void monitor_end(struct monitor *m, enum monitor_end why)
{
	if (m->end == END_NOT)
		m->end = why;
}

void monitor_await_open(struct monitor *m)
{
	if (!m->is_cleared)
		m->deadline = now + MONITOR_OPEN_WAIT * INT64_C(1000);
}

void monitor_opening(struct monitor *m)
{
	if (!m->is_cleared)
		m->deadline = 0;
}

void monitor_answer(struct monitor *m, const union proto_any *msg,
		    const int *fds, size_t nfds)
{
	const struct proto_opened *o = &msg->opened;
	size_t want = 0;

	check(proto_size(msg->h.type));
	if (msg->h.type == PROTO_REFUSED)
		want = 1;
	else if (msg->h.type == PROTO_OPENED)
		want = o->kind == PROTO_OPENED_PIPES ||
		       o->flags & PROTO_LINE_REPLAY ? 3 : 2;
	check(nfds == want && (!want || proven));
	check(msg->h.type != PROTO_OPENED || m->state == STATE_OPEN);
	for (size_t i = 0; i < nfds; i++)
		check(fcntl(fds[i], F_GETFD) >= 0);
	if (msg->h.type == PROTO_RESULT && msg->result.result == PROTO_SUCCESS)
		check(proven);
}

void monitor_report_algorithms(struct monitor *m)
{
	(void)m;
}

void record_login(const struct monitor *m)
{
	check(proven && m->is_logged_in);
}

/* loop_clear() */
static void clear(struct monitor *m)
{
	if (m->is_cleared)
		return;
	if (!m->line && !exec_is_open(m))
		monitor_end(m, END_CLEARED);
	else
		open_end(m, ACCOUNTING_ADMIN, "%% Line %u cleared", m->line);
}

void loop_step(struct monitor *m, int64_t until)
{
	unsigned int events = end - at >= 3 ? at[1] : 0;

	now += events & 128 ? 10000 : 20;
	if (m->deadline && now >= m->deadline) {
		monitor_end(m, END_TIMEOUT);
		return;
	}
	if (events & 64)
		programs_end();
	if (exec_is_open(m))
		exec_process(m);
	if (events & 16 && m->claim >= 0)
		open_revoked(m);
	limits_check(m);
	if (events & 32)
		clear(m);
	/* Who waits for a program need not hear the peer. */
	if (m->end == END_NOT && (!until || m->state != STATE_BUSY || events & 4))
		session_receive(m);
}

/* The peer may talk meanwhile. */
void loop_wait(struct monitor *m, int64_t until)
{
	while (m->end == END_NOT && end - at >= 3 && at[1] & 4)
		session_receive(m);
	if (now < until)
		now = until;
}

void log_print(int level, const char *format, ...)
{
	(void)level;
	check(*format != '\0');
}

int hostkey_sign(enum proto_sigalg alg, const uint8_t *hash, size_t len,
		 uint8_t *sig, size_t *ret_len)
{
	if (alg != PROTO_SIG_ED25519)
		return -ENOKEY;
	if (len != 32 && len != 48 && len != 64)
		return -EINVAL;
	memcpy(sig, hash, len);
	*ret_len = len;
	return 0;
}

void hostkey_public(struct proto_public_key keys[PROTO_KEYS])
{
	memset(keys, 0, PROTO_KEYS * sizeof(*keys));
}

int pam_check(const struct pam_request *req, const char **ret_why)
{
	static struct pam_round round;

	*ret_why = "no";
	if (req->is_authenticated)
		return strcmp(req->user, "expired") ? 0 : -EACCES;
	memset(&round, 0, sizeof(round));
	round.count = !strcmp(req->user, "two") ? 2 : 1;
	if (req->converse(&round, req->arg) < 0)
		return -ECANCELED;
	if (strcmp(round.answers[0], "secret"))
		return -EACCES;
	proven = true;
	return 0;
}

const char *pam_var(const struct pam_vars *vars, const char *name)
{
	(void)vars;
	check(*name != '\0');
	return NULL;
}

void pam_var_only(struct pam_vars *vars, const char *name, const char *value)
{
	(void)vars;
	check(*name != '\0' && *value != '\0');
}

void authz_ask(struct monitor *m)
{
	check(proven && m->name_ok);
}

bool authz_is_account(const struct monitor *m)
{
	(void)m;
	return true;
}

enum keyfile_source keyfile_authorizes(const char *user, const uint8_t *key,
				       size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum ^= key[i];
	if (!user || (strcmp(user, "good") && sum != 1))
		return KEYFILE_NONE;
	return sum & 2 ? KEYFILE_CONFIGURED : KEYFILE_HOME;
}

const char *verify_key_type(uint32_t alg)
{
	return alg && alg < __PROTO_PUB_LAST ? "ssh-ed25519" : NULL;
}

const char *verify_alg_name(uint32_t alg)
{
	check(alg && alg < __PROTO_PUB_LAST);
	return "ecdsa-sha2-nistp256";
}

int verify_signature(uint32_t alg, const uint8_t *key, size_t key_len,
		     const uint8_t *sig, size_t sig_len, const uint8_t *data,
		     size_t data_len)
{
	uint8_t copy[4096];

	(void)alg;
	check(data_len <= sizeof(copy));
	memcpy(copy, data, data_len);	/* all of it is there */
	check(key_len && data_len > key_len && data[data_len - 1] == key[key_len - 1]);
	proven = sig_len == 7 && sig[0] == 'g';
	return proven ? 0 : -EKEYREJECTED;
}

void decoy_for_user(const char *user)
{
	check(*user != '\0');
}

int privilege_logged_in(void)
{
	check(proven);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct monitor m;

	memset(&m, 0, sizeof(m));
	m.config.retries = 3;
	strcpy(m.peer, "192.0.2.1 5");
	strcpy(m.local, "192.0.2.2 22");
	m.daemon = -1;
	at = data;
	end = data + size;
	now = 1000000;
	proven = false;
	messages = 0;
	signal(SIGPIPE, SIG_IGN);
	opens_begin(&m);
	session_hello(&m);
	while (m.end == END_NOT) {
		opens_check(&m);
		loop_step(&m, 0);
	}
	opens_finish(&m);
	alarm(0);
	return 0;
}
