// SPDX-License-Identifier: GPL-2.0-only
/* RADIUS over UDP (RFC 2865 2, RFC 5080 2.2) and over TLS (RFC 6614). */
#include "question.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "net.h"
#include "radius.h"
#include "stream.h"

#define PORT_TYPE_VIRTUAL	5
#define AUTHENTIC_RADIUS	1
#define AUTHENTIC_LOCAL		2
#define AUTHENTIC_REMOTE	3

/* Where the switch is seen from, as the server's clients.conf has it. */
static void add_nas(struct radius_packet *p, int fd,
		    const struct exchange_request *req)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a;
	socklen_t len = sizeof(a);

	radius_add_text(p, RADIUS_NAS_IDENTIFIER, req->host);
	if (getsockname(fd, &a.sa, &len) < 0)
		return;
	if (a.sa.sa_family == AF_INET)
		radius_add(p, RADIUS_NAS_IP_ADDRESS, &a.in.sin_addr, 4);
	else if (a.sa.sa_family == AF_INET6)
		radius_add(p, RADIUS_NAS_IPV6_ADDRESS, &a.in6.sin6_addr, 16);
}

/* The user, or the one that has the password of a level, as IOS names him. */
static void add_user(struct radius_packet *p,
		     const struct exchange_request *req)
{
	char name[16];

	snprintf(name, sizeof(name), "$enab%u$", req->level);
	radius_add_text(p, RADIUS_USER_NAME, req->kind == EXCHANGE_ENABLE ?
			name : req->user);
}

static void add_session(struct radius_packet *p, int fd,
			const struct exchange_request *req)
{
	add_user(p, req);
	add_nas(p, fd, req);
	radius_add_number(p, RADIUS_NAS_PORT, req->line);
	radius_add_number(p, RADIUS_NAS_PORT_TYPE, PORT_TYPE_VIRTUAL);
	radius_add_text(p, RADIUS_NAS_PORT_ID, req->port);
	radius_add_text(p, RADIUS_CALLING_STATION_ID, req->peer);
	radius_add_number(p, RADIUS_SERVICE_TYPE,
			  req->kind == EXCHANGE_ENABLE ?
			  RADIUS_SERVICE_ADMINISTRATIVE : RADIUS_SERVICE_LOGIN);
}

/*
 * One try: waits for the reply until its time is over. What is not the reply
 * does not shorten the wait. Return: 0, -ETIMEDOUT, or -errno of the socket.
 */
static int await(int fd, const struct radius_packet *request,
		 const struct aaa_server *server, int64_t until,
		 struct radius_reply *ret)
{
	uint8_t data[RADIUS_PACKET_MAX + 1];
	bool strict = !(server->flags & SERVER_NO_AUTHENTICATOR);
	ssize_t n;
	int r;

	for (;;) {
		r = net_wait(fd, POLLIN, until);
		if (r)
			return r;
		n = recv(fd, data, sizeof(data), 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;	/* ECONNREFUSED: nobody is there */
		if (n >= 0 && !radius_check(request, server->key, strict, data,
					    (size_t)n, ret))
			return 0;
		if (net_now() >= until)
			return -ETIMEDOUT;
	}
}

/* Sends until there is a reply. Return: 0 or -errno. */
static int exchange_udp(struct question *q, int fd,
			const struct radius_packet *request,
			const struct aaa_server *server,
			struct radius_reply *ret)
{
	int64_t until;
	int r = -ETIMEDOUT;

	for (uint32_t try = 0; try <= server->retransmit; try++) {
		until = question_step(q, server);
		r = send(fd, request->data, request->len, MSG_NOSIGNAL) < 0 ?
			-errno : await(fd, request, server, until, ret);
		if (!r || net_now() >= q->deadline)
			return r;
	}
	return r;
}

/*
 * Once: what is sent arrives, and what comes is the reply or the server is
 * broken (RFC 6613 2.6.4). The Message-Authenticator guards against who changes
 * packets on the way; TLS does that, so a reply may be without.
 */
static int exchange_tls(struct question *q, const struct stream *s,
			const struct radius_packet *request,
			const struct aaa_server *server,
			struct radius_reply *ret)
{
	uint8_t data[RADIUS_PACKET_MAX];
	int64_t until = question_step(q, server);
	size_t len;
	int r = stream_write(s, request->data, request->len, until);

