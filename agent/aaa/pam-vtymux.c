// SPDX-License-Identifier: GPL-2.0-only
/*
 * pam_vtymux.so, the rest of the methods and the glue of the lists. The first
 * argument is what to do:
 *
 *	auth	local		check the password with users=FILE, tally=DIR,
 *				max-fail=N
 *	auth	enable		check the secret of the level in VTYMUX_ENABLE, in
 *				secrets=FILE
 *	auth	mark METHOD	remember the method that let the user in
 *	account	key		whose key is in the configuration came by "local"
 *				when users=FILE has him, then not when tally=DIR,
 *				max-fail=N locks him, else by "system"
 *	account	is METHOD	SUCCESS after that method, else USER_UNKNOWN
 *	account	exec METHOD	privilege: radius (what came with the accept),
 *				local (users=FILE), if-authenticated, none
 *	account	reverse METHOD	the line in PAM_TTY: the same methods
 */
#include "module.h"

#include <crypt.h>
#include <errno.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "users.h"

/*
 * Of no password: crypt(3) takes as long as for a user of the database, whose
 * secrets are made with the same parameters.
 */
#ifndef DECOY	/* tests of many logins take a cheaper one */
#define DECOY	"$y$j9T$aaaaaaaaaaaaaaaaaaaaa/" \
		"$T9PRsNhFGzPdEmR/MZlCRDzAYdMQBjcd5QoPVsf5rTD"
#endif

static int fault(pam_handle_t *h, const char *what, int error)
{
	pam_syslog(h, LOG_ERR, "%s: %s", what, strerror(error));
	return PAM_SYSTEM_ERR;
}

/* As long for every user and password; the comparison tells no place. */
static bool is_password(const char *hash, const char *password)
{
	struct crypt_data data = { 0 };
	const char *got = crypt_rn(password, *hash ? hash : DECOY, &data,
				   sizeof(data));
	size_t len = strlen(hash);
	unsigned char differ = !*hash || !got || *got == '*';

	if (!differ)
		differ = strlen(got) != len;
	for (size_t i = 0; !differ && i < len; i++)
		differ |= (unsigned char)(got[i] ^ hash[i]);
	explicit_bzero(&data, sizeof(data));
	return !differ;
}

