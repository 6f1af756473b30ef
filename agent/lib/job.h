/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vtymux-start shall run. The monitor sends it over the socket that is
 * the process's standard input, so that neither command nor environment is
 * seen in a unit or has to be text that D-Bus takes.
 */
#ifndef AGENT_JOB_H
#define AGENT_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

#define JOB_ARGS_MAX	8
#define JOB_ENV_MAX	(PROTO_ENV_MAX + 8)
#define JOB_FDS_MAX	5

/* Strings are the caller's, after job_receive() the job's. */
struct job {
	bool terminal;		/* fds[0] becomes the controlling terminal */
	const char *path;	/* program */
	const char *args[JOB_ARGS_MAX + 1];	/* from argv[0], then NULL */
	const char *env[JOB_ENV_MAX + 1];	/* NAME=VALUE, then NULL */
	size_t mode_count;
	struct proto_mode modes[PROTO_MODES_MAX];	/* for a terminal */
	int fds[JOB_FDS_MAX];	/* standard streams, perhaps more */
	size_t fd_count;
	char *buffer;		/* of job_receive(), to be freed */
};

/**
 * job_send() - send a job as one packet
 * @fd: SOCK_SEQPACKET socket
 * Return: 0, -E2BIG for too many strings or bytes, -errno.
 */
int job_send(int fd, const struct job *job);

/**
 * job_receive() - wait for the job
 * Return: 0; -ECONNRESET when the other end has gone; -EBADMSG for what is no
 * job; -errno. The descriptors are close-on-exec and the caller's.
 */
int job_receive(int fd, struct job *ret);

#endif /* AGENT_JOB_H */
