// SPDX-License-Identifier: GPL-2.0-only
/*
 * ttycost - guest instructions per byte written to a tty
 *
 * Runs as /init of a guest under "qemu -icount shift=0,sleep=off", where one
 * instruction is one nanosecond of CLOCK_MONOTONIC, so the result repeats and
 * does not depend on the machine. Measures each UART raw and as a line of
 * vtymux in one boot, prints lines "cost PATH SIZE INSTRUCTIONS-PER-BYTE" and
 * powers the guest off.
 */
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

#define LINE	"vty1"
#define TOTAL	(256 * 1024)	/* bytes a run */
#define ROUNDS	5

static void die(const char *what)
{
	printf("ttycost: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	exit(1);
}

static void write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die(path);
	close(fd);
}

static void load_module(void)
{
	int fd = open("/vtymux.ko", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "tty_lines=4", 0))
		die("vtymux.ko");
	close(fd);
}

/* The UART that is not the console; the kernel chooses its number. */
static const char *find_uart(void)
{
	static char name[16];
	char path[64], type[8];
	int i, fd;
	ssize_t n;

	for (i = 1; i < 32; i++) {
		snprintf(name, sizeof(name), "ttyS%d", i);
		snprintf(path, sizeof(path), "/sys/class/tty/%s/type", name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		n = read(fd, type, sizeof(type) - 1);
		close(fd);
		if (n > 0 && type[0] != '0')
			return name;
	}
	errno = ENODEV;
	die("a second UART");
	return NULL;
}

static int open_raw(const char *name)
{
	char path[64];
	struct termios t;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &t))
		die(path);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~CRTSCTS;
	cfsetspeed(&t, B115200);
	if (tcsetattr(fd, TCSANOW, &t))
		die(path);
	return fd;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double run(int fd, size_t size)
{
	static char buf[4096];
	long long begin;
	size_t done;

	memset(buf, 'x', sizeof(buf));
	begin = now();
	for (done = 0; done < TOTAL; done += size)
		if (write(fd, buf, size) != (ssize_t)size)
			die("write");
	return (double)(now() - begin) / TOTAL;
}

/* The least of some rounds: interrupts and boot noise only ever add. */
static void measure(const char *label, const char *name)
{
	static const size_t sizes[] = { 256, 1024 };
	int fd = open_raw(name);
	double best, cost;
	size_t i;
	int n;

	run(fd, 1024);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		best = run(fd, sizes[i]);
		for (n = 1; n < ROUNDS; n++) {
			cost = run(fd, sizes[i]);
			if (cost < best)
				best = cost;
		}
		printf("cost %s %zu %.2f\n", label, sizes[i], best);
	}
	close(fd);
}

int main(void)
{
	const char *uart;

	mkdir("/dev", 0755);
	mkdir("/sys", 0755);
	if (mount("sysfs", "/sys", "sysfs", 0, NULL))
		die("/sys");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		die("/dev");
	load_module();
	uart = find_uart();
	measure("8250-raw", uart);
	write_file("/sys/class/tty/" LINE "/backing", uart);
	measure("8250-line", LINE);
	write_file("/sys/class/tty/" LINE "/backing", "\n");
	measure("8250-raw-again", uart);
	puts("cost done");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
