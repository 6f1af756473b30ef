// SPDX-License-Identifier: GPL-2.0-only
/*
 * The session channel (RFC 4254 6), in place of svr-chansession.c: no process
 * and no terminal of its own, but the descriptor of a line, from the monitor.
 */
#include "chansession.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "includes.h"
#include "buffer.h"
#include "channel.h"
#include "dbutil.h"
#include "packet.h"
#include "session.h"
#include "ssh.h"

#include "break.h"
#include "monitor.h"
#include "wake.h"

/* How long a channel waits for the rest once one side has ended. */
#define LINGER_MS	2000

struct state {
	bool pty;	/* requested before the line */
	bool requested;	/* shell, exec or subsystem: once a channel */
	bool open;	/* the monitor has a line open for this channel */
	bool unread;	/* the client does not take output any more */
	uint32_t status;
	int64_t linger;	/* wake_clock() of the end of waiting, 0 before */
};

static struct Channel *current;	/* the one that may have a line */

static int open_channel(struct Channel *channel)
{
	if (current)
		return SSH_OPEN_ADMINISTRATIVELY_PROHIBITED;
	channel->typedata = m_malloc(sizeof(struct state));
	current = channel;
	return 0;
}

static void use_notice(struct Channel *channel, int fd)
{
	setnonblocking(fd);
	channel->errfd = fd;
	ses.maxfd = MAX(ses.maxfd, fd);
}

static void use_line(struct Channel *channel, int fd)
{
	int copy;

	/* A copy, because Dropbear closes each direction by itself. */
	copy = channel->recv_eof ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0 && !channel->recv_eof)
		dropbear_exit("Line: %s", strerror(errno));
	setnonblocking(fd);
	channel->readfd = fd;
	channel->writefd = copy;
	ses.maxfd = MAX(ses.maxfd, MAX(fd, copy));
	channel->prio = DROPBEAR_PRIO_LOWDELAY;
	update_channel_prio();
}

static int request_open(struct Channel *channel, enum proto_open_kind kind)
{
	struct state *state = channel->typedata;
	int line, notice;

	if (state->requested)
		return DROPBEAR_FAILURE;
	state->requested = true;
	monitor_open(kind, state->pty, &line, &notice);
	if (line >= FD_SETSIZE || notice >= FD_SETSIZE)
		dropbear_exit("Descriptor out of range");
	use_notice(channel, notice);
	if (line >= 0) {
		state->open = true;
		use_line(channel, line);
	} else {
		/* The client sees the reason on stderr, then the status. */
		state->status = 1;
		channel->readfd = -1;
		channel->writefd = -1;
	}
	return DROPBEAR_SUCCESS;
}

/* Accepted for the client's sake; the line has its own parameters. */
static int request_pty(struct Channel *channel)
{
	struct state *state = channel->typedata;
	int i;

	buf_eatstring(ses.payload);	/* TERM */
	for (i = 0; i < 4; i++)
		buf_getint(ses.payload);	/* columns, rows, pixels */
	buf_eatstring(ses.payload);	/* modes */
	if (state->requested || state->pty)
		return DROPBEAR_FAILURE;
	state->pty = true;
	return DROPBEAR_SUCCESS;
}

static int request_window_change(struct Channel *channel)
{
	const struct state *state = channel->typedata;

	return state->pty ? DROPBEAR_SUCCESS : DROPBEAR_FAILURE;
}

static int request_break(struct Channel *channel)
{
	const struct state *state = channel->typedata;
	uint32_t ms = buf_getint(ses.payload);
	int err;

	if (!state->open)
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

/* Everything else, env, signal and forwardings among it, is refused. */
static const struct {
	const char *name;
	int (*handler)(struct Channel *channel);
} requests[] = {
	{ "shell", request_shell },
	{ "exec", request_exec },
	{ "subsystem", request_subsystem },
	{ "pty-req", request_pty },
	{ "window-change", request_window_change },
	{ "break", request_break },
	{ "eow@openssh.com", request_eow },
	{ NULL, NULL }
};

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
 * has ended, the monitor says why on the notice pipe and then closes that. A
 * client's end of file alone changes nothing: the line goes on.
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
	if (!state->requested || channel->readfd >= 0)
		return 0;
	if (channel->errfd >= 0) {
		if (!state->open || !lingered(state))
			return 0;
		channel->flushing = 1;
	}
	return 1;
}

static void send_exit_status(const struct Channel *channel, uint32_t status)
{
	start_send_channel_request(channel, "exit-status");
	buf_putbyte(ses.writepayload, 0);
	buf_putint(ses.writepayload, status);
	encrypt_packet();
}

static void release(struct Channel *channel)
{
	break_cancel(channel);
	if (current == channel)
		current = NULL;
}

/* Dropbear is about to send SSH_MSG_CHANNEL_CLOSE. */
static void closing(const struct Channel *channel)
{
	struct state *state = channel->typedata;

	release(ses.channels[channel->index]);
	if (state->open) {
		state->open = false;
		state->status = monitor_close();
	}
	if (state->requested)
		send_exit_status(channel, state->status);
}

static void cleanup(const struct Channel *channel)
{
	release(ses.channels[channel->index]);
	m_free(((struct Channel *)channel)->typedata);
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
	break_poll();
}
