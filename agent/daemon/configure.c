// SPDX-License-Identifier: GPL-2.0-only
/* Where the configuration comes from and where it goes. */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aaa.h"
#include "account.h"
#include "chain.h"
#include "cleanup.h"
#include "conf-lines.h"
#include "conf-policy.h"
#include "conf-replace.h"
#include "file.h"
#include "gate.h"
#include "line.h"
#include "log.h"
#include "path.h"
#include "texts.h"

#define PATH_ROOM	4096

/* "Applied since the last boot": the run directory does not survive one. */
#define MARKER		"startup-applied"

static const char *run_path(char path[PATH_ROOM], const char *name)
{
	snprintf(path, PATH_ROOM, "%s/%s", path_rundir(), name);
	return path;
}

static const char *startup_path(char path[PATH_ROOM])
{
	snprintf(path, PATH_ROOM, "%s/startup-config", path_sysconfdir());
	return path;
}

static void log_report(unsigned int line, const char *reason, void *arg)
{
	log_warn("%s line %u: %s", (const char *)arg, line, reason);
}

static bool lines_are_there(void)
{
	char type[16];

	return line_value(1, "type", type, sizeof(type)) == 0;
}

static void mark(void)
{
	char path[PATH_ROOM];
	int fd _cleanup_close_ = -1;

	fd = open(run_path(path, MARKER), O_WRONLY | O_CREAT | O_CLOEXEC |
		  O_NOFOLLOW, 0600);
	if (fd < 0)
		log_err("%s: %m: the next start will apply the start-up configuration again",
			path);
}

void daemon_forget(void)
{
	char path[PATH_ROOM];

	if (unlink(run_path(path, MARKER)) < 0 && errno != ENOENT)
		log_err("%s: %m", path);
}

static bool is_marked(void)
{
	char path[PATH_ROOM];

	return access(run_path(path, MARKER), F_OK) == 0;
}

/* What monitors read when they start. */
static void save_params(const struct conf *conf)
{
	struct params params;
	int r = conf_ssh_params(conf, &params);

	if (r == 0) {
		r = params_save(&params, path_rundir());
		params_free(&params);
	}
	if (r < 0)
		log_err("%s: parameters of SSH sessions: %s", path_rundir(),
			strerror(-r));
}

/* For monitors; they see the old file or the new one. */
static int save_policy(const struct conf *conf, const char *path)
{
	struct policy policy _cleanup_(policy_free) = { 0 };
	char *text _cleanup_free_ = NULL;
	FILE *file;
	size_t size;
	int r;

	r = conf_policy(conf, &policy);
	if (r < 0)
		return r;
	file = open_memstream(&text, &size);
	if (!file)
		return -errno;
	r = policy_print(&policy, file);
	if (fclose(file) && r == 0)
		r = -errno;
	return r < 0 ? r : file_replace(path, text, size, false);
}

static int save_printed(const struct conf *conf, const char *path,
			void (*print)(const struct conf *conf, FILE *file))
{
	char *text _cleanup_free_ = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return -errno;
	print(conf, file);
	if (fclose(file))
		return -errno;
	return file_replace(path, text, size, false);
}

/* What others read of the configuration. */
static void mirror(const struct conf *conf)
{
	char path[PATH_ROOM];
	int r = conf_save(conf, run_path(path, "running-config"));

	if (r < 0)
		log_err("%s: %s", path, strerror(-r));
	save_params(conf);
	aaa_apply(conf);
	account_apply(conf);
	gate_warn(conf);
	chain_warn(conf);
	r = save_policy(conf, run_path(path, POLICY_FILE));
	if (r < 0)
		log_err("%s: %s: lists of lines may be old ones", path,
			strerror(-r));
	r = save_printed(conf, run_path(path, LISTS_FILE), conf_print_lists);
	if (r < 0)
		log_err("%s: %s: lists of AAA may be old ones", path,
			strerror(-r));
	r = save_printed(conf, run_path(path, TEXTS_FILE), conf_print_texts);
	if (r < 0)
		log_err("%s: %s: texts of lines may be old ones", path,
			strerror(-r));
}

static void log_unreadable(const char *path, int error)
{
	if (error == -EPERM)
		log_err("%s: not applied: it must be a file of root's that nobody else may write",
			path);
	else if (error == -EFBIG)
		log_err("%s: not applied: over %u bytes", path, CONF_SIZE_MAX);
	else
		log_err("%s: not applied: %s", path, strerror(-error));
}

/*
 * Replaces the daemon's configuration by the start-up configuration. Without
 * lines their settings wait. Return: 0, or -errno and nothing changed.
 */
static int apply_startup(struct daemon *d)
{
	bool lines = lines_are_there();
	char path[PATH_ROOM];
	struct conf fresh;
	int r;

	conf_init(&fresh);
	r = conf_load(&fresh, startup_path(path),
		      lines ? &conf_lines_sysfs : NULL,
		      log_report, (void *)"startup-config");
	if (r < 0) {
		conf_free(&fresh);
		return r;
	}
	d->refused = r;
	d->lines_pending = !lines;
	conf_free(&d->conf);
	d->conf = fresh;
	if (lines)
		mark();
	mirror(&d->conf);
	log_notice("start-up configuration applied%s%s",
		   r ? ", but not every line" : "",
		   lines ? "" : "; line settings wait for the kernel module");
	return 0;
}

