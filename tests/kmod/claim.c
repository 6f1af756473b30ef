// SPDX-License-Identifier: GPL-2.0-only
/*
 * The claim device: the error table of uapi/linux/vtymux.h in its order, CLAIM,
 * OPEN and the end of a claim with its file. Revocation is in revoke.c.
 */
#include "kt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>

static unsigned int line;
static unsigned int unbound;	/* another line */

static int raw_claim(int fd, const struct vtymux_claim *claim)
{
	struct vtymux_claim copy = *claim;

	return ioctl(fd, VTYMUX_IOC_CLAIM, &copy) < 0 ? -errno : 0;
}

#define BASE { .number = line, .owner = "tester" }

static void check_owner(int fd)
{
	struct vtymux_claim c = BASE;

	c.owner[0] = '\0';
	kt_is(raw_claim(fd, &c), -EINVAL, "an empty owner is refused");
	memset(c.owner, 'x', sizeof(c.owner));
	kt_is(raw_claim(fd, &c), -EINVAL, "an owner without NUL is refused");
	for (int byte = 1; byte < 256; byte++) {
		int r;

		if (byte >= 0x21 && byte <= 0x7e)
			continue;
		memset(c.owner, 0, sizeof(c.owner));
		c.owner[0] = 'a';
		c.owner[1] = (char)byte;
		c.owner[2] = 'b';
		r = raw_claim(fd, &c);
		if (r != -EINVAL) {
			kt_is(r, -EINVAL, "an owner with byte %#x", byte);
			return;
		}
	}
	kt_ok(true, "an owner with a byte outside 0x21..0x7e is refused");
}

static void check_einval(int fd)
{
	struct vtymux_claim c = BASE;

	c.flags = __VTYMUX_CLAIM_F_ALL + 1;
	kt_is(raw_claim(fd, &c), -EINVAL, "an unknown flag is refused");
	c.flags = 1U << 31;
	kt_is(raw_claim(fd, &c), -EINVAL, "the highest flag is refused");
	c.flags = VTYMUX_CLAIM_F_ROTARY | VTYMUX_CLAIM_F_STEAL;
	c.number = 1;
	kt_is(raw_claim(fd, &c), -EINVAL, "rotary and steal exclude each other");
	c = (struct vtymux_claim)BASE;
	c.reserved = 1;
	kt_is(raw_claim(fd, &c), -EINVAL, "a reserved field must be 0");
	c.number = VTYMUX_LINE_MAX + 1;
	kt_is(raw_claim(fd, &c), -EINVAL, "EINVAL comes before ENXIO");
	check_owner(fd);
}

static void check_rest_of_table(int fd)
{
	struct vtymux_claim c = BASE;
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX + 1] = { ~0ULL };

	c.flags = VTYMUX_CLAIM_F_ROTARY;
	c.number = 126;		/* no line is a member */
	c.candidates = (uintptr_t)set;
	c.candidate_words = VTYMUX_CLAIM_WORDS_MAX + 1;
	kt_is(raw_claim(fd, &c), -E2BIG, "too many candidate words");
	c.candidate_words = ~0U;
	kt_is(raw_claim(fd, &c), -E2BIG, "2^32 - 1 candidate words");
	c.candidate_words = VTYMUX_CLAIM_WORDS_MAX;
	c.candidates = 8;
	kt_is(raw_claim(fd, &c), -EFAULT, "candidates that cannot be read");
	c.candidates = 0xffff800000000000ULL;
	kt_is(raw_claim(fd, &c), -EFAULT, "candidates in the kernel");
	kt_is(kt_claim(fd, 0, 0, "t"), -ENXIO, "line 0");
	kt_is(kt_claim(fd, VTYMUX_LINE_MAX + 1, 0, "t"), -ENXIO, "line 4096");
	kt_is(kt_claim(fd, ~0U, 0, "t"), -ENXIO, "line 2^32 - 1");
	kt_is(kt_claim(fd, VTYMUX_LINE_MAX, 0, "t"), -ENXIO,
	      "the first number without a line, and above");
	kt_is(kt_claim_rotary(fd, 126, NULL, 0), -ENXIO,
	      "a rotary group without members");
	/* No line can be a member, and the number is malformed. */
	kt_is_either(kt_claim_rotary(fd, 0, NULL, 0), -ENXIO, -EINVAL,
		     "rotary group 0");
	kt_is_either(kt_claim_rotary(fd, 128, NULL, 0), -ENXIO, -EINVAL,
		     "rotary group 128");
	kt_is_either(kt_claim_rotary(fd, ~0U, NULL, 0), -ENXIO, -EINVAL,
		     "rotary group 2^32 - 1");
	kt_is(kt_claim(fd, unbound, 0, "t"), -ENODEV, "an unbound line");
	kt_is(kt_claim(fd, unbound, VTYMUX_CLAIM_F_STEAL, "t"), -ENODEV,
	      "an unbound line cannot be stolen");
}

