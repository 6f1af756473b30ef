// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bus.h"
#include "log.h"
#include "monitor.h"

#define MANAGER		"org.freedesktop.systemd1"
#define MANAGER_PATH	"/org/freedesktop/systemd1"
#define MANAGER_IFACE	MANAGER ".Manager"
#define CALL_TIMEOUT	UINT64_C(20000000)	/* usec */
#define STOP_TIMEOUT	UINT64_C(5000000)	/* usec from TERM to KILL */
#define STOP_WAIT	10000	/* ms for an answer */

struct unit {
	sd_bus *bus;
	char *name;
	enum unit_state state;
	pid_t pid;
	int code, status;	/* si_code and si_status of the main process */
	bool stopped;		/* asked to */
	bool answered;		/* to that */
	char error[160];
};

static void set_failed(struct unit *u, const char *what, const char *why)
{
	u->state = UNIT_FAILED;
	snprintf(u->error, sizeof(u->error), "%s: %s", what, why);
}

/* One entry of a{sv}; of those that are not wanted the value is skipped. */
static int read_property(struct unit *u, sd_bus_message *m)
{
	const char *name, *text;
	int32_t number;
	uint32_t pid;
	int r;

	r = bus.message_read_basic(m, 's', &name);
	if (r < 0)
		return r;
	if (!strcmp(name, "MainPID")) {
		r = bus.message_read(m, "v", "u", &pid);
		if (r >= 0 && pid)
			u->pid = (pid_t)pid;
	} else if (!strcmp(name, "ExecMainCode")) {
		r = bus.message_read(m, "v", "i", &number);
		if (r >= 0)
			u->code = number;
	} else if (!strcmp(name, "ExecMainStatus")) {
		r = bus.message_read(m, "v", "i", &number);
		if (r >= 0)
			u->status = number;
	} else if (!strcmp(name, "ActiveState")) {
		r = bus.message_read(m, "v", "s", &text);
		if (r >= 0 && u->state == UNIT_STARTING &&
		    !strcmp(text, "active"))
			u->state = UNIT_RUNNING;
		if (r >= 0 && u->state != UNIT_FAILED &&
		    (!strcmp(text, "inactive") || !strcmp(text, "failed")) &&
		    (u->state == UNIT_RUNNING || u->code))
			u->state = UNIT_ENDED;
	} else {
		r = bus.message_skip(m, "v");
	}
	return r;
}

/* The properties of the service come before those of the unit it is. */
static int on_properties(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct unit *u = arg;
	const char *interface;
	int r;

	(void)error;
	r = bus.message_read_basic(m, 's', &interface);
	if (r >= 0)
		r = bus.message_enter_container(m, 'a', "{sv}");
	while (r >= 0 &&
	       (r = bus.message_enter_container(m, 'e', "sv")) > 0) {
		r = read_property(u, m);
		if (r >= 0)
			r = bus.message_exit_container(m);
	}
	if (r < 0)
		log_warn("%s: properties: %s", u->name, strerror(-r));
	return 0;
}

/* The start job's end: "done", or a reason why not. */
static int on_job_removed(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct unit *u = arg;
	const char *job, *name, *result;
	uint32_t id;

	(void)error;
	if (bus.message_read(m, "uoss", &id, &job, &name, &result) < 0 ||
	    strcmp(name, u->name) || u->state != UNIT_STARTING)
		return 0;
	if (!strcmp(result, "done"))
		u->state = UNIT_RUNNING;
	else if (u->code)	/* it ran, and failed at once */
		u->state = UNIT_ENDED;
	else
		set_failed(u, "start", result);
	return 0;
}

static int on_started(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct unit *u = arg;

	(void)error;
	if (bus.message_is_method_error(m, NULL))
		set_failed(u, "StartTransientUnit",
			   bus.message_get_error(m)->message);
	return 0;
}

static int on_reply(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	(void)arg;
	(void)error;
	if (bus.message_is_method_error(m, NULL) &&
	    !bus.message_is_method_error(m, MANAGER ".NoSuchUnit"))
		log_warn("%s: %s", bus.message_get_error(m)->name,
			 bus.message_get_error(m)->message);
	return 0;
}

static int on_stopped(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	((struct unit *)arg)->answered = true;
	return on_reply(m, arg, error);
}

static int append_string(sd_bus_message *m, const char *name,
			 const char *value)
{
	return bus.message_append(m, "(sv)", name, "s", value);
}

static int append_bool(sd_bus_message *m, const char *name, int value)
{
	return bus.message_append(m, "(sv)", name, "b", value);
}

/*
 * Of the file system nothing but that directory may be written to: not /dev
 * either, which "strict" leaves out. No private /tmp, where a copy would
 * succeed and be gone.
 */
static int append_root(sd_bus_message *m, const char *root)
{
	int r = bus.message_append(m, "(sv)", "ReadWritePaths", "as", 1,
				   root);

	if (r >= 0)
		r = bus.message_append(m, "(sv)", "ReadOnlyPaths", "as", 2,
				       "-/dev/shm", "-/dev/mqueue");
	if (r >= 0)
		r = append_string(m, "ProtectSystem", "strict");
	if (r >= 0)
		r = append_string(m, "ProtectHome", "read-only");
	if (r >= 0)
		r = append_string(m, "WorkingDirectory", root);
	return r;
}

