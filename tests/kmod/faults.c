// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module does when the kernel has no memory, or user memory cannot be
 * reached: each operation again and again, with the first, the second, ...
 * allocation or copy in it failing (Documentation/fault-injection, fail-nth),
 * until none is left to fail. An operation that fails says so with an error
 * that names it and changes nothing; then it works. Needs a kernel with
 * failslab; whoever runs this looks into its log and for leaks, too.
 */
#include "kt.h"
#include "ktnl.h"
#include "ktvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#define DEBUGFS		"/sys/kernel/debug/"
#define FAULTS_MAX	4000	/* an operation */
#define GROUP		77

static const struct kt_args *args;
static int fail_nth;		/* /proc/self/task/TID/fail-nth */
static int claims = -1, tty = -1, tap = -1, master = -1, netlink = -1;
static struct ktv virt = { .claim = -1, .master = -1, .tty = -1 };
static char pts[64];
static unsigned int family, virtual_line, virtual_lines;
static unsigned int pts_line;	/* that nobody binds */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		kt_comment("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* Waiting allocations fail as well, and nothing is logged. */
static bool set_up(void)
{
	char path[64];

	mount("none", DEBUGFS, "debugfs", 0, NULL);
	snprintf(path, sizeof(path), "/proc/self/task/%ld/fail-nth",
		 syscall(SYS_gettid));
	fail_nth = open(path, O_RDWR | O_CLOEXEC);
	if (fail_nth < 0 || access(DEBUGFS "failslab", F_OK))
		return false;
	put(DEBUGFS "failslab/ignore-gfp-wait", "N");
	put(DEBUGFS "failslab/verbose", "0");
	if (access(DEBUGFS "fail_page_alloc", F_OK) == 0) {
		put(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N");
		put(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N");
		put(DEBUGFS "fail_page_alloc/min-order", "0");
		put(DEBUGFS "fail_page_alloc/verbose", "0");
	}
	if (access(DEBUGFS "fail_usercopy", F_OK) == 0)
		put(DEBUGFS "fail_usercopy/verbose", "0");
	return true;
}

/* The write itself may be what fails, of the faults armed before. */
static void arm(unsigned int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, (size_t)n, 0) != n &&
	    pwrite(fail_nth, text, (size_t)n, 0) != n)
		kt_bail("fail-nth: %s", strerror(errno));
}

/* Has the armed fault not happened? Nothing fails from here on. */
static bool spared(void)
{
	char text[16] = "";
	ssize_t n = pread(fail_nth, text, sizeof(text) - 1, 0);

	arm(0);
	return n < 0 || atoi(text) != 0;	/* EFAULT: this was it */
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int keep(int *fd, int r)
{
	if (r >= 0)
		*fd = r;
	return r;
}

/* The operations; what they need is made by prepare(), what is left by undo(). */

static void nothing(void)
{
}

static void drop_all(void)
{
	drop(&tty);
	drop(&tap);
	drop(&master);
	drop(&claims);
	ktv_close(&virt);
}

static void open_claims(void)
{
	claims = kt_claims();
}

static void take_line(void)
{
	claims = kt_claimed(args->line, "faults");
}

static void open_line(void)
{
	take_line();
	tty = kt_opened(claims);
}

static void open_tap(void)
{
	struct vtymux_tap arg = {
		.line = args->line, .flags = O_NONBLOCK,
	};

	claims = kt_claims();
	tap = ioctl(claims, VTYMUX_IOC_TAP, &arg);
}

static void take_virtual(void)
{
	virt.claim = kt_claimed(virtual_line, "faults");
}

static void open_virtual(void)
{
	virt = ktv_opened(virtual_line);
}

static int act_claims(void)
{
	return keep(&claims, kt_open_claims(O_RDWR));
}

static int act_claim(void)
{
	return kt_claim(claims, args->line, 0, "faults");
}

static int act_rotary(void)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];

	memset(set, 0xff, sizeof(set));
	return kt_claim_rotary(claims, GROUP, set, VTYMUX_CLAIM_WORDS_MAX);
}

