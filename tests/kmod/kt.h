/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the module share. A test program is
 *
 *	int main(int argc, char **argv)
 *	{
 *		return kt_main("name", 60, argc, argv, run);
 *	}
 *
 * and is started as "name LINE BACKING [LINE BACKING]...". run() works in a
 * child that is no session leader and has no controlling terminal. When it
 * ends, dies or outlives its seconds, the lines get back what they had.
 *
 * Functions that return int give 0 (or what they document) or -errno.
 */
#ifndef TESTS_KMOD_KT_H
#define TESTS_KMOD_KT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vtymux.h>

#define KT_PAIRS_MAX	8

struct kt_pair {
	unsigned int line;
	const char *backing;
};

/* The command line: @line and @backing are those of the first pair. */
struct kt_args {
	unsigned int line;
	const char *backing;
	struct kt_pair pairs[KT_PAIRS_MAX];
	unsigned int count;
};

int kt_main(const char *suite, unsigned int seconds, int argc, char **argv,
	    void (*run)(const struct kt_args *args));

/* One result each: "ok - SUITE: NAME" or "not ok - SUITE: NAME". */
bool kt_ok(bool ok, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void kt_skip(const char *reason, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void kt_comment(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Is @got the result that was expected? Says what it was if not. */
bool kt_is(long got, long expected, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/* ... or the other one, where the interface allows two. */
bool kt_is_either(long got, long expected, long other, const char *name, ...)
	__attribute__((format(printf, 4, 5)));

/* Prints why and ends the test: nothing after this can work. */
void kt_bail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

uint64_t kt_now_ms(void);	/* monotonic */
void kt_pause(void);		/* between two looks at a condition */

/* Waits until @condition holds, at most @ms; is it true? */
#define KT_WAIT(condition, ms) ({					\
	uint64_t kt_end_ = kt_now_ms() + (ms);				\
	bool kt_true_;							\
									\
	while (!(kt_true_ = (condition)) && kt_now_ms() < kt_end_)	\
		kt_pause();						\
	kt_true_; })

/*
 * Attributes. A read gives the length and a text with its newline cut off; a
 * write is one write(2) of just these bytes.
 */
#define KT_ATTR_MAX	4097

int kt_read(unsigned int line, const char *attr, char text[KT_ATTR_MAX]);
int kt_write(unsigned int line, const char *attr, const void *data, size_t n);
int kt_set(unsigned int line, const char *attr, const char *text);
/* The value, or "error -E" if it cannot be read. Overwritten by the 4th call. */
const char *kt_get(unsigned int line, const char *attr);
bool kt_attr_is(unsigned int line, const char *attr, const char *text);
bool kt_state_is(unsigned int line, const char *state);
/* The counter @name of statistics/, UINT64_MAX if it cannot be read. */
uint64_t kt_stat(unsigned int line, const char *name);

/* Binds, or ends the test. */
void kt_bind(unsigned int line, const char *backing);
int kt_unbind(unsigned int line);
/* Finds @count lines that are unbound and in no rotary group; @not is none. */
bool kt_unbound_lines(unsigned int not, unsigned int *lines, size_t count);

/* Descriptors or -errno. */
int kt_open_line(unsigned int line, int flags);
int kt_open_tty(const char *backing, int flags);
int kt_open_claims(int flags);	/* /dev/vtymux */

int kt_claim(int fd, unsigned int line, uint32_t flags, const char *owner);
/* Return: the line taken. @words of @set; 0 admits all. */
int kt_claim_rotary(int fd, unsigned int group, const uint64_t *set,
		    uint32_t words);
int kt_claim_open(int fd, uint32_t flags);
int kt_status(int fd, struct vtymux_status *status);
/* A tap that begins with @replay bytes and does not block. Or ends the test. */
int kt_tap(unsigned int line, uint32_t replay);

/* A claim file; one with a claim; its line, non-blocking. Or end the test. */
int kt_claims(void);
int kt_claimed(unsigned int line, const char *owner);
int kt_opened(int fd);
/* Is the line idle and without owner, within a second? */
bool kt_idle(unsigned int line);
/* Claims, opens, writes, and unbinds, as it must be possible in the end. */
void kt_check_usable(const struct kt_pair *pair);

/* poll(2)'s revents within @ms, 0 if nothing came. */
int kt_poll(int fd, short events, int ms);
/* Does it read as hung up (EOF) and refuse to write, within a second? */
bool kt_hung_up(int fd);

/* A child that dies with its parent. Return: as fork(2). */
pid_t kt_fork(void);
/* Waits at most @ms for it. Return: its exit status, -1 if it did not exit. */
int kt_reap(pid_t pid, int ms);
int kt_kill(pid_t pid);		/* SIGKILL, and reaps */
int kt_drop_cap(int capability);	/* from all sets of this process */

/* Runs @fn in a child. Return: what it returned, -1000 if it died. */
int kt_in_child(int (*fn)(void *arg), void *arg);

#endif /* TESTS_KMOD_KT_H */
