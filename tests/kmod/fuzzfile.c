// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"
#include "ktvirt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

#include <linux/serial.h>

#define FILES	6

/* Not TIOCCONS, which would take the console. */
static const unsigned long requests[] = {
	TCGETS, TCSETS, TCSETSW, TCSETSF, TCGETA, TCSETA, TCSETAW, TCSETAF,
	TCSBRK, TCSBRKP, TCXONC, TCFLSH, TIOCEXCL, TIOCNXCL, TIOCGEXCL,
	TIOCSCTTY, TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID, TIOCOUTQ,
	TIOCSTI, TIOCGWINSZ, TIOCSWINSZ, TIOCMGET, TIOCMBIS, TIOCMBIC,
	TIOCMSET, TIOCGSOFTCAR, TIOCSSOFTCAR, FIONREAD, TIOCPKT, FIONBIO,
	TIOCSETD, TIOCGETD, TIOCSBRK, TIOCCBRK, TIOCGPTN, TIOCSPTLCK,
	TIOCGPTLCK, TIOCGPTPEER, TIOCGDEV, TIOCSIG, TIOCVHANGUP, TIOCGSERIAL,
	TIOCSSERIAL, TIOCMIWAIT, TIOCGICOUNT, FIONCLEX, FIOCLEX, FIOASYNC,
	VTYMUX_IOC_CLAIM, VTYMUX_IOC_OPEN, VTYMUX_IOC_STATUS,
	VTYMUX_IOC_ATTACH, VTYMUX_IOC_TAP, VTYMUX_IOC_TAP_LOST,
	VTYMUX_IOC_CLAIM, VTYMUX_IOC_OPEN, VTYMUX_IOC_ATTACH, VTYMUX_IOC_TAP,
};

static int files[FILES] = { -1, -1, -1, -1, -1, -1 };
static unsigned char *page;	/* readable, and nothing after it */
static size_t page_size;

static void on_alarm(int signal)
{
	(void)signal;
}

/* Whatever sleeps is interrupted ten times a second. */
static void set_up(void)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval tick = { { 0, 100000 }, { 0, 100000 } };
	static const int ignored[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
		SIGIO, SIGPIPE,
	};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &tick, NULL);
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	page = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || munmap(page + page_size, page_size) < 0)
		kt_bail("no memory");
}

static unsigned int any_line(const struct kt_args *args)
{
	switch (fuzz_any(8)) {
	case 0:
		return fuzz_number();
	case 1:
	case 2:
		return ktv_parameter("tty_lines") + 1 + fuzz_any(4);
	default:
		return fuzz_pair(args)->line;
	}
}

static void open_one(const struct kt_args *args, int *fd)
{
	int flags = O_NOCTTY | O_NONBLOCK;

	switch (fuzz_any(4)) {
	case 0:
		*fd = kt_open_claims(O_RDWR);
		break;
	case 1:
		*fd = kt_open_claims(O_RDWR);
		kt_claim(*fd, any_line(args), fuzz_any(4) ? 0 :
			 VTYMUX_CLAIM_F_STEAL, "fuzz");
		break;
	default:
		flags |= fuzz_any(8) ? O_RDWR : (int)fuzz_any(3);
		*fd = kt_open_line(any_line(args), flags);
	}
}

static void *any_pointer(size_t size)
{
	switch (fuzz_any(16)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(uintptr_t)fuzz_number();
	case 2:
		return page + page_size - size / 2;	/* half of it is there */
	case 3:
		return (void *)(~(uintptr_t)0 << 40);
	default:
		return page + page_size - size;
	}
}

static void make_claim(const struct kt_args *args, struct vtymux_claim *claim)
{
	memset(claim, 0, sizeof(*claim));
	claim->flags = fuzz_any(8) ? fuzz_any(2) << fuzz_any(3) : fuzz_number();
	claim->number = any_line(args);
	if (claim->flags & VTYMUX_CLAIM_F_ROTARY)
		claim->number = fuzz_any(130);
	if (claim->flags & VTYMUX_CLAIM_F_VIRTUAL)
		claim->number = fuzz_any(4) ? 0 : 1;
	if (!fuzz_any(3)) {
		claim->candidates = (uintptr_t)any_pointer(512);
		claim->candidate_words = fuzz_any(4) ? fuzz_any(70) :
						       fuzz_number();
	}
	if (!fuzz_any(16))
		claim->reserved = fuzz_number();
	strcpy(claim->owner, "fuzz");
	if (!fuzz_any(8))
		fuzz_bytes(claim->owner, fuzz_any(2) ? 3 : sizeof(claim->owner));
}