static int act_steal(void)
{
	int r, thief = kt_open_claims(O_RDWR);

	if (thief < 0)
		return thief;
	r = kt_claim(thief, args->line, VTYMUX_CLAIM_F_STEAL, "thief");
	close(thief);
	return r;
}

static int act_claim_open(void)
{
	return keep(&tty, kt_claim_open(claims, O_NOCTTY | O_NONBLOCK));
}

static int act_open(void)
{
	return keep(&tty, kt_open_line(args->line,
				       O_RDWR | O_NOCTTY | O_NONBLOCK));
}

static int act_status(void)
{
	struct vtymux_status status;

	return kt_status(claims, &status);
}

static int act_tap(void)
{
	struct vtymux_tap arg = {
		.line = args->line, .replay = VTYMUX_TAP_REPLAY_ALL,
	};
	int fd = ioctl(claims, VTYMUX_IOC_TAP, &arg);

	return keep(&tap, fd < 0 ? -errno : fd);
}

static int act_tap_lost(void)
{
	uint64_t lost;

	return ioctl(tap, VTYMUX_IOC_TAP_LOST, &lost) < 0 ? -errno : 0;
}

static int act_attach(void)
{
	return keep(&master, ktv_attach(virt.claim, O_NONBLOCK));
}

static int act_virtual(void)
{
	return ktv_claim_any(claims, NULL, 0);
}

static int act_write(void)
{
	return write(tty, "faults", 6) < 0 ? -errno : 0;
}

static int act_master_write(void)
{
	int r = write(virt.master, "faults\n", 7) < 0 ? -errno : 0;

	tcflush(virt.tty, TCIOFLUSH);
	return r;
}

static int act_slave_write(void)
{
	char data[64];

	if (write(virt.tty, "faults", 6) < 0 ||
	    (read(virt.master, data, sizeof(data)) < 0 && errno != EAGAIN))
		return -errno;
	return 0;
}

static int act_termios(void)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0 || tcsetattr(tty, TCSANOW, &t) < 0)
		return -errno;
	return 0;
}

static int act_bind(void)
{
	return kt_set(args->line, "backing", args->backing);
}

static int act_unbind(void)
{
	return kt_unbind(args->line);
}

static void bind_line(void)
{
	kt_bind(args->line, args->backing);
}

static void unbind_line(void)
{
	kt_unbind(args->line);
}

static int act_bind_pts(void)
{
	return kt_set(pts_line, "backing", pts);
}

static void unbind_pts(void)
{
	kt_unbind(pts_line);
}

static int act_history(void)
{
	return kt_set(args->line, "history", "300000");
}

static void undo_history(void)
{
	kt_set(args->line, "history", "65536");
}

static int act_name(void)
{
	return kt_set(args->line, "name", "faults");
}

static void undo_name(void)
{
	kt_set(args->line, "name", "");
}

