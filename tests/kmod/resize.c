// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameter virtual_lines: lines come and go at the end of the numbers, all
 * or none, and not while one of them is in use.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>

static unsigned int tty_lines, before, last;	/* last: the highest number */

static int resize_to(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", n);
	return ktv_resize(text);
}

static bool exists(unsigned int line)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vty%u", line);
	return kt_attr_is(line, "type", "virtual") && access(path, F_OK) == 0;
}

/* Are the next @n events of lines @from, @from + @step... of this type? */
static bool events_are(struct ktnl *nl, uint32_t event, unsigned int from,
		       int step, unsigned int n)
{
	struct ktnl_message m;

	for (unsigned int i = 0; i < n; i++) {
		do {
			if (ktnl_event(nl, &m, 2000) < 0)
				return false;
		} while (m.event != event);
		if (m.line != from + (unsigned int)((int)i * step))
			return false;
	}
	return true;
}

static void check_refused(void)
{
	static const char *const texts[] = { "", "x", "-1", "1 2", "1x" };
	char text[16];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		kt_is(ktv_resize(texts[i][0] ? texts[i] : "\n"), -EINVAL,
		      "\"%s\" is refused", texts[i]);
	kt_is(resize_to(VTYMUX_LINE_MAX - tty_lines + 1), -ERANGE,
	      "one line too many is refused");
	kt_is(resize_to(~0U), -ERANGE, "the highest number is refused");
	snprintf(text, sizeof(text), "99999999999");
	kt_is(ktv_resize(text), -ERANGE, "and what is none");
	kt_is(ktv_parameter("virtual_lines"), before, "nothing changed");
}

static void check_growth(struct ktnl *nl)
{
	struct ktnl_message m;
	struct ktv v;

	kt_is(resize_to(before + 5), 0, "5 lines more");
	kt_is(ktv_parameter("virtual_lines"), before + 5, "... the file says");
	kt_ok(events_are(nl, VTYMUX_EVENT_ADDED, last + 1, 1, 5),
	      "... and 5 events");
	kt_ok(exists(last + 1) && exists(last + 5) && !exists(last + 6),
	      "... and the devices");
	kt_ok(ktnl_get(nl, last + 5, &m) == 0 &&
	      m.type == VTYMUX_LINE_VIRTUAL, "... and netlink");
	kt_ok(kt_attr_is(last + 5, "exec", "1") &&
	      kt_attr_is(last + 5, "state", "idle") &&
	      kt_attr_is(last + 5, "name", ""), "a new line has the defaults");
	v = ktv_opened(last + 5);
	ktv_write(v.tty, "new");
	kt_ok(ktv_reads(v.master, "new"), "... and works");
	ktv_close(&v);
	kt_is(resize_to(before + 5), 0, "the same number again is no change");
}

static void check_busy(void)
{
	struct ktv v = ktv_claimed(last + 3);
	int tty;

	kt_is(resize_to(before), -EBUSY, "not while one is claimed");
	kt_ok(exists(last + 5), "... then none of them goes");
	kt_is(resize_to(before + 3), 0, "those over it go");
	kt_ok(exists(last + 3) && !exists(last + 4), "... alone");
	kt_is(kt_claim(kt_claims(), last + 4, 0, "x"), -ENXIO,
	      "who is gone cannot be claimed");
	tty = kt_opened(v.claim);
	kt_is(resize_to(before), -EBUSY, "not while one is open");
	ktv_close(&v);
	/* A file of the line that is hung up must not keep it. */
	kt_ok(KT_WAIT(resize_to(before) == 0, 1000), "then it goes");
	kt_ok(kt_hung_up(tty), "... from under a dead file");
	kt_is(resize_to(before + 3), 0, "it comes back");
	v = ktv_opened(last + 3);
	ktv_write(v.tty, "again");
	kt_ok(ktv_reads(v.master, "again"), "... and works");
	kt_ok(kt_hung_up(tty), "... apart from the dead file");
	ktv_drop(&tty);
	ktv_write(v.tty, "still");
	kt_ok(ktv_reads(v.master, "still"), "... also after that is closed");
	ktv_close(&v);
}

static void check_shrinking(struct ktnl *nl)
{
	struct ktnl_message m;

	kt_set(last + 1, "name", "shrinks");
	kt_set(last + 1, "exec", "0");
	while (ktnl_event(nl, &m, 0) == 0)
		;
	kt_is(resize_to(before), 0, "back to as many as before");
	kt_ok(events_are(nl, VTYMUX_EVENT_REMOVED, last + 3, -1, 3),
	      "... with events");
	kt_ok(!exists(last + 1) && exists(last), "... and without devices");
	kt_is(ktnl_get(nl, last + 1, &m), -ENODEV, "... nor netlink");
	kt_is(ktnl_clear(nl, last + 1), -ENODEV, "... nor CLEAR");
	kt_is(resize_to(before + 1), 0, "a line of that number again");
	kt_ok(kt_attr_is(last + 1, "name", "") &&
	      kt_attr_is(last + 1, "exec", "1") &&
	      kt_stat(last + 1, "opens") == 0, "... has nothing of the old");
	resize_to(before);
}

static void check_none(void)
{
	int fd = kt_claims();

	kt_is(resize_to(0), 0, "no virtual line at all");
	kt_ok(!exists(tty_lines + 1), "... then there is none");
	kt_is(ktv_claim_any(fd, NULL, 0), -ENXIO, "... to claim");
	kt_is(resize_to(before), 0, "and all of them again");
	kt_is(ktv_claim_any(fd, NULL, 0), tty_lines + 1, "... to claim");
	ktv_drop(&fd);
}

static void note_line(const struct ktnl_message *message, void *arg)
{
	unsigned int *highest = arg;

	*highest = message->line;
}

/* Lists the lines all the time; those that stay are always there. */
static pid_t lister(void)
{
	pid_t pid = kt_fork();
	unsigned int highest = last;
	struct ktnl *nl;

	if (pid)
		return pid;
	nl = ktnl_open();
	while (highest >= last &&
	       ktnl_request(nl, VTYMUX_CMD_LINE_GET, NLM_F_DUMP, NULL, 0,
			    note_line, &highest) == 0)
		;
	_exit(1);
}

static void check_cycles(void)
{
	pid_t pid = lister();
	bool ok = true;

	for (int i = 0; ok && i < 50; i++)
		ok = resize_to(before + 8) == 0 && resize_to(before) == 0;
	kt_ok(ok, "50 times more and less");
	kt_is(kt_reap(pid, 0), -1, "... while the lines are listed");
	kt_kill(pid);
}

static void run(const struct kt_args *args)
{
	struct ktnl *nl = ktnl_open(), *events = ktnl_open();

	(void)args;
	tty_lines = ktv_parameter("tty_lines");
	before = ktv_parameter("virtual_lines");
	last = tty_lines + before;
	if (ktnl_subscribe(events) < 0)
		kt_bail("cannot subscribe");
	check_refused();
	check_growth(events);
	check_busy();
	check_shrinking(events);
	check_none();
	check_cycles();
	ktnl_close(events);
	ktnl_close(nl);
}

int main(int argc, char **argv)
{
	return kt_main("resize", 120, argc, argv, run);
}
