/* SPDX-License-Identifier: GPL-2.0-only */
/* The netlink family for the tests. Functions give 0 or -errno. */
#ifndef TESTS_KMOD_KTNL_H
#define TESTS_KMOD_KTNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vtymux.h>

struct ktnl;

/* What a message says about a line or an event; @has is a bit an attribute. */
struct ktnl_message {
	uint32_t has;		/* 1 << VTYMUX_A_... */
	uint8_t cmd;
	uint32_t line, type, state, event, value;
	uint8_t exec;
	uint64_t seq;
	uint64_t stats[VTYMUX_STAT_MAX + 1];
	uint32_t has_stats;	/* 1 << VTYMUX_STAT_... */
	char name[VTYMUX_NAME_MAX + 1];
	char backing[VTYMUX_BACKING_MAX + 1];
	char owner[VTYMUX_OWNER_MAX + 1];
};

typedef void (*ktnl_fn)(const struct ktnl_message *message, void *arg);

/* The family's message type in this network namespace, or -ENOENT. */
int ktnl_lookup(void);
/* Ends the test if the family is not there. */
struct ktnl *ktnl_open(void);
void ktnl_close(struct ktnl *nl);
/* Message type of the family, for requests of one's own. */
unsigned int ktnl_family(const struct ktnl *nl);

/*
 * One request with the @n attributes, then what comes until its end. @fn gets
 * each message. Return: 0 or the error the kernel answered.
 */
struct ktnl_attr {
	int type;		/* with NLA_F_ flags */
	const void *data;
	int len;
};
int ktnl_request(struct ktnl *nl, uint8_t cmd, int flags,
		 const struct ktnl_attr *attrs, size_t n, ktnl_fn fn,
		 void *arg);

int ktnl_get(struct ktnl *nl, unsigned int line, struct ktnl_message *message);
int ktnl_clear(struct ktnl *nl, unsigned int line);

/* Listens for events from now on. */
int ktnl_subscribe(struct ktnl *nl);
/* The next event within @ms; -ETIMEDOUT, or -ENOBUFS when some were lost. */
int ktnl_event(struct ktnl *nl, struct ktnl_message *message, int ms);

#endif /* TESTS_KMOD_KTNL_H */
