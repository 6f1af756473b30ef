// SPDX-License-Identifier: GPL-2.0-only
/* vtymux-enable, see enable.h. */
#include "enable.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "log.h"
#include "pam.h"
#include "service.h"

/* The one secret answers the one prompt. */
static int converse(struct pam_round *round, void *arg)
{
	struct enable_question *q = arg;

	if (!round->count)
		return 0;
	if (round->count != 1 || round->echo || !*q->secret)
		return -ECANCELED;
	snprintf(round->answers[0], sizeof(round->answers[0]), "%s", q->secret);
	explicit_bzero(q->secret, sizeof(q->secret));
	return 0;
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool is_good(const struct enable_question *q)
{
	return q->level >= 1 && q->level <= 15 &&
	       is_text(q->user, sizeof(q->user)) &&
	       is_text(q->tty, sizeof(q->tty)) &&
	       is_text(q->peer, sizeof(q->peer)) &&
	       is_text(q->secret, sizeof(q->secret));
}

/* Who came over the local socket has a number; servers know names. */
static void find_name(struct enable_question *q)
{
	const struct passwd *pw = *q->user ? NULL : getpwuid(q->uid);

	if (pw && strlen(pw->pw_name) < sizeof(q->user))
		strcpy(q->user, pw->pw_name);
	else if (!*q->user)
		snprintf(q->user, sizeof(q->user), "uid%u", q->uid);
}

static enum enable_answer ask(struct enable_question *q)
{
	static struct pam_vars vars;
	char service[SERVICE_NAME_MAX + 1], level[3];
	struct pam_request req = {
		.service = service, .user = q->user, .tty = q->tty,
		.rhost = q->peer, .converse = converse, .arg = q, .vars = &vars,
	};
	const char *why = NULL;
	int r;

	service_name(AAA_ENABLE, "default", service);
	snprintf(level, sizeof(level), "%u", q->level % 100);
	pam_var_only(&vars, "VTYMUX_ENABLE", level);
	r = pam_check(&req, &why);
	if (r)
		log_notice("enable %s of %s: %s", level, q->user,
			   r == -ECANCELED ? "more was asked than a secret" :
			   why);
	return !r ? ENABLE_YES : r == -ENOENT ? ENABLE_FAULT : ENABLE_NO;
}

int main(void)
{
	static const struct rlimit none = { 0, 0 };
	static struct enable_question q;
	enum enable_answer answer;

	if (setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    read(STDIN_FILENO, &q, sizeof(q)) != sizeof(q) || !is_good(&q))
		return ENABLE_FAULT;
	find_name(&q);
	answer = ask(&q);
	explicit_bzero(&q, sizeof(q));
	return answer;
}
