// SPDX-License-Identifier: GPL-2.0-only
#include "ktstream.h"

#include "kt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define GIVE_UP	20000	/* milliseconds */

struct ktstream ktstream_of(uint64_t seed)
{
	return (struct ktstream){ .state = seed * 2654435761U + 1,
				  .sizes = (uint32_t)seed + 1 };
}

void ktstream_fill(struct ktstream *s, unsigned char *buf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->state = s->state * 6364136223846793005ULL + 1;
		buf[i] = (unsigned char)(s->state >> 56);
	}
}

/* Often small or just max. */
size_t ktstream_size(struct ktstream *s, size_t max)
{
	s->sizes = s->sizes * 1103515245U + 12345U;
	if (s->sizes >> 30 == 0)
		return max;
	return 1 + (s->sizes >> 8) % (s->sizes >> 31 ? 64 : max);
}

static bool send_part(int fd, const unsigned char *buf, size_t n)
{
	while (n) {
		ssize_t r = write(fd, buf, n);

		if (r < 0 && errno == EAGAIN &&
		    kt_poll(fd, POLLOUT, GIVE_UP) > 0)
			continue;
		if (r <= 0)
			return false;
		buf += r;
		n -= (size_t)r;
	}
	return true;
}

bool ktstream_send(int fd, uint64_t seed, size_t total, size_t max)
{
	struct ktstream s = ktstream_of(seed);
	static unsigned char buf[16384];

	while (total) {
		size_t n = ktstream_size(&s, max);

		if (n > total)
			n = total;
		ktstream_fill(&s, buf, n);
		if (!send_part(fd, buf, n))
			return false;
		total -= n;
	}
	return true;
}

bool ktstream_receive(int fd, uint64_t seed, size_t total, size_t max, int nap)
{
	struct ktstream s = ktstream_of(seed), sizes = ktstream_of(seed + 1);
	static unsigned char buf[16384], expected[16384];
	size_t got = 0;

	while (got < total) {
		size_t n = ktstream_size(&sizes, max);
		ssize_t r;

		if (nap && n % 16 == 0)
			kt_poll(-1, 0, nap);
		if (n > total - got)
			n = total - got;
		r = kt_poll(fd, POLLIN, GIVE_UP) > 0 ? read(fd, buf, n) : 0;
		if (r <= 0) {
			kt_comment("read gives %zd, errno %d after %zu bytes",
				   r, r < 0 ? errno : 0, got);
			return false;
		}
		/* The sender's calls had other lengths. */
		ktstream_fill(&s, expected, (size_t)r);
		if (memcmp(buf, expected, (size_t)r)) {
			kt_comment("bytes %zu..%zu differ", got,
				   got + (size_t)r);
			return false;
		}
		got += (size_t)r;
	}
	return true;
}
