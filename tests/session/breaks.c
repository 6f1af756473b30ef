// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into vtymux-sshd. A pty has no break, so its begin and end are
 * written to the line as "<BREAK" and ">", where the far end can time them.
 * With FORBIDDEN=NAME in the environment a break does that system call first,
 * inside the sandbox, and its errno is written as "<N>".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static long forbidden(const char *name, int fd)
{
	if (!strcmp(name, "openat"))
		return syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY);
	if (!strcmp(name, "socket"))
		return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	if (!strcmp(name, "kill"))
		return syscall(SYS_kill, getppid(), 0);
	if (!strcmp(name, "tgkill"))
		return syscall(SYS_tgkill, getpid(), getpid(), 0);
	if (!strcmp(name, "ptrace"))
		return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
	if (!strcmp(name, "pidfd_open"))
		return syscall(SYS_pidfd_open, getpid(), 0);
	if (!strcmp(name, "process_vm_readv"))
		return syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
	if (!strcmp(name, "fork"))
		return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!strcmp(name, "execve"))
		return syscall(SYS_execve, "/bin/sh", NULL, NULL);
	if (!strcmp(name, "mmap-exec"))
		return syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!strcmp(name, "tiocsti"))
		return syscall(SYS_ioctl, fd, TIOCSTI, "x");
	if (!strcmp(name, "tiocsctty"))
		return syscall(SYS_ioctl, fd, TIOCSCTTY, 0);
	if (!strcmp(name, "f_setown"))
		return syscall(SYS_fcntl, fd, F_SETOWN, 1);
	errno = 0;
	return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
	const char *name = getenv("FORBIDDEN");
	char text[16];
	va_list args;
	void *arg;
	int n;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == TIOCSBRK && name) {
		n = forbidden(name, fd) < 0 ? errno : 0;
		n = snprintf(text, sizeof(text), "<%d>", n);
		return write(fd, text, n) == n ? 0 : -1;
	}
	if (request == TIOCSBRK)
		return write(fd, "<BREAK", 6) == 6 ? 0 : -1;
	if (request == TIOCCBRK)
		return write(fd, ">", 1) == 1 ? 0 : -1;
	return syscall(SYS_ioctl, fd, request, arg);
}