static void check_pointers(int fd)
{
	static void *const wild[] = {
		NULL, (void *)1, (void *)0x7fffffffe000UL,
		(void *)0xffff888000000000UL, (void *)~0UL,
	};
	static const unsigned long commands[] = {
		VTYMUX_IOC_CLAIM, VTYMUX_IOC_OPEN, VTYMUX_IOC_STATUS,
	};
	bool ok = true;

	for (size_t c = 0; c < 3; c++)
		for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++)
			ok &= ioctl(fd, commands[c], wild[i]) < 0 &&
			      errno == EFAULT;
	kt_ok(ok, "wild pointers give EFAULT");
}

/*
 * The number of the line is written back: a page that cannot be written must
 * not leave a claim of which nobody knows.
 */
static void check_readonly_argument(void)
{
	int fd = kt_claims();
	struct vtymux_claim *c = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vtymux_status status;

	*c = (struct vtymux_claim)BASE;
	mprotect(c, 4096, PROT_READ);
	kt_ok(ioctl(fd, VTYMUX_IOC_CLAIM, c) < 0 && errno == EFAULT,
	      "an argument that cannot be written");
	kt_ok(kt_status(fd, &status) == 0 && status.line == 0 && kt_idle(line),
	      "... leaves no claim");
	munmap(c, 4096);
	close(fd);
}

static void check_unknown_ioctls(int fd)
{
	bool ok = true;

	for (unsigned int nr = 0; nr < 256; nr++) {
		if (nr >= 1 && nr <= 3)
			continue;
		ok &= ioctl(fd, _IO(VTYMUX_IOC_MAGIC, nr), 0) < 0 &&
		      errno == ENOTTY;
	}
	/* The right number with the size of another argument. */
	ok &= ioctl(fd, _IOWR(VTYMUX_IOC_MAGIC, 1, int), &ok) < 0 &&
	      errno == ENOTTY;
	ok &= ioctl(fd, _IOR(VTYMUX_IOC_MAGIC, 3, char), &ok) < 0 &&
	      errno == ENOTTY;
	ok &= ioctl(fd, 0x5401 /* TCGETS */, &ok) < 0 && errno == ENOTTY;
	kt_ok(ok, "unknown ioctls give ENOTTY");
}

static int open_without_cap(void *arg)
{
	int r = kt_drop_cap(CAP_SYS_TTY_CONFIG);

	(void)arg;
	if (r < 0)
		return r;
	r = kt_open_claims(O_RDWR);
	return r < 0 ? r : 0;
}

static void check_permission(void)
{
	struct stat st;

	kt_is(kt_in_child(open_without_cap, NULL), -EPERM,
	      "opening takes CAP_SYS_TTY_CONFIG");
	kt_ok(stat("/dev/vtymux", &st) == 0 && S_ISCHR(st.st_mode) &&
	      (st.st_mode & 0777) == 0600 && st.st_uid == 0,
	      "the device is 0600 root");
}