	if (!r)
		r = stream_read(s, data, RADIUS_HEADER, until);
	if (r)
		return r;
	len = (size_t)data[2] << 8 | data[3];
	if (len < RADIUS_HEADER || len > sizeof(data))
		return -EBADMSG;
	r = stream_read(s, data + RADIUS_HEADER, len - RADIUS_HEADER, until);
	return r ? r : radius_check(request, server->key, false, data, len, ret);
}

static int exchange(struct question *q, const struct stream *s,
		    struct radius_packet *request,
		    const struct aaa_server *server, struct radius_reply *ret)
{
	radius_sign(request, server->key);
	return s->tls ? exchange_tls(q, s, request, server, ret) :
		exchange_udp(q, s->fd, request, server, ret);
}

/* With its address the server knows the switch: net_open(), stream_open(). */
static int connect_to(struct question *q, const struct aaa_server *server,
		      struct stream *ret)
{
	bool records = q->req->kind == EXCHANGE_ACCOUNT;

	if (server->flags & SERVER_TLS)
		return stream_open(q, server, ret);
	ret->fd = net_open(server, records ? server->acct_port : server->port,
			   SOCK_DGRAM, q->deadline);
	return ret->fd < 0 ? ret->fd : 0;
}

/* A new identifier and authenticator: a new request, not a retransmission. */
static int begin(struct radius_packet *p, enum radius_code code)
{
	uint8_t random[1 + RADIUS_VECTOR];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	radius_begin(p, code, random[0], random + 1);
	return 0;
}

/* "port#3=tty7", "port#1=switch/tty7": IOS's words for reverse access. */
static void take_lines(struct exchange_reply *to, const char *pairs)
{
	static const char prefix[] = "raccess:";
	const char *at = pairs;
	char *end;
	unsigned long line;

	while ((at = strstr(at, prefix))) {
		const char *stop = strchr(at, '\n');
		const char *tty = strstr(at, "tty");

		to->has_lines = 1;
		at += sizeof(prefix) - 1;
		if (!tty || (stop && tty > stop))
			continue;
		line = strtoul(tty + 3, &end, 10);
		if (end > tty + 3 && line < EXCHANGE_LINES)
			to->lines[line / 8] |= (uint8_t)(1U << line % 8);
	}
}

static void take_accept(struct question *q, const struct radius_reply *reply)
{
	struct exchange_reply *to = &q->reply;

	to->outcome = EXCHANGE_PASS;
	to->level = reply->privilege;
	to->session_timeout = reply->session_timeout;
	to->idle_timeout = reply->idle_timeout;
	to->class_len = (uint32_t)reply->class_len;
	memcpy(to->class, reply->class, reply->class_len);
	take_lines(to, reply->avpairs);
	if (!reply->refused)
		return;
	to->outcome = EXCHANGE_FAIL;
	to->class_len = 0;
	question_note(q, SERVERS_MAX, "accept refused: %s", reply->refused);
}

static int build_login(struct question *q, int fd, const struct aaa_server *server,
		       const char *password, const struct radius_reply *last,
		       struct radius_packet *p)
{
	int r = begin(p, RADIUS_ACCESS_REQUEST);

