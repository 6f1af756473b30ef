/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the patched Dropbear calls in agent/session. Every one of its files
 * sees this header (through localoptions.h), so it declares and includes
 * nothing else. Not named here because Dropbear's own headers declare them:
 * auth.c is svr-auth.c's interface, channel.c is svr-chansession.c's and
 * hostkeys.c part of svr-runopts.c's; those files are not linked.
 */
#ifndef SESSION_HOOKS_H
#define SESSION_HOOKS_H

struct buf;
struct Channel;
struct iovec;

/* hostkeys.c: append the signature of @hash; @sigtype: enum signature_type */
void vh_put_sign(struct buf *out, int sigtype, const struct buf *hash);

/* auth.c: append the algorithms that users' keys may sign with */
void vh_put_sigalgs(struct buf *out);

/* auth.c: SSH_MSG_USERAUTH_INFO_RESPONSE */
void vh_recv_info_response(void);

/* auth.c: seconds from the connection's start until it must be over */
long vh_auth_timeout(void);

/* channel.c: read(2) for a channel; -1 and EINTR for "not now" */
int vh_read(struct Channel *channel, int fd, unsigned char *bytes,
	    unsigned int len);

/* channel.c: writev(2) for a channel */
int vh_writev(struct Channel *channel, int fd, const struct iovec *iov,
	      int count);

#endif /* SESSION_HOOKS_H */
