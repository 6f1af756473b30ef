// SPDX-License-Identifier: GPL-2.0-only
#include "pam.h"

#include <errno.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"
#include "path.h"
#include "service.h"

#define LIBRARY		"libpam.so.0"
#define ROUNDS_MAX	16	/* of one attempt */

#define PAM_CALLS(call) \
	call(acct_mgmt) \
	call(authenticate) \
	call(end) \
	call(get_item) \
	call(getenvlist) \
	call(putenv) \
	call(set_item) \
	call(start_confdir) \
	call(strerror)

/* libpam, from the first check until there is time to put it away. */
static void *library;
static unsigned int checks;	/* that go on: one may wait for an answer */
static struct {
#define PAM_MEMBER(name) __typeof__(pam_ ## name) *name;
	PAM_CALLS(PAM_MEMBER)
#undef PAM_MEMBER
} pam;

static const struct library_call calls[] = {
#define PAM_SYMBOL(name) { "pam_" #name, offsetof(__typeof__(pam), name) },
	PAM_CALLS(PAM_SYMBOL)
#undef PAM_SYMBOL
	LIBRARY_END
};

struct talk {
	const struct pam_request *req;
	struct pam_round round;
	unsigned int rounds;
	bool gave_up;
};

/* Appends printable ASCII; what does not fit is cut. */
static void append_clean(char *to, size_t size, const char *from, bool newlines)
{
	size_t len = strlen(to);

	for (; *from && len + 1 < size; from++) {
		if (*from == '\n' && newlines)
			to[len++] = '\n';
		else if (*from >= 0x20 && *from < 0x7f)
			to[len++] = *from;
	}
	to[len] = '\0';
}

static void add_text(struct pam_round *round, const char *text)
{
	if (round->text[0])
		append_clean(round->text, sizeof(round->text), "\n", true);
	append_clean(round->text, sizeof(round->text), text, true);
}

static int add_prompt(struct pam_round *round, const char *prompt, bool echo)
{
	unsigned int n = round->count;

	if (n == PROTO_PROMPTS_MAX)
		return PAM_CONV_ERR;
	round->prompts[n][0] = '\0';
	append_clean(round->prompts[n], sizeof(round->prompts[n]), prompt,
		     false);
	if (echo)
		round->echo |= 1U << n;
	round->count++;
	return PAM_SUCCESS;
}

static int add_message(struct pam_round *round, const struct pam_message *msg)
{
	const char *text = msg->msg ? msg->msg : "";

	switch (msg->msg_style) {
	case PAM_PROMPT_ECHO_ON:
		return add_prompt(round, text, true);
	case PAM_PROMPT_ECHO_OFF:
		return add_prompt(round, text, false);
	case PAM_ERROR_MSG:
	case PAM_TEXT_INFO:
		add_text(round, text);
		return PAM_SUCCESS;
	default:
		return PAM_CONV_ERR;
	}
}

static bool is_prompt(const struct pam_message *msg)
{
	return msg->msg_style == PAM_PROMPT_ECHO_ON ||
	       msg->msg_style == PAM_PROMPT_ECHO_OFF;
}

static void free_answers(struct pam_response *answers, int count)
{
	for (int i = 0; i < count; i++) {
		if (!answers[i].resp)
			continue;
		explicit_bzero(answers[i].resp, strlen(answers[i].resp));
		free(answers[i].resp);
	}
	free(answers);
}

/* Return: array of @count, NULL when out of memory. */
static struct pam_response *copy_answers(const struct pam_round *round,
					 const struct pam_message **msg,
					 int count)
{
	struct pam_response *answers = calloc((size_t)count, sizeof(*answers));
	unsigned int n = 0;

	for (int i = 0; answers && i < count; i++) {
		if (!is_prompt(msg[i]))
			continue;
		answers[i].resp = strdup(round->answers[n++]);
		if (!answers[i].resp) {
			free_answers(answers, count);
			answers = NULL;
		}
	}
	return answers;
}

/* Asks the other side and forgets what was asked. */
static bool ask(struct talk *talk)
{
	if (talk->gave_up || talk->rounds++ == ROUNDS_MAX)
		return false;
	if (talk->req->converse(&talk->round, talk->req->arg) < 0) {
		talk->gave_up = true;
		return false;
	}
	talk->round.text[0] = '\0';
	return true;
}

/* Text waits for the next prompt, or for the end of the attempt. */
static int converse(int count, const struct pam_message **msg,
		    struct pam_response **ret, void *arg)
{
	struct talk *talk = arg;
	struct pam_response *answers = NULL;

	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	talk->round.count = 0;
	talk->round.echo = 0;
	for (int i = 0; i < count; i++)
		if (add_message(&talk->round, msg[i]) != PAM_SUCCESS)
			return PAM_CONV_ERR;
	if (!talk->round.count || ask(talk))
		answers = copy_answers(&talk->round, msg, count);
	explicit_bzero(talk->round.answers, sizeof(talk->round.answers));
	if (!answers)
		return PAM_CONV_ERR;
	*ret = answers;
	return PAM_SUCCESS;
}

