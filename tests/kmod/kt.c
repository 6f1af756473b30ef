// SPDX-License-Identifier: GPL-2.0-only
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>

static const char *suite = "?";
/* Shared between the test and the process that watches over it. */
static struct { unsigned int passed, failed, skipped; } *count;

/* In the order in which they are put back: the line must not have a claim. */
static const char *const restored[] = {
	"backing", "name", "exec", "transport_input", "rotary",
	"login_authentication", "speed", "databits", "parity", "stopbits",
	"flowcontrol", "history", "modem", "session_timeout", "exec_timeout",
	"absolute_timeout",
};
#define RESTORED	(sizeof(restored) / sizeof(restored[0]))

static void print(const char *verdict, const char *name, va_list ap)
{
	printf("%s - %s: ", verdict, suite);
	vprintf(name, ap);
}

static bool result(bool ok, const char *name, va_list ap)
{
	print(ok ? "ok" : "not ok", name, ap);
	printf("\n");
	fflush(stdout);
	__atomic_add_fetch(ok ? &count->passed : &count->failed, 1,
			   __ATOMIC_SEQ_CST);
	return ok;
}

bool kt_ok(bool ok, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	result(ok, name, ap);
	va_end(ap);
	return ok;
}

bool kt_is(long got, long expected, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	if (!result(got == expected, name, ap))
		kt_comment("got %ld, expected %ld", got, expected);
	va_end(ap);
	return got == expected;
}

bool kt_is_either(long got, long expected, long other, const char *name, ...)
{
	bool ok = got == expected || got == other;
	va_list ap;

	va_start(ap, name);
	if (!result(ok, name, ap))
		kt_comment("got %ld, expected %ld or %ld", got, expected, other);
	va_end(ap);
	return ok;
}

void kt_skip(const char *reason, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	print("skip", name, ap);
	va_end(ap);
	printf(": %s\n", reason);
	fflush(stdout);
	__atomic_add_fetch(&count->skipped, 1, __ATOMIC_SEQ_CST);
}

void kt_comment(const char *format, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

void kt_bail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	result(false, format, ap);
	va_end(ap);
	_exit(1);
}

uint64_t kt_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void kt_pause(void)
{
	const struct timespec t = { .tv_nsec = 5000000 };

	nanosleep(&t, NULL);
}

pid_t kt_fork(void)
{
	pid_t parent = getpid(), pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		kt_bail("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

int kt_reap(pid_t pid, int ms)
{
	int status = 0;

	if (!KT_WAIT(waitpid(pid, &status, WNOHANG) == pid, ms))
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int kt_kill(pid_t pid)
{
	if (kill(pid, SIGKILL) < 0)
		return -errno;
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

int kt_drop_cap(int capability)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	uint32_t keep = ~CAP_TO_MASK(capability);
	struct __user_cap_data_struct *set = &data[CAP_TO_INDEX(capability)];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	set->effective &= keep;
	set->permitted &= keep;
	set->inheritable &= keep;
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int kt_in_child(int (*fn)(void *arg), void *arg)
{
	int fds[2], r = -1000;
	pid_t pid;

	if (pipe(fds) < 0)
		kt_bail("pipe: %s", strerror(errno));
	pid = kt_fork();
	if (pid == 0) {
		r = fn(arg);
		_exit(write(fds[1], &r, sizeof(r)) != sizeof(r));
	}
	close(fds[1]);
	if (!(kt_poll(fds[0], POLLIN, 30000) & POLLIN) ||
	    read(fds[0], &r, sizeof(r)) != sizeof(r))
		r = -1000;
	close(fds[0]);
	kt_kill(pid);
	return r;
}

/* What a process that does not end is doing, for the reader of the log. */
static void print_stack(pid_t pid)
{
	char path[64], text[2048];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stack", (int)pid);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n > 0) {
		text[n] = '\0';
		kt_comment("%s:\n%s", path, text);
	}
	if (fd >= 0)
		close(fd);
}

/*
 * SIGKILL takes the group of the test, children too; one that is stuck in the
 * kernel stays, and is the failure to report.
 */
static void watch(pid_t pid, unsigned int seconds)
{
	siginfo_t info = { 0 };
	bool ended;

	ended = KT_WAIT(waitid(P_PID, (id_t)pid, &info,
			       WEXITED | WNOHANG | WNOWAIT) == 0 &&
			info.si_pid == pid, seconds * 1000);
	if (!ended)
		print_stack(pid);
	kill(-pid, SIGKILL);
	if (!ended)
		kt_ok(false, "ends within %u s", seconds);
	else if (info.si_code != CLD_EXITED)
		kt_ok(false, "is not killed by signal %d", info.si_status);
	if (kt_reap(pid, 10000) == -1 && ended && info.si_code == CLD_EXITED)
		kt_ok(false, "can be reaped");
}

static char saved[KT_PAIRS_MAX][RESTORED][KT_ATTR_MAX];

static void save(const struct kt_args *args)
{
	for (unsigned int i = 0; i < args->count; i++)
		for (size_t a = 0; a < RESTORED; a++)
			if (kt_read(args->pairs[i].line, restored[a],
				    saved[i][a]) < 0)
				kt_bail("line %u has %s", args->pairs[i].line,
					restored[a]);
}

static void restore(const struct kt_args *args)
{
	for (unsigned int i = 0; i < args->count; i++) {
		unsigned int line = args->pairs[i].line;

		for (size_t a = 0; a < RESTORED; a++)
			if (!kt_attr_is(line, restored[a], saved[i][a]) &&
			    kt_set(line, restored[a], saved[i][a]) < 0)
				kt_ok(false, "line %u gets back its %s", line,
				      restored[a]);
	}
}

static bool parse(struct kt_args *args, int argc, char **argv)
{
	char *end;

	if (argc < 3 || argc % 2 == 0 || argc / 2 > KT_PAIRS_MAX)
		return false;
	for (int i = 1; i < argc; i += 2) {
		struct kt_pair *pair = &args->pairs[args->count++];

		pair->line = (unsigned int)strtoul(argv[i], &end, 10);
		pair->backing = argv[i + 1];
		if (*end || !pair->line)
			return false;
	}
	args->line = args->pairs[0].line;
	args->backing = args->pairs[0].backing;
	return true;
}

int kt_main(const char *name, unsigned int seconds, int argc, char **argv,
	    void (*run)(const struct kt_args *args))
{
	struct kt_args args = { 0 };
	pid_t pid;

	suite = name;
	if (!parse(&args, argc, argv)) {
		fprintf(stderr, "usage: %s LINE BACKING...\n", argv[0]);
		return 2;
	}
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		return 2;
	save(&args);
	pid = kt_fork();
	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGHUP, SIG_IGN);
		signal(SIGPIPE, SIG_IGN);
		run(&args);
		fflush(stdout);
		_exit(0);
	}
	setpgid(pid, pid);
	watch(pid, seconds);
	restore(&args);
	printf("# %s: %u passed, %u failed, %u skipped\n", suite,
	       count->passed, count->failed, count->skipped);
	return count->failed || !(count->passed + count->skipped);
}
