// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtymux-sshd: one SSH connection. Started by the monitor with the connection
 * on PROTO_FD_CONNECTION and the monitor on PROTO_FD_MONITOR; no arguments.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "includes.h"
#include "crypto_desc.h"
#include "dbrandom.h"
#include "dbutil.h"
#include "runopts.h"
#include "session.h"

#include "accel.h"
#include "algos.h"
#include "hostkeys.h"
#include "login.h"
#include "monitor.h"
#include "sandbox.h"
#include "wake.h"

/* A vanished peer is noticed after about two minutes, data or not. */
#define TCP_IDLE_S	60
#define TCP_INTERVAL_S	15
#define TCP_PROBES	4

static void log_line(int priority, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void log_line(int priority, const char *format, va_list args)
{
	char text[PROTO_TEXT_MAX];

	/* The levels that the monitor takes. */
	priority = MIN(MAX(priority, LOG_ERR), LOG_DEBUG);
	vsnprintf(text, sizeof(text), format, args);
	monitor_log(priority, text);
}

/*
 * Before the session there is nothing to clean up, and nobody to tell but the
 * monitor, which may not be there.
 */
static void die(const char *what, int err) ATTRIB_NORETURN;

static void die(const char *what, int err)
{
	dropbear_log(LOG_ERR, "%s: %s", what, strerror(-err));
	_exit(1);
}

static int set_option(int level, int name, int value)
{
	return setsockopt(PROTO_FD_CONNECTION, level, name, &value,
			  sizeof(value)) < 0 ? -errno : 0;
}

static int setup_connection(void)
{
	int err;

	err = set_option(IPPROTO_TCP, TCP_NODELAY, 1);
	if (!err)
		err = set_option(SOL_SOCKET, SO_KEEPALIVE, 1);
	if (!err)
		err = set_option(IPPROTO_TCP, TCP_KEEPIDLE, TCP_IDLE_S);
	if (!err)
		err = set_option(IPPROTO_TCP, TCP_KEEPINTVL, TCP_INTERVAL_S);
	if (!err)
		err = set_option(IPPROTO_TCP, TCP_KEEPCNT, TCP_PROBES);
	return err;
}

static int setup_engine(const struct proto_hello *hello)
{
	int err;

	_dropbear_exit = svr_dropbear_exit;
	_dropbear_log = log_line;
	opts.recv_window = DEFAULT_RECV_WINDOW;
	opts.keepalive_secs = DEFAULT_KEEPALIVE;
	login_timeout(hello->timeout);
	seedrandom();
	crypto_init();
	err = accel_sodium();
	if (!err)
		err = accel_nettle();
	if (err < 0)
		return err;
	err = hostkeys_set(hello->keys);
	return err < 0 ? err : algos_set(hello->algorithms, hello->dh_min);
}

int main(void)
{
	struct proto_hello hello;
	char *banner;
	int err;

	signal(SIGPIPE, SIG_IGN);
	err = monitor_hello(&hello);
	if (!err)
		err = monitor_banner(&hello, &banner);
	if (err < 0)
		_exit(1);
	login_banner(banner);
	err = setup_engine(&hello);
	if (err < 0)
		die("Algorithms and host keys", err);
	err = setup_connection();
	if (err < 0)
		die("Connection", err);
	err = wake_init();
	if (!err)
		err = monitor_watch();
	if (err < 0)
		die("Signals", err);
	err = sandbox_enter();
	if (err < 0)
		die("Sandbox", err);
	/* 2025.89 sleeps too long before it looks at its login timer. */
	wake_at(wake_clock() + hello.timeout * 1000LL + 1000);
	svr_session(PROTO_FD_CONNECTION, -1);
}
