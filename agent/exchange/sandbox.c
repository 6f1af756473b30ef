// SPDX-License-Identifier: GPL-2.0-only
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define USER		"vtymux"

static const int calls[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recv), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(send),
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt), SCMP_SYS(close), SCMP_SYS(shutdown),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64),
	SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(futex_time64),
	SCMP_SYS(getpid), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__	/* tests of our own only */
	SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(openat), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(sigaltstack), SCMP_SYS(gettid),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(readlink), SCMP_SYS(sched_yield),
#endif
};

static const int families[] = { AF_INET, AF_INET6 };

/* Without root there is nothing to give up: a test, or a bare pamtester. */
static int become_nobody(void)
{
	const char *name = USER;
	const struct passwd *pw;

#ifdef VTYMUX_TEST
	if (getenv("VTYMUX_SSHD_USER"))
		name = getenv("VTYMUX_SSHD_USER");
#endif
	if (geteuid())
		return 0;
	pw = getpwnam(name);
	if (!pw || !pw->pw_uid || !pw->pw_gid)
		return -ENOENT;
	if (setgroups(0, NULL) < 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return -errno;
	return setuid(0) < 0 ? 0 : -EPERM;
}

/* Memory, and no file, and nothing that could be run. */
static int allow_memory(scmp_filter_ctx ctx)
{
	static const int maps[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2) };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(maps) && !r; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, maps[i], 2,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS,
				MAP_ANONYMOUS));
	return r;
}

static int add_rules(scmp_filter_ctx ctx)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(calls) && !r; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(families) && !r; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	if (!r)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_EQ, SIOCGIFINDEX));
	if (!r)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt),
			2, SCMP_A1(SCMP_CMP_EQ, IPPROTO_TCP),
			SCMP_A2(SCMP_CMP_EQ, TCP_NODELAY));
	return r ? r : allow_memory(ctx);
}

static int filter(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r;

	if (!ctx)
		return -ENOMEM;
	r = add_rules(ctx);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

int sandbox_enter(void)
{
	static const struct rlimit none = { 0, 0 };
	/* Standard ones, the parent's, two sockets and what comes from it. */
	static const struct rlimit files = {
		8 + EXCHANGE_FILES_MAX, 8 + EXCHANGE_FILES_MAX,
	};
	int r = become_nobody();

	if (r)
		return r;
	if (setrlimit(RLIMIT_CORE, &none) < 0 ||
	    setrlimit(RLIMIT_NPROC, &none) < 0 ||
	    setrlimit(RLIMIT_NOFILE, &files) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return filter();
}
