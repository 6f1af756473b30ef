// SPDX-License-Identifier: GPL-2.0-only
/*
 * The session channel (RFC 4254 6), in place of svr-chansession.c: no process
 * and no terminal of its own, but descriptors from the monitor: those of a
 * line, of a virtual line's master, or of a program's pipes.
 */
#include "chansession.h"

#include <errno.h>
#include <stdbool.h>

#include "includes.h"
#include "buffer.h"
#include "channel.h"
#include "dbutil.h"
#include "packet.h"
#include "session.h"
#include "ssh.h"

#include "break.h"
#include "exec.h"
#include "line.h"
#include "login.h"
#include "monitor.h"
#include "rest.h"
#include "sftp.h"
#include "signame.h"
#include "wake.h"

/* How long a channel waits for the rest once one side has ended. */
#define LINGER_MS	2000

struct state {
	struct exec *exec;	/* what was asked for */
	bool requested;	/* shell, exec or subsystem: once a channel */
	bool open;	/* the monitor has something open for this channel */
	int kind;	/* enum proto_opened_kind, while open */
	bool unread;	/* the client does not take output any more */
	struct monitor_bytes bytes;	/* since it is open */
	struct proto_status status;
	int64_t linger;	/* wake_clock() of the end of waiting, 0 before */
};

static struct Channel *current;	/* the one that may have a line */

static int open_channel(struct Channel *channel)
{
	struct state *state;

	if (current)
		return SSH_OPEN_ADMINISTRATIVELY_PROHIBITED;
	state = m_malloc(sizeof(*state));
	state->exec = exec_new();
	channel->typedata = state;
	current = channel;
	return 0;
}

static void use_notice(struct Channel *channel, int fd)
{
	setnonblocking(fd);
	channel->errfd = fd;
	ses.maxfd = MAX(ses.maxfd, fd);
}

/* @in: where the client's bytes go, -1 for none. */
static void use_fds(struct Channel *channel, int out, int in)
{
	setnonblocking(out);
	if (in >= 0)
		setnonblocking(in);
	channel->readfd = out;
	channel->writefd = in;
	ses.maxfd = MAX(ses.maxfd, MAX(out, in));
	channel->prio = DROPBEAR_PRIO_LOWDELAY;
	update_channel_prio();
}

static void use_pipes(struct Channel *channel, int out, int in)
{
	if (channel->recv_eof) {
		m_close(in);
		in = -1;
	}
	use_fds(channel, out, in);
}

static void refuse_sftp(struct Channel *channel, int notice)
{
	struct state *state = channel->typedata;
	int out, in;

	notice = sftp_refuse(notice, &out, &in);
	if (MAX(MAX(out, in), notice) >= FD_SETSIZE)
		dropbear_exit("Descriptor out of range");
	state->status.status = 1;
	use_notice(channel, notice);
	use_pipes(channel, out, in);
}

static int request_open(struct Channel *channel, enum proto_open_kind kind)
{
	struct state *state = channel->typedata;
	struct monitor_opened o;

	if (state->requested)
		return DROPBEAR_FAILURE;
	if (exec_open(state->exec, kind, &o) != DROPBEAR_SUCCESS)
		return DROPBEAR_FAILURE;
	state->requested = true;
	if (MAX(MAX(o.fd, o.notice), MAX(o.input, o.history)) >= FD_SETSIZE)
		dropbear_exit("Descriptor out of range");
	if (o.sftp) {
		refuse_sftp(channel, o.notice);
		return DROPBEAR_SUCCESS;
	}
	use_notice(channel, o.notice);
	state->open = o.fd >= 0;
	state->kind = o.kind;
	if (o.kind == PROTO_OPENED_PIPES) {
		use_pipes(channel, o.fd, o.input);
		line_follow(channel, &o);
	} else if (o.fd >= 0) {
		line_start(channel, &o);
		channel->prio = DROPBEAR_PRIO_LOWDELAY;
		update_channel_prio();
	} else {
		/* The client sees the reason on stderr, then the status. */
		state->status.status = 1;
		channel->readfd = -1;
		channel->writefd = -1;
	}
	return DROPBEAR_SUCCESS;
}

static bool is_open(const struct state *state, enum proto_opened_kind kind)
{
	return state->open && state->kind == (int)kind;
}

