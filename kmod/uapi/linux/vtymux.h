/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * vtymux user space interface: the claim device and the netlink family.
 * Line settings are sysfs attributes (kmod/abi/sysfs-class-tty-vty); nothing
 * in this file configures a line.
 *
 * /dev/vtymux, the claim device
 * -----------------------------
 * A character device, 0600 root. Opening it needs CAP_SYS_TTY_CONFIG. Each
 * open file owns at most one line.
 *
 * VTYMUX_IOC_CLAIM takes a line for this file. Errors, in the order tested:
 *   EFAULT	the argument cannot be read
 *   EINVAL	an unknown flag, flags that exclude each other, a reserved field
 *		that is not zero, candidates with neither F_ROTARY nor F_VIRTUAL, a
 *		rotary group that is not 1..127, an owner label that is empty,
 *		not NUL-terminated or holds a byte outside 0x21..0x7e
 *   E2BIG	candidate_words is over VTYMUX_CLAIM_WORDS_MAX
 *   EBUSY	this file has a claim already
 *   EIO	this file had a claim and it was revoked
 *   EFAULT	the candidate set cannot be read
 *   ENOMEM	no memory for it
 *   ENXIO	no such line, no line is a member of that rotary group, or
 *		there are no virtual lines
 *   ENODEV	the line has no working backing (unbound or down), or requires
 *		CTS (sysfs "modem") and it is low
 *   EBUSY	the line is claimed or open; with VTYMUX_CLAIM_F_ROTARY or
 *		VTYMUX_CLAIM_F_VIRTUAL: no candidate is free
 *   EFAULT	the number cannot be written back; there is no claim then
 * With VTYMUX_CLAIM_F_STEAL a claim of another file on the line is revoked and
 * the line taken in one step; opens made without a claim are hung up too.
 *   EINTR	a signal came while claims on the line came and went
 *
 * With VTYMUX_CLAIM_F_VIRTUAL the first free virtual line is taken.
 *
 * VTYMUX_IOC_OPEN opens the claimed line and returns the new descriptor. It is
 * the only way to open a line that is claimed; but a process that has it as its
 * controlling terminal may open it again, as /dev/tty or by name. The argument's
 * flags may be any of O_NONBLOCK, O_NOCTTY and O_CLOEXEC; access is always read
 * and write.
 *   EINVAL	any other flag	ENOLCK	this file has no claim
 *   EIO	the claim was revoked
 * and what open(2) of the device node in the caller's mount namespace gives:
 * EIO for a virtual line without a master.
 *
 * VTYMUX_IOC_ATTACH returns a new descriptor, the master of the claimed virtual
 * line, as /dev/ptmx is of a pts. It says nothing of the claim and can be passed
 * to a process that runs the session but must not have the claim. The argument's
 * flags may be O_NONBLOCK and O_CLOEXEC.
 *   EINVAL	any other flag	ENOLCK	this file has no claim
 *   EIO	the claim was revoked
 *   ENOTTY	the line is not virtual
 *   EBUSY	the line has a master; it may get another when that is closed
 * read(2) gives what is written to the line, and EIO after the line's last close
 * or its hangup, once all was read; another open of the line ends that state.
 * Writing to the line waits when the master does not read. write(2) types on
 * the line; it waits for the line's first open and while nobody reads the line
 * (EAGAIN with O_NONBLOCK), and is EIO when the line was closed or hung up. No
 * byte is lost either way. poll(2) says EPOLLHUP when read(2) would give EIO or
 * will after what is left. Closing the master hangs the line up. When the claim
 * ends, what is left can be read; all else gives EIO.
 * ioctl(2) of a master:
 *   TIOCGWINSZ TIOCSWINSZ	also before the line is open
 *   TCGETS TCSETS TCSETSW TCSETSF, and with 2 for other speeds: those of the line
 *   TIOCSIG			SIGINT, SIGQUIT or SIGTSTP to its foreground
 *   TIOCGPGRP TIOCGSID		its foreground, 0 if none; its session or ENOTTY
 *   TCFLSH			TCIFLUSH what the line wrote, TCOFLUSH what it has
 *				not read, TCIOFLUSH both
 *   FIONREAD TIOCOUTQ		bytes to read; written and not taken by the line
 *   TIOCGPTN			the number of the line
 * EIO while the line is not open, ENOTTY for any other; there is no packet mode.
 *
 * The claim ends with the last close of the file, with VTYMUX_CMD_LINE_CLEAR,
 * with another file's VTYMUX_CLAIM_F_STEAL and with the unbinding of the line;
 * a claimed line cannot be removed. Everything opened under the claim is hung
 * up before the line is free again. A file whose claim was revoked polls
 * EPOLLHUP | EPOLLERR; VTYMUX_IOC_STATUS says why, the other ioctls give EIO.
 *
 * VTYMUX_IOC_TAP makes a tap of a line, whoever owns it, and returns its
 * descriptor: read-only, and good for nothing else than to read what the line
 * received, so it may be handed to a process without privileges. It begins
 * with the last bytes of the line's history and goes on with what is received
 * from then on, whether anybody has the line open or not. Any number of taps
 * read a line, each at its own position; none holds back the line. Errors:
 *   EFAULT	the argument cannot be read or written
 *   EINVAL	a flag that is not O_NONBLOCK or O_CLOEXEC, or a reserved
 *		field that is not zero
 *   ENXIO	no such line
 *   ENOTTY	a virtual line, which keeps no history
 *   ENOMEM	no memory for what the tap reads
 * A tap lives on while its line is cleared, down or unbound, and shows what
 * the next backing receives. The module cannot be unloaded while it is open.
 *
 * read(2) of a tap blocks, or gives EAGAIN with O_NONBLOCK, until there are
 * bytes. A tap that falls behind by more than the history of its line, or
 * 16384 bytes if that is less, misses the oldest ones. Then read(2) gives
 * EOVERFLOW and poll(2) EPOLLIN | EPOLLPRI, until VTYMUX_IOC_TAP_LOST on the
 * tap's descriptor has told how many; the next bytes are the ones after those.
 * Bytes read and bytes told as missed are, in this order, all that the line
 * received since the tap's beginning. Breaks and overruns that the hardware
 * reported are no bytes; bytes with a framing or parity error are.
 *
 * Virtual lines are tty_lines + 1 and up; writing the module's parameter
 * virtual_lines adds (VTYMUX_EVENT_ADDED) or removes (REMOVED) at the end.
 *
 * Netlink family "vtymux"
 * -----------------------
 * Generic netlink, version 1, initial network namespace only.
 *
 * VTYMUX_CMD_LINE_GET
 *   Request with VTYMUX_A_LINE_NUMBER: one reply for that line, or ENODEV.
 *   NLM_F_DUMP without attributes: one message a line in ascending order.
 *   A reply carries the VTYMUX_A_LINE_* attributes below. Anybody may ask.
 *
 * VTYMUX_CMD_LINE_CLEAR (CAP_SYS_TTY_CONFIG)
 *   With VTYMUX_A_LINE_NUMBER: revokes the claim on the line and hangs up
 *   everything that has it open. Clearing an idle line succeeds.
 *
 * VTYMUX_CMD_EVENT, multicast group "events"
 *   VTYMUX_A_EVENT_TYPE, VTYMUX_A_EVENT_SEQ, VTYMUX_A_EVENT_VALUE and
 *   VTYMUX_A_LINE_NUMBER. The sequence counts all events of the module;
 *   a gap, or ENOBUFS from the socket, means that events were lost and the
 *   listener should dump again.
 */
