// SPDX-License-Identifier: GPL-2.0-only
/*
 * In place of pam_unix: what comes after the last '-' of the user's name is
 * its verdict: acc, rej, unk, una (accounts cannot be read), err.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>

static int verdict(pam_handle_t *h)
{
	static const struct {
		const char *name;
		int code;
	} map[] = {
		{ "-acc", PAM_SUCCESS }, { "-rej", PAM_AUTH_ERR },
		{ "-unk", PAM_USER_UNKNOWN }, { "-una", PAM_AUTHINFO_UNAVAIL },
	};
	const void *user = NULL;
	const char *last;

	pam_get_item(h, PAM_USER, &user);
	last = user ? strrchr(user, '-') : NULL;
	for (size_t i = 0; last && i < sizeof(map) / sizeof(map[0]); i++)
		if (!strcmp(last, map[i].name))
			return map[i].code;
	return PAM_SYSTEM_ERR;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	const char *password;

	(void)flags;
	(void)argc;
	(void)argv;
	if (pam_get_authtok(h, PAM_AUTHTOK, &password, "Password: "))
		return PAM_CONV_ERR;
	return verdict(h);
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
	(void)argc;
	(void)argv;
	return verdict(h);
}
