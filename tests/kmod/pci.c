// SPDX-License-Identifier: GPL-2.0-only
/*
 * A serial card that is taken out of its PCI slot and put back, by sysfs, while
 * a line is bound to it: idle, open, claimed. The card's tty may come back by
 * another name: who runs programs after this one looks it up again.
 */
#include "kt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define TIOCM_LOOP	0x8000
#define SLOW_MS		20000
#define PCI		"/sys/bus/pci/"

static unsigned int line;
static char card[16];		/* "0000:00:18.0" */
static char tty_name[32];	/* now, or what it was */

/* The PCI device that the tty is on; "" if none. */
static void find_card(const char *tty, char address[16])
{
	unsigned int domain, bus, slot, function;
	char link[128], path[PATH_MAX];

	address[0] = '\0';
	snprintf(link, sizeof(link), "/sys/class/tty/%s", tty);
	if (!realpath(link, path))
		return;
	/* The last such directory: bridges may be above. */
	for (char *part = strtok(path, "/"); part; part = strtok(NULL, "/"))
		if (strlen(part) == 12 &&
		    sscanf(part, "%4x:%2x:%2x.%1u", &domain, &bus, &slot,
			   &function) == 4)
			strcpy(address, part);
}

/* Looks for a tty of the card. */
static bool find_tty(void)
{
	DIR *d = opendir("/sys/class/tty");
	struct dirent *entry;
	char address[16];
	bool found = false;

	while (d && !found && (entry = readdir(d))) {
		if (strlen(entry->d_name) >= sizeof(tty_name))
			continue;
		find_card(entry->d_name, address);
		found = !strcmp(address, card);
		if (found)
			strcpy(tty_name, entry->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

static bool put_one(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, "1", 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

static void take_out(void)
{
	char path[64];

	snprintf(path, sizeof(path), PCI "devices/%s/remove", card);
	if (!put_one(path))
		kt_bail("card %s can be taken out: %s", card, strerror(errno));
	if (access(path, F_OK) == 0)
		kt_bail("card %s is still there", card);
}

static void put_back(void)
{
	char before[sizeof(tty_name)];

	strcpy(before, tty_name);
	if (!put_one(PCI "rescan") || !KT_WAIT(find_tty(), SLOW_MS))
		kt_bail("card %s comes back with a tty", card);
	if (strcmp(before, tty_name))
		kt_comment("%s is %s now", before, tty_name);
}

static bool is_down(void)
{
	return KT_WAIT(kt_state_is(line, "down"), SLOW_MS);
}

/* Through the UART and back. */
static bool carries(int tty)
{
	int loop = TIOCM_LOOP;
	char got[8] = "";
	size_t n = 0;
	ssize_t r;

	if (ioctl(tty, TIOCMBIS, &loop) < 0)
		return false;
	if (write(tty, "around", 6) != 6)
		kt_comment("write: %s", strerror(errno));
	while (n < 6 && kt_poll(tty, POLLIN, 2000) == POLLIN) {
		r = read(tty, got + n, 6 - n);
		if (r <= 0)
			break;
		n += (size_t)r;
	}
	ioctl(tty, TIOCMBIC, &loop);
	return n == 6 && !memcmp(got, "around", 6);
}

static int open_line(void)
{
	int tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (tty < 0)
		kt_bail("cannot open line %u: %s", line, strerror(-tty));
	return tty;
}

/* The driver leaves a tty without a device in the place of the card's. */
static void check_dead(void)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/%s", tty_name);
	if (stat(path, &st) < 0)
		kt_comment("%s is gone", path);
	kt_is(kt_set(line, "backing", tty_name), -ENODEV,
	      "idle: without the card its tty cannot be bound");
	kt_ok(kt_state_is(line, "down") && kt_attr_is(line, "backing", tty_name),
	      "idle: ... and the line stays down");
	kt_unbind(line);
	kt_is(kt_set(line, "backing", tty_name), -ENODEV,
	      "idle: ... nor by a line that is unbound");
	kt_ok(kt_state_is(line, "unbound"), "idle: ... which stays so");
}

static void check_idle(void)
{
	uint64_t downs;
	int tty;

	kt_bind(line, tty_name);
	downs = kt_stat(line, "downs");
	take_out();
	kt_ok(is_down(), "idle: the line is down when the card is out");
	kt_is((long)(kt_stat(line, "downs") - downs), 1, "idle: ... counted");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK), -ENODEV,
	      "idle: ... and cannot be opened");
	check_dead();
	put_back();
	kt_bind(line, tty_name);
	tty = open_line();
	kt_ok(carries(tty), "idle: it works when the card is back");
	close(tty);
}

static void check_open(void)
{
	int tty = open_line();

	kt_ok(carries(tty), "open: the line works");
	take_out();
	kt_ok(kt_hung_up(tty), "open: it is hung up when the card is out");
	kt_ok(is_down(), "open: ... and down");
	put_back();
	kt_is(kt_set(line, "backing", tty_name), 0, "open: it can be bound");
	kt_ok(kt_hung_up(tty), "open: ... what was hung up stays so");
	close(tty);
	tty = open_line();
	kt_ok(carries(tty), "open: ... and works again");
	close(tty);
}

static void check_claimed(void)
{
	int fd = kt_claimed(line, "pci-test"), tty = kt_opened(fd);
	struct vtymux_status status;

	kt_ok(carries(tty), "claimed: the line works");
	take_out();
	kt_ok(is_down(), "claimed: the line is down when the card is out");
	kt_ok(!(kt_poll(tty, POLLIN, 200) & (POLLHUP | POLLIN)) &&
	      kt_status(fd, &status) == 0 && !status.revoked,
	      "claimed: its open and the claim survive");
	put_back();
	kt_is(kt_set(line, "backing", tty_name), 0, "claimed: it can be bound");
	kt_ok(kt_state_is(line, "active") && carries(tty),
	      "claimed: the same descriptor works again");
	close(tty);
	close(fd);
}

static void run(const struct kt_args *args)
{
	for (unsigned int i = 0; !card[0] && i < args->count; i++) {
		line = args->pairs[i].line;
		snprintf(tty_name, sizeof(tty_name), "%s",
			 args->pairs[i].backing);
		find_card(tty_name, card);
	}
	if (!card[0]) {
		kt_skip("no backing is on a PCI card",
			"a card that is taken out");
		return;
	}
	kt_comment("%s in %s", tty_name, card);
	check_idle();
	kt_ok(kt_idle(line), "the line is idle");
	check_open();
	kt_ok(kt_idle(line), "the line is idle");
	check_claimed();
	kt_ok(kt_idle(line), "the line is idle in the end");
	kt_is(kt_unbind(line), 0, "... and can be unbound");
}

int main(int argc, char **argv)
{
	return kt_main("pci", 180, argc, argv, run);
}
