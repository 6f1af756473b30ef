// SPDX-License-Identifier: GPL-2.0-only
/* draft-ietf-secsh-filexfer-02, which is version 3 and what everybody speaks. */
#include "sftp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "includes.h"
#include "buffer.h"
#include "dbutil.h"

#define VERSION			3
#define FXP_INIT		1
#define FXP_VERSION		2
#define FXP_STATUS		101
#define FX_PERMISSION_DENIED	3

#define HEAD		9	/* length, type, number of the request */
#define PACKET_MAX	(256 * 1024)
#define TEXT_MAX	256

static struct {
	int in, out;		/* ours, -1 without */
	unsigned char head[HEAD];
	unsigned int have;	/* of head */
	unsigned int skip;	/* bytes of the packet that are still to come */
	char text[TEXT_MAX];
} on = { .in = -1, .out = -1 };

/* What the pipe holds becomes the text, and is in another one again. */
static int copy_text(int notice)
{
	ssize_t n = read(notice, on.text, sizeof(on.text) - 1);
	int copy[2];

	if (n < 0 || pipe(copy) < 0 || write(copy[1], on.text, n) != n)
		dropbear_exit("SFTP: %s", strerror(errno));
	m_close(copy[1]);
	m_close(notice);
	on.text[n] = '\0';
	on.text[strcspn(on.text, "\r\n")] = '\0';
	return copy[0];
}

int sftp_refuse(int notice, int *ret_out, int *ret_in)
{
	int in[2], out[2];

	if (pipe(in) < 0 || pipe(out) < 0)
		dropbear_exit("SFTP: %s", strerror(errno));
	sftp_stop();
	on.in = in[0];
	on.out = out[1];
	on.have = on.skip = 0;
	setnonblocking(on.in);
	setnonblocking(on.out);
	*ret_in = in[1];
	*ret_out = out[0];
	return copy_text(notice);
}

void sftp_stop(void)
{
	if (on.in < 0)
		return;
	m_close(on.in);
	m_close(on.out);
	on.in = on.out = -1;
}

static uint32_t number(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool send_answer(buffer *b)
{
	unsigned int len = b->len;
	ssize_t n;

	buf_setpos(b, 0);
	buf_putint(b, len - 4);
	n = write(on.out, b->data, len);	/* a pipe takes all of it or none */
	buf_free(b);
	return n == (ssize_t)len;
}

/* What opens the session gets a version, everything else is denied. */
static bool answer(void)
{
	buffer *b = buf_new(32 + TEXT_MAX);

	buf_putint(b, 0);
	if (on.head[4] == FXP_INIT) {
		buf_putbyte(b, FXP_VERSION);
		buf_putint(b, VERSION);
	} else {
		buf_putbyte(b, FXP_STATUS);
		buf_putint(b, number(on.head + 5));
		buf_putint(b, FX_PERMISSION_DENIED);
		buf_putstring(b, on.text, strlen(on.text));
		buf_putstring(b, "", 0);
	}
	return send_answer(b);
}

/* Return: how many of the bytes were used, 0 for what is no SFTP. */
static unsigned int take(const unsigned char *bytes, unsigned int len)
{
	unsigned int n = MIN(len, on.skip);

	if (n) {
		on.skip -= n;
		return n;
	}
	n = MIN(len, HEAD - on.have);
	memcpy(on.head + on.have, bytes, n);
	on.have += n;
	if (on.have < HEAD)
		return n;
	on.have = 0;
	on.skip = number(on.head);
	if (on.skip < HEAD - 4 || on.skip > PACKET_MAX)
		return 0;
	on.skip -= HEAD - 4;
	return answer() ? n : 0;
}

void sftp_poll(void)
{
	unsigned char bytes[4096];
	unsigned int at, used;
	ssize_t n;

	while (on.in >= 0) {
		n = read(on.in, bytes, sizeof(bytes));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		for (at = 0, used = n > 0; used && at < (unsigned int)n; at += used)
			used = take(bytes + at, n - at);
		if (!used)
			sftp_stop();
	}
}