static int request_pty(struct Channel *channel)
{
	const struct state *state = channel->typedata;

	return state->requested ? DROPBEAR_FAILURE :
				  exec_request_pty(state->exec);
}

static int request_env(struct Channel *channel)
{
	const struct state *state = channel->typedata;

	return state->requested ? DROPBEAR_FAILURE :
				  exec_request_env(state->exec);
}

/* A tty line has no window: its size goes nowhere. */
static int request_window_change(struct Channel *channel)
{
	const struct state *state = channel->typedata;
	bool terminal = is_open(state, PROTO_OPENED_TERMINAL);

	return exec_request_window(state->exec, terminal ? channel->readfd : -1);
}

static int request_signal(struct Channel *channel)
{
	const struct state *state = channel->typedata;

	if (!is_open(state, PROTO_OPENED_TERMINAL) &&
	    !is_open(state, PROTO_OPENED_PIPES))
		return DROPBEAR_FAILURE;
	return exec_request_signal();
}

static int request_break(struct Channel *channel)
{
	const struct state *state = channel->typedata;
	uint32_t ms = buf_getint(ses.payload);
	int err;

	if (!is_open(state, PROTO_OPENED_LINE) || line_is_watch(channel))
		return DROPBEAR_FAILURE;
	err = break_start(channel, ms);
	if (err < 0)
		dropbear_log(LOG_WARNING, "Break: %s", strerror(-err));
	return err < 0 ? DROPBEAR_FAILURE : DROPBEAR_SUCCESS;
}

static void discard(const struct Channel *channel, const unsigned char *bytes,
		    int *len)
{
	(void)channel;
	(void)bytes;
	*len = 0;
}

/*
 * OpenSSH's end of write: the client takes no output any more. It is answered
 * with the end of file that this is, and the line is read on for its hang-up
 * and so that nothing stops the device. With the client's end of file the
 * session has ended: a multiplexing client sends no more than these two when
 * one of its sessions is killed.
 */
static int request_eow(struct Channel *channel)
{
	struct state *state = channel->typedata;

	if (state->unread)
		return DROPBEAR_SUCCESS;
	state->unread = true;
	channel->read_mangler = discard;
	if (!channel->sent_eof) {
		CHECKCLEARTOWRITE();
		buf_putbyte(ses.writepayload, SSH_MSG_CHANNEL_EOF);
		buf_putint(ses.writepayload, channel->remotechan);
		encrypt_packet();
		channel->sent_eof = 1;
	}
	wake_loop();
	return DROPBEAR_SUCCESS;
}

static int request_shell(struct Channel *channel)
{
	return request_open(channel, PROTO_OPEN_SHELL);
}

static int request_exec(struct Channel *channel)
{
	return request_open(channel, PROTO_OPEN_EXEC);
}

static int request_subsystem(struct Channel *channel)
{
	return request_open(channel, PROTO_OPEN_SUBSYSTEM);
}

/* Everything else, forwardings among it, is refused. */
static const struct {
	const char *name;
	int (*handler)(struct Channel *channel);
} requests[] = {
	{ "shell", request_shell },
	{ "exec", request_exec },
	{ "subsystem", request_subsystem },
	{ "pty-req", request_pty },
	{ "env", request_env },
	{ "window-change", request_window_change },
	{ "signal", request_signal },
	{ "break", request_break },
	{ "eow@openssh.com", request_eow },
	{ NULL, NULL }
};

int vh_read(struct Channel *channel, int fd, unsigned char *bytes,
	    unsigned int len)
{
	struct state *state = channel->typedata;
	int n = line_read(channel, fd, bytes, len);

	if (n > 0 && !state->unread)
		state->bytes.out += n;
	return n;
}

int vh_writev(struct Channel *channel, int fd, const struct iovec *iov,
	      int count)
{
	struct state *state = channel->typedata;
	int n = (int)writev(fd, iov, count);

	if (n > 0)
		state->bytes.in += n;
	return n;
}