#ifndef _UAPI_LINUX_VTYMUX_H
#define _UAPI_LINUX_VTYMUX_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VTYMUX_DEVICE_NAME	"vtymux"	/* /dev/vtymux */
#define VTYMUX_LINE_PREFIX	"vty"		/* /dev/vty1 ... */

#define VTYMUX_LINE_MAX		4095	/* highest line number */
#define VTYMUX_NAME_MAX		31	/* characters in a line's name */
#define VTYMUX_LIST_NAME_MAX	31	/* ... in a login list's name */
#define VTYMUX_OWNER_MAX	95	/* ... in a claim's owner label */
#define VTYMUX_BACKING_MAX	63	/* ... in a backing's name */
#define VTYMUX_HISTORY_MAX	1048576	/* bytes of history a line keeps */
#define VTYMUX_ROTARY_MAX	127	/* rotary groups are 1..127 */

/* enum vtymux_claim_flags - struct vtymux_claim.flags */
enum vtymux_claim_flags {
	VTYMUX_CLAIM_F_ROTARY	= 1U << 0,	/* number is a rotary group */
	VTYMUX_CLAIM_F_STEAL	= 1U << 1,	/* revoke another's claim */
	VTYMUX_CLAIM_F_VIRTUAL	= 1U << 2,	/* any virtual line */
	__VTYMUX_CLAIM_F_ALL	= 7,
};

