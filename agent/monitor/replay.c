// SPDX-License-Identifier: GPL-2.0-only
#include "replay.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "claim.h"
#include "cleanup.h"
#include "line.h"
#include "log.h"
#include "monitor.h"
#include "notice.h"

#define TRIES	8

/*
 * A tap of the line and what it has to give until the line is open: its
 * history, and what comes before the open, which the kernel counts as noise.
 */
struct history {
	int tap;
	uint32_t replay;
	uint64_t noise;
};

static int read_noise(const struct monitor *m, uint64_t *ret)
{
	return line_number(m->line, "statistics/noise", ret);
}

/* The count must be that of the moment the tap began. */
static int begin(const struct monitor *m, struct history *ret)
{
	struct history h = { .tap = -1 };
	uint64_t after = 0;

	for (int i = 0; i < TRIES; i++) {
		int r = read_noise(m, &h.noise);

		if (r < 0)
			return r;
		h.tap = claim_tap(m->line, &h.replay);
		if (h.tap < 0)
			return h.tap;
		r = read_noise(m, &after);
		if (r == 0 && after == h.noise)
			break;
		if (r < 0 || i == TRIES - 1) {
			close(h.tap);
			return r < 0 ? r : -EAGAIN;
		}
		close(h.tap);
	}
	*ret = h;
	return 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Moves @count bytes, fewer if there are no more. Return: 0 or -errno. */
static int move(const struct monitor *m, int tap, uint64_t count, int file)
{
	char bytes[8192];

	while (count) {
		size_t want = count < sizeof(bytes) ? count : sizeof(bytes);
		ssize_t n = read(tap, bytes, want);
		uint64_t lost;
		int r;

		if (n < 0 && errno == EOVERFLOW) {
			r = claim_tap_lost(tap, &lost);
			if (r < 0)
				return r;
			notice(m->notice, "%% Line %u: %llu bytes lost",
			       m->line, (unsigned long long)lost);
			count -= lost < count ? lost : count;
			continue;
		}
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n <= 0)
			break;
		r = write_all(file, bytes, (size_t)n);
		if (r < 0)
			return r;
		count -= (uint64_t)n;
	}
	return lseek(file, 0, SEEK_SET) < 0 ? -errno : 0;
}

/* Return: the file or -errno. */
static int gather(const struct monitor *m, const struct history *h)
{
	int file _cleanup_close_ = memfd_create("history", MFD_CLOEXEC);
	uint64_t noise;
	int r;

	if (file < 0)
		return -errno;
	r = read_noise(m, &noise);
	if (!r)
		r = move(m, h->tap, h->replay + noise - h->noise, file);
	return r < 0 ? r : take_fd(&file);
}

/* A line without its history is better than none. */
int replay_open(struct monitor *m, int *ret_history)
{
	struct history h = { .tap = -1 };
	int history = -1, line, r = 0;

	if (m->settings.replay)
		r = begin(m, &h);
	line = claim_open(m->claim);
	if (line >= 0 && h.tap >= 0)
		r = history = gather(m, &h);
	if (h.tap >= 0)
		close(h.tap);
	if (r < 0)
		log_warn("line %u: no history: %s", m->line, strerror(-r));
	if (line >= 0)
		*ret_history = history < 0 ? -1 : history;
	return line;
}
