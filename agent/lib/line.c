// SPDX-License-Identifier: GPL-2.0-only
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "path.h"

#define VALUE_MAX	1024	/* the longest is a full rotary list, < 500 */

/* Return: the line's directory, -ENODEV or -errno. */
static int open_line(unsigned int number)
{
	char path[4096];
	int fd, n;

	n = snprintf(path, sizeof(path), "%s/" VTYMUX_LINE_PREFIX "%u",
		     path_sysfs(), number);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	return fd;
}

/*
 * Reads one value without its newline. Return: 0, -ENODEV for a line that is
 * going away, -EBADMSG for what is not one line of text that fits, -errno.
 */
static int read_value(int dir, const char *attribute, char *value, size_t size)
{
	int fd _cleanup_close_ = -1;
	size_t len = 0;

	fd = openat(dir, attribute, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	for (;;) {
		ssize_t n = read(fd, value + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += (size_t)n;
		if (len == size)
			return -EBADMSG;
	}
	if (!len || value[len - 1] != '\n')
		return -EBADMSG;
	value[--len] = '\0';
	return strlen(value) == len && !strchr(value, '\n') ? 0 : -EBADMSG;
}

static int parse_word(const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(value, words[i]))
			return (int)i;
	return -EBADMSG;
}

static int parse_type(const char *value, struct line *line)
{
	static const char *const words[] = { "tty", "virtual" };
	int n = parse_word(value, words, 2);

	line->is_virtual = n == 1;
	return n < 0 ? n : 0;
}

static int parse_exec(const char *value, struct line *line)
{
	static const char *const words[] = { "0", "1" };
	int n = parse_word(value, words, 2);

	line->exec = n == 1;
	return n < 0 ? n : 0;
}

static int parse_state(const char *value, struct line *line)
{
	static const char *const words[] = {
		[VTYMUX_STATE_UNBOUND] = "unbound",
		[VTYMUX_STATE_DOWN] = "down",
		[VTYMUX_STATE_ACTIVE] = "active",
		[VTYMUX_STATE_CLAIMED] = "claimed",
		[VTYMUX_STATE_IDLE] = "idle",
	};
	int n = parse_word(value, words, sizeof(words) / sizeof(words[0]));

	if (n < 0)
		return n;
	line->state = (enum vtymux_line_state)n;
	return 0;
}

static int parse_transport(const char *value, struct line *line)
{
	static const struct {
		const char *value;
		unsigned int bits;
	} known[] = {
		{ "none", 0 },
		{ "", 0 },
		{ "ssh", LINE_TRANSPORT_SSH },
		{ "telnet", LINE_TRANSPORT_TELNET },
		{ "ssh telnet", LINE_TRANSPORT_SSH | LINE_TRANSPORT_TELNET },
		{ "all", LINE_TRANSPORT_SSH | LINE_TRANSPORT_TELNET },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(value, known[i].value))
			continue;
		line->transport = known[i].bits;
		return 0;
	}
	return -EBADMSG;
}

/* "1 7 127": ascending, single spaces, or empty. */
static int parse_rotary(const char *value, struct line *line)
{
	unsigned int last = 0;

	line->rotary[0] = 0;
	line->rotary[1] = 0;
	while (*value) {
		unsigned long n;
		char *end;

		if (*value < '1' || *value > '9')
			return -EBADMSG;
		n = strtoul(value, &end, 10);
		if (n <= last || n > VTYMUX_ROTARY_MAX)
			return -EBADMSG;
		last = (unsigned int)n;
		line->rotary[last / 64] |= UINT64_C(1) << last % 64;
		if (!*end)
			break;
		if (*end != ' ' || !end[1])
			return -EBADMSG;
		value = end + 1;
	}
	return 0;
}

/* An attribute is parsed into @line or copied to @offset. */
struct attribute {
	const char *name;
	int (*parse)(const char *value, struct line *line);
	size_t offset, size;
};

#define PARSED(n)	{ .name = #n, .parse = parse_##n }
#define COPIED(n)	{ .name = #n, .offset = offsetof(struct line, n), \
			  .size = sizeof(((struct line *)0)->n) }

static const struct attribute attributes[] = {
	PARSED(type),
	PARSED(exec),
	{ .name = "transport_input", .parse = parse_transport },
	PARSED(rotary),
	PARSED(state),
	COPIED(name),
	COPIED(backing),
	COPIED(login_authentication),
	COPIED(owner),
};

static int read_attribute(int dir, const struct attribute *a,
			  struct line *line)
{
	char value[VALUE_MAX];
	int r;

	r = read_value(dir, a->name, value, sizeof(value));
	if (r < 0)
		return r;
	if (a->parse)
		return a->parse(value, line);
	if (strlen(value) >= a->size)
		return -EBADMSG;
	memcpy((char *)line + a->offset, value, strlen(value) + 1);
	return 0;
}