static int local(pam_handle_t *h, int argc, const char **argv)
{
	const char *file = module_arg(argc, argv, "users");
	const char *tally = module_arg(argc, argv, "tally");
	long max = module_number(argc, argv, "max-fail", 0);
	const char *user = NULL, *password = NULL;
	struct user entry = { 0 };
	bool right, locked;
	int found, r;

	if (!file || !tally || max < 0)
		return fault(h, "arguments of the module", EINVAL);
	r = pam_get_user(h, &user, NULL);
	if (r == PAM_SUCCESS)
		r = pam_get_authtok(h, PAM_AUTHTOK, &password, "Password: ");
	if (r != PAM_SUCCESS)
		return r;
	found = users_find(file, user, &entry);
	if (found && found != -ENOENT)
		return fault(h, file, -found);
	right = is_password(entry.hash, password);
	explicit_bzero(entry.hash, sizeof(entry.hash));
	if (found)
		return PAM_USER_UNKNOWN;
	locked = users_locked(tally, user, &entry, (uint32_t)max);
	if (!locked)
		users_tally(tally, user, !right);
	else
		pam_syslog(h, LOG_NOTICE, "%s is locked after %ld failures",
			   user, max);
	return right && !locked ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/*
 * Without a secret it is as a name that is not in the database: the next
 * method, if one checks.
 */
static int enable(pam_handle_t *h, int argc, const char **argv)
{
	const char *file = module_arg(argc, argv, "secrets");
	unsigned int level = module_target(h);
	const char *password = NULL;
	struct user entry = { 0 };
	char name[12];
	bool right;
	int found, r;

	if (!file || !level)
		return fault(h, "arguments of the module", EINVAL);
	r = pam_get_authtok(h, PAM_AUTHTOK, &password, "Password: ");
	if (r != PAM_SUCCESS)
		return r;
	snprintf(name, sizeof(name), "%u", level);
	found = users_find(file, name, &entry);
	if (found && found != -ENOENT)
		return fault(h, file, -found);
	right = is_password(entry.hash, password);
	explicit_bzero(entry.hash, sizeof(entry.hash));
	return found ? PAM_USER_UNKNOWN : right ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int pam_sm_authenticate(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)flags;
	if (argc > 0 && !strcmp(argv[0], "local"))
		return local(h, argc, argv);
	if (argc > 0 && !strcmp(argv[0], "enable"))
		return enable(h, argc, argv);
	if (argc == 2 && !strcmp(argv[0], "mark"))
		return module_setenv(h, MODULE_METHOD, argv[1]);
	return fault(h, "arguments of the module", EINVAL);
}

int pam_sm_setcred(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)h;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

static bool came_by(pam_handle_t *h, const char *method)
{
	const char *by = pam_getenv(h, MODULE_METHOD);

	return by && !strcmp(by, method);
}

/* Whose name the list does not look up in the database is not in it. */
static int key(pam_handle_t *h, int argc, const char **argv)
{
	const char *file = module_arg(argc, argv, "users");
	const char *tally = module_arg(argc, argv, "tally");
	long max = module_number(argc, argv, "max-fail", 0);
	const char *user = module_item(h, PAM_USER);
	struct user entry = { 0 };
	int r = -ENOENT;

	if (!came_by(h, MODULE_KEY))
		return PAM_SUCCESS;
	if ((file && !tally) || max < 0)
		return fault(h, "arguments of the module", EINVAL);
	if (file)
		r = users_find(file, user, &entry);
	explicit_bzero(entry.hash, sizeof(entry.hash));
	if (r == -ENOENT)
		return module_setenv(h, MODULE_METHOD, "system");
	if (r)
		return fault(h, file, -r);
	if (users_locked(tally, user, &entry, (uint32_t)max)) {
		pam_syslog(h, LOG_NOTICE, "%s is locked after %ld failures",
			   user, max);
		return PAM_PERM_DENIED;
	}
	return module_setenv(h, MODULE_METHOD, "local");
}

/* The level of the `username` entry; who has none may not. */
static int exec_local(pam_handle_t *h, int argc, const char **argv)
{
	const char *file = module_arg(argc, argv, "users");
	struct user entry = { 0 };
	char level[12];
	int r;

	if (!file)
		return fault(h, "arguments of the module", EINVAL);
	r = users_find(file, module_item(h, PAM_USER), &entry);
	explicit_bzero(entry.hash, sizeof(entry.hash));
	if (r == -ENOENT)
		return PAM_PERM_DENIED;
	if (r)
		return fault(h, file, -r);
	snprintf(level, sizeof(level), "%u", entry.level);
	return module_setenv(h, MODULE_LEVEL, level);
}

/* Everybody may, with the level of nobody in particular. */
static int plain(pam_handle_t *h)
{
	/* Removing what is not there is no error of ours. */
	if (pam_getenv(h, MODULE_LEVEL))
		return pam_putenv(h, MODULE_LEVEL);
	return PAM_SUCCESS;
}

static int exec(pam_handle_t *h, int argc, const char **argv)
{
	if (!strcmp(argv[1], "radius"))
		return came_by(h, "radius") ? PAM_SUCCESS :
			PAM_AUTHINFO_UNAVAIL;
	if (!strcmp(argv[1], "local"))
		return exec_local(h, argc, argv);
	if (!strcmp(argv[1], "if-authenticated"))
		return pam_getenv(h, MODULE_METHOD) ? plain(h) :
			PAM_PERM_DENIED;
	if (!strcmp(argv[1], "none"))
		return plain(h);
	return fault(h, "arguments of the module", EINVAL);
}

/* "3 7 " holds the line of PAM_TTY. */
static bool lists_line(pam_handle_t *h)
{
	const char *lines = pam_getenv(h, MODULE_LINES);
	unsigned int line = module_line(h), n;
	int len;

	for (; lines && sscanf(lines, "%u%n", &n, &len) == 1; lines += len)
		if (n == line && line)
			return true;
	return false;
}

static int reverse(pam_handle_t *h, int argc, const char **argv)
{
	const char *file = module_arg(argc, argv, "users");
	struct user entry = { 0 };
	int r;

	if (!strcmp(argv[1], "radius")) {
		if (!came_by(h, "radius"))
			return PAM_AUTHINFO_UNAVAIL;
		return !pam_getenv(h, MODULE_LINES) || !module_line(h) ||
		       lists_line(h) ? PAM_SUCCESS : PAM_PERM_DENIED;
	}
	/* What a server said of lines counts for its own method only. */
	if (pam_getenv(h, MODULE_LINES))
		pam_putenv(h, MODULE_LINES);
	if (!strcmp(argv[1], "local") && file) {
		r = users_find(file, module_item(h, PAM_USER), &entry);
		explicit_bzero(entry.hash, sizeof(entry.hash));
		return !r ? PAM_SUCCESS : r == -ENOENT ? PAM_PERM_DENIED :
			fault(h, file, -r);
	}
	if (!strcmp(argv[1], "if-authenticated"))
		return pam_getenv(h, MODULE_METHOD) ? PAM_SUCCESS :
			PAM_PERM_DENIED;
	if (!strcmp(argv[1], "none"))
		return PAM_SUCCESS;
	return fault(h, "arguments of the module", EINVAL);
}

int pam_sm_acct_mgmt(pam_handle_t *h, int flags, int argc, const char **argv)
{
	(void)flags;
	if (argc > 0 && !strcmp(argv[0], "key"))
		return key(h, argc, argv);
	if (argc == 2 && !strcmp(argv[0], "is")) {
		if (!pam_getenv(h, MODULE_METHOD))
			return fault(h, MODULE_METHOD, ENOENT);
		return came_by(h, argv[1]) ? PAM_SUCCESS : PAM_USER_UNKNOWN;
	}
	if (argc >= 2 && !strcmp(argv[0], "exec"))
		return exec(h, argc, argv);
	if (argc >= 2 && !strcmp(argv[0], "reverse"))
		return reverse(h, argc, argv);
	return fault(h, "arguments of the module", EINVAL);
}