static void no_delay(int retval, unsigned int usec, void *arg)
{
	(void)retval;
	(void)usec;
	(void)arg;
}

static int set_items(pam_handle_t *h, const struct pam_request *req)
{
	int r = pam.set_item(h, PAM_TTY, req->tty);

	if (r == PAM_SUCCESS)
		r = pam.set_item(h, PAM_RHOST, req->rhost);
	if (r == PAM_SUCCESS)
		r = pam.set_item(h, PAM_FAIL_DELAY, (const void *)no_delay);
	return r;
}

/* A module that turns the name into another would dodge the caller's checks. */
static int check_name(pam_handle_t *h, const char *user)
{
	const void *now = NULL;

	if (pam.get_item(h, PAM_USER, &now) != PAM_SUCCESS || !now ||
	    strcmp(now, user))
		return PAM_USER_UNKNOWN;
	return PAM_SUCCESS;
}

static int run(pam_handle_t *h, struct talk *talk)
{
	int r = set_items(h, talk->req);

	if (r == PAM_SUCCESS && !talk->req->is_authenticated)
		r = pam.authenticate(h, PAM_DISALLOW_NULL_AUTHTOK);
	if (r == PAM_SUCCESS)
		r = check_name(h, talk->req->user);
	if (r == PAM_SUCCESS)
		r = pam.acct_mgmt(h, PAM_DISALLOW_NULL_AUTHTOK);
	if (r != PAM_SUCCESS || !talk->round.text[0])
		return r;
	/* "Your password will expire in 3 days." is for the user's eyes. */
	talk->round.count = 0;
	talk->round.echo = 0;
	return ask(talk) ? PAM_SUCCESS : PAM_CONV_ERR;
}

const char *pam_var(const struct pam_vars *vars, const char *name)
{
	size_t len = strlen(name), at = 0;

	while (at < vars->len) {
		const char *one = vars->text + at;

		if (!strncmp(one, name, len) && one[len] == '=')
			return one + len + 1;
		at += strlen(one) + 1;
	}
	return NULL;
}

void pam_var_only(struct pam_vars *vars, const char *name, const char *value)
{
	int n = snprintf(vars->text, sizeof(vars->text), "%s=%s", name, value);

	vars->len = (size_t)n + 1;
}

static int load_vars(pam_handle_t *h, const struct pam_vars *vars)
{
	int r = PAM_SUCCESS;

	for (size_t at = 0; vars && at < vars->len && r == PAM_SUCCESS;
	     at += strlen(vars->text + at) + 1)
		r = pam.putenv(h, vars->text + at);
	return r;
}

/* All of them or a failure: a restriction must not be lost on the way. */
static int save_vars(pam_handle_t *h, struct pam_vars *vars)
{
	char **list = vars ? pam.getenvlist(h) : NULL;
	int r = !vars || list ? PAM_SUCCESS : PAM_BUF_ERR;
	size_t len;

	if (vars)
		vars->len = 0;
	for (char **e = list; e && *e; e++) {
		len = strlen(*e) + 1;
		if (strncmp(*e, "VTYMUX_", 7)) {
			free(*e);
			continue;
		}
		if (len > sizeof(vars->text) - vars->len) {
			r = PAM_BUF_ERR;
		} else {
			memcpy(vars->text + vars->len, *e, len);
			vars->len += len;
		}
		free(*e);
	}
	free(list);
	return r;
}

/* The text goes with the library. */
static const char *keep(const char *text)
{
	static char kept[128];

	snprintf(kept, sizeof(kept), "%s", text ? text : "");
	return kept;
}

static int check(const struct pam_request *req, const char *dir,
		 const char **ret_why)
{
	struct talk talk = { .req = req };
	const struct pam_conv conv = { converse, &talk };
	pam_handle_t *h = NULL;
	int r;

	r = pam.start_confdir(req->service, req->user, &conv, dir, &h);
	if (r != PAM_SUCCESS) {
		*ret_why = "no PAM service, is vtymuxd running?";
		return -ENOENT;
	}
	r = load_vars(h, req->vars);
	if (r == PAM_SUCCESS)
		r = run(h, &talk);
	if (r == PAM_SUCCESS)
		r = save_vars(h, req->vars);
	explicit_bzero(&talk.round, sizeof(talk.round));
	if (r != PAM_SUCCESS)
		*ret_why = keep(pam.strerror(h, r));
	pam.end(h, r);
	if (r == PAM_SUCCESS)
		return 0;
	return talk.gave_up ? -ECANCELED : -EACCES;
}

int pam_check(const struct pam_request *req, const char **ret_why)
{
	char dir[4096];
	int n, r;

	n = snprintf(dir, sizeof(dir), "%s/" SERVICE_DIR, path_rundir());
	if (n < 0 || (size_t)n >= sizeof(dir))
		return -ENOENT;
	if (!library)
		library = library_open(LIBRARY, calls, &pam);
	if (!library) {
		*ret_why = "no " LIBRARY;
		return -ENOENT;
	}
	checks++;
	r = check(req, dir, ret_why);
	checks--;
	return r;
}

void pam_unload(void)
{
	if (!checks)
		library = library_close(library);
}
