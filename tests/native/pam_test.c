// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PAM module whose users exist nowhere else. The password of all is
 * "secret"; what is special about a user is in his name:
 *
 *	good, lab	nothing
 *	two		also a token, 42, asked in the same round, echoed
 *	three		also a token, asked in a second round
 *	talk		a text once he is in
 *	escape		a prompt with control characters
 *	expired		is refused by the account stage
 *	rename		becomes "good" on the way
 *	many		nine prompts in one round
 *	endless		is asked again and again
 *	root		is the one every system has
 *	long-...	nothing, for long names
 *
 * Everybody else is unknown. Argument: log=FILE, one line a call with what
 * the application told: "auth USER TTY RHOST SERVICE".
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *item(pam_handle_t *h, int type)
{
	const void *value = NULL;

	pam_get_item(h, type, &value);
	return value ? value : "-";
}

static void note(pam_handle_t *h, const char *what, int argc, const char **argv)
{
	for (int i = 0; i < argc; i++) {
		FILE *f;

		if (strncmp(argv[i], "log=", 4))
			continue;
		f = fopen(argv[i] + 4, "a");
		if (!f)
			continue;
		fprintf(f, "%s %s %s %s %s\n", what, item(h, PAM_USER),
			item(h, PAM_TTY), item(h, PAM_RHOST),
			item(h, PAM_SERVICE));
		fclose(f);
	}
}

/* Return: whether the answer to @text is @want. */
static int ask(pam_handle_t *h, int style, const char *text, const char *want)
{
	char *answer = NULL;
	int r = pam_prompt(h, style, &answer, "%s", text);

	if (r == PAM_SUCCESS && (!answer || strcmp(answer, want)))
		r = PAM_AUTH_ERR;
	free(answer);
	return r;
}

/* Several prompts in one call, as pam_prompt() cannot. */
static int ask_round(pam_handle_t *h, int count, const char *last)
{
	struct pam_message text[10];
	const struct pam_message *msg[10];
	struct pam_response *answers = NULL;
	const void *conv = NULL;
	int r;

	for (int i = 0; i < count; i++) {
		text[i].msg_style = i ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;
		text[i].msg = i ? "Token: " : "Password: ";
		msg[i] = &text[i];
	}
	text[count].msg_style = PAM_TEXT_INFO;
	text[count].msg = "Two factors\033[31m";
	msg[count] = &text[count];
	r = pam_get_item(h, PAM_CONV, &conv);
	if (r != PAM_SUCCESS)
		return r;
	r = ((const struct pam_conv *)conv)->conv(count + 1, msg, &answers,
			((const struct pam_conv *)conv)->appdata_ptr);
	if (r != PAM_SUCCESS)
		return r;
	if (!answers || strcmp(answers[0].resp, "secret") ||
	    strcmp(answers[count - 1].resp, last) || answers[count].resp)
		r = PAM_AUTH_ERR;
	for (int i = 0; answers && i < count; i++)
		free(answers[i].resp);
	free(answers);
	return r;
}

static bool is(const char *user, const char *name)
{
	return !strcmp(user, name);
}

static int known(pam_handle_t *h, const char *user)
{
	int r;

	if (is(user, "two"))
		return ask_round(h, 2, "42");
	if (is(user, "many"))
		return ask_round(h, 9, "42");
	if (is(user, "escape"))
		return ask(h, PAM_PROMPT_ECHO_OFF, "Pass\033]0;x\007word\n: ",
			   "secret");
	do {
		r = ask(h, PAM_PROMPT_ECHO_OFF, "Password: ", "secret");
	} while (is(user, "endless") && r == PAM_SUCCESS);
	if (r == PAM_SUCCESS && is(user, "three"))
		r = ask(h, PAM_PROMPT_ECHO_ON, "Token: ", "42");
	if (r == PAM_SUCCESS && is(user, "talk"))
		pam_info(h, "Your password will expire in 3 days.");
	if (r == PAM_SUCCESS && is(user, "rename"))
		r = pam_set_item(h, PAM_USER, "good");
	return r;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	static const char *const users[] = {
		"good", "lab", "two", "three", "talk", "escape", "expired",
		"rename", "many", "endless", "root",
	};
	const char *user = item(h, PAM_USER);

	(void)flags;
	note(h, "auth", argc, argv);
	pam_fail_delay(h, 5000000);	/* not to be followed */
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (is(user, users[i]) || !strncmp(user, "long-", 5))
			return known(h, user);
	ask(h, PAM_PROMPT_ECHO_OFF, "Password: ", "secret");
	return PAM_USER_UNKNOWN;
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)flags;
	note(h, "account", argc, argv);
	return is(item(h, PAM_USER), "expired") ? PAM_ACCT_EXPIRED : PAM_SUCCESS;
}