#define VTYMUX_CLAIM_WORDS_MAX	((VTYMUX_LINE_MAX + 1) / 64)

/**
 * struct vtymux_claim - argument of VTYMUX_IOC_CLAIM
 * @flags: of enum vtymux_claim_flags; they exclude each other
 * @number: in: line number; rotary group (1..127) with F_ROTARY; 0 with
 *	F_VIRTUAL; out: the number of the line that was taken
 * @candidates: user pointer to a bitmap of @candidate_words __u64; bit N % 64
 *	of word N / 64 admits line N. 0 admits every member. Only with F_ROTARY
 *	and F_VIRTUAL
 * @candidate_words: words in @candidates
 * @reserved: must be 0
 * @owner: label shown in sysfs "owner", NUL-terminated, 0x21..0x7e
 */
struct vtymux_claim {
	__u32 flags;
	__u32 number;
	__u64 candidates;
	__u32 candidate_words;
	__u32 reserved;
	char owner[VTYMUX_OWNER_MAX + 1];
};

/**
 * struct vtymux_open - argument of VTYMUX_IOC_OPEN and VTYMUX_IOC_ATTACH
 * @flags: O_NONBLOCK, O_CLOEXEC, for OPEN also O_NOCTTY
 * @reserved: must be 0
 */
struct vtymux_open {
	__u32 flags;
	__u32 reserved;
};

/* enum vtymux_revoke - why a claim ended */
enum vtymux_revoke {
	VTYMUX_REVOKE_NONE,	/* it has not */
	VTYMUX_REVOKE_CLEARED,	/* VTYMUX_CMD_LINE_CLEAR */
	VTYMUX_REVOKE_STOLEN,	/* VTYMUX_CLAIM_F_STEAL of another file */
	VTYMUX_REVOKE_UNBOUND,	/* empty backing written */
};

/**
 * struct vtymux_status - result of VTYMUX_IOC_STATUS
 * @line: the claimed line, 0 when there never was a claim
 * @revoked: of enum vtymux_revoke
 * @by: owner label of the thief for VTYMUX_REVOKE_STOLEN, else empty
 */
struct vtymux_status {
	__u32 line;
	__u32 revoked;
	char by[VTYMUX_OWNER_MAX + 1];
};

#define VTYMUX_TAP_REPLAY_ALL	(~0U)

/**
 * struct vtymux_tap - argument of VTYMUX_IOC_TAP
 * @line: line number
 * @replay: in: bytes of history to begin with, VTYMUX_TAP_REPLAY_ALL for what
 *	there is; out: how many there were; what follows them is new
 * @flags: O_NONBLOCK, O_CLOEXEC
 * @reserved: must be 0
 */
struct vtymux_tap {
	__u32 line;
	__u32 replay;
	__u32 flags;
	__u32 reserved;
};

#define VTYMUX_IOC_MAGIC	0xbb
#define VTYMUX_IOC_CLAIM	_IOWR(VTYMUX_IOC_MAGIC, 1, struct vtymux_claim)
#define VTYMUX_IOC_OPEN		_IOW(VTYMUX_IOC_MAGIC, 2, struct vtymux_open)
#define VTYMUX_IOC_STATUS	_IOR(VTYMUX_IOC_MAGIC, 3, struct vtymux_status)
#define VTYMUX_IOC_ATTACH	_IOW(VTYMUX_IOC_MAGIC, 4, struct vtymux_open)
#define VTYMUX_IOC_TAP		_IOWR(VTYMUX_IOC_MAGIC, 8, struct vtymux_tap)
#define VTYMUX_IOC_TAP_LOST	_IOR(VTYMUX_IOC_MAGIC, 9, __u64)	/* bytes */

#define VTYMUX_GENL_NAME	"vtymux"
#define VTYMUX_GENL_VERSION	1
#define VTYMUX_GENL_GROUP	"events"

