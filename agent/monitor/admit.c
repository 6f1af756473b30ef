// SPDX-License-Identifier: GPL-2.0-only
#include "admit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authz.h"
#include "claim.h"
#include "cleanup.h"
#include "gate.h"
#include "line.h"
#include "log.h"
#include "monitor.h"
#include "notice.h"
#include "open.h"
#include "path.h"
#include "policy.h"
#include "rotary.h"
#include "texts.h"

/* "7:lab@192.0.2.1", no spaces; of a long name the tail is cut. */
static void owner_label(const struct monitor *m, char *ret, size_t size)
{
	int peer = (int)strcspn(m->peer, " ");
	int head = snprintf(ret, size, "%u:", m->config.session);
	int user = (int)size - 1 - head - 1 - peer;

	snprintf(ret + head, size - (size_t)head, "%.*s@%.*s", user,
		 m->target.user, peer, m->peer);
}

/* What the operator says to users of the line; without the file nothing. */
static void read_texts(unsigned int line, struct texts *ret)
{
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/" TEXTS_FILE, path_rundir());
	r = texts_load(ret, path, line);
	if (r < 0 && r != -ENOENT)
		log_err("%s: %s: line %u has no texts", path, strerror(-r),
			line);
}

static void tell(const struct monitor *m, const char *text)
{
	if (text)
		notice_text(m->notice, text);
}

void admit_greet(const struct monitor *m)
{
	struct texts texts _cleanup_(texts_free) = { 0 };

	read_texts(m->line, &texts);
	if (!texts.text[TEXTS_QUIET])
		tell(m, texts.text[TEXTS_MOTD]);
	tell(m, texts.text[TEXTS_INCOMING]);
}

void admit_refuse(const struct monitor *m, unsigned int line, int error)
{
	struct texts texts _cleanup_(texts_free) = { 0 };

	switch (error) {
	case -ENXIO:
		notice(m->notice, "%% Invalid line");
		break;
	case -EBUSY:
		read_texts(line, &texts);
		tell(m, texts.text[TEXTS_REFUSE]);
		notice(m->notice, "%% Line %u is busy", line);
		break;
	default:
		if (error != -ENODEV && error != -EIO)
			log_err("line %u: claim: %s", line, strerror(-error));
		notice(m->notice, "%% Line %u is not available", line);
	}
}

/* Whether the user may do with the line what the target says. */
static bool is_authorized(const struct monitor *m, const struct policy *policy,
			  unsigned int line)
{
	if (!authz_line(m, line))
		return false;
	switch (m->target.kind) {
	case TARGET_WATCH:
		return m->privilege == PRIVILEGE_MAX ||
		       policy_admits(policy, line, POLICY_WATCH);
	case TARGET_STEAL:
		return m->privilege == PRIVILEGE_MAX &&
		       policy_admits(policy, line, POLICY_ALLOW);
	default:
		return policy_admits(policy, line, POLICY_ALLOW);
	}
}

/* Policy before the claim: may this line be had at all? */
static bool admit(const struct monitor *m, const struct policy *policy,
		  unsigned int number, uint32_t kind)
{
	struct line line;
	int r = line_read(number, &line);

	if (r == -ENODEV || (!r && line.is_virtual)) {
		notice(m->notice, "%% Invalid line");
		return false;
	}
	if (r < 0) {
		log_err("line %u: sysfs: %s", number, strerror(-r));
		notice(m->notice, "%% Line %u is not available", number);
		return false;
	}
	if (!(line.transport & LINE_TRANSPORT_SSH)) {
		notice(m->notice,
		       "%% Line %u: transport input does not allow ssh", number);
		return false;
	}
	if (!gate_takes(m, policy, number)) {
		notice(m->notice,
		       "%% Line %u: access-class does not allow this address",
		       number);
		return false;
	}
	if (!is_authorized(m, policy, number)) {
		notice(m->notice, "%% Line %u: not authorized", number);
		return false;
	}
	if (kind != PROTO_OPEN_SHELL) {
		notice(m->notice, "%% Line %u: commands are not possible",
		       number);
		return false;
	}
	return true;
}

