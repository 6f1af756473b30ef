// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

void guest_end(void)
{
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	exit(1);
}

void die(const char *what)
{
	printf("bench: %s: %s\n", what, strerror(errno));
	guest_end();
}

void report(const char *label, size_t size, double value)
{
	printf("cost %s %zu %.2f\n", label, size, value);
}

long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

void load_module(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, parameters, 0) &&
		       errno != EEXIST))
		die(path);
	close(fd);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

void set_line(unsigned int line, const char *attribute, const char *text)
{
	char path[96], value[96];

	snprintf(path, sizeof(path), "/sys/class/tty/vty%u/%s", line, attribute);
	snprintf(value, sizeof(value), "%s\n", text);
	write_file(path, value);
}

int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

void make_raw(int tty)
{
	struct termios t;

	if (tcgetattr(tty, &t))
		die("tcgetattr");
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~CRTSCTS;
	cfsetspeed(&t, B115200);
	if (tcsetattr(tty, TCSANOW, &t))
		die("tcsetattr");
}

int open_line(unsigned int line)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/vty%u", line);
	fd = open_file(path);
	make_raw(fd);
	return fd;
}

int new_pty(char path[32])
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || unlockpt(master) || ptsname_r(master, path, 32))
		die("ptmx");
	return master;
}

static void mount_one(const char *type, const char *at)
{
	mkdir(at, 0755);
	if (mount(type, at, type, 0, NULL) && errno != EBUSY)
		die(at);
}

void guest_start(void)
{
	struct dirent **names;
	char path[300];
	int i, n;

	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("devtmpfs", "/dev");
	mount_one("devpts", "/dev/pts");
	mount_one("tracefs", "/sys/kernel/tracing");
	n = scandir("/modules", &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", names[i]->d_name);
		load_module(path, "");
	}
}
