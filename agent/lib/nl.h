/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's netlink family, as <linux/vtymux.h> documents it. */
#ifndef AGENT_NL_H
#define AGENT_NL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vtymux.h>

struct nl_client;

struct nl_line {
	unsigned int number;
	enum vtymux_line_type type;
	enum vtymux_line_state state;
	bool exec;
	char name[VTYMUX_NAME_MAX + 1];
	char backing[VTYMUX_BACKING_MAX + 1];
	char owner[VTYMUX_OWNER_MAX + 1];
	uint64_t stats[VTYMUX_STAT_MAX + 1];	/* by enum vtymux_stat */
};

struct nl_event {
	unsigned int type;	/* enum vtymux_event, perhaps a newer one */
	unsigned int line;
	uint32_t value;		/* 0 where the event has none */
	uint64_t seq;
};

typedef void (*nl_event_fn)(const struct nl_event *event, void *arg);

/**
 * nl_client_open() - connect to the family and subscribe to its events
 * Return: 0; -ENOENT when there is no such family (module not loaded); -errno.
 */
int nl_client_open(struct nl_client **ret);

/* Return: NULL; accepts it. */
struct nl_client *nl_client_close(struct nl_client *client);

/* To poll for events; stays the client's. */
int nl_client_fd(const struct nl_client *client);

/**
 * nl_client_events() - read the events that are there, without waiting
 * Return: 0; 1 when events were lost, so that the caller should look at all
 * lines again; -errno.
 */
int nl_client_events(struct nl_client *client, nl_event_fn fn, void *arg);

/* One line. Return: 0, -ENODEV, -EBADMSG, -errno; @ret untouched on failure. */
int nl_client_get(struct nl_client *client, unsigned int line,
		  struct nl_line *ret);

/**
 * nl_client_dump() - call @fn for each line in ascending order
 * @fn: returns 0, or a negative value to get no more calls
 * Return: 0, what @fn returned, or -errno; -EAGAIN when lines came or went
 * meanwhile, so that the dump may not be whole.
 */
int nl_client_dump(struct nl_client *client,
		   int (*fn)(const struct nl_line *line, void *arg), void *arg);

/* End the claim on a line and hang it up. Return: 0, -ENODEV, -errno. */
int nl_client_clear(struct nl_client *client, unsigned int line);

#endif /* AGENT_NL_H */