/* As root, before the first process or after the last. */
static int append_chown(sd_bus_message *m, const char *when, const char *owner,
			const char *tty)
{
	return bus.message_append(m, "(sv)", when, "a(sasas)", 1,
				  "/bin/chown", 4, "chown", "--", owner, tty,
				  2, "privileged", "ignore-failure");
}

/* The terminal is its user's while he is on it, as after login(1). */
static int append_terminal(sd_bus_message *m, const struct unit_request *q)
{
	int r = append_string(m, "TTYPath", q->tty);

	if (r >= 0)
		r = append_chown(m, "ExecStartPreEx", q->user, q->tty);
	if (r >= 0)
		r = append_chown(m, "ExecStopPostEx", "root", q->tty);
	return r;
}

/*
 * A program that serves whoever is not known here, all under one user: it
 * reads sysfs and speaks over the descriptors that it is given. No PAM session,
 * for nobody has logged in to this account, and the terminal stays root's, so
 * that no other such session can open it.
 */
static int append_confinement(sd_bus_message *m)
{
	static const char *const on[] = {
		"NoNewPrivileges", "PrivateDevices", "PrivateTmp",
		"ProtectClock", "ProtectControlGroups", "ProtectHostname",
		"ProtectKernelLogs", "ProtectKernelModules",
		"ProtectKernelTunables", "LockPersonality",
		"MemoryDenyWriteExecute", "RestrictRealtime",
		"RestrictSUIDSGID",
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(on) / sizeof(on[0]); i++)
		r = append_bool(m, on[i], 1);
	if (r >= 0)
		r = append_string(m, "ProtectSystem", "strict");
	if (r >= 0)
		r = append_string(m, "ProtectHome", "yes");
	if (r >= 0)
		r = append_string(m, "ProtectProc", "invisible");
	if (r >= 0)
		r = bus.message_append(m, "(sv)(sv)(sv)",
				       "CapabilityBoundingSet", "t", UINT64_C(0),
				       "RestrictNamespaces", "t", UINT64_C(0),
				       "TasksMax", "t", UINT64_C(16));
	if (r >= 0)
		r = bus.message_append(m, "(sv)(sv)(sv)",
				       "SystemCallArchitectures", "as", 1, "native",
				       "RestrictAddressFamilies", "(bas)", 1, 1, "AF_UNIX",
				       "SystemCallFilter", "(bas)", 1, 1, "@system-service");
	return r < 0 ? r : append_string(m, "WorkingDirectory", "/");
}

/* A user's own program: his PAM session, his terminal, his directory. */
static int append_login(sd_bus_message *m, const struct unit_request *q)
{
	int r = append_string(m, "PAMName", "vtymux");

	if (r >= 0 && q->tty)
		r = append_terminal(m, q);
	if (r < 0)
		return r;
	return q->root ? append_root(m, q->root) :
		append_string(m, "WorkingDirectory", "-~");
}

static int append_properties(sd_bus_message *m, const struct unit_request *q)
{
	int r = append_string(m, "Description", q->description);

	/*
	 * Not "exec": the PAM session's process keeps the descriptor whose end
	 * would say that the program runs, so the start would never be over.
	 */
	if (r >= 0)
		r = append_string(m, "Type", "simple");
	if (r >= 0)
		r = append_string(m, "CollectMode", "inactive-or-failed");
	if (r >= 0)	/* not forgotten before its exit status was seen */
		r = append_bool(m, "AddRef", 1);
	if (r >= 0)
		r = append_string(m, "Slice", "vtymux.slice");
	if (r >= 0)
		r = append_string(m, "User", q->user);
	if (r >= 0)
		r = q->is_confined ? append_confinement(m) : append_login(m, q);
	if (r >= 0)
		r = bus.message_append(m, "(sv)", "StandardInputFileDescriptor",
				       "h", q->input);
	if (r >= 0)
		r = append_string(m, "StandardOutput", "null");
	if (r >= 0)
		r = append_string(m, "StandardError", "null");
	if (r >= 0)
		r = append_bool(m, "IgnoreSIGPIPE", 0);
	if (r >= 0)
		r = append_bool(m, "SendSIGHUP", 1);
	if (r >= 0)
		r = bus.message_append(m, "(sv)", "TimeoutStopUSec", "t",
				       STOP_TIMEOUT);
	if (r >= 0)
		r = bus.message_append(m, "(sv)", "ExecStart", "a(sasb)", 1,
				       q->program, 1, q->program, 0);
	return r;
}

