// SPDX-License-Identifier: GPL-2.0-only
/*
 * ttycost - what a line costs, in instructions, beside a tty or a pty
 *
 * Measures each device raw and as a line of vtymux in one boot.
 */
#include "claims.h"
#include "guest.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <linux/vtymux.h>

#define LINE	1

/* Is there a device behind /dev/NAME? The 8250 driver has empty places. */
static int works(const char *name)
{
	char path[64], type[8] = "1";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/tty/%s/type", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, type, sizeof(type) - 1) < 0)
			type[0] = '0';
		close(fd);
	}
	snprintf(path, sizeof(path), "/dev/%s", name);
	return type[0] != '0' && access(path, F_OK) == 0;
}

/*
 * The first device but the console; the kernel chooses the numbers, and takes
 * a while to find some.
 */
static const char *find(const char *prefix, int first)
{
	long long until = now() + 20 * 1000000000LL;
	static char name[32];
	int i;

	while (now() < until) {
		for (i = first; i < 32; i++) {
			snprintf(name, sizeof(name), "%s%d", prefix, i);
			if (works(name))
				return name;
		}
		usleep(10000);
	}
	errno = ENODEV;
	die(prefix);
}

static int open_tty(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open_file(path);
	make_raw(fd);
	return fd;
}

static void writes(const char *kind, const char *name,
		   void (*measure)(const char *label, int fd))
{
	char label[32];
	int fd = open_tty(name);

	snprintf(label, sizeof(label), "%s-raw", kind);
	measure(label, fd);
	close(fd);
	set_line(LINE, "backing", name);
	fd = open_line(LINE);
	snprintf(label, sizeof(label), "%s-line", kind);
	measure(label, fd);
	close(fd);
	set_line(LINE, "backing", "");
	fd = open_tty(name);
	snprintf(label, sizeof(label), "%s-again", kind);
	measure(label, fd);
	close(fd);
}

static int tap_line(unsigned int line)
{
	struct vtymux_tap arg = { .line = line };
	int claims = open_file("/dev/" VTYMUX_DEVICE_NAME);
	int fd = ioctl(claims, VTYMUX_IOC_TAP, &arg);

	if (fd < 0)
		die("tap");
	close(claims);
	return fd;
}

/* @peer is the other end of @backing, which nobody has open. */
static void receive(const char *kind, int peer, const char *backing)
{
	char label[32];
	int fd, tap;

	set_line(LINE, "history", "0");
	set_line(LINE, "backing", backing);
	fd = open_line(LINE);
	snprintf(label, sizeof(label), "%s-line", kind);
	measure_pair(label, peer, fd);
	set_line(LINE, "history", "65536");
	snprintf(label, sizeof(label), "%s-history", kind);
	measure_pair(label, peer, fd);
	tap = tap_line(LINE);
	snprintf(label, sizeof(label), "%s-tap", kind);
	measure_pair(label, peer, fd);
	close(tap);
	snprintf(label, sizeof(label), "%s-back", kind);
	measure_pair(label, fd, peer);
	close(fd);
	set_line(LINE, "backing", "");
}

static void pts_rows(void)
{
	char path[32];
	int master = new_pty(path), slave = open_file(path);

	make_raw(slave);
	measure_pair("pty-m2s", master, slave);
	measure_pair("pty-s2m", slave, master);
	close(slave);
	receive("pts", master, path);
	close(master);
}

static void call_rows(void)
{
	char path[32];
	int peer_master = new_pty(path), peer = open_file(path);
	int master = new_pty(path), fd;

	make_raw(peer);
	set_line(LINE, "backing", path);
	fd = open_line(LINE);
	measure_calls("pts-call", fd, master, "pty-call", peer, peer_master);
	close(fd);
	set_line(LINE, "backing", "");
	close(master);
	close(peer);
	close(peer_master);
}

/* As from a serial port: nullmodem has pairs of them. */
static void receive_rows(void)
{
	int peer = open_tty("ttyNM0"), raw = open_tty("ttyNM1");

	measure_pair("receive-raw", peer, raw);
	close(raw);
	receive("receive", peer, "ttyNM1");
	raw = open_tty("ttyNM1");
	measure_pair("receive-again", peer, raw);
	close(raw);
	close(peer);
}

static void virtual_rows(void)
{
	struct vtymux_claim claim = {
		.flags = VTYMUX_CLAIM_F_VIRTUAL, .owner = "bench",
	};
	struct vtymux_open open_flags = { .flags = O_NOCTTY }, none = { 0 };
	int claims = open_file("/dev/" VTYMUX_DEVICE_NAME), master, slave;

	if (ioctl(claims, VTYMUX_IOC_CLAIM, &claim))
		die("claim");
	master = ioctl(claims, VTYMUX_IOC_ATTACH, &none);
	slave = ioctl(claims, VTYMUX_IOC_OPEN, &open_flags);
	if (master < 0 || slave < 0)
		die("virtual line");
	make_raw(slave);
	measure_pair("virtual-m2s", master, slave);
	measure_pair("virtual-s2m", slave, master);
	close(slave);
	close(master);
	close(claims);
}

int main(void)
{
	char parameters[32];

	guest_start();
	snprintf(parameters, sizeof(parameters), "tty_lines=%d", MANY_LINES);
	load_module("/vtymux.ko", parameters);
	writes("8250", find("ttyS", 1), measure_write);
	writes("usb", find("ttyUSB", 0), measure_transfer);
	receive_rows();
	pts_rows();
	call_rows();
	virtual_rows();
	measure_idle();
	measure_rotary();
	puts("cost done");
	guest_end();
}
