// SPDX-License-Identifier: GPL-2.0-only
#include "authz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "lists.h"
#include "log.h"
#include "monitor.h"
#include "open.h"
#include "pam.h"
#include "path.h"
#include "policy.h"
#include "program.h"
#include "service.h"

static int converse_nobody(struct pam_round *round, void *arg)
{
	(void)arg;
	return round->count ? -1 : 0;
}

/* The list of the line whose login list counted. Return: 0 or -errno. */
static int find_service(struct monitor *m, enum aaa_service what,
			char service[SERVICE_NAME_MAX + 1])
{
	unsigned int line = open_login_line(m);
	char list[LISTS_NAME_MAX + 1];
	int r = lists_find(path_rundir(), line, what == AAA_EXEC ? LISTS_EXEC :
			   LISTS_REVERSE, list);

	if (r < 0) {
		log_err("%s/" LISTS_FILE ": %s", path_rundir(), strerror(-r));
		return r;
	}
	if (what == AAA_REVERSE)
		strcpy(m->reverse_list, list);
	r = service_for_list(path_rundir(), what, list, service);
	if (r > 0 && strcmp(list, LISTS_DEFAULT))
		log_warn("line %u: authorization list %s is not defined, default is used",
			 line, list);
	return r < 0 ? r : 0;
}

/* Return: as pam_check(). */
static int ask(struct monitor *m, enum aaa_service what, const char *tty)
{
	char service[SERVICE_NAME_MAX + 1], rhost[PROTO_PEER_MAX];
	struct pam_request req = {
		.service = service, .user = m->target.user, .tty = tty,
		.rhost = rhost, .converse = converse_nobody,
		.is_authenticated = true, .vars = &m->vars,
	};
	const char *why = NULL;
	int r;

	r = find_service(m, what, service);
	if (r < 0)
		return r;
	snprintf(rhost, sizeof(rhost), "%.*s", (int)strcspn(m->peer, " "),
		 m->peer);
	r = pam_check(&req, &why);
	if (r)
		log_notice("%s authorization of %s failed: %s",
			   what == AAA_EXEC ? "exec" : "reverse-access",
			   m->target.user, why);
	return r;
}

bool authz_is_account(const struct monitor *m)
{
	const char *method = pam_var(&m->vars, "VTYMUX_METHOD");

	return method && !strcmp(method, "system");
}

/* Of users who have no level of their own: that of the line of an EXEC. */
static unsigned int line_level(struct monitor *m)
{
	if (m->target.kind != TARGET_EXEC || !m->vty_line)
		return POLICY_LEVEL_DEFAULT;
	admit_settings(m, m->vty_line);
	return m->settings.level;
}

/* Absent means the line's; anything but 0..15 is no privilege at all. */
static unsigned int privilege(struct monitor *m)
{
	const char *text = pam_var(&m->vars, "VTYMUX_PRIV");
	unsigned long level;

	if (!text && authz_is_account(m) &&
	    program_is_admin(m->target.user))
		return 15;
	if (!text)
		return line_level(m);
	if (!*text || strlen(text) > 2 ||
	    strspn(text, "0123456789") != strlen(text))
		return 0;
	level = strtoul(text, NULL, 10);
	return level <= 15 ? (unsigned int)level : 0;
}

static bool is_line(const struct target *t)
{
	return t->kind == TARGET_LINE || t->kind == TARGET_NAME ||
	       t->kind == TARGET_ROTARY;
}

/*
 * A reverse session has no EXEC, and so no use for its level but to have a
 * reserved vty: no server is asked for it. That of an account of this system is
 * known anyway, and goes to the records.
 */
void authz_ask(struct monitor *m)
{
	bool reverse = is_line(&m->target);

	m->is_account = authz_is_account(m);
	m->exec_refused = false;
	m->lines_refused = false;
	/* First: the lines that came with the login are for it. */
	if (m->target.kind != TARGET_EXEC && m->target.kind != TARGET_INVALID)
		m->lines_refused = ask(m, AAA_REVERSE, "ssh") != 0;
	if (!reverse || m->vty_reserved)
		m->exec_refused = ask(m, AAA_EXEC, "ssh") != 0;
	m->privilege = m->exec_refused ? 0 :
		reverse && !m->vty_reserved && !m->is_account ?
		POLICY_LEVEL_DEFAULT : privilege(m);
}

bool authz_line(const struct monitor *m, unsigned int line)
{
	const char *lines = pam_var(&m->vars, "VTYMUX_LINES");
	unsigned int n;
	int len;

	if (m->lines_refused)
		return false;
	if (!lines)
		return true;
	for (; sscanf(lines, "%u%n", &n, &len) == 1; lines += len)
		if (n == line)
			return true;
	return false;
}

/* He was asked about by the list of one line: others count as that one. */
static bool has_list(const struct monitor *m, unsigned int line)
{
	char list[LISTS_NAME_MAX + 1];

	return !lists_find(path_rundir(), line, LISTS_REVERSE, list) &&
	       !strcmp(list, m->reverse_list);
}

void authz_lines(const struct monitor *m, uint64_t set[VTYMUX_CLAIM_WORDS_MAX])
{
	for (unsigned int n = 0; n < 64 * VTYMUX_CLAIM_WORDS_MAX; n++)
		if (set[n / 64] >> n % 64 & 1 &&
		    (!authz_line(m, n) || !has_list(m, n)))
			set[n / 64] &= ~(UINT64_C(1) << n % 64);
}
