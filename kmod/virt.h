/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual lines: the line is the slave of a pair, as a pts, and its master is
 * a file that VTYMUX_IOC_ATTACH returns. This is the line's side and the
 * coming and going of masters; master.c is the file.
 *
 * From the line to the master bytes go through a queue. The other way the
 * master gives them to the line discipline in its own context. What that does
 * not take now goes through the port's flip buffer, whose work tries again
 * whenever the discipline has room; until all of it is taken the master waits.
 * The exclusive lock of the port's buffer keeps both ways in apart, and from
 * TIOCSTI; it also guards the state of the master.
 */
#ifndef _VTYMUX_VIRT_H
#define _VTYMUX_VIRT_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/termios.h>
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/wait.h>

#include "compat.h"
#include "line.h"
#include "queue.h"

/* Of the line, as its master sees it. */
enum vtymux_slave {
	VTYMUX_SLAVE_NEW,	/* not opened yet: the master waits */
	VTYMUX_SLAVE_OPEN,
	VTYMUX_SLAVE_CLOSED,	/* or hung up: the master reads EIO */
};

#define VTYMUX_MASTER_CHUNK	2048	/* bytes given to the line at a time */

/* Owned by its file. A line refers to it until it is detached. */
struct vtymux_master {
	struct vtymux_line *line;
	struct rcu_head rcu;

	/* Under vtymux_virt_lock(); a look at them needs no lock. */
	enum vtymux_slave slave;
	bool gone;		/* being detached: no open any more */
	unsigned int queued;	/* bytes in the port's flip buffer */
	struct winsize winsize;	/* for the next first open */

	struct mutex read_mutex;
	struct mutex write_mutex;
	wait_queue_head_t read_wait;
	wait_queue_head_t write_wait;
	struct vtymux_queue output;
	u8 input[VTYMUX_MASTER_CHUNK];	/* under write_mutex */
};

extern const struct tty_operations vtymux_virt_ops;

/* Sets what the port of a virtual line calls. */
void vtymux_virt_setup_port(struct tty_port *port);

/**
 * vtymux_virt_attach() - make a master for the line
 * @flags: O_NONBLOCK, O_CLOEXEC
 *
 * Return: its descriptor, -ENOTTY for another type of line, -EBUSY if it has a
 * master, -errno. Sleeps; the caller keeps the line claimed meanwhile.
 */
int vtymux_virt_attach(struct vtymux_line *line, unsigned int flags);

/* Takes the master, if any, off the line and hangs the line up. Sleeps. */
void vtymux_virt_detach(struct vtymux_line *line);

/* Detaches @master, if it is, and frees it. */
void vtymux_virt_release(struct vtymux_master *master);

/* The line's input was flushed: a master that waits need not. Sleeps. */
void vtymux_virt_flushed(struct vtymux_line *line);

static inline void vtymux_virt_lock(struct vtymux_line *line)
{
	tty_buffer_lock_exclusive(&line->port);
}

/* Waiting for the lock stops the port's work, which starts again by this. */
static inline void vtymux_virt_unlock(struct vtymux_line *line,
				      const struct vtymux_master *master)
{
	bool queued = master && master->queued;

	tty_buffer_unlock_exclusive(&line->port);
	if (queued)
		vtymux_restart_receive(&line->port);
}

#endif /* _VTYMUX_VIRT_H */
