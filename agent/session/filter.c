// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "library.h"

#define LIBRARY	"libseccomp.so.2"

#define FILTER_CALLS(call) \
	call(attr_set) \
	call(init) \
	call(load) \
	call(release) \
	call(rule_add)

struct filter {
	void *library;
	scmp_filter_ctx ctx;
#define FILTER_MEMBER(name) __typeof__(seccomp_ ## name) *name;
	FILTER_CALLS(FILTER_MEMBER)
#undef FILTER_MEMBER
};

static const struct library_call library[] = {
#define FILTER_SYMBOL(name) { "seccomp_" #name, offsetof(struct filter, name) },
	FILTER_CALLS(FILTER_SYMBOL)
#undef FILTER_SYMBOL
	LIBRARY_END
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Allowed with any argument. Several exist on some architectures only. */
static const int calls[] = {
	/* the connection, the line, the monitor */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close), SCMP_SYS(dup),
	SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(shutdown),
	SCMP_SYS(getpeername), SCMP_SYS(getsockname),
	/* waiting */
	SCMP_SYS(select), SCMP_SYS(_newselect), SCMP_SYS(pselect6),
	SCMP_SYS(pselect6_time64), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64), SCMP_SYS(restart_syscall),
	/* time, timers, signals to itself by timer and SIGIO */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(alarm),
	SCMP_SYS(setitimer), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn),
	/* the process itself */
	SCMP_SYS(getrandom), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(getpid), SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Refused, not fatal: libc may try, for an IPv6 scope or a time zone. */
static const int refused[] = {
	SCMP_SYS(socket), SCMP_SYS(open), SCMP_SYS(openat),
};

/*
 * On a line: breaks. On the master of a terminal: its size. Nothing that
 * injects input or takes a terminal.
 */
static const unsigned long ioctls[] = {
	TIOCSBRK, TIOCCBRK, TIOCSWINSZ,
};

static const int fcntls[] = {
	F_GETFL, F_SETFL, F_DUPFD_CLOEXEC,
};

/* The traffic class, which Dropbear changes with the kind of channel. */
static const struct {
	int level;
	int name;
} sockopts[] = {
	{ IPPROTO_TCP, TCP_QUICKACK },
	{ IPPROTO_IP, IP_TOS },
	{ IPPROTO_IPV6, IPV6_TCLASS },
	{ SOL_SOCKET, SO_PRIORITY },
};

static const int mappings[] = {
	SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect),
};

static int add_plain(const struct filter *f)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(calls); i++)
		err = f->rule_add(f->ctx, SCMP_ACT_ALLOW, calls[i], 0);
	for (i = 0; !err && i < ARRAY_SIZE(refused); i++)
		err = f->rule_add(f->ctx, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	return err;
}

static int add_by_argument(const struct filter *f)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(ioctls); i++)
		err = f->rule_add(f->ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				  SCMP_A1(SCMP_CMP_EQ, ioctls[i], 0));
	for (i = 0; !err && i < ARRAY_SIZE(fcntls); i++) {
		err = f->rule_add(f->ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				  SCMP_A1(SCMP_CMP_EQ, fcntls[i], 0));
		if (!err)
			err = f->rule_add(f->ctx, SCMP_ACT_ALLOW,
					  SCMP_SYS(fcntl64), 1,
					  SCMP_A1(SCMP_CMP_EQ, fcntls[i], 0));
	}
	for (i = 0; !err && i < ARRAY_SIZE(sockopts); i++)
		err = f->rule_add(f->ctx, SCMP_ACT_ALLOW,
				  SCMP_SYS(setsockopt), 2,
				  SCMP_A1(SCMP_CMP_EQ, sockopts[i].level, 0),
				  SCMP_A2(SCMP_CMP_EQ, sockopts[i].name, 0));
	for (i = 0; !err && i < ARRAY_SIZE(mappings); i++)
		err = f->rule_add(f->ctx, SCMP_ACT_ALLOW, mappings[i], 1,
				  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return err;
}

static int build(struct filter *f)
{
	int err;

	f->ctx = f->init(SCMP_ACT_KILL_PROCESS);
	if (!f->ctx)
		return -ENOMEM;
	err = f->attr_set(f->ctx, SCMP_FLTATR_ACT_BADARCH,
			  SCMP_ACT_KILL_PROCESS);
	if (!err)
		err = add_plain(f);
	if (!err)
		err = add_by_argument(f);
	return err;
}

int filter_new(struct filter **ret)
{
	struct filter *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->library = library_open(LIBRARY, library, f);
	err = f->library ? build(f) : -ELIBACC;
	if (err < 0) {
		filter_free(f);
		return err;
	}
	*ret = f;
	return 0;
}

int filter_load(struct filter *f)
{
	return f->load(f->ctx);
}

void filter_free(struct filter *f)
{
	if (f->ctx)
		f->release(f->ctx);
	library_close(f->library);
	free(f);
}
