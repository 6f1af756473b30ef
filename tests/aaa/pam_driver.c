// SPDX-License-Identifier: GPL-2.0-only
/*
 * pam_driver CONFDIR: logs in as the monitor does, once for each line of its
 * input, and tells all that libpam told. Fields are separated by tabs:
 *
 *	STAGES SERVICE USER TTY RHOST ENV ANSWERS
 *
 * STAGES is a list of auth and acct, ENV and ANSWERS are lists with a '|'
 * between the entries. What comes out, closed by "end MILLISECONDS":
 *
 *	auth CODE, acct CODE, prompt STYLE TEXT, text TEXT, env NAME=VALUE
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct talk {
	char *answers;	/* those that are left */
};

static int converse(int count, const struct pam_message **msg,
		    struct pam_response **ret, void *arg)
{
	struct talk *talk = arg;
	struct pam_response *r = calloc((size_t)count, sizeof(*r));
	char *answer;

	for (int i = 0; r && i < count; i++) {
		if (msg[i]->msg_style == PAM_TEXT_INFO ||
		    msg[i]->msg_style == PAM_ERROR_MSG) {
			printf("text %s\n", msg[i]->msg);
			continue;
		}
		printf("prompt %s %s\n", msg[i]->msg_style ==
		       PAM_PROMPT_ECHO_ON ? "echo" : "hidden", msg[i]->msg);
		answer = strsep(&talk->answers, "|");
		if (!answer) {
			free(r);
			return PAM_CONV_ERR;
		}
		r[i].resp = strdup(answer);
	}
	*ret = r;
	return r ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void set_env(pam_handle_t *h, char *list)
{
	char *one;

	while ((one = strsep(&list, "|")))
		if (*one)
			pam_putenv(h, one);
}

static void print_env(pam_handle_t *h)
{
	char **list = pam_getenvlist(h);

	for (char **e = list; e && *e; e++) {
		printf("env %s\n", *e);
		free(*e);
	}
	free(list);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* The monitor does not follow modules' wishes either. */
static void no_delay(int retval, unsigned int usec, void *arg)
{
	(void)retval;
	(void)usec;
	(void)arg;
}

static void run(const char *dir, char **f)
{
	struct talk talk = { .answers = f[6] };
	const struct pam_conv conv = { converse, &talk };
	long long begun = now();
	pam_handle_t *h = NULL;
	int r = pam_start_confdir(f[1], f[2], &conv, dir, &h);

	if (r != PAM_SUCCESS) {
		printf("auth %d\nend %lld\n", r, now() - begun);
		return;
	}
	pam_set_item(h, PAM_TTY, f[3]);
	pam_set_item(h, PAM_RHOST, f[4]);
	pam_set_item(h, PAM_FAIL_DELAY, (const void *)no_delay);
	set_env(h, f[5]);
	if (strstr(f[0], "auth")) {
		r = pam_authenticate(h, PAM_DISALLOW_NULL_AUTHTOK);
		printf("auth %d\n", r);
	}
	if (r == PAM_SUCCESS && strstr(f[0], "acct")) {
		r = pam_acct_mgmt(h, PAM_DISALLOW_NULL_AUTHTOK);
		printf("acct %d\n", r);
	}
	print_env(h);
	pam_end(h, r);
	printf("end %lld\n", now() - begun);
}

int main(int argc, char **argv)
{
	static char line[4096];
	char *f[7], *at;

	if (argc != 2)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		at = line;
		for (int i = 0; i < 7; i++) {
			f[i] = strsep(&at, "\t");
			if (!f[i])
				return 2;
		}
		run(argv[1], f);
		fflush(stdout);
	}
	return 0;
}