static void request(struct Channel *channel)
{
	int i, ret = DROPBEAR_FAILURE;
	unsigned int len;
	bool reply;
	char *type;

	type = buf_getstring(ses.payload, &len);
	reply = buf_getbool(ses.payload);
	for (i = 0; requests[i].name; i++) {
		if (strlen(requests[i].name) != len ||
		    memcmp(requests[i].name, type, len) != 0)
			continue;
		if (!channel->sent_close && !channel->recv_close)
			ret = requests[i].handler(channel);
		break;
	}
	m_free(type);
	if (!reply)
		return;
	if (ret == DROPBEAR_SUCCESS)
		send_msg_channel_success(channel);
	else
		send_msg_channel_failure(channel);
}

/* Return: true once LINGER_MS have passed since the first call. */
static bool lingered(struct state *state)
{
	int64_t now = wake_clock();

	if (!state->linger)
		state->linger = now + LINGER_MS;
	if (now >= state->linger)
		return true;
	wake_at(state->linger);
	return false;
}

static void drop_descriptors(struct Channel *channel)
{
	line_stop(channel);
	sftp_stop();
	m_close(channel->writefd);
	m_close(channel->readfd);
	m_close(channel->errfd);
	channel->writefd = -1;
	channel->readfd = -1;
	channel->errfd = -1;
}

/*
 * May Dropbear close the channel? When the client has done with it, yes; its
 * last bytes get some time to leave for the line, and are then given up,
 * because a line that does not take them would keep it for ever. When the line
 * has ended, the monitor says why on the notice pipe and then closes that; of a
 * tap nothing else tells the end. A client's end of file alone changes nothing:
 * the line goes on.
 */
static int may_close(struct Channel *channel)
{
	struct state *state = channel->typedata;

	if (channel->recv_close || (channel->recv_eof && state->unread)) {
		break_cancel(channel);
		if (channel->writefd >= 0 &&
		    cbuf_getused(channel->writebuf) > 0 && !lingered(state))
			return 0;
		drop_descriptors(channel);
		return 1;
	}
	if (line_is_watch(channel) && channel->errfd < 0) {
		drop_descriptors(channel);
		return 1;
	}
	if (!state->requested || channel->readfd >= 0)
		return 0;
	if (channel->errfd >= 0) {
		/* A program may close its output and go on. */
		if (!is_open(state, PROTO_OPENED_LINE) || !lingered(state))
			return 0;
		channel->flushing = 1;
	}
	return 1;
}

static void send_exit(const struct Channel *channel,
		      const struct proto_status *status)
{
	const char *name = status->signo ? signame_of(status->signo) : NULL;

	start_send_channel_request(channel, name ? "exit-signal" :
						   "exit-status");
	buf_putbyte(ses.writepayload, 0);
	if (name) {
		buf_putstring(ses.writepayload, name, strlen(name));
		buf_putbyte(ses.writepayload, status->core != 0);
		buf_putstring(ses.writepayload, "", 0);
		buf_putstring(ses.writepayload, "", 0);
	} else {
		buf_putint(ses.writepayload, status->status);
	}
	encrypt_packet();
}

static void release(struct Channel *channel)
{
	break_cancel(channel);
	line_stop(channel);
	if (current == channel) {
		sftp_stop();
		current = NULL;
	}
}

/* Dropbear is about to send SSH_MSG_CHANNEL_CLOSE. */
static void closing(const struct Channel *channel)
{
	struct state *state = channel->typedata;

	release(ses.channels[channel->index]);
	if (state->open) {
		state->open = false;
		monitor_close(!channel->recv_close, &state->bytes,
			      &state->status);
	}
	if (state->requested)
		send_exit(channel, &state->status);
}

/* Dropbear has closed the channel's descriptors. */
static void cleanup(const struct Channel *removed)
{
	struct Channel *channel = ses.channels[removed->index];
	struct state *state = channel->typedata;

	channel->writefd = -1;
	channel->readfd = -1;
	channel->errfd = -1;
	release(channel);
	if (state)
		exec_free(state->exec);
	m_free(channel->typedata);
}

const struct ChanType svrchansess = {
	.name = "session",
	.inithandler = open_channel,
	.check_close = may_close,
	.reqhandler = request,
	.closehandler = closing,
	.cleanup = cleanup,
};

void svr_chansessinitialise(void)
{
}

/* Dropbear's loop calls this each time round. */
void svr_chansess_checksignal(void)
{
	if (monitor_gone())
		dropbear_exit("Monitor is gone");
	login_hurry();
	break_poll();
	line_poll();
	sftp_poll();
	rest_poll();
}