	if (r)
		return r;
	r = radius_add_password(p, server->key, password);
	add_session(p, fd, q->req);
	if (!r && last->state_len)
		r = radius_add(p, RADIUS_STATE, last->state, last->state_len);
	return r;
}

static int login(struct question *q, struct stream *s,
		 const struct aaa_server *server, char *answer)
{
	struct radius_reply reply = { .state_len = 0 };
	struct radius_packet p;
	int r;

	strcpy(answer, q->req->password);
	for (;;) {
		r = build_login(q, s->fd, server, answer, &reply, &p);
		if (r == -EINVAL) {	/* longer than RADIUS can carry */
			q->reply.outcome = EXCHANGE_FAIL;
			question_note(q, SERVERS_MAX, "password is too long");
			return 0;
		}
		if (!r)
			r = exchange(q, s, &p, server, &reply);
		if (r)
			return r;
		snprintf(q->reply.text, sizeof(q->reply.text), "%s", reply.text);
		if (reply.code == RADIUS_ACCESS_ACCEPT) {
			take_accept(q, &reply);
			return 0;
		}
		if (reply.code == RADIUS_ACCESS_REJECT) {
			q->reply.outcome = EXCHANGE_FAIL;
			return 0;
		}
		q->reply.text[0] = '\0';
		r = question_challenge(q, reply.text, !reply.no_echo, answer);
		/* Servers do not keep idle connections while a user types. */
		if (!r && s->tls) {
			stream_close(s);
			r = stream_open(q, server, s);
		}
		if (r)
			return r;
	}
}

static void add_octets(struct radius_packet *p, enum radius_attr low,
		       enum radius_attr high, uint64_t octets)
{
	radius_add_number(p, low, (uint32_t)octets);
	if (octets >> 32)
		radius_add_number(p, high, (uint32_t)(octets >> 32));
}

static void add_classes(struct radius_packet *p,
			const struct exchange_request *req)
{
	for (uint32_t i = 0; i < req->class_len; i += 1U + req->class[i]) {
		if (i + 1 + req->class[i] > req->class_len)
			return;
		radius_add(p, RADIUS_CLASS, req->class + i + 1, req->class[i]);
	}
}

static uint32_t authentic(uint32_t method)
{
	return method == EXCHANGE_BY_RADIUS ? AUTHENTIC_RADIUS :
	       method == EXCHANGE_BY_TACPLUS ? AUTHENTIC_REMOTE :
	       AUTHENTIC_LOCAL;
}

/* On and off are of the switch, the others of a session. */
static bool is_of_session(const struct exchange_request *req)
{
	return req->kind != EXCHANGE_ACCOUNT ||
	       req->record.status < EXCHANGE_ON;
}

/* RFC 2866 5.1 */
static uint32_t status_type(uint32_t status)
{
	static const uint32_t types[EXCHANGE_STATUSES] = {
		[EXCHANGE_START] = 1, [EXCHANGE_STOP] = 2,
		[EXCHANGE_UPDATE] = 3, [EXCHANGE_ON] = 7, [EXCHANGE_OFF] = 8,
	};

	return types[status];
}

static void build_record(struct radius_packet *p,
			 const struct exchange_request *req)
{
	const struct exchange_record *rec = &req->record;
	char id[24];

	snprintf(id, sizeof(id), "%08x-%08x", rec->boot, rec->session);
	radius_add_number(p, RADIUS_ACCT_STATUS_TYPE,
			  status_type(rec->status));
	radius_add_text(p, RADIUS_ACCT_SESSION_ID, id);
	if (is_of_session(req))
		radius_add_number(p, RADIUS_ACCT_AUTHENTIC,
				  authentic(req->method));
	radius_add_number(p, RADIUS_ACCT_DELAY_TIME, rec->delay);
	radius_add_number(p, RADIUS_EVENT_TIMESTAMP, (uint32_t)rec->when);
	add_classes(p, req);
	if (rec->status != EXCHANGE_STOP && rec->status != EXCHANGE_UPDATE)
		return;
	radius_add_number(p, RADIUS_ACCT_SESSION_TIME, rec->seconds);
	if (rec->status == EXCHANGE_STOP)
		radius_add_number(p, RADIUS_ACCT_TERMINATE_CAUSE, rec->cause);
	add_octets(p, RADIUS_ACCT_INPUT_OCTETS, RADIUS_ACCT_INPUT_GIGAWORDS,
		   rec->in);
	add_octets(p, RADIUS_ACCT_OUTPUT_OCTETS, RADIUS_ACCT_OUTPUT_GIGAWORDS,
		   rec->out);
}

static int account(struct question *q, const struct stream *s,
		   const struct aaa_server *server)
{
	struct radius_reply reply;
	struct radius_packet p;
	int r = begin(&p, RADIUS_ACCOUNTING_REQUEST);

	if (r)
		return r;
	if (is_of_session(q->req))
		add_session(&p, s->fd, q->req);
	else
		add_nas(&p, s->fd, q->req);
	build_record(&p, q->req);
	r = exchange(q, s, &p, server, &reply);
	if (!r)
		q->reply.outcome = EXCHANGE_PASS;
	return r;
}

int radius_ask(struct question *q, const struct aaa_server *server)
{
	bool records = q->req->kind == EXCHANGE_ACCOUNT;
	char answer[EXCHANGE_PASSWORD_MAX + 1];
	struct stream s _cleanup_stream_ = STREAM_NONE;
	int r;

	if (!records && q->req->kind != EXCHANGE_LOGIN &&
	    q->req->kind != EXCHANGE_ENABLE)
		return -EOPNOTSUPP;
	r = connect_to(q, server, &s);
	if (r)
		return r;
	if (records)
		return account(q, &s, server);
	r = login(q, &s, server, answer);
	explicit_bzero(answer, sizeof(answer));
	return r;
}