static int send_start(struct unit *u, const struct unit_request *q)
{
	sd_bus_message *m = NULL;
	int r;

	r = bus.message_new_method_call(u->bus, &m, MANAGER, MANAGER_PATH,
					MANAGER_IFACE, "StartTransientUnit");
	if (r >= 0)
		r = bus.message_append(m, "ss", q->name, "fail");
	if (r >= 0)
		r = bus.message_open_container(m, 'a', "(sv)");
	if (r >= 0)
		r = append_properties(m, q);
	if (r >= 0)
		r = bus.message_close_container(m);
	if (r >= 0)
		r = bus.message_append(m, "a(sa(sv))", 0);
	if (r >= 0)
		r = bus.call_async(u->bus, NULL, m, on_started, u,
				   CALL_TIMEOUT);
	bus.message_unref(m);
	return r;
}

/* The bus handles its messages in order, so the matches are there in time. */
static int watch(struct unit *u)
{
	char *path = NULL;
	int r;

	r = bus.path_encode(MANAGER_PATH "/unit", u->name, &path);
	if (r < 0)
		return r;
	r = bus.match_signal_async(u->bus, NULL, MANAGER, path,
				   "org.freedesktop.DBus.Properties",
				   "PropertiesChanged", on_properties, NULL,
				   u);
	if (r >= 0)
		r = bus.match_signal_async(u->bus, NULL, MANAGER,
					   MANAGER_PATH, MANAGER_IFACE,
					   "JobRemoved", on_job_removed,
					   NULL, u);
	if (r >= 0)
		r = bus.call_method_async(u->bus, NULL, MANAGER,
					  MANAGER_PATH, MANAGER_IFACE,
					  "Subscribe", on_reply, u, NULL);
	free(path);
	return r;
}

int unit_start(const struct unit_request *request, struct unit **ret)
{
	struct unit *u;
	int r = bus_load();

	if (r < 0)
		return r;
	u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->name = strdup(request->name);
	r = u->name ? bus.open_system(&u->bus) : -ENOMEM;
	if (r >= 0)
		r = bus.set_method_call_timeout(u->bus, CALL_TIMEOUT);
	if (r >= 0)
		r = watch(u);
	if (r >= 0)
		r = send_start(u, request);
	if (r >= 0)
		unit_process(u);
	if (r < 0) {
		u->state = UNIT_FAILED;
		unit_free(u);
		return r;
	}
	*ret = u;
	return 0;
}

int unit_fd(const struct unit *u)
{
	return u->state == UNIT_FAILED ? -1 : bus.get_fd(u->bus);
}

short unit_events(const struct unit *u)
{
	int r = bus.get_events(u->bus);

	return r < 0 ? POLLIN : (short)r;
}

int64_t unit_timeout(const struct unit *u)
{
	uint64_t usec;

	if (u->state == UNIT_FAILED || bus.get_timeout(u->bus, &usec) < 0 ||
	    usec == UINT64_MAX)
		return -1;
	return (int64_t)(usec / 1000) + 1;
}

void unit_process(struct unit *u)
{
	int r;

	do {
		r = bus.process(u->bus, NULL);
	} while (r > 0);
	if (r < 0 && u->state != UNIT_ENDED && u->state != UNIT_FAILED)
		set_failed(u, "bus", strerror(-r));
}

enum unit_state unit_state(const struct unit *u)
{
	return u->state;
}

pid_t unit_pid(const struct unit *u)
{
	return u->pid;
}

bool unit_exited(const struct unit *u, int *ret_status)
{
	if (!u->code)
		return false;
	if (u->code == CLD_EXITED)
		*ret_status = W_EXITCODE(u->status, 0);
	else
		*ret_status = u->status |
			(u->code == CLD_DUMPED ? WCOREFLAG : 0);
	return true;
}

const char *unit_error(const struct unit *u)
{
	return u->error;
}

void unit_signal(struct unit *u, int signo)
{
	int r = bus.call_method_async(u->bus, NULL, MANAGER, MANAGER_PATH,
				      MANAGER_IFACE, "KillUnit", on_reply, u,
				      "ssi", u->name, "main", signo);

	if (r < 0)
		log_warn("%s: signal %d: %s", u->name, signo, strerror(-r));
}

void unit_stop(struct unit *u)
{
	int r;

	if (u->stopped || u->state == UNIT_ENDED || u->state == UNIT_FAILED)
		return;
	u->stopped = true;
	r = bus.call_method_async(u->bus, NULL, MANAGER, MANAGER_PATH,
				  MANAGER_IFACE, "StopUnit", on_stopped, u,
				  "ss", u->name, "replace");
	if (r < 0) {
		u->answered = true;
		log_err("%s: stop: %s", u->name, strerror(-r));
	}
}

/* The manager looks who asks, so he has to be there until it has answered. */
static void await_stop(struct unit *u)
{
	int64_t until = monitor_now() + STOP_WAIT;

	while (u->stopped && !u->answered && u->state != UNIT_FAILED &&
	       monitor_now() < until) {
		unit_process(u);
		if (!u->answered)
			bus.wait(u->bus, STOP_WAIT * UINT64_C(100));
	}
}

struct unit *unit_free(struct unit *u)
{
	if (!u)
		return NULL;
	unit_stop(u);
	await_stop(u);
	bus.flush_close_unref(u->bus);
	free(u->name);
	free(u);
	return NULL;
}