enum vtymux_cmd {
	VTYMUX_CMD_UNSPEC,
	VTYMUX_CMD_LINE_GET,
	VTYMUX_CMD_LINE_CLEAR,
	VTYMUX_CMD_EVENT,
	__VTYMUX_CMD_LAST
};
#define VTYMUX_CMD_MAX (__VTYMUX_CMD_LAST - 1)

/* enum vtymux_line_type - VTYMUX_A_LINE_TYPE */
enum vtymux_line_type {
	VTYMUX_LINE_TTY,
	VTYMUX_LINE_VIRTUAL,
};

/* enum vtymux_line_state - VTYMUX_A_LINE_STATE, sysfs "state": first that holds */
enum vtymux_line_state {
	VTYMUX_STATE_UNBOUND,
	VTYMUX_STATE_DOWN,
	VTYMUX_STATE_ACTIVE,
	VTYMUX_STATE_CLAIMED,
	VTYMUX_STATE_IDLE,
};

/* enum vtymux_event - VTYMUX_A_EVENT_TYPE */
enum vtymux_event {
	VTYMUX_EVENT_ADDED,	/* line registered */
	VTYMUX_EVENT_REMOVED,
	VTYMUX_EVENT_BOUND,	/* backing present */
	VTYMUX_EVENT_DOWN,	/* backing lost */
	VTYMUX_EVENT_UNBOUND,
	VTYMUX_EVENT_OPENED,	/* first open */
	VTYMUX_EVENT_CLOSED,	/* last close */
	VTYMUX_EVENT_CLAIMED,
	VTYMUX_EVENT_RELEASED,	/* value: enum vtymux_revoke */
	/*
	 * First byte on a line nobody has open; with exec 1 also later ones, at
	 * most one event a second.
	 */
	VTYMUX_EVENT_INPUT,
	VTYMUX_EVENT_BREAK,	/* break received */
	VTYMUX_EVENT_CARRIER,	/* value: 0 or 1 */
	VTYMUX_EVENT_CHANGED,	/* a sysfs attribute was written */
	__VTYMUX_EVENT_LAST
};

/* Attributes of all commands; new ones are only appended. */
enum vtymux_attr {
	VTYMUX_A_UNSPEC,
	VTYMUX_A_LINE_NUMBER,	/* u32 */
	VTYMUX_A_LINE_TYPE,	/* u32, enum vtymux_line_type */
	VTYMUX_A_LINE_NAME,	/* string, may be empty */
	VTYMUX_A_LINE_BACKING,	/* string, may be empty */
	VTYMUX_A_LINE_STATE,	/* u32, enum vtymux_line_state */
	VTYMUX_A_LINE_EXEC,	/* u8, 0 or 1 */
	VTYMUX_A_LINE_OWNER,	/* string, may be empty */
	VTYMUX_A_LINE_STATS,	/* nest of enum vtymux_stat */
	VTYMUX_A_EVENT_TYPE,	/* u32, enum vtymux_event */
	VTYMUX_A_EVENT_SEQ,	/* u64 */
	VTYMUX_A_EVENT_VALUE,	/* u32 */
	VTYMUX_A_PAD,
	__VTYMUX_A_LAST
};
#define VTYMUX_A_MAX (__VTYMUX_A_LAST - 1)

/* Counters, all u64; the names are those of sysfs statistics/. */
enum vtymux_stat {
	VTYMUX_STAT_UNSPEC,
	VTYMUX_STAT_RX,		/* bytes from the backing or the master */
	VTYMUX_STAT_TX,		/* bytes to the backing or the master */
	VTYMUX_STAT_OPENS,	/* opens from closed */
	VTYMUX_STAT_NOISE,	/* bytes received while nobody had it open */
	VTYMUX_STAT_BREAKS,
	VTYMUX_STAT_FRAMING,
	VTYMUX_STAT_PARITY,
	VTYMUX_STAT_OVERRUNS,	/* bytes dropped at a slow reader */
	VTYMUX_STAT_HW_OVERRUNS,	/* overruns the hardware reported */
	VTYMUX_STAT_DOWNS,	/* times the backing was lost */
	VTYMUX_STAT_TAP_LOST,	/* bytes that taps were too slow for */
	VTYMUX_STAT_PAD,
	__VTYMUX_STAT_LAST
};
#define VTYMUX_STAT_MAX (__VTYMUX_STAT_LAST - 1)

#endif /* _UAPI_LINUX_VTYMUX_H */