static void check_errors(void)
{
	struct vtymux_status status;
	int fd = kt_claims();

	check_pointers(fd);
	check_einval(fd);
	check_rest_of_table(fd);
	check_unknown_ioctls(fd);
	kt_is(kt_claim_open(fd, 0), -ENOLCK, "OPEN without a claim");
	kt_ok(kt_status(fd, &status) == 0 && status.line == 0 &&
	      status.revoked == VTYMUX_REVOKE_NONE && status.by[0] == '\0',
	      "STATUS without a claim");
	kt_is(kt_poll(fd, POLLIN, 0), 0, "no event without a claim");
	kt_ok(kt_idle(line), "refused claims leave the line idle");
	close(fd);
	check_readonly_argument();
}

static void check_busy(void)
{
	struct vtymux_claim c = BASE;
	int a = kt_claimed(line, "first"), b = kt_claims(), tty;

	kt_ok(kt_state_is(line, "claimed"), "a claimed line says so");
	kt_ok(kt_attr_is(line, "owner", "first"), "... and who has it");
	kt_is(kt_claim(b, line, 0, "second"), -EBUSY,
	      "another file's claim is refused");
	kt_is(kt_claim(a, line, 0, "first"), -EBUSY,
	      "a file claims once");
	kt_is(kt_claim(a, VTYMUX_LINE_MAX, 0, "first"), -EBUSY,
	      "... which comes before ENXIO");
	c.reserved = 7;
	kt_is(raw_claim(a, &c), -EINVAL, "... and after EINVAL");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK), -EBUSY,
	      "open(2) of a claimed line is refused");
	kt_ok(kt_attr_is(line, "owner", "first"),
	      "none of this disturbs the owner");
	close(a);
	kt_ok(kt_idle(line), "closing the file frees the line");

	tty = kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK);
	kt_ok(tty >= 0, "open(2) of a free line");
	kt_is(kt_claim(b, line, 0, "second"), -EBUSY,
	      "a line that is open cannot be claimed");
	kt_ok(kt_state_is(line, "active"), "... and stays with who opened it");
	close(tty);
	kt_is(kt_claim(b, line, 0, "second"), 0,
	      "... until the last close of it");
	close(b);
}

static void check_owner_limits(void)
{
	char owner[VTYMUX_OWNER_MAX + 1];
	int fd = kt_claims();

	for (int i = 0; i < VTYMUX_OWNER_MAX; i++)
		owner[i] = (char)(0x21 + i % 0x5e);
	owner[VTYMUX_OWNER_MAX] = '\0';
	kt_is(kt_claim(fd, line, 0, owner), 0, "an owner of 95 characters");
	kt_ok(kt_attr_is(line, "owner", owner), "... reads back whole");
	close(fd);
	kt_ok(kt_idle(line), "... and is gone with its claim");
}

static void check_open_flags(int fd)
{
	static const uint32_t bad[] = {
		O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_PATH,
		O_DIRECTORY, O_NOFOLLOW, 1U << 31, ~0U,
	};
	struct vtymux_open reserved = { .reserved = 1 };
	bool ok = true;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (kt_claim_open(fd, bad[i]) != -EINVAL) {
			kt_comment("flag %#x is taken", bad[i]);
			ok = false;
		}
	kt_ok(ok, "OPEN refuses other flags");
	kt_ok(ioctl(fd, VTYMUX_IOC_OPEN, &reserved) < 0 && errno == EINVAL,
	      "... and a reserved field");
	kt_ok(kt_state_is(line, "claimed"), "... and opens nothing");
}

