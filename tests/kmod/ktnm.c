// SPDX-License-Identifier: GPL-2.0-only
#include "ktnm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PREFIX "ttyNM"

bool ktnm_is(const char *backing)
{
	return !strncmp(backing, PREFIX, strlen(PREFIX));
}

unsigned int ktnm_far(const struct ktnm *nm)
{
	return nm->end ^ 1;
}

static int open_attr(unsigned int end, const char *attr, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/devices/nullmodem%u/%s", end, attr);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ktnm_set(unsigned int end, const char *attr, const char *value)
{
	int fd = open_attr(end, attr, O_WRONLY), r = 0;

	if (fd < 0)
		return fd;
	if (write(fd, value, strlen(value)) < 0)
		r = -errno;
	close(fd);
	return r;
}

bool ktnm_high(unsigned int end, const char *modem_line)
{
	int fd = open_attr(end, "lines", O_RDONLY);
	char text[64], word[16];
	ssize_t n;

	text[0] = ' ';
	n = fd < 0 ? -1 : read(fd, text + 1, sizeof(text) - 2);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		kt_bail("there is no end %u of a null modem", end);
	text[n + 1] = '\0';
	snprintf(word, sizeof(word), " %s ", modem_line);
	return strstr(text, word);
}

int ktnm_unplug(unsigned int end)
{
	return ktnm_set(end, "plugged", "0");
}

int ktnm_plug(unsigned int end)
{
	int r = -EBUSY;

	KT_WAIT((r = ktnm_set(end, "plugged", "1")) != -EBUSY, 10000);
	return r;
}

/* As it was loaded, whatever a test that failed has left. */
static void set_up(unsigned int end)
{
	if (ktnm_set(end, "rate", "0") < 0 || ktnm_set(end, "ring", "0") < 0 ||
	    ktnm_plug(end) < 0)
		kt_bail("there is no end %u of a null modem", end);
}

bool ktnm_pair(const struct kt_args *args, unsigned int nth, struct ktnm *nm,
	       const char *suite)
{
	for (unsigned int i = 0; i < args->count; i++) {
		const struct kt_pair *pair = &args->pairs[i];

		if (!ktnm_is(pair->backing) || nth--)
			continue;
		nm->line = pair->line;
		nm->backing = pair->backing;
		if (sscanf(pair->backing, PREFIX "%u", &nm->end) != 1)
			kt_bail("%s is no end of a null modem", pair->backing);
		set_up(nm->end);
		set_up(ktnm_far(nm));
		return true;
	}
	kt_skip("no line for " PREFIX " on the command line", "%s", suite);
	return false;
}

int ktnm_open(unsigned int end, tcflag_t cflag)
{
	struct termios t;
	char name[16];
	int tty;

	snprintf(name, sizeof(name), PREFIX "%u", end);
	tty = kt_open_tty(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (tty < 0 || tcgetattr(tty, &t) < 0)
		kt_bail("cannot open %s: %s", name, strerror(errno));
	cfmakeraw(&t);
	t.c_cflag = (t.c_cflag & ~CRTSCTS) | CLOCAL | cflag;
	if (tcsetattr(tty, TCSANOW, &t) < 0)
		kt_bail("cannot set %s: %s", name, strerror(errno));
	return tty;
}

bool ktnm_bits(int tty, bool set, int bits)
{
	return ioctl(tty, set ? TIOCMBIS : TIOCMBIC, &bits) == 0;
}

bool ktnm_reads(int tty, const void *bytes, size_t n, int ms)
{
	const unsigned char *want = bytes;
	unsigned char got[4096];
	uint64_t end = kt_now_ms() + (uint64_t)ms;
	size_t at = 0;

	while (at < n) {
		uint64_t now = kt_now_ms();
		ssize_t r = 0;

		if (now < end && kt_poll(tty, POLLIN, (int)(end - now)) & POLLIN)
			r = read(tty, got, n - at < sizeof(got) ? n - at :
							sizeof(got));
		if (r <= 0) {
			kt_comment("%zu bytes of %zu came", at, n);
			return false;
		}
		if (memcmp(got, want + at, (size_t)r)) {
			kt_comment("other bytes after %zu: %02x, not %02x", at,
				   got[0], want[at]);
			return false;
		}
		at += (size_t)r;
	}
	return true;
}

bool ktnm_quiet(int tty, int ms)
{
	return !(kt_poll(tty, POLLIN, ms) & POLLIN);
}