/* What a request may want, at @arg. */
static void make(const struct kt_args *args, unsigned long request, void *arg,
		 size_t size)
{
	struct vtymux_tap tap = { .replay = fuzz_number() };

	if (request == VTYMUX_IOC_CLAIM) {
		make_claim(args, arg);
	} else if (request == VTYMUX_IOC_TAP) {
		tap.line = any_line(args);
		tap.flags = fuzz_any(8) ? O_NONBLOCK : fuzz_number();
		memcpy(arg, &tap, sizeof(tap));
	} else if (request == VTYMUX_IOC_OPEN || request == VTYMUX_IOC_ATTACH) {
		memset(arg, 0, size);
		*(uint32_t *)arg = fuzz_any(8) ? O_NONBLOCK | O_NOCTTY :
						 fuzz_number();
		if (request == VTYMUX_IOC_ATTACH)
			*(uint32_t *)arg &= ~(uint32_t)O_NOCTTY;
	} else if (fuzz_any(2)) {
		fuzz_bytes(arg, size);
	} else {
		memset(arg, 0, size);
		*(uint32_t *)arg = fuzz_number();
	}
}

static size_t size_of(unsigned long request)
{
	switch (request) {
	case VTYMUX_IOC_CLAIM:
		return sizeof(struct vtymux_claim);
	case VTYMUX_IOC_TAP:
		return sizeof(struct vtymux_tap);
	case VTYMUX_IOC_OPEN:
	case VTYMUX_IOC_ATTACH:
		return sizeof(struct vtymux_open);
	case VTYMUX_IOC_STATUS:
		return sizeof(struct vtymux_status);
	default:
		return 64;	/* struct termios has 36 bytes */
	}
}

/* A descriptor that an ioctl made. */
static void keep(int fd)
{
	int *slot = &files[fuzz_any(FILES)];

	tcflush(*slot, TCIOFLUSH);
	ktv_drop(slot);
	*slot = fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void do_ioctl(const struct kt_args *args, int fd)
{
	unsigned long request = requests[fuzz_any(sizeof(requests) /
						  sizeof(requests[0]))];
	size_t size = size_of(request);
	int r;

	if (!fuzz_any(64))
		request = (unsigned long)VTYMUX_IOC_MAGIC << 8 | fuzz_number();
	make(args, request, page + page_size - size, size);
	if (fuzz_any(4) == 0)
		r = ioctl(fd, request, (unsigned long)fuzz_any(4));
	else
		r = ioctl(fd, request, any_pointer(size));
	if (r >= 0 && (request == VTYMUX_IOC_OPEN || request == VTYMUX_IOC_TAP ||
		       request == VTYMUX_IOC_ATTACH))
		keep(r);
}

static void do_transfer(int fd)
{
	size_t n = fuzz_any(2) ? fuzz_any(64) : fuzz_any((unsigned int)page_size);
	void *at = any_pointer(n);

	fuzz_bytes(page, 64);
	if (fuzz_any(2) ? write(fd, at, n) < 0 : read(fd, at, n) < 0)
		kt_poll(fd, POLLIN, 1);
}

void fuzz_files(const struct kt_args *args)
{
	int *fd = &files[fuzz_any(FILES)];

	if (!page)
		set_up();
	switch (fuzz_any(16)) {
	case 0:
		tcflush(*fd, TCIOFLUSH);	/* or the close would wait */
		ktv_drop(fd);
		break;
	case 1:
	case 2:
	case 3:
		do_transfer(*fd);
		break;
	default:
		do_ioctl(args, *fd);
	}
	if (*fd < 0)
		open_one(args, fd);
	if (*fd < 0)
		*fd = -1;
	else	/* FIONBIO and the like must not make it wait for ever */
		fcntl(*fd, F_SETFL, O_NONBLOCK);
}
