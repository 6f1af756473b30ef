// SPDX-License-Identifier: GPL-2.0-only
#include "decoy.h"

#include <crypt.h>
#include <pwd.h>
#include <shadow.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "library.h"

/*
 * Linux-PAM 1.5.2's pam_unix hashes a password twice: x_strdup() is a macro
 * that evaluates its argument, crypt_r(), two times.
 */
#define HASHES	2

/* pam_unix brings it along, and takes it away. */
#define LIBRARY	"libcrypt.so.1"

struct lib {
	__typeof__(crypt_r) *crypt;
	__typeof__(crypt_gensalt_rn) *gensalt;
};

static const struct library_call calls[] = {
	{ "crypt_r", offsetof(struct lib, crypt) },
	{ "crypt_gensalt_rn", offsetof(struct lib, gensalt) },
	LIBRARY_END
};

/* '!' and '*' lock; "x" points at a shadow entry that is not there. */
static bool is_hash(const char *s)
{
	return s && s[0] == '$';
}

/*
 * The first hash of /etc/shadow, since a system's accounts mostly have the same
 * method and cost. Return: false if there is none that fits.
 */
static bool account_setting(char *setting, size_t size)
{
	FILE *file = fopen("/etc/shadow", "re");
	struct spwd *sp;
	bool found = false;

	while (file && !found && (sp = fgetspent(file))) {
		found = is_hash(sp->sp_pwdp) && strlen(sp->sp_pwdp) < size;
		if (found)
			strcpy(setting, sp->sp_pwdp);
		explicit_bzero(sp->sp_pwdp, strlen(sp->sp_pwdp));
	}
	if (file)
		fclose(file);
	return found;
}

static void spend(const struct lib *lib, struct crypt_data *data)
{
	char setting[CRYPT_OUTPUT_SIZE];

	/* NULL, 0: the system's default method (yescrypt) and its cost. */
	if (!account_setting(setting, sizeof(setting)) &&
	    !lib->gensalt(NULL, 0, NULL, 0, setting, sizeof(setting)))
		return;
	for (int i = 0; i < HASHES; i++)
		lib->crypt("decoy", setting, data);
	explicit_bzero(setting, sizeof(setting));
	explicit_bzero(data, sizeof(*data));
}

void decoy_spend(void)
{
	struct crypt_data *data _cleanup_free_ = calloc(1, sizeof(*data));
	struct lib lib;
	void *library = data ? library_open(LIBRARY, calls, &lib) : NULL;

	if (library)
		spend(&lib, data);
	library_close(library);
}

void decoy_for_user(const char *user)
{
	struct passwd *pw = getpwnam(user);
	struct spwd *sp = getspnam(user);

	if (!pw || !is_hash(sp ? sp->sp_pwdp : pw->pw_passwd))
		decoy_spend();
	if (sp && sp->sp_pwdp)
		explicit_bzero(sp->sp_pwdp, strlen(sp->sp_pwdp));
	endspent();
}