static int apply_running(struct daemon *d)
{
	char path[PATH_ROOM];
	struct conf fresh;
	int r;

	conf_init(&fresh);
	r = conf_load(&fresh, run_path(path, "running-config"), NULL, log_report,
		      (void *)"running-config");
	if (r < 0) {
		log_unreadable(path, r);
		conf_free(&fresh);
		return r;
	}
	conf_free(&d->conf);
	d->conf = fresh;
	mirror(&d->conf);	/* an update may write more of it */
	log_info("running configuration taken over");
	return 0;
}

void daemon_configure(struct daemon *d)
{
	char path[PATH_ROOM];
	int r;

	if (is_marked() && apply_running(d) == 0)
		return;
	r = apply_startup(d);
	if (r == -ENOENT)
		log_notice("%s does not exist: everything is at its default",
			   startup_path(path));
	else if (r < 0)
		log_unreadable(startup_path(path), r);
	if (r < 0)
		mirror(&d->conf);
}

/* Swaps the configuration under the binder, which must see both. */
void daemon_reconfigure(struct daemon *d)
{
	struct conf old = d->conf;
	char path[PATH_ROOM];
	int r;

	conf_init(&d->conf);
	r = apply_startup(d);
	if (r < 0) {
		log_unreadable(startup_path(path), r);
		conf_free(&d->conf);
		d->conf = old;
		return;
	}
	binder_forget_held(&d->binder);
	binder_reconfigure(&d->binder, &old);
	conf_free(&old);
}

static bool same_bindings(const struct conf *a, const struct conf *b)
{
	return a->binding_count == b->binding_count &&
	       (!a->binding_count ||
		!memcmp(a->bindings, b->bindings,
			a->binding_count * sizeof(*a->bindings)));
}

void daemon_changed(struct daemon *d, const struct conf *old)
{
	mirror(&d->conf);
	server_listen(&d->server, d->keys > 0);
	if (!same_bindings(&d->conf, old))
		binder_reconfigure(&d->binder, old);
}

int daemon_command(struct daemon *d, const char *header, const char *text,
		   struct conf_parser *parser, struct cmd_match *match)
{
	struct conf fresh, old = d->conf;
	int r;

	memset(match, 0, sizeof(*match));
	if (conf_copy(&fresh, &d->conf) < 0)
		return cmd_fail(match, -ENOMEM, "out of memory");
	parser->conf = &fresh;
	r = conf_enter(parser, header, match);
	if (r == 0)
		r = conf_command(parser, text, match);
	parser->conf = &d->conf;
	if (r < 0 || conf_only_moves(match)) {
		conf_free(&fresh);
		return r;
	}
	d->conf = fresh;
	daemon_changed(d, &old);
	conf_free(&old);
	return 0;
}

int daemon_replace(struct daemon *d, const char *text, size_t size,
		   conf_report_fn report, void *arg, char *fault,
		   size_t fault_size)
{
	FILE *file _cleanup_file_ = fmemopen((void *)text, size, "r");
	struct conf fresh, old = d->conf;
	int r;

	if (!file || !lines_are_there()) {
		snprintf(fault, fault_size,
			 "%% no lines: the kernel module is not loaded");
		return -ENODEV;
	}
	r = conf_replace(&d->conf, file, &conf_lines_sysfs, &fresh, report, arg,
			 fault, fault_size);
	if (r < 0)
		return r;
	d->conf = fresh;
	daemon_changed(d, &old);
	conf_free(&old);
	return r;
}

static int print_all(const struct daemon *d, unsigned int flags, FILE *file)
{
	fprintf(file, "!\nversion " VTYMUX_VERSION "\n!\n");
	return conf_print(&d->conf, lines_are_there() ? &conf_lines_sysfs :
			  NULL, flags, file);
}

int daemon_print(const struct daemon *d, unsigned int flags, FILE *file)
{
	char *text _cleanup_free_ = NULL;
	size_t size = 0;
	FILE *whole = open_memstream(&text, &size);
	int r;

	if (!whole)
		return -errno;
	r = print_all(d, flags, whole);
	if (fclose(whole) && r == 0)
		r = -errno;
	if (r == 0)
		fprintf(file, "Building configuration...\n\n"
			"Current configuration : %zu bytes\n%s", size, text);
	return r;
}

int daemon_save(const struct daemon *d)
{
	char path[PATH_ROOM], *text _cleanup_free_ = NULL;
	size_t size = 0;
	FILE *file;
	int r;

	/* Without lines their settings would be lost. */
	if (!lines_are_there())
		return -ENODEV;
	file = open_memstream(&text, &size);
	if (!file)
		return -errno;
	r = print_all(d, 0, file);
	if (fclose(file) && r == 0)
		r = -errno;
	return r < 0 ? r : file_replace(startup_path(path), text,
					       size, true);
}

int daemon_erase(void)
{
	char path[PATH_ROOM];

	return unlink(startup_path(path)) < 0 ? -errno : 0;
}

FILE *daemon_open_startup(void)
{
	char path[PATH_ROOM];

	return fopen(startup_path(path), "re");
}

void daemon_lines_came(struct daemon *d)
{
	if (d->lines_pending && lines_are_there())
		daemon_reconfigure(d);
}

static void print_report(unsigned int line, const char *reason, void *arg)
{
	fprintf(stderr, "%s:%u: %s\n", (const char *)arg, line, reason);
}

int daemon_check(const char *path)
{
	char startup[PATH_ROOM];
	struct conf conf;
	int r;

	if (!path)
		path = startup_path(startup);
	conf_init(&conf);
	r = conf_load(&conf, path, NULL, print_report, (void *)path);
	if (r < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
	else
		conf_print(&conf, NULL, 0, stdout);
	conf_free(&conf);
	return r ? 1 : 0;
}