static void check_open(void)
{
	int fd = kt_claimed(line, "opener"), a, b;
	struct vtymux_status status;
	struct stat got, node;
	char path[32];

	check_open_flags(fd);
	snprintf(path, sizeof(path), "/dev/vty%u", line);
	a = kt_claim_open(fd, O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	kt_ok(a >= 0 && fstat(a, &got) == 0 && stat(path, &node) == 0 &&
	      S_ISCHR(got.st_mode) && got.st_rdev == node.st_rdev,
	      "OPEN gives the line that was claimed");
	kt_ok((fcntl(a, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) ==
	      (O_RDWR | O_NONBLOCK), "O_NONBLOCK is on, for read and write");
	kt_ok(fcntl(a, F_GETFD) == FD_CLOEXEC, "O_CLOEXEC is on");
	b = kt_claim_open(fd, O_NOCTTY);
	kt_ok(b >= 0 && fcntl(b, F_GETFD) == 0 &&
	      !(fcntl(b, F_GETFL) & O_NONBLOCK),
	      "a second OPEN, without these flags");
	kt_ok(isatty(a) && isatty(b), "both are terminals");
	kt_ok(kt_state_is(line, "active"), "the line is active");
	kt_is(kt_open_line(line, O_RDWR | O_NOCTTY | O_NONBLOCK), -EBUSY,
	      "open(2) is refused while it is open under a claim");
	kt_ok(kt_status(fd, &status) == 0 && status.line == line &&
	      status.revoked == VTYMUX_REVOKE_NONE && !status.by[0],
	      "STATUS names the line");
	close(a);
	close(b);
	kt_ok(kt_state_is(line, "claimed"), "the claim outlives its opens");
	close(fd);
	kt_ok(kt_idle(line), "... and ends with its file");
}

static void check_shared_file(void)
{
	int fd = kt_claimed(line, "shared");
	pid_t pid = kt_fork();

	if (pid == 0)
		for (;;)
			pause();
	close(fd);
	kt_ok(kt_state_is(line, "claimed"),
	      "a claim lasts while another process has its file");
	kt_kill(pid);
	kt_ok(kt_idle(line), "... and ends with the last of them");
}

/* Eight children want the line at the same time: exactly one may get it. */
static void check_race(void)
{
	int go[2], results[2], winners = 0, refused = 0, r;
	unsigned int rounds = 50;
	pid_t pids[8];

	for (unsigned int round = 0; round < rounds; round++) {
		if (pipe(go) < 0 || pipe(results) < 0)
			kt_bail("pipe: %s", strerror(errno));
		for (int i = 0; i < 8; i++) {
			pids[i] = kt_fork();
			if (pids[i])
				continue;
			close(go[1]);
			int fd = kt_claims();

			if (read(go[0], &r, 1) != 0)	/* all start at EOF */
				_exit(1);
			r = kt_claim(fd, line, 0, "racer");
			if (write(results[1], &r, sizeof(r)) < 0)
				_exit(1);
			for (;;)
				pause();
		}
		close(go[0]);
		close(go[1]);
		for (int i = 0; i < 8; i++) {
			if (!(kt_poll(results[0], POLLIN, 10000) & POLLIN) ||
			    read(results[0], &r, sizeof(r)) != sizeof(r))
				kt_bail("a racer did not answer");
			winners += r == 0;
			refused += r == -EBUSY;
		}
		for (int i = 0; i < 8; i++)
			kt_kill(pids[i]);
		close(results[0]);
		close(results[1]);
		if (!kt_idle(line))
			kt_bail("the line is not free after a race");
	}
	kt_ok(winners == (int)rounds && refused == (int)rounds * 7,
	      "of 8 at the same time one gets the line, %u times", rounds);
	kt_comment("%d got it, %d were refused", winners, refused);
}

static void run(const struct kt_args *args)
{
	line = args->line;
	if (!kt_unbound_lines(line, &unbound, 1))
		kt_bail("there is no unbound line besides %u", line);
	kt_bind(line, args->backing);
	check_permission();
	check_errors();
	check_busy();
	check_owner_limits();
	check_open();
	check_shared_file();
	check_race();
	kt_is(kt_unbind(line), 0, "the line can be unbound in the end");
}

int main(int argc, char **argv)
{
	return kt_main("claim", 120, argc, argv, run);
}