int line_read(unsigned int number, struct line *ret)
{
	int dir _cleanup_close_ = open_line(number);
	struct line line = { .number = number };

	if (dir < 0)
		return dir;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		int r = read_attribute(dir, &attributes[i], &line);

		if (r < 0)
			return r;
	}
	*ret = line;
	return 0;
}

/* The N of a "vtyN" as the kernel writes it, else 0. */
static unsigned int entry_number(const char *entry)
{
	static const size_t prefix = sizeof(VTYMUX_LINE_PREFIX) - 1;
	unsigned long n;
	char *end;

	if (strncmp(entry, VTYMUX_LINE_PREFIX, prefix))
		return 0;
	if (entry[prefix] < '1' || entry[prefix] > '9')
		return 0;
	n = strtoul(entry + prefix, &end, 10);
	return *end || n > VTYMUX_LINE_MAX ? 0 : (unsigned int)n;
}

/* Sets the bit of every line there is. Return: 0 or -errno. */
static int list_lines(uint64_t set[VTYMUX_CLAIM_WORDS_MAX])
{
	DIR *dir _cleanup_dir_ = opendir(path_sysfs());
	struct dirent *entry;

	if (!dir)
		return -errno;
	memset(set, 0, sizeof(*set) * VTYMUX_CLAIM_WORDS_MAX);
	while ((errno = 0, entry = readdir(dir))) {
		unsigned int n = entry_number(entry->d_name);

		if (n)
			set[n / 64] |= UINT64_C(1) << n % 64;
	}
	return -errno;
}

int line_find_name(const char *name, unsigned int *ret_number)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];
	char value[VALUE_MAX];
	int r;

	if (!*name)
		return -ENODEV;
	r = list_lines(set);
	if (r < 0)
		return r;
	for (unsigned int n = 1; n <= VTYMUX_LINE_MAX; n++) {
		int dir _cleanup_close_ = -1;

		if (!(set[n / 64] & UINT64_C(1) << n % 64))
			continue;
		dir = open_line(n);
		if (dir < 0 || read_value(dir, "name", value, sizeof(value)) < 0)
			continue;
		if (strcmp(value, name))
			continue;
		*ret_number = n;
		return 0;
	}
	return -ENODEV;
}

int line_for_each(int (*fn)(const struct line *line, void *arg), void *arg)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];
	struct line line;
	int r;

	r = list_lines(set);
	if (r < 0)
		return r;
	for (unsigned int n = 1; n <= VTYMUX_LINE_MAX; n++) {
		if (!(set[n / 64] & UINT64_C(1) << n % 64))
			continue;
		r = line_read(n, &line);
		if (r == -ENODEV)	/* went away meanwhile */
			continue;
		if (r < 0)
			return r;
		r = fn(&line, arg);
		if (r)
			return r;
	}
	return 0;
}

int line_value(unsigned int number, const char *attribute, char *value,
	       size_t size)
{
	int dir _cleanup_close_ = open_line(number);

	return dir < 0 ? dir : read_value(dir, attribute, value, size);
}

int line_number(unsigned int number, const char *attribute, uint64_t *ret)
{
	char value[24], *end;
	unsigned long long n;
	int r;

	r = line_value(number, attribute, value, sizeof(value));
	if (r < 0)
		return r;
	if (*value < '0' || *value > '9')
		return -EBADMSG;
	errno = 0;
	n = strtoull(value, &end, 10);
	if (*end || errno)
		return -EBADMSG;
	*ret = n;
	return 0;
}

int line_open_state(unsigned int number)
{
	int dir _cleanup_close_ = open_line(number);
	int fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, "state", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	return fd;
}

int line_poll_state(int fd, enum vtymux_line_state *ret)
{
	struct line line;
	char value[16];
	ssize_t n;
	int r;

	n = pread(fd, value, sizeof(value) - 1, 0);
	if (n <= 0)
		return n < 0 ? -errno : -EBADMSG;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	r = parse_state(value, &line);
	if (!r)
		*ret = line.state;
	return r;
}

int line_write(unsigned int number, const char *attribute, const char *value)
{
	int dir _cleanup_close_ = open_line(number);
	int fd _cleanup_close_ = -1;
	char text[VALUE_MAX + 1];
	ssize_t n;
	int len;

	if (dir < 0)
		return dir;
	/* With the newline, as an empty write does nothing in sysfs. */
	len = snprintf(text, sizeof(text), "%s\n", value);
	if (len < 0 || (size_t)len >= sizeof(text))
		return -EINVAL;
	fd = openat(dir, attribute, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	do {
		n = write(fd, text, (size_t)len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == len ? 0 : -EIO;
}
