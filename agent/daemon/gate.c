// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vtymux.h>

#include "cleanup.h"
#include "conf-acl.h"
#include "conf-item.h"
#include "log.h"
#include "vtys.h"

static_assert(LINK_VTY_WORDS * 32 > VTYMUX_LINE_MAX, "a bit for each line");

static void describe(const struct acl_verdict *v, struct gate_reason *ret)
{
	*ret = (struct gate_reason){ .log = v->entry && v->entry->log };
	if (v->entry)
		snprintf(ret->text, sizeof(ret->text),
			 "access list %s, entry %u", v->list->name,
			 v->entry->sequence);
	else if (v->list)
		snprintf(ret->text, sizeof(ret->text),
			 "access list %s, no entry", v->list->name);
}

/* Many lines, few lists: what a list said of the peer is not asked again. */
struct question {
	const struct conf *conf;
	struct acl_peer peer;
	char name[ACL_NAME_MAX + 1];	/* "": none was asked */
	struct acl_verdict verdict;
	bool admits;
};

static bool admits(struct question *q, unsigned int line,
		   struct acl_verdict *ret)
{
	char name[ACL_NAME_MAX + 1];

	*ret = (struct acl_verdict){ 0 };
	if (!conf_access_class(q->conf, line, q->peer.is_ipv6, name))
		return true;
	if (strcmp(q->name, name))
		q->admits = acl_admits(&q->conf->acls, name, &q->peer,
				       &q->verdict);
	strcpy(q->name, name);
	*ret = q->verdict;
	return q->admits;
}

bool gate_open(const struct conf *conf, const struct sockaddr_storage *peer,
	       unsigned int first, unsigned int count,
	       uint32_t ret_vtys[LINK_VTY_WORDS], struct gate_reason *ret_why)
{
	struct acl_verdict why = { 0 }, v;
	struct question q = { .conf = conf };
	bool known = !acl_peer_of(peer, &q.peer), open = false;

	memset(ret_vtys, 0, LINK_VTY_WORDS * sizeof(*ret_vtys));
	for (unsigned int n = first; known && n < first + count &&
	     n <= VTYMUX_LINE_MAX; n++) {
		bool takes = admits(&q, n, &v);

		if (n == first || (takes && !open))
			why = v;
		open |= takes;
		if (takes)
			ret_vtys[n / 32] |= UINT32_C(1) << n % 32;
	}
	describe(&why, ret_why);
	return open || (known && !count);
}

/* ", 10, ipv6 MANAGEMENT, ": each list once. */
static void add_absent(const struct conf *conf, unsigned int line, bool ipv6,
		       char *names, size_t size)
{
	char name[ACL_NAME_MAX + 1], one[ACL_NAME_MAX + 16];
	size_t len = strlen(names);

	if (!conf_access_class(conf, line, ipv6, name) ||
	    acl_set_find(&conf->acls, ipv6, name))
		return;
	snprintf(one, sizeof(one), ", %s%s, ", ipv6 ? "ipv6 " : "", name);
	if (!strstr(names, one) && len + strlen(one) < size)
		strcpy(names + (len ? len - 2 : 0), one);
}

/* One that has no list while others have is likely an oversight. */
static void warn_left_out(const struct conf *conf)
{
	static unsigned int last;
	unsigned int first, count = vtys_count(&first), with = 0, without = 0;
	char name[ACL_NAME_MAX + 1];

	for (unsigned int n = first; n < first + count; n++) {
		if (conf_access_class(conf, n, false, name))
			with++;
		else if (!without)
			without = n;
	}
	if (!with)
		without = 0;
	if (without && without != last)
		log_warn("line vty %u has no access-class, unlike others: it takes everybody",
			 without - first);
	last = without;
}

void gate_warn(const struct conf *conf)
{
	static char last[1024];
	char names[sizeof(last)] = "";

	for (size_t i = 0; i < conf->item_count; i++) {
		const struct conf_item *item = &conf->items[i];

		if (item->mode != CONF_MODE_LINE ||
		    !strstr(item->text, "access-class"))
			continue;
		add_absent(conf, item->line, false, names, sizeof(names));
		add_absent(conf, item->line, true, names, sizeof(names));
	}
	if (*names && strcmp(names, last))
		log_warn("access-class names lists that do not exist and permit everybody: %.*s",
			 (int)strlen(names) - 4, names + 2);
	strcpy(last, names);
	warn_left_out(conf);
}