static bool claim_rotary_member(struct monitor *m, const struct policy *policy,
				uint32_t kind)
{
	uint64_t set[VTYMUX_CLAIM_WORDS_MAX];
	char owner[VTYMUX_OWNER_MAX + 1];
	unsigned int group = m->target.number, lowest;
	int r = rotary_candidates(group, policy, set, &lowest);

	if (r >= 0)
		lowest = gate_lines(m, policy, set);
	if (r == -ENODEV) {
		notice(m->notice, "%% Invalid line");
		return false;
	}
	if (r < 0)
		log_err("rotary %u: sysfs: %s", group, strerror(-r));
	if (r >= 0 && lowest && kind != PROTO_OPEN_SHELL) {
		notice(m->notice, "%% Line %u: commands are not possible",
		       lowest);
		return false;
	}
	if (r >= 0 && lowest) {
		authz_lines(m, set);
		owner_label(m, owner, sizeof(owner));
		r = claim_rotary(group, set, VTYMUX_CLAIM_WORDS_MAX, owner,
				 &m->line);
		if (r >= 0) {
			m->claim = r;
			return true;
		}
		if (r != -EBUSY && r != -ENODEV)
			log_err("rotary %u: claim: %s", group, strerror(-r));
	}
	notice(m->notice, "%% No free line in rotary %u", group);
	return false;
}

/* A claim, a stolen claim or, to watch, a tap. Return: 0 or -errno. */
static int take(struct monitor *m, unsigned int number)
{
	char owner[VTYMUX_OWNER_MAX + 1];
	uint32_t replay;
	int r;

	owner_label(m, owner, sizeof(owner));
	if (m->target.kind == TARGET_WATCH)
		r = m->tap = claim_tap(number, &replay);
	else if (m->target.kind == TARGET_STEAL)
		r = m->claim = claim_steal(number, owner);
	else
		r = m->claim = claim_line(number, owner);
	m->line = r < 0 ? 0 : number;
	return r < 0 ? r : 0;
}

static bool claim_one(struct monitor *m, const struct policy *policy,
		      uint32_t kind)
{
	unsigned int number;
	int r = open_find_line(&m->target, &number);

	if (r < 0 && r != -ENODEV)
		log_err("finding line %s: %s", m->target.name, strerror(-r));
	if (r < 0) {
		notice(m->notice, "%% Invalid line");
		return false;
	}
	if (!admit(m, policy, number, kind))
		return false;
	r = take(m, number);
	if (r < 0)
		admit_refuse(m, number, r);
	return r == 0;
}

/* Claims what the target names, or says why not. */
static bool claim_target(struct monitor *m, const struct policy *policy,
			 uint32_t kind)
{
	switch (m->target.kind) {
	case TARGET_LINE:
	case TARGET_NAME:
	case TARGET_WATCH:
	case TARGET_STEAL:
		return claim_one(m, policy, kind);
	case TARGET_ROTARY:
		return claim_rotary_member(m, policy, kind);
	case TARGET_EXEC:	/* has no line but its vty */
	case TARGET_INVALID:
		break;
	}
	notice(m->notice, "%% Invalid line");
	return false;
}

/* Lists and settings as they are now; without them nobody is admitted. */
static void load_policy(struct policy *ret)
{
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/" POLICY_FILE, path_rundir());
	r = policy_load(ret, path);
	if (r < 0) {
		log_err("%s: %s: nobody is admitted", path, strerror(-r));
		ret->deny = true;
	}
}

bool admit_claim(struct monitor *m, enum proto_open_kind kind)
{
	struct policy policy _cleanup_(policy_free) = { 0 };
	bool claimed;

	load_policy(&policy);
	policy_resolve(&policy, m->target.user, m->is_account);
	claimed = claim_target(m, &policy, kind);
	if (claimed)
		m->settings = policy_get(&policy, m->line);
	return claimed;
}

void admit_settings(struct monitor *m, unsigned int line)
{
	struct policy policy _cleanup_(policy_free) = { 0 };

	load_policy(&policy);
	m->settings = policy_get(&policy, line);
}