static int act_settings(void)
{
	static const char *const settings[][2] = {
		{ "speed", "9600" }, { "databits", "8" }, { "parity", "none" },
		{ "stopbits", "1" }, { "flowcontrol", "none" },
		{ "modem", "none" }, { "exec", "0" }, { "rotary", "77" },
		{ "transport_input", "none" }, { "exec_timeout", "600" },
		{ "login_authentication", "default" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		int r = kt_set(args->line, settings[i][0], settings[i][1]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int act_attributes(void)
{
	static const char *const names[] = {
		"type", "backing", "exec", "rotary", "speed", "history",
		"state", "owner", "statistics/rx",
	};
	char text[KT_ATTR_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int r = kt_read(args->line, names[i], text);

		if (r < 0)
			return r;
	}
	return 0;
}

static int act_grow(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", virtual_lines + 2);
	return ktv_resize(text);
}

static void undo_grow(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", virtual_lines);
	ktv_resize(text);
}

/* All of the answer; it is there when the request was sent. */
static int answer(void)
{
	union {
		struct nlmsghdr head;
		char bytes[32768];
	} buffer;

	for (;;) {
		ssize_t n = recv(netlink, &buffer, sizeof(buffer), MSG_DONTWAIT);
		struct nlmsghdr *msg = &buffer.head;

		if (n < 0)
			return -errno;
		for (; NLMSG_OK(msg, n); msg = NLMSG_NEXT(msg, n)) {
			if (msg->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(msg))->error;
			if (msg->nlmsg_type == NLMSG_DONE)
				return 0;
		}
	}
}

static int request(uint8_t cmd, uint16_t flags, unsigned int line)
{
	struct {
		struct nlmsghdr head;
		struct genlmsghdr genl;
		struct nlattr attr;
		uint32_t line;
	} msg = {
		.head = {
			.nlmsg_len = line ? sizeof(msg) :
				NLMSG_LENGTH(sizeof(struct genlmsghdr)),
			.nlmsg_type = (uint16_t)family,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
		.genl = { .cmd = cmd, .version = VTYMUX_GENL_VERSION },
		.attr = { .nla_len = 8, .nla_type = VTYMUX_A_LINE_NUMBER },
		.line = line,
	};

	if (send(netlink, &msg, msg.head.nlmsg_len, 0) < 0)
		return -errno;
	return answer();
}

static void open_netlink(void)
{
	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (netlink < 0)
		kt_bail("netlink: %s", strerror(errno));
}

static void open_netlink_and_line(void)
{
	open_netlink();
	open_line();
}

static void drop_netlink(void)
{
	drop_all();
	drop(&netlink);
}

static int act_get(void)
{
	return request(VTYMUX_CMD_LINE_GET, NLM_F_ACK, args->line);
}

static int act_dump(void)
{
	return request(VTYMUX_CMD_LINE_GET, NLM_F_DUMP, 0);
}

static int act_clear(void)
{
	return request(VTYMUX_CMD_LINE_CLEAR, NLM_F_ACK, args->line);
}

static int act_close(void)
{
	drop(&tty);
	drop(&claims);
	return 0;
}

static const struct operation {
	const char *name;
	void (*prepare)(void);
	int (*act)(void);	/* >= 0 or -errno */
	void (*undo)(void);
	enum {
		UNBOUND = 1,	/* the line is, before it and after */
		CHANGES = 2,	/* a failure may have changed something */
		INVALID = 4,	/* device_add() says so when it has no name */
	} flags;
} operations[] = {
	{ "open of /dev/vtymux", nothing, act_claims, drop_all, 0 },
	{ "CLAIM", open_claims, act_claim, drop_all, 0 },
	{ "CLAIM of a group", open_claims, act_rotary, drop_all, 0 },
	{ "CLAIM of any virtual line", open_claims, act_virtual, drop_all, 0 },
	{ "STEAL", open_line, act_steal, drop_all, CHANGES },
	{ "STATUS", take_line, act_status, drop_all, 0 },
	{ "OPEN", take_line, act_claim_open, drop_all, 0 },
	{ "TAP", open_claims, act_tap, drop_all, 0 },
	{ "TAP_LOST", open_tap, act_tap_lost, drop_all, 0 },
	{ "ATTACH", take_virtual, act_attach, drop_all, 0 },
	{ "open of a line", nothing, act_open, drop_all, 0 },
	{ "write to a line", open_line, act_write, drop_all, 0 },
	{ "termios", open_line, act_termios, drop_all, 0 },
	{ "close of line and claim", open_line, act_close, drop_all,
	  CHANGES },
	{ "write to a master", open_virtual, act_master_write, drop_all, 0 },
	{ "write to a virtual line", open_virtual, act_slave_write, drop_all, 0 },
	{ "binding", nothing, act_bind, unbind_line, UNBOUND },
	{ "unbinding", bind_line, act_unbind, unbind_line, UNBOUND | CHANGES },
	{ "binding of a pts", nothing, act_bind_pts, unbind_pts, 0 },
	{ "history", nothing, act_history, undo_history, 0 },
	{ "name", nothing, act_name, undo_name, 0 },
	{ "settings", nothing, act_settings, nothing, 0 },
	{ "reading of attributes", nothing, act_attributes, nothing, 0 },
	{ "virtual_lines", nothing, act_grow, undo_grow, INVALID },
	{ "GET", open_netlink, act_get, drop_netlink, 0 },
	{ "dump", open_netlink, act_dump, drop_netlink, 0 },
	{ "CLEAR", open_netlink_and_line, act_clear, drop_netlink, CHANGES },
};

/* What an operation that failed must leave as it was. */
static void snapshot(char *text, size_t size)
{
	static const char *const names[] = {
		"state", "owner", "backing", "name", "rotary", "history",
		"speed", "flowcontrol", "exec",
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		n += (size_t)snprintf(text + n, size - n, "%s=%s ", names[i],
				      kt_get(args->line, names[i]));
	snprintf(text + n, size - n, "pts=%s virtual=%s/%s lines=%u",
		 kt_get(pts_line, "state"), kt_get(virtual_line, "state"),
		 kt_get(virtual_line, "owner"),
		 ktv_parameter("virtual_lines"));
}

static bool clean(const struct operation *op, int err)
{
	return err == -ENOMEM || err == -EFAULT || err == -ENOBUFS ||
	       (err == -EINVAL && op->flags & INVALID);
}

/* With the @nth fault. Return: false when there was none to happen. */
static bool attempt(const struct operation *op, unsigned int nth,
		    unsigned int *failed, bool *ok)
{
	static char before[KT_ATTR_MAX], after[KT_ATTR_MAX];
	bool last, same = true;
	int r;

	op->prepare();
	snapshot(before, sizeof(before));
	arm(nth);
	r = op->act();
	last = spared();
	if (r < 0 && !(op->flags & CHANGES))
		same = KT_WAIT((snapshot(after, sizeof(after)),
				!strcmp(before, after)), 2000);
	if (!same || (r < 0 && (last || !clean(op, r)))) {
		kt_comment("%s, fault %u: %s", op->name, nth,
			   r < 0 ? strerror(-r) : "done");
		if (!same)
			kt_comment("before: %s\n# after:  %s", before, after);
		*ok = false;
	}
	*failed += r < 0;
	op->undo();
	return !last;
}

static void test(const struct operation *op)
{
	unsigned int nth = 0, failed = 0;
	bool ok = true;

	if (op->flags & UNBOUND)
		kt_unbind(args->line);
	while (attempt(op, ++nth, &failed, &ok) && nth < FAULTS_MAX)
		;
	if (op->flags & UNBOUND)
		kt_bind(args->line, args->backing);
	kt_comment("%s: %u faults, %u failures", op->name, nth - 1, failed);
	kt_ok(ok && nth < FAULTS_MAX, "%s: fails cleanly or not at all",
	      op->name);
	kt_ok(nth > 1, "%s: ... of what can fail in it", op->name);
}

static void prepare_lines(void)
{
	struct ktnl *nl = ktnl_open();
	int slave, ptm;

	family = ktnl_family(nl);
	ktnl_close(nl);
	virtual_lines = ktv_parameter("virtual_lines");
	ktv_lines(&virtual_line, 1);
	if (!kt_unbound_lines(args->line, &pts_line, 1))
		kt_bail("there is an unbound line");
	if (openpty(&ptm, &slave, pts, NULL, NULL) < 0)
		kt_bail("openpty: %s", strerror(errno));
	close(slave);
	kt_set(args->line, "rotary", "77");
	kt_bind(args->line, args->backing);
}

static void run(const struct kt_args *a)
{
	args = a;
	if (!set_up()) {
		kt_skip("the kernel injects no faults", "faults");
		return;
	}
	/* A page fault of this program would be the fault injected. */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	prepare_lines();
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		test(&operations[i]);
	kt_ok(kt_idle(args->line), "the line is idle in the end");
	kt_ok(kt_idle(virtual_line), "the virtual line is idle in the end");
}

int main(int argc, char **argv)
{
	return kt_main("faults", 1200, argc, argv, run);
}
