// SPDX-License-Identifier: GPL-2.0-only
/* vtymuxd: listens, starts monitors, keeps lines bound. See vtymuxd(8). */
#include "daemon.h"
#include "account.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "keys.h"
#include "log.h"
#include "loop.h"
#include "manager.h"
#include "orphan.h"
#include "path.h"

#define KEY_RETRY	UINT64_C(10000000)	/* usec, while there is no directory */

static void describe_keys(const struct daemon *d, char *text, size_t size)
{
	if (d->keys == -EPERM)
		snprintf(text, size,
			 "SSH is off: %s must be a file of root's with mode 0600",
			 d->key_fault);
	else
		snprintf(text, size,
			 "SSH is off: no host key. Make one: "
			 "%s/vtymux-crypto key generate ed25519",
			 path_libexecdir());
}

/* One line for systemctl status. */
static void update_status(void *arg)
{
	struct daemon *d = arg;
	char ssh[2560], where[2048], refused[80] = "";
	size_t login, sessions = session_count(&d->server.sessions, &login);

	if (!d->ready)
		return;
	if (d->keys > 0) {
		server_describe(&d->server, where, sizeof(where));
		snprintf(ssh, sizeof(ssh), "SSH listens on %s", where);
	} else {
		describe_keys(d, ssh, sizeof(ssh));
	}
	if (d->refused)
		snprintf(refused, sizeof(refused),
			 "; startup-config: %d lines not applied", d->refused);
	loop_notify("STATUS=%s; %zu sessions (%zu logging in); %s%zu of %zu bindings bound%s",
		    ssh, sessions, login,
		    d->binder.nl ? "" : "no kernel module; ",
		    d->binder.bound_count, d->conf.binding_count, refused);
}

static void check_keys(struct daemon *d)
{
	char text[2560];
	int before = d->keys;

	d->keys = keys_check(path_sysconfdir(), d->key_fault,
			     sizeof(d->key_fault));
	if (d->keys <= 0 && d->keys != before) {
		describe_keys(d, text, sizeof(text));
		log_warn("%s", text);
	}
	if (d->ssh != (d->keys > 0)) {
		d->ssh = d->keys > 0;
		event_ssh(d->ssh);
	}
	server_listen(&d->server, d->ssh);
	update_status(d);
}

static void watch_keys(void *arg);

static void on_key(const char *name, void *arg)
{
	struct daemon *d = arg;

	if (!name) {	/* the directory itself went or changed */
		watch_keys(d);
		return;
	}
	if (!strncmp(name, "ssh_host_", 9))
		check_keys(d);
}

/* Until the directory is there, looks for it now and then. */
static void watch_keys(void *arg)
{
	struct daemon *d = arg;
	int r;

	d->key_watch = loop_remove(d->key_watch);
	d->key_retry = loop_remove(d->key_retry);
	r = loop_add_watch(path_sysconfdir(), on_key, d, &d->key_watch);
	if (r < 0 && r != -ENOENT)
		log_err("%s: %s: new keys are noticed after a while only",
			path_sysconfdir(), strerror(-r));
	if (r < 0)
		r = loop_add_timer(KEY_RETRY, watch_keys, d, &d->key_retry);
	if (r < 0)
		log_err("timer for keys: %s", strerror(-r));
	check_keys(d);
}

static void on_reload(int signo, void *arg)
{
	struct timespec now;

	(void)signo;
	clock_gettime(CLOCK_MONOTONIC, &now);
	loop_notify("RELOADING=1\nMONOTONIC_USEC=%llu",
		    now.tv_sec * 1000000ULL +
		    (unsigned long long)now.tv_nsec / 1000);
	log_notice("reloading");
	daemon_reconfigure(arg);
	watch_keys(arg);
	loop_notify("READY=1");
}

static void on_stop(int signo, void *arg)
{
	const struct daemon *d = arg;
	size_t sessions = session_count(&d->server.sessions, NULL);

	loop_notify("STOPPING=1\nSTATUS=stopping");
	log_notice("stopping on signal %d, %zu sessions go on", signo,
		   sessions);
	loop_quit(0);
}

static void on_dump(int signo, void *arg)
{
	(void)signo;
	server_dump(&((struct daemon *)arg)->server);
}

static int add_signals(struct daemon *d)
{
	static const struct {
		int signo;
		loop_signal_fn fn;
	} signals[] = {
		{ SIGTERM, on_stop },
		{ SIGINT, on_stop },
		{ SIGHUP, on_reload },
		{ SIGUSR1, on_dump },
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int r = loop_add_signal(signals[i].signo, signals[i].fn, d);

		if (r < 0)
			return r;
	}
	return 0;
}

static int prepare(struct daemon *d)
{
	int r;

	r = loop_init();
	if (r == 0)
		r = add_signals(d);
	if (r < 0) {
		log_err("event loop: %s", strerror(-r));
		return r;
	}
	if (mkdir(path_rundir(), 0755) < 0 && errno != EEXIST) {
		log_err("%s: %m", path_rundir());
		return -errno;
	}
	return 0;
}

/*
 * Lines that came late have their settings to get. And the unit admits the
 * devices that it found when it started us; theirs may be other numbers now. A
 * restart costs nothing: sessions do not notice.
 */
static bool on_lines(bool late, void *arg)
{
	if (!late) {
		daemon_lines_came(arg);
		return true;
	}
	daemon_forget();
	if (getenv("INVOCATION_ID")) {
		log_notice("the kernel module came late: starting again");
		loop_quit(EX_TEMPFAIL);
		return false;
	}
	daemon_reconfigure(arg);
	return true;
}

static int run(void)
{
	static struct daemon d;
	int r;

	d.keys = 1;	/* so that their absence is news */
	conf_init(&d.conf);
	d.server.conf = &d.conf;
	d.server.changed = update_status;
	d.server.arg = &d;
	d.binder.conf = &d.conf;
	d.binder.changed = update_status;
	d.binder.lines_came = on_lines;
	d.binder.arg = &d;
	if (prepare(&d) < 0)
		return 1;
	d.started = time(NULL);
	r = control_start(&d.control, &d);
	log_notice("vtymuxd " VTYMUX_VERSION " starts");
	if (r < 0)
		log_err("control socket: %s: vtymux(8) cannot connect",
			strerror(-r));
	daemon_configure(&d);
	binder_start(&d.binder);
	adopter_start(&d.adopter, &d.server);
	orphan_start(&d.server);
	watch_keys(&d);
	d.ready = true;
	loop_notify("READY=1");
	update_status(&d);
	r = loop_run();
	control_stop(&d.control);
	if (!session_count(&d.server.sessions, NULL))
		account_end();
	adopter_stop(&d.adopter);
	orphan_stop();
	account_stop();
	manager_close();
	binder_stop(&d.binder);
	conf_free(&d.conf);
	return r < 0 ? 1 : r;
}

static int usage(void)
{
	fprintf(stderr, "usage: vtymuxd [-d]\n"
		"       vtymuxd -n [-f file]\n"
		"       vtymuxd -V\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *file = NULL;
	bool check = false;
	int c;

	while ((c = getopt(argc, argv, "df:nV")) >= 0) {
		switch (c) {
		case 'd':
			log_level(LOG_DEBUG);
			break;
		case 'f':
			file = optarg;
			break;
		case 'n':
			check = true;
			break;
		case 'V':
			printf("vtymuxd %s\n", VTYMUX_VERSION);
			return 0;
		default:
			return usage();
		}
	}
	if (optind != argc || (file && !check))
		return usage();
	umask(077);
	return check ? daemon_check(file) : run();
}
